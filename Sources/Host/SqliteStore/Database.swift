import CSQLite
import Glibc

/// One connection to a SQLite file of ours. Used on one thread.
///
/// The file is in write-ahead mode, so readers and a writer do not wait for each other, and what a
/// statement has written outlives the process, however it ends. Only a failing machine can lose the
/// last moments: the log is not forced to the disk each time.
package final class Database {
  /// A value in a row.
  package enum Value: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
  }

  /// How a file is recognised and brought up to date.
  package struct Schema: Sendable {
    /// Marks the file as ours (`PRAGMA application_id`).
    package var applicationID: Int32
    /// One step a version; a file of version 2 has had the first two.
    package var migrations: [String]

    package init(applicationID: Int32, migrations: [String]) {
      self.applicationID = applicationID
      self.migrations = migrations
    }
  }

  package let path: String
  private let handle: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  /// Opens the file, makes it when there is none, and brings it up to date.
  ///
  /// A file that is damaged, foreign or too new is left as it is.
  ///
  /// - Parameters:
  ///   - path: `:memory:` for a database that ends with the connection. A missing folder is made for
  ///     its owner alone.
  ///   - busyTimeout: how long to wait for other processes.
  ///   - checksIntegrity: whether all pages are looked at first, about 5 ms a megabyte.
  package init(
    path: String, schema: Schema, busyTimeout: Duration = .seconds(5), checksIntegrity: Bool = false
  ) throws(DatabaseError) {
    self.path = path
    if path != ":memory:" { try Self.makeFile(path) }
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let result = sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let opened else {
      let reason = String(cString: sqlite3_errstr(result))
      sqlite3_close_v2(opened)
      throw .unreachable(path: path, reason: reason)
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    let milliseconds = busyTimeout.components.seconds * 1_000
    sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
    try prepareFile(schema, checksIntegrity: checksIntegrity)
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  // MARK: Statements

  /// Carries out one statement that answers nothing.
  package func run(_ sql: String, _ values: Value...) throws(DatabaseError) {
    _ = try rows(sql, values) { _ in () }
  }

  /// Carries out one statement and reads each row of its answer.
  package func rows<Element>(
    _ sql: String, _ values: [Value], _ read: (Row) -> Element
  ) throws(DatabaseError) -> [Element] {
    let statement = try prepared(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() { bind(value, to: statement, at: Int32(index + 1)) }
    var elements: [Element] = []
    while true {
      let result = sqlite3_step(statement)
      switch result {
      case SQLITE_ROW: elements.append(read(Row(statement: statement)))
      case SQLITE_DONE: return elements
      default: throw error(result)
      }
    }
  }

  /// The first column of the first row, as a number.
  package func number(_ sql: String, _ values: Value...) throws(DatabaseError) -> Int64? {
    try rows(sql, values) { $0.integer(0) }.first ?? nil
  }

  /// Does all of `body` or nothing of it.
  package func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    try run("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      try body()
      try run("COMMIT")
    } catch {
      // The first failure counts; after some of them SQLite has rolled back by itself.
      try? run("ROLLBACK")
      throw error
    }
  }

  /// A number that is another one after each change by another connection.
  package func dataVersion() throws(DatabaseError) -> Int64 {
    try number("PRAGMA data_version") ?? 0
  }

  // MARK: Opening

  private func prepareFile(_ schema: Schema, checksIntegrity: Bool) throws(DatabaseError) {
    // The first statement that reads the file: junk is found out here, before anything is written.
    let version = Int(try number("PRAGMA user_version") ?? 0)
    let application = Int32(truncatingIfNeeded: try number("PRAGMA application_id") ?? 0)
    let isEmpty = try number("SELECT count(*) FROM sqlite_schema") == 0
    guard application == schema.applicationID || (isEmpty && application == 0) else {
      throw .foreign(path: path)
    }
    guard version <= schema.migrations.count else {
      throw .tooNew(path: path, version: version)
    }
    if checksIntegrity {
      let verdict = try rows("PRAGMA quick_check(1)", []) { $0.text(0) }
      guard verdict == ["ok"] else { throw .damaged(path: path) }
    }
    for pragma in [
      "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON",
      "journal_size_limit = 4194304", "trusted_schema = OFF",
    ] { try execute("PRAGMA \(pragma)") }
    if version < schema.migrations.count { try migrate(schema) }
  }

  private func migrate(_ schema: Schema) throws(DatabaseError) {
    try transaction { () throws(DatabaseError) in
      // Another process may have done it while this one waited for its turn.
      let version = Int(try number("PRAGMA user_version") ?? 0)
      for step in schema.migrations.dropFirst(version) { try execute(step) }
      try execute("PRAGMA application_id = \(schema.applicationID)")
      try execute("PRAGMA user_version = \(max(version, schema.migrations.count))")
    }
  }

  /// Makes the file and its folder, both for their owner alone.
  private static func makeFile(_ path: String) throws(DatabaseError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolder(String(path[..<slash]), for: path)
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unreachable(path: path, reason: lastSystemError()) }
    close(descriptor)
  }

  private static func makeFolder(_ folder: String, for path: String) throws(DatabaseError) {
    if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else {
      throw .unreachable(path: path, reason: lastSystemError())
    }
    try makeFolder(String(folder[..<slash]), for: path)
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw .unreachable(path: path, reason: lastSystemError())
    }
  }

  // MARK: Helpers

  private func prepared(_ sql: String) throws(DatabaseError) -> OpaquePointer {
    if let statement = statements[sql] { return statement }
    var statement: OpaquePointer?
    let result = sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard result == SQLITE_OK, let statement else { throw error(result) }
    statements[sql] = statement
    return statement
  }

  /// Carries out several statements, or one that is needed once.
  private func execute(_ sql: String) throws(DatabaseError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw error(result) }
  }

  private func bind(_ value: Value, to statement: OpaquePointer, at index: Int32) {
    switch value {
    case .null: sqlite3_bind_null(statement, index)
    case .integer(let number): sqlite3_bind_int64(statement, index, number)
    case .real(let number): sqlite3_bind_double(statement, index, number)
    case .text(let text):
      // SQLITE_TRANSIENT: SQLite copies the text.
      let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      sqlite3_bind_text(statement, index, text, -1, copies)
    }
  }

  private func error(_ result: Int32) -> DatabaseError {
    switch result & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged(path: path)
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path)
    case SQLITE_FULL: return .full(path: path)
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_IOERR:
      return .unreachable(path: path, reason: String(cString: sqlite3_errmsg(handle)))
    default:
      return .failed(path: path, code: result, message: String(cString: sqlite3_errmsg(handle)))
    }
  }
}

/// One row of an answer, as long as it is being read.
package struct Row {
  fileprivate let statement: OpaquePointer

  package func integer(_ column: Int32) -> Int64? {
    sqlite3_column_type(statement, column) == SQLITE_NULL
      ? nil : sqlite3_column_int64(statement, column)
  }

  package func real(_ column: Int32) -> Double? {
    sqlite3_column_type(statement, column) == SQLITE_NULL
      ? nil : sqlite3_column_double(statement, column)
  }

  package func text(_ column: Int32) -> String? {
    sqlite3_column_text(statement, column).map { String(cString: $0) }
  }
}

extension Database.Value {
  /// A text, or nothing.
  init(_ text: String?) { self = text.map { .text($0) } ?? .null }

  init(_ isTrue: Bool) { self = .integer(isTrue ? 1 : 0) }
}

/// What the system said of its last failure.
func lastSystemError() -> String { String(cString: strerror(errno)) }

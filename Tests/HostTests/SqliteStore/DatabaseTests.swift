import EndToEnd
import Glibc
import SqliteStore
import Testing

@Suite("Database")
struct DatabaseTests {
  private let folder = TemporaryFolder()
  private let schema = Database.Schema(
    applicationID: 7, migrations: ["CREATE TABLE things (name TEXT)"])

  @Test("makes its file and folders for their owner alone")
  func permissions() throws {
    let path = folder["a/b/data.db"]
    _ = try Database(path: path, schema: schema)
    var status = stat()
    for (name, mode) in [("a", 0o700), ("a/b", 0o700), ("a/b/data.db", 0o600)] {
      #expect(stat(folder[name], &status) == 0)
      #expect(Int(status.st_mode) & 0o777 == mode, "\(name)")
    }
  }

  @Test("says of a file that is no database that it is damaged, and leaves it alone")
  func junk() throws {
    let path = folder["data.db"]
    write(String(repeating: "no database at all. ", count: 100), to: path)
    #expect(throws: DatabaseError.damaged(path: path)) {
      try Database(path: path, schema: schema)
    }
    #expect(size(of: path) == 2_000)
    #expect(DatabaseError.damaged(path: path).description.contains("move it away"))
  }

  @Test("finds damaged pages when asked to look")
  func damagedPages() throws {
    let path = folder["data.db"]
    do {
      let database = try Database(path: path, schema: schema)
      for _ in 0..<2_000 { try database.run("INSERT INTO things VALUES ('something or other')") }
      try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    let descriptor = open(path, O_WRONLY)
    let junk = [UInt8](repeating: 0x5A, count: 4_096 * 4)
    #expect(pwrite(descriptor, junk, junk.count, 4_096 * 3) == junk.count)
    close(descriptor)
    #expect(throws: DatabaseError.damaged(path: path)) {
      try Database(path: path, schema: schema, checksIntegrity: true)
    }
  }

  @Test("refuses a newer file and another program's, unchanged")
  func foreign() throws {
    let path = folder["data.db"]
    do { _ = try Database(path: path, schema: schema) }
    let older = Database.Schema(applicationID: 7, migrations: [])
    #expect(throws: DatabaseError.tooNew(path: path, version: 1)) {
      try Database(path: path, schema: older)
    }
    let other = Database.Schema(applicationID: 8, migrations: schema.migrations)
    #expect(throws: DatabaseError.foreign(path: path)) { try Database(path: path, schema: other) }
    _ = try Database(path: path, schema: schema)
  }

  @Test("brings an older file up to date and keeps what is in it")
  func migrates() throws {
    let path = folder["data.db"]
    do {
      let database = try Database(path: path, schema: schema)
      try database.run("INSERT INTO things VALUES ('old')")
    }
    let newer = Database.Schema(
      applicationID: 7,
      migrations: schema.migrations + ["ALTER TABLE things ADD COLUMN size INTEGER DEFAULT 5"])
    let database = try Database(path: path, schema: newer)
    let rows = try database.rows("SELECT name, size FROM things", []) { row in
      "\(row.text(0) ?? "") \(row.integer(1) ?? 0)"
    }
    #expect(rows == ["old 5"])
  }

  @Test("undoes a transaction that fails")
  func transaction() throws {
    let database = try Database(path: ":memory:", schema: schema)
    #expect(throws: DatabaseError.self) {
      try database.transaction { () throws(DatabaseError) in
        try database.run("INSERT INTO things VALUES ('half')")
        try database.run("INSERT INTO nowhere VALUES (1)")
      }
    }
    #expect(try database.number("SELECT count(*) FROM things") == 0)
  }

  @Test("keeps what is text, number or nothing")
  func values() throws {
    let database = try Database(
      path: ":memory:",
      schema: .init(applicationID: 7, migrations: ["CREATE TABLE t (a, b, c, d)"]))
    try database.run(
      "INSERT INTO t VALUES (?, ?, ?, ?)", .text("é🦜\u{1B}'--"), .integer(.min), .real(0.5), .null)
    let row = try database.rows("SELECT * FROM t", []) { row in
      (row.text(0), row.integer(1), row.real(2), row.text(3))
    }
    #expect(row.count == 1)
    #expect(row[0] == ("é🦜\u{1B}'--", .min, 0.5, nil))
  }

  @Test("says which folder cannot be written")
  func unreachable() {
    #expect(throws: DatabaseError.self) {
      try Database(path: "/proc/nowhere/data.db", schema: schema)
    }
  }

  private func write(_ text: String, to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    _ = text.withCString { Glibc.write(descriptor, $0, strlen($0)) }
    close(descriptor)
  }

  private func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : -1
  }
}

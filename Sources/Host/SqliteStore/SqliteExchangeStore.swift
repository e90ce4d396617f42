import Basics
package import Exchange
import Glibc

/// The exchange's users, hashed tokens, calls and call events, in one SQLite file.
///
/// An operation takes well under a millisecond, since nothing is forced to the disk; so the
/// exchange's loop, which carries no sound, calls it directly. The newest calls are kept. Files, such as
/// recordings, lie in the folder of the database.
package final class SqliteExchangeStore: ExchangeStore {
  private let database: Database
  private var knownVersion: Int64
  private var putCount = 0
  private let lock: Int32?
  private let callLimit: Int
  private let files: DataFolder?

  /// Opens the store.
  ///
  /// - Parameters:
  ///   - path: `:memory:` for a store that ends with the process.
  ///   - isServing: whether an exchange will use it; no second one may do so at the same time.
  ///   - callLimit: how many calls are remembered, give or take 256.
  package init(
    path: String, isServing: Bool = true, callLimit: Int = 20_000
  ) throws(DatabaseError) {
    self.callLimit = callLimit
    files = path == ":memory:" ? nil : DataFolder(beside: path)
    database = try Database(
      path: path, schema: Self.schema, busyTimeout: .seconds(2), checksIntegrity: isServing)
    lock = isServing && path != ":memory:" ? try Self.lock(path) : nil
    knownVersion = try database.dataVersion()
  }

  deinit {
    if let lock { close(lock) }
  }

  // MARK: ExchangeStore

  package func load() throws(StoreFailure) -> StoreSnapshot {
    do throws(DatabaseError) {
      knownVersion = try database.dataVersion()
      return StoreSnapshot(
        users: try allUsers(), calls: try liveCalls(), documents: try allDocuments())
    } catch {
      throw StoreFailure(error.description)
    }
  }

  package func perform(_ operation: StoreOperation) -> StoreAnswer? {
    do throws(DatabaseError) {
      return try carryOut(operation)
    } catch {
      switch operation {
      case .findCall(let query, _), .findHistory(let query, _), .readFile(let query, _),
        .countCalls(let query, _, _):
        return .failed(query, error.description)
      case .putUser, .removeUser, .putToken, .removeToken, .putCall, .log, .keep, .forgetSignals,
        .putDocument, .removeDocument, .removeFile:
        return .failed(nil, error.description)
      }
    }
  }

  package func changedUsers() -> [StoredUser]? {
    guard let version = try? database.dataVersion(), version != knownVersion,
      let users = try? allUsers()
    else { return nil }
    knownVersion = version
    return users
  }

  // MARK: Operations

  private func carryOut(_ operation: StoreOperation) throws(DatabaseError) -> StoreAnswer? {
    switch operation {
    case .putUser(let user):
      try database.run(
        """
        INSERT INTO users (id, name, role, created_at, seen_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
          created_at = excluded.created_at, seen_at = excluded.seen_at
        """,
        .text(user.id), .text(user.name), .text(user.role.rawValue),
        .integer(user.createdAt.milliseconds), .integer(user.seenAt.milliseconds))
    case .removeUser(let id): try database.run("DELETE FROM users WHERE id = ?", .text(id))
    case .putToken(let token, let userID):
      try database.run(
        "INSERT OR REPLACE INTO tokens (hash, user_id, created_at) VALUES (?, ?, ?)",
        .text(token.hash), .text(userID), .integer(token.createdAt.milliseconds))
    case .removeToken(let hash):
      try database.run("DELETE FROM tokens WHERE hash = ?", .text(hash))
    case .putCall(let call): try put(call)
    case .log(let event):
      try database.run(
        "INSERT INTO call_events (call_id, kind, user_id, detail, at) VALUES (?, ?, ?, ?, ?)",
        .text(event.callID), .text(event.kind.rawValue), Database.Value(event.userID),
        Database.Value(event.detail), .integer(event.at.milliseconds))
    case .keep(let signal, let callID):
      let (kind, text) = signal.columns
      try database.run(
        "INSERT INTO call_signals (call_id, kind, text) VALUES (?, ?, ?)", .text(callID),
        .text(kind), .text(text))
    case .forgetSignals(let callID):
      try database.run("DELETE FROM call_signals WHERE call_id = ?", .text(callID))
    case .putDocument(let document):
      try database.run(
        "INSERT OR REPLACE INTO documents (collection, key, body) VALUES (?, ?, ?)",
        .text(document.collection), .text(document.key), .text(document.body))
    case .removeDocument(let collection, let key):
      try database.run(
        "DELETE FROM documents WHERE collection = ? AND key = ?", .text(collection), .text(key))
    case .findCall(let query, let callID):
      return .call(
        query,
        try database.rows(
          "SELECT \(Self.callColumns) FROM calls WHERE id = ?", [.text(callID)], Self.call
        ).first ?? nil)
    case .findHistory(let query, let history): return try find(history, for: query)
    case .countCalls(let query, let since, let userID):
      return .counts(query, try countCalls(since: since, of: userID))
    case .readFile(let query, let path): return .file(query, try files?.read(path))
    case .removeFile(let path): try files?.remove(path)
    }
    return nil
  }

  private func put(_ call: StoredCall) throws(DatabaseError) {
    try database.run(
      """
      INSERT INTO calls (\(Self.callColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at,
        ended_at = excluded.ended_at, end_reason = excluded.end_reason
      """,
      .text(call.id), .text(call.kind.rawValue), .text(call.status.rawValue),
      .text(call.caller.id), .text(call.caller.name), Database.Value(call.caller.isBot),
      .text(call.callee.id), .text(call.callee.name), Database.Value(call.callee.isBot),
      .integer(call.createdAt.milliseconds), Self.value(call.startedAt), Self.value(call.endedAt),
      Database.Value(call.endReason))
    putCount += 1
    if putCount % 256 == 0 { try prune() }
  }

  /// Forgets the oldest calls beyond the limit, with their events and signals.
  private func prune() throws(DatabaseError) {
    try database.run(
      """
      DELETE FROM calls WHERE status NOT IN ('ringing', 'active') AND sequence <=
        (SELECT sequence FROM calls ORDER BY sequence DESC LIMIT 1 OFFSET ?)
      """, .integer(Int64(callLimit)))
  }

  private func find(
    _ query: HistoryQuery, for id: StoreQueryID
  ) throws(DatabaseError) -> StoreAnswer {
    let condition =
      """
      (caller_id = ?1 OR callee_id = ?1) AND (?2 IS NULL OR caller_id = ?2 OR callee_id = ?2)
      AND (?3 IS NULL OR status = ?3) AND \(Self.isRowOfUser)
      """
    let values: [Database.Value] = [
      .text(query.userID), Database.Value(query.otherID), Database.Value(query.status?.rawValue),
    ]
    let total = try database.rows(
      "SELECT count(*) FROM calls WHERE \(condition)", values
    ) { $0.integer(0) ?? 0 }.first
    let page = try database.rows(
      """
      SELECT \(Self.callColumns) FROM calls WHERE \(condition) ORDER BY sequence DESC
      LIMIT ?4 OFFSET ?5
      """, values + [.integer(Int64(query.limit)), .integer(Int64(query.offset))], Self.call)
    return .history(id, page.compactMap { $0 }, total: Int(total ?? 0))
  }

  /// A call of several has a row for each of its people, `call_1/alice`; this is the row of user ?1.
  private static let isRowOfUser =
    "(instr(id, '/') = 0 OR substr(id, instr(id, '/') + 1) = coalesce(?1, caller_id))"

  private func countCalls(
    since: WallTime, of userID: String?
  ) throws(DatabaseError) -> [CallCount] {
    let found = try database.rows(
      """
      SELECT date(created_at / 1000, 'unixepoch') AS day, status, count(*),
        coalesce(sum(max(0, ended_at - started_at)) / 1000, 0)
      FROM calls WHERE created_at >= ?2 AND (?1 IS NULL OR caller_id = ?1 OR callee_id = ?1)
        AND \(Self.isRowOfUser)
      GROUP BY day, status ORDER BY day DESC, status
      """, [Database.Value(userID), .integer(since.milliseconds)]
    ) { row -> CallCount? in
      guard let day = row.text(0), let status = row.text(1).flatMap(CallStatus.init(rawValue:))
      else { return nil }
      return CallCount(
        day: day, status: status, count: Int(row.integer(2) ?? 0), seconds: Int(row.integer(3) ?? 0)
      )
    }
    return found.compactMap { $0 }
  }

  // MARK: Loading

  private func allUsers() throws(DatabaseError) -> [StoredUser] {
    var tokens: [String: [StoredUser.Token]] = [:]
    let found = try database.rows(
      "SELECT user_id, hash, created_at FROM tokens ORDER BY created_at, hash LIMIT \(Self.tokenLimit)",
      []
    ) { row in (row.text(0), row.text(1), row.integer(2)) }
    for case (let userID?, let hash?, let createdAt?) in found {
      tokens[userID, default: []].append(
        StoredUser.Token(hash: hash, createdAt: WallTime(milliseconds: createdAt)))
    }
    return try database.rows(
      """
      SELECT id, name, role, created_at, seen_at FROM users
      ORDER BY role = 'guest', seen_at DESC LIMIT \(Self.userLimit)
      """, []
    ) { row -> StoredUser? in
      guard let id = row.text(0), let name = row.text(1),
        let role = row.text(2).flatMap(StoredUser.Role.init(rawValue:)),
        let createdAt = row.integer(3), let seenAt = row.integer(4)
      else { return nil }
      return StoredUser(
        id: id, name: name, role: role, createdAt: WallTime(milliseconds: createdAt),
        seenAt: WallTime(milliseconds: seenAt), tokens: tokens[id] ?? [])
    }.compactMap { $0 }
  }

  private func liveCalls() throws(DatabaseError) -> [StoreSnapshot.LiveCall] {
    let calls = try database.rows(
      """
      SELECT \(Self.callColumns) FROM calls WHERE status IN ('ringing', 'active')
      ORDER BY sequence LIMIT \(Self.liveLimit)
      """, [], Self.call
    ).compactMap { $0 }
    var live: [StoreSnapshot.LiveCall] = []
    for call in calls {
      let signals = try database.rows(
        "SELECT kind, text FROM call_signals WHERE call_id = ? ORDER BY ordinal LIMIT 256",
        [.text(call.id)]
      ) { Signal(kind: $0.text(0), text: $0.text(1)) }
      live.append(StoreSnapshot.LiveCall(call: call, signals: signals.compactMap { $0 }))
    }
    return live
  }

  private func allDocuments() throws(DatabaseError) -> [StoredDocument] {
    try database.rows(
      """
      SELECT collection, key, body FROM documents ORDER BY collection, key
      LIMIT \(Self.documentLimit)
      """, []
    ) { row -> StoredDocument? in
      guard let collection = row.text(0), let key = row.text(1), let body = row.text(2) else {
        return nil
      }
      return StoredDocument(collection: collection, key: key, body: body)
    }.compactMap { $0 }
  }

  private static func call(_ row: Row) -> StoredCall? {
    guard let id = row.text(0), let kind = row.text(1).flatMap(StoredCall.Kind.init(rawValue:)),
      let status = row.text(2).flatMap(CallStatus.init(rawValue:)), let callerID = row.text(3),
      let callerName = row.text(4), let calleeID = row.text(6), let calleeName = row.text(7),
      let createdAt = row.integer(9)
    else { return nil }
    return StoredCall(
      id: id, kind: kind, status: status,
      caller: StoredCall.Party(id: callerID, name: callerName, isBot: row.integer(5) == 1),
      callee: StoredCall.Party(id: calleeID, name: calleeName, isBot: row.integer(8) == 1),
      createdAt: WallTime(milliseconds: createdAt),
      startedAt: row.integer(10).map { WallTime(milliseconds: $0) },
      endedAt: row.integer(11).map { WallTime(milliseconds: $0) }, endReason: row.text(12))
  }

  private static func value(_ time: WallTime?) -> Database.Value {
    time.map { .integer($0.milliseconds) } ?? .null
  }

  /// Holds a lock on a file beside the database until this process ends.
  private static func lock(_ path: String) throws(DatabaseError) -> Int32 {
    let name = path + ".lock"
    let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unreachable(path: name, reason: lastSystemError()) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .inUse(path: path)
    }
    return descriptor
  }

  // MARK: Constants

  private static let userLimit = 11_000
  private static let tokenLimit = 200_000
  private static let liveLimit = 1_024
  private static let documentLimit = 100_000
  private static let callColumns =
    """
    id, kind, status, caller_id, caller_name, caller_is_bot, callee_id, callee_name,
    callee_is_bot, created_at, started_at, ended_at, end_reason
    """

  private static let schema = Database.Schema(
    applicationID: 0x5449_5031,
    migrations: [
      """
      CREATE TABLE users (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
        created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) STRICT;
      CREATE TABLE tokens (
        hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
        created_at INTEGER NOT NULL) STRICT;
      CREATE INDEX tokens_by_user ON tokens (user_id);
      CREATE TABLE calls (
        sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        status TEXT NOT NULL, caller_id TEXT NOT NULL, caller_name TEXT NOT NULL,
        caller_is_bot INTEGER NOT NULL, callee_id TEXT NOT NULL, callee_name TEXT NOT NULL,
        callee_is_bot INTEGER NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER,
        ended_at INTEGER, end_reason TEXT) STRICT;
      CREATE INDEX calls_by_caller ON calls (caller_id);
      CREATE INDEX calls_by_callee ON calls (callee_id);
      CREATE INDEX live_calls ON calls (status) WHERE status IN ('ringing', 'active');
      CREATE TABLE call_events (
        ordinal INTEGER PRIMARY KEY,
        call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE, kind TEXT NOT NULL,
        user_id TEXT, detail TEXT, at INTEGER NOT NULL) STRICT;
      CREATE INDEX events_by_call ON call_events (call_id);
      CREATE TABLE call_signals (
        ordinal INTEGER PRIMARY KEY,
        call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE, kind TEXT NOT NULL,
        text TEXT NOT NULL) STRICT;
      CREATE INDEX signals_by_call ON call_signals (call_id);
      """,
      """
      CREATE TABLE documents (
        collection TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (collection, key)) STRICT, WITHOUT ROWID;
      """,
    ])
}

extension Signal {
  fileprivate var columns: (kind: String, text: String) {
    switch self {
    case .offer(let sdp): ("offer", sdp)
    case .answer(let sdp): ("answer", sdp)
    case .candidate(let line): ("candidate", line)
    case .endOfCandidates: ("end_of_candidates", "")
    }
  }

  fileprivate init?(kind: String?, text: String?) {
    switch (kind, text) {
    case ("offer", let sdp?): self = .offer(sdp)
    case ("answer", let sdp?): self = .answer(sdp)
    case ("candidate", let line?): self = .candidate(line)
    case ("end_of_candidates", _): self = .endOfCandidates
    default: return nil
    }
  }
}

import Basics
package import Calling

/// The client's past calls, in one SQLite file that several processes may use at once.
///
/// A call is written when it starts and again when it ends, so a process that is killed leaves an
/// unfinished record and no gap. The newest ``recordLimit`` are kept. Used on one thread.
package final class CallHistory {
  private let database: Database
  private var putCount = 0

  /// - Parameter path: `:memory:` for a history that ends with the process. A missing folder is made
  ///   for its owner alone.
  package init(path: String) throws(DatabaseError) {
    database = try Database(path: path, schema: Self.schema)
  }

  /// Looks at all pages of the file.
  ///
  /// - Throws: what is wrong with it; a file that is not there is made.
  package static func verify(path: String) throws(DatabaseError) {
    _ = try Database(
      path: path, schema: schema, busyTimeout: .seconds(2), checksIntegrity: true)
  }

  /// Adds the record, or brings the one with its id up to date.
  ///
  /// A note, a quality and that a missed call has been seen are not lost by a record without them.
  package func put(_ record: CallRecord) throws(DatabaseError) {
    try database.run(
      """
      INSERT INTO records (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        party_name = excluded.party_name, party_address = excluded.party_address,
        answered_at = excluded.answered_at, ended_at = excluded.ended_at,
        quality = coalesce(excluded.quality, quality), note = coalesce(excluded.note, note),
        is_seen = CASE WHEN outcome = excluded.outcome THEN max(is_seen, excluded.is_seen)
          ELSE excluded.is_seen END,
        outcome = excluded.outcome
      """,
      .text(record.id), .text(record.accountName), .text(record.system.rawValue),
      Database.Value(record.isIncoming), .text(record.party.name), .text(record.party.address),
      .integer(record.startedAt.milliseconds), Self.value(record.answeredAt),
      Self.value(record.endedAt), .text(record.outcome.rawValue),
      record.quality.map { .real($0) } ?? .null,
      Database.Value(record.note.map { String($0.prefix(Self.noteLimit)) }),
      Database.Value(record.isSeen))
    putCount += 1
    if putCount % 64 == 1 { try prune() }
  }

  /// The newest records, newest first.
  package func newest(_ limit: Int = 500) throws(DatabaseError) -> [CallRecord] {
    try database.rows(
      "SELECT \(Self.columns) FROM records ORDER BY started_at DESC, id DESC LIMIT ?",
      [.integer(Int64(limit))], Self.record
    ).compactMap { $0 }
  }

  package func remove(id: String) throws(DatabaseError) {
    try database.run("DELETE FROM records WHERE id = ?", .text(id))
  }

  /// Notes that the user has looked at all missed calls.
  package func markMissedSeen() throws(DatabaseError) {
    try database.run("UPDATE records SET is_seen = 1 WHERE is_seen = 0")
  }

  /// Sets or (with an empty text) removes what the user noted; at most ``noteLimit`` characters are
  /// kept.
  package func note(_ text: String, id: String) throws(DatabaseError) {
    let note = text.isEmpty ? nil : String(text.prefix(Self.noteLimit))
    try database.run("UPDATE records SET note = ? WHERE id = ?", Database.Value(note), .text(id))
  }

  /// How many missed calls have not been seen.
  package func missedCount() throws(DatabaseError) -> Int {
    Int(
      try database.number(
        "SELECT count(*) FROM records WHERE outcome = 'missed' AND is_seen = 0") ?? 0)
  }

  /// Keeps a text for an account until the next run of the program; `nil` removes it.
  package func keep(_ text: String?, of account: String) throws(DatabaseError) {
    guard let text else {
      return try database.run("DELETE FROM keepsakes WHERE account = ?", .text(account))
    }
    try database.run(
      "INSERT INTO keepsakes (account, body) VALUES (?, ?) "
        + "ON CONFLICT (account) DO UPDATE SET body = excluded.body",
      .text(account), .text(text))
  }

  /// What is kept, by the accounts' names; of at most ``keepsakeLimit`` accounts.
  package func keepsakes() throws(DatabaseError) -> [String: String] {
    let rows = try database.rows(
      "SELECT account, body FROM keepsakes ORDER BY account LIMIT ?",
      [.integer(Int64(Self.keepsakeLimit))]
    ) { row in row.text(0).flatMap { name in row.text(1).map { (name, $0) } } }
    return Dictionary(rows.compactMap { $0 }) { $1 }
  }

  private func prune() throws(DatabaseError) {
    try database.run(
      """
      DELETE FROM records WHERE id IN (SELECT id FROM records
        ORDER BY started_at DESC, id DESC LIMIT -1 OFFSET \(Self.recordLimit))
      """)
  }

  private static func record(_ row: Row) -> CallRecord? {
    guard let id = row.text(0), let account = row.text(1),
      let system = row.text(2).flatMap(CallSystem.init(rawValue:)), let name = row.text(4),
      let address = row.text(5), let startedAt = row.integer(6),
      let outcome = row.text(9).flatMap(CallRecord.Outcome.init(rawValue:))
    else { return nil }
    return CallRecord(
      id: id, accountName: account, system: system, isIncoming: row.integer(3) == 1,
      party: CallRecord.PartyName(name: name, address: address),
      startedAt: WallTime(milliseconds: startedAt),
      answeredAt: row.integer(7).map { WallTime(milliseconds: $0) },
      endedAt: row.integer(8).map { WallTime(milliseconds: $0) }, outcome: outcome,
      quality: row.real(10), note: row.text(11), isSeen: row.integer(12) != 0)
  }

  private static func value(_ time: WallTime?) -> Database.Value {
    time.map { .integer($0.milliseconds) } ?? .null
  }

  /// How many records are kept.
  package static let recordLimit = 10_000
  /// Accounts whose keepsakes are read at most.
  package static let keepsakeLimit = 256
  /// In characters.
  package static let noteLimit = 2_000
  private static let columns =
    """
    id, account, system, is_incoming, party_name, party_address, started_at, answered_at, ended_at,
    outcome, quality, note, is_seen
    """

  private static let schema = Database.Schema(
    applicationID: 0x5449_5032,
    migrations: [
      """
      CREATE TABLE records (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, system TEXT NOT NULL,
        is_incoming INTEGER NOT NULL, party_name TEXT NOT NULL, party_address TEXT NOT NULL,
        started_at INTEGER NOT NULL, answered_at INTEGER, ended_at INTEGER,
        outcome TEXT NOT NULL, quality REAL, note TEXT, is_seen INTEGER NOT NULL) STRICT;
      CREATE INDEX records_by_time ON records (started_at DESC, id DESC);
      """,
      "CREATE TABLE keepsakes (account TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    ])
}

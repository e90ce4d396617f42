import Basics
import Calling

/// The calls of the past, from the local history and from servers, newest first, at most 500.
struct HistoryBook: Equatable, Sendable {
  private(set) var records: [CallRecord] = []
  /// What the user deleted, so that a server does not bring it back while the program runs.
  private var deleted: Set<String> = []

  /// What must be done to the local history.
  struct Changes: Equatable, Sendable {
    var written: [CallRecord] = []
    /// Names of records that have better ones now.
    var removed: [String] = []

    fileprivate mutating func replace(_ old: CallRecord, with new: CallRecord) {
      written.append(new)
      if old.id != new.id { removed.append(old.id) }
    }
  }

  /// How many incoming calls nobody took and nobody has looked at.
  var missedCount: Int { records.count { $0.outcome == .missed && $0.isIncoming && !$0.isSeen } }

  /// Takes in the local history.
  ///
  /// - Parameter live: the names of records that this program is writing.
  /// - Returns: what must be written because a server knew more.
  mutating func load(_ stored: [CallRecord], live: Set<String>) -> Changes {
    let earlier = records
    records = stored.filter { record in !earlier.contains { $0.id == record.id } }
    var changes = Changes()
    for record in earlier {
      if live.contains(record.id) {
        records.append(record)
      } else if let local = stored.first(where: { $0.id == record.id }) {
        let completed = local.completed(by: record)
        if completed != local { changes.written.append(completed) }
        records.append(completed)
      } else if let index = namelessRecord(of: record, except: live) {
        changes.replace(records[index], with: records[index].named(by: record))
        records[index] = records[index].named(by: record)
      } else {
        records.append(record)
      }
    }
    sort()
    return changes
  }

  /// Takes in what a server remembers.
  ///
  /// A call that was given up before its server had named it is known here by a name that nobody else
  /// has; the server's record of it gives that record its name.
  ///
  /// - Parameter live: the names of records that this program is writing; they are better known here.
  /// - Returns: what must be written to the local history.
  mutating func merge(_ remembered: [CallRecord], live: Set<String>) -> Changes {
    var changes = Changes()
    for record in remembered.prefix(Self.recordLimit)
    where !live.contains(record.id) && !deleted.contains(record.id) && record.outcome != .unfinished
    {
      if let index = records.firstIndex(where: { $0.id == record.id }) {
        let completed = records[index].completed(by: record)
        guard completed != records[index] else { continue }
        records[index] = completed
        changes.written.append(completed)
      } else if let index = namelessRecord(of: record) {
        // What is still being written stands for the server's until that is told again.
        guard !live.contains(records[index].id) else { continue }
        changes.replace(records[index], with: records[index].named(by: record))
        records[index] = records[index].named(by: record)
      } else {
        records.append(record)
        changes.written.append(record)
      }
    }
    if changes != Changes() { sort() }
    return changes
  }

  /// Puts a record in, over the one of the same name.
  mutating func write(_ record: CallRecord) {
    if let index = records.firstIndex(where: { $0.id == record.id }) {
      records[index] = record
    } else {
      records.append(record)
    }
    sort()
  }

  mutating func remove(_ id: String) {
    records.removeAll { $0.id == id }
    if deleted.count < Self.recordLimit { deleted.insert(id) }
  }

  /// - Returns: the record with the note; `nil` when there is none of that name.
  mutating func note(_ id: String, _ text: String) -> CallRecord? {
    guard let index = records.firstIndex(where: { $0.id == id }) else { return nil }
    records[index].note = text.isEmpty ? nil : text
    return records[index]
  }

  /// - Returns: whether there was one that had not been seen.
  mutating func markSeen() -> Bool {
    let wereMissed = missedCount > 0
    for index in records.indices { records[index].isSeen = true }
    return wereMissed
  }

  /// The record that this program made of the call of a server's record, without knowing its name.
  private func namelessRecord(of record: CallRecord, except live: Set<String> = []) -> Int? {
    records.indices
      .filter { records[$0].mayBeNamed(by: record) && !live.contains(records[$0].id) }
      .min { records[$0].distance(to: record) < records[$1].distance(to: record) }
  }

  private mutating func sort() {
    records.sort { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
    if records.count > Self.recordLimit { records.removeLast(records.count - Self.recordLimit) }
  }

  /// Records at most.
  static let recordLimit = 500
}

extension CallRecord {
  /// This record with the end that another tells, if it has none of its own.
  fileprivate func completed(by other: CallRecord) -> CallRecord {
    guard outcome == .unfinished, other.outcome != .unfinished else { return self }
    var record = other
    record.note = note ?? other.note
    record.quality = quality ?? other.quality
    return record
  }

  /// What names begin with that this program makes for want of a server's.
  static let localMark = "local-"

  /// This record under the name that a server has for it.
  fileprivate func named(by other: CallRecord) -> CallRecord {
    var record = self
    record.id = other.id
    return record.completed(by: other)
  }

  /// Whether this record has no server's name, and the other tells the same call.
  fileprivate func mayBeNamed(by other: CallRecord) -> Bool {
    accountName == other.accountName && isIncoming == other.isIncoming
      && id.hasPrefix("\(accountName)/\(Self.localMark)") && distance(to: other) <= Self.clockLeeway
      && !party.words.isDisjoint(with: other.party.words)
  }

  /// How far apart the two calls began.
  fileprivate func distance(to other: CallRecord) -> Duration {
    let duration = startedAt.duration(to: other.startedAt)
    return duration < .zero ? .zero - duration : duration
  }

  /// How far apart a server's clock and this one may tell the start of one call.
  private static let clockLeeway: Duration = .seconds(10)
}

extension CallRecord.PartyName {
  /// What may be dialled for the party; a server may write either where the caller wrote the other.
  fileprivate var words: Set<String> {
    Set([name, address].map { $0.lowercased() }.filter { !$0.isEmpty })
  }
}

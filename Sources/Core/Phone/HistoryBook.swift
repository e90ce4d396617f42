import Basics
import Calling

/// The calls of the past, from the local history and from servers, newest first, at most 500.
struct HistoryBook: Equatable, Sendable {
  private(set) var records: [CallRecord] = []
  /// What the user deleted, so that a server does not bring it back while the program runs.
  private var deleted: Set<String> = []

  /// How many incoming calls nobody took and nobody has looked at.
  var missedCount: Int { records.count { $0.outcome == .missed && $0.isIncoming && !$0.isSeen } }

  /// Takes in the local history.
  ///
  /// - Returns: what must be written because a server knew more.
  mutating func load(_ stored: [CallRecord]) -> [CallRecord] {
    let earlier = records
    records = stored.filter { record in !earlier.contains { $0.id == record.id } }
    var changed: [CallRecord] = []
    for record in earlier {
      let local = stored.first { $0.id == record.id }
      let completed = local.map { $0.completed(by: record) } ?? record
      if let local, completed != local { changed.append(completed) }
      records.append(completed)
    }
    sort()
    return changed
  }

  /// Takes in what a server remembers.
  ///
  /// - Parameter live: the names of records that this program is writing; they are better known here.
  /// - Returns: what must be written to the local history.
  mutating func merge(_ remembered: [CallRecord], live: Set<String>) -> [CallRecord] {
    var changed: [CallRecord] = []
    for record in remembered.prefix(Self.recordLimit)
    where !live.contains(record.id) && !deleted.contains(record.id) && record.outcome != .unfinished
    {
      if let index = records.firstIndex(where: { $0.id == record.id }) {
        let completed = records[index].completed(by: record)
        guard completed != records[index] else { continue }
        records[index] = completed
        changed.append(completed)
      } else {
        records.append(record)
        changed.append(record)
      }
    }
    if !changed.isEmpty { sort() }
    return changed
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
}

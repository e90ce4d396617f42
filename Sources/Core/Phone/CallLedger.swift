import Basics
import Calling

/// Turns what the book shows of each call into its record, and tells what has changed.
struct CallLedger: Sendable {
  private struct Entry: Sendable {
    var record: CallRecord
    var phase: CallPhase
    var ratingSum = 0.0
    var ratingCount = 0
  }

  /// What keeping the ledger led to.
  enum Change: Equatable, Sendable {
    case phase(CallSummary)
    case write(CallRecord)
    /// The record has a better name now.
    case remove(id: String)
  }

  private var entries: [CallID: Entry] = [:]

  /// The names of the records of calls that are in the book.
  var liveRecordIDs: Set<String> { Set(entries.values.map(\.record.id)) }

  func isLive(recordID: String) -> Bool {
    entries.values.contains { $0.record.id == recordID && !$0.phase.isEnded }
  }

  /// Takes one more measure of a call's quality into its mean.
  mutating func rate(_ id: CallID, mos: Double) {
    entries[id]?.ratingSum += mos
    entries[id]?.ratingCount += 1
  }

  /// Brings the ledger up to date.
  ///
  /// - Parameter newLocalID: makes the name of a call that its server has not named.
  mutating func keep(
    _ calls: [CallSummary], wallTime: WallTime, newLocalID: () -> String
  ) -> [Change] {
    var changes: [Change] = []
    for call in calls {
      let before = entries[call.id]
      var entry = before ?? Entry(record: CallRecord(call, localID: newLocalID()), phase: .outgoing)
      entry.record.update(from: call, wallTime: wallTime)
      if call.phase.isEnded, entry.ratingCount > 0 {
        entry.record.quality = entry.ratingSum / Double(entry.ratingCount)
      }
      entry.phase = call.phase
      entries[call.id] = entry
      if before?.record != entry.record { changes.append(.write(entry.record)) }
      if let old = before?.record.id, old != entry.record.id { changes.append(.remove(id: old)) }
      if before?.phase != entry.phase { changes.append(.phase(call)) }
    }
    let present = Set(calls.map(\.id))
    entries = entries.filter { present.contains($0.key) }
    return changes
  }
}

extension CallRecord {
  /// The record of a call that has just begun.
  fileprivate init(_ call: CallSummary, localID: String) {
    self.init(
      id: "\(call.accountName)/\(call.remoteID ?? localID)", accountName: call.accountName,
      system: call.system, isIncoming: call.id.isIncoming,
      party: PartyName(name: call.party.name, address: call.party.address),
      startedAt: call.startedAt, outcome: .unfinished)
  }

  fileprivate mutating func update(from call: CallSummary, wallTime: WallTime) {
    if let remoteID = call.remoteID { id = "\(call.accountName)/\(remoteID)" }
    party = PartyName(name: call.party.name, address: call.party.address)
    note = call.note
    if call.times.acceptedAt != nil { answeredAt = answeredAt ?? wallTime }
    guard case .ended(let reason) = call.phase, endedAt == nil else { return }
    endedAt = wallTime
    outcome = Outcome(reason, isIncoming: isIncoming)
    isSeen = !(isIncoming && outcome == .missed)
  }
}

extension CallRecord.Outcome {
  /// How a call that ended for that reason is remembered: a caller who gave up was missed.
  fileprivate init(_ reason: EndReason, isIncoming: Bool) {
    switch reason {
    case .hungUp, .remoteHungUp, .answeredElsewhere: self = .answered
    case .declined: self = .declined
    case .busy: self = .busy
    case .cancelled: self = isIncoming ? .missed : .cancelled
    case .missed: self = .missed
    case .noAnswer: self = .noAnswer
    case .unknownCallee, .signalingFailed, .mediaFailed, .notSignedIn: self = .failed
    }
  }
}

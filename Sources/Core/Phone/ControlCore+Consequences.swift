import Basics
import Calling
import Media

/// What follows from any change, whatever brought it about.
extension ControlCore {
  /// Writes records and tells phases that have changed.
  mutating func keepLedger() {
    var generator = generator
    let changes = ledger.keep(book.summaries, wallTime: wallTime) {
      CallRecord.localMark + String(generator.next(), radix: 16)
    }
    self.generator = generator
    for change in changes {
      switch change {
      case .phase(let call):
        effects.append(.event(.call(call)))
      case .write(let record):
        history.write(record)
        effects.append(.record(record))
      case .remove(let id):
        history.remove(id)
        effects.append(.removeRecord(id: id))
      }
    }
  }

  /// Has the local history follow what a server knew better.
  mutating func write(_ changes: HistoryBook.Changes) {
    effects += changes.written.map { .record($0) }
    effects += changes.removed.map { .removeRecord(id: $0) }
  }

  /// Tells the servers of all calls that have been taken whether the microphone is muted.
  mutating func tellMute() {
    let taken = book.summaries.filter(\.hasBeenTaken).map(\.id)
    mutedCalls.formIntersection(taken)
    for id in taken where mutedCalls.contains(id) != isMuted {
      if isMuted { mutedCalls.insert(id) } else { mutedCalls.remove(id) }
      guard let index = index(of: id.account) else { continue }
      perform(accounts[index].client.carryOut(.mute(id, isMuted), at: now), of: index)
    }
  }

  /// Tells who speaks in calls of several, when that has changed.
  mutating func tellSpeakers() {
    let calls = book.summaries
    for call in calls {
      let speaking = call.phase.isEnded ? [] : call.participants.filter(\.isSpeaking).map(\.id)
      guard speaking != speakers[call.id, default: []] else { continue }
      speakers[call.id] = speaking.isEmpty ? nil : speaking
      effects.append(.event(.speakers(call.id, speaking)))
    }
    if !speakers.isEmpty {
      speakers = speakers.filter { id, _ in calls.contains { $0.id == id } }
    }
  }

  /// Starts and stops tones, so that the one sounds that fits the calls as they are.
  mutating func changeTone() {
    let wanted = fittingTone
    guard wanted != tone else { return }
    tone = wanted
    effects.append(.media(wanted.map { .startTone($0) } ?? .stopTone))
  }

  /// When a tone that sounds for a while is over.
  var toneDeadline: Instant? {
    guard tone == .busy || tone == .failure else { return nil }
    return book.summaries.compactMap(\.endTone?.until).max()
  }

  private var fittingTone: CallTone? {
    let calls = book.summaries
    let isRinging = calls.contains { $0.phase == .incoming && !$0.isSilenced }
    let isBusy = calls.contains {
      switch $0.phase {
      case .outgoing, .ringing, .connecting, .active, .held: true
      case .incoming, .ended: false
      }
    }
    if isRinging { return isBusy ? .waiting : .ring }
    if calls.contains(where: { $0.phase == .ringing }) { return .ringback }
    if isBusy { return nil }
    return calls.compactMap(\.endTone).filter { now < $0.until }.max { $0.until < $1.until }?.tone
  }
}

extension CallSummary {
  fileprivate var hasBeenTaken: Bool {
    switch phase {
    case .connecting, .active, .held: true
    case .outgoing, .ringing, .incoming, .ended: false
    }
  }

  /// The tone that tells how the call ended, and until when; `nil` when it needs none.
  fileprivate var endTone: (tone: CallTone, until: Instant)? {
    guard case .ended(let reason) = phase, let endedAt = times.endedAt else { return nil }
    let until = endedAt.advanced(by: ControlCore.endToneTime)
    switch reason {
    case .busy: return id.isIncoming ? nil : (.busy, until)
    case .declined: return id.isIncoming ? nil : (.busy, until)
    case .unknownCallee, .signalingFailed, .mediaFailed, .notSignedIn: return (.failure, until)
    case .hungUp, .remoteHungUp, .cancelled, .missed, .noAnswer, .answeredElsewhere: return nil
    }
  }
}

extension ControlCore {
  /// How long a tone tells of a call that failed.
  package static let endToneTime: Duration = .seconds(2)
}

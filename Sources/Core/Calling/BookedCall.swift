import Basics

/// One call in the book: its machine, and what is shown of it.
struct BookedCall: Sendable {
  private(set) var machine: any CallMachine
  var summary: CallSummary

  init(_ machine: any CallMachine, summary: CallSummary) {
    self.machine = machine
    self.summary = summary
  }

  var id: CallID { summary.id }

  var hasEnded: Bool {
    if case .ended = summary.phase { return true }
    return false
  }

  /// Whether the call takes part in the sound: accepted and not held.
  var isUp: Bool { machine.acceptance.map { !$0.isHeld } ?? false }

  /// Lets a verb act on the machine, and brings the summary up to date.
  mutating func act(
    at now: Instant, _ verb: (inout any CallMachine) -> [CallEffect]
  ) -> [CallEffect] {
    let effects = verb(&machine)
    note(machine.phase, at: now)
    if let acceptance = machine.acceptance {
      summary.isHeldByPeer = acceptance.isHeldByPeer
      if acceptance.isSecured { summary.times.mediaAt = summary.times.mediaAt ?? now }
    }
    for case .warning(_, let words) in effects { summary.warning = words }
    return effects
  }

  private mutating func note(_ phase: CallPhase, at now: Instant) {
    guard phase != summary.phase else { return }
    summary.phase = phase
    switch phase {
    case .outgoing: break
    case .ringing, .incoming: summary.times.ringingAt = summary.times.ringingAt ?? now
    case .connecting: summary.times.acceptedAt = summary.times.acceptedAt ?? now
    case .active, .held: summary.times.firstAudioAt = summary.times.firstAudioAt ?? now
    case .ended:
      summary.times.endedAt = now
      summary.warning = nil
      summary.agent = nil
      summary.recordingPath = nil
    }
  }
}

extension CallSummary {
  /// Takes in an utterance: a line replaces the unfinished one of the same speaker before it.
  ///
  /// The last ``transcriptLimit`` lines are kept, of each its first 2 000 characters.
  mutating func add(_ line: TranscriptLine) {
    var line = line
    line.text = String(line.text.prefix(2_000))
    line.speaker = String(line.speaker.prefix(200))
    let unfinished = transcript.lastIndex { $0.speaker == line.speaker && !$0.isFinal }
    if let unfinished {
      transcript[unfinished] = line
    } else {
      transcript.append(line)
    }
    if transcript.count > Self.transcriptLimit {
      transcript.removeFirst(transcript.count - Self.transcriptLimit)
    }
  }

  /// Lines of a transcript at most.
  package static let transcriptLimit = 200
}

import Basics

/// One call in the book: its machine, and what is shown of it.
struct BookedCall: Sendable {
  private(set) var machine: any CallMachine
  var summary: CallSummary
  /// Who is in a call of several, as the server tells it.
  private var members: [Participant] = []
  /// The streams that are heard to speak.
  private var speaking: Set<UInt32> = []

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

  /// Whether it was placed, and is neither taken nor over.
  var isBeingPlaced: Bool { !id.isIncoming && machine.acceptance == nil && !hasEnded }

  /// Lets a verb act on the machine, and brings the summary up to date.
  mutating func act(
    at now: Instant, _ verb: (inout any CallMachine) -> [CallEffect]
  ) -> [CallEffect] {
    let effects = verb(&machine)
    note(machine.phase, at: now)
    if let acceptance = machine.acceptance {
      summary.isHeldByPeer = acceptance.isHeldByPeer
      summary.expectsSound = acceptance.expectsSound
      if acceptance.hasFlowed { summary.times.firstAudioAt = summary.times.firstAudioAt ?? now }
      if acceptance.isSecured { summary.times.mediaAt = summary.times.mediaAt ?? now }
    }
    for case .warning(_, let words) in effects { summary.warning = words }
    return effects
  }

  /// All who are in the call, as the server tells it.
  ///
  /// - Returns: whether other streams than before are expected.
  mutating func join(_ participants: [Participant]) -> Bool {
    let before = members.map(\.streams)
    members = participants
    showMembers()
    return before != members.map(\.streams)
  }

  /// The streams that are heard to speak.
  mutating func hear(speaking streams: [UInt32]) {
    speaking = Set(streams)
    showMembers()
  }

  private mutating func showMembers() {
    summary.participants = members.map { member in
      var member = member
      let isHeard = member.streams.contains { speaking.contains($0) }
      member.isSpeaking = (member.isSpeaking || isHeard) && !member.isMuted
      return member
    }
  }

  private mutating func note(_ phase: CallPhase, at now: Instant) {
    guard phase != summary.phase else { return }
    summary.phase = phase
    switch phase {
    case .outgoing: break
    case .ringing, .incoming: summary.times.ringingAt = summary.times.ringingAt ?? now
    case .connecting: summary.times.acceptedAt = summary.times.acceptedAt ?? now
    case .active, .held: summary.times.acceptedAt = summary.times.acceptedAt ?? now
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
    let unfinished = transcript.lastIndex {
      $0.speaker == line.speaker && $0.kind == line.kind && !$0.isFinal
    }
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

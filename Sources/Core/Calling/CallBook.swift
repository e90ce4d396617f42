package import Basics

/// All calls of the phone: at most eight, one of them heard, the others held or ringing.
///
/// Taking, placing or resuming a call holds the one that was heard; it is heard again when what was
/// placed ends without having been taken. An invitation that finds eight
/// calls is refused as busy. A call that has ended stays for five seconds, so that its end is seen.
package struct CallBook: Sendable {
  private var calls: [BookedCall] = []
  private var outgoingCount = 0
  private var signalingLostAt: [AccountID: Instant] = [:]
  /// What was held for a call that was placed and has not been taken.
  private var heldFor: [CallID: CallID] = [:]

  package init() {}

  /// The calls as shown, oldest first.
  package var summaries: [CallSummary] { calls.map(\.summary) }

  /// One call as shown; `nil` when it is not in the book.
  package subscript(id: CallID) -> CallSummary? { calls.first { $0.id == id }?.summary }

  /// How many calls have not ended.
  package var liveCount: Int { calls.count { !$0.hasEnded } }

  // MARK: What the user asks.

  /// Calls a party on an account.
  ///
  /// - Parameter address: what is dialled, where that is more than the party's address and not to be
  ///   shown or kept: a URL with a token.
  package mutating func place(
    to party: Party, dialling address: String? = nil, kind: CallKind, on account: AccountSummary,
    at now: Instant, wallTime: WallTime
  ) -> [CallEffect] {
    guard liveCount < Self.callLimit else {
      return [.refused("There are \(Self.callLimit) calls already; end one of them first.")]
    }
    outgoingCount += 1
    let id = CallID(account: account.id, isIncoming: false, number: outgoingCount)
    let summary = CallSummary(
      id: id, remoteID: nil, accountName: account.name, system: account.system, party: party,
      kind: kind, phase: .outgoing, times: SetupTimes(startedAt: now), startedAt: wallTime)
    heldFor[id] = calls.first(where: \.isUp)?.id
    let effects = holdOthers(than: id, at: now)
    add(OutgoingCall(id: id, offeredAt: now), summary, at: now)
    return effects + [.signaling(.place(id, to: address ?? party.address, kind: kind))]
  }

  /// Takes a ringing call.
  package mutating func answer(_ id: CallID, at now: Instant) -> [CallEffect] {
    guard case .incoming = self[id]?.phase else { return [.refused("No such call rings here.")] }
    return holdOthers(than: id, at: now)
      + act(on: id, at: now) { machine in
        guard var call = machine as? IncomingCall else { return [] }
        defer { machine = call }
        return call.answer(at: now)
      }
  }

  /// Refuses a ringing call.
  package mutating func decline(_ id: CallID, reason: String?, at now: Instant) -> [CallEffect] {
    guard case .incoming = self[id]?.phase else { return [.refused("No such call rings here.")] }
    return act(on: id, at: now) { machine in
      guard var call = machine as? IncomingCall else { return [] }
      defer { machine = call }
      return call.decline(reason: reason)
    }
  }

  /// Ends a call in whatever state it is.
  package mutating func hangUp(_ id: CallID, at now: Instant) -> [CallEffect] {
    guard let call = calls.first(where: { $0.id == id }), !call.hasEnded else {
      return [.refused("That call is over.")]
    }
    return act(on: id, at: now) { $0.hangUp() }
  }

  /// Neither hears a call nor is heard in it, until it is resumed.
  package mutating func hold(_ id: CallID, at now: Instant) -> [CallEffect] {
    guard let call = calls.first(where: { $0.id == id }), call.machine.acceptance != nil else {
      return [.refused("Only a call that has been taken can be held.")]
    }
    heldFor = heldFor.filter { $0.value != id }
    return call.isUp ? act(on: id, at: now) { $0.setHeld(true) } : []
  }

  /// Returns to a held call; the one that is heard meanwhile is held.
  package mutating func resume(_ id: CallID, at now: Instant) -> [CallEffect] {
    guard let call = calls.first(where: { $0.id == id }), call.machine.acceptance != nil else {
      return [.refused("Only a held call can be resumed.")]
    }
    guard !call.isUp else { return [] }
    return holdOthers(than: id, at: now) + act(on: id, at: now) { $0.setHeld(false) }
  }

  /// Stops the ringing of a call without deciding about it.
  package mutating func silence(_ id: CallID) -> [CallEffect] {
    guard case .incoming = self[id]?.phase else { return [.refused("No such call rings here.")] }
    edit(id) { $0.isSilenced = true }
    return []
  }

  /// Notes something about a call, also about one that has just ended.
  package mutating func note(_ id: CallID, _ text: String) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].summary.note = text.isEmpty ? nil : text
  }

  /// A recording of a call has begun, or ended (`nil`).
  package mutating func recording(_ id: CallID, path: String?) {
    edit(id) { $0.recordingPath = path }
  }

  // MARK: What the server and media tell.

  /// A call comes in.
  package mutating func invited(
    _ invitation: Invitation, on account: AccountSummary, at now: Instant, wallTime: WallTime
  ) -> [CallEffect] {
    guard self[invitation.id] == nil else { return [] }
    guard liveCount < Self.callLimit else {
      return [.signaling(.refuseBusy(invitation.id)), .turnedAway(invitation)]
    }
    var summary = CallSummary(
      id: invitation.id, remoteID: invitation.remoteID, accountName: account.name,
      system: account.system, party: invitation.from, kind: invitation.kind, phase: .incoming,
      times: SetupTimes(startedAt: now), startedAt: wallTime)
    summary.times.ringingAt = now
    summary.summary = invitation.summary.map { String($0.prefix(4_000)) }
    summary.lastWords = Array(invitation.lastWords.suffix(20))
    summary.browserURL = invitation.browserURL
    add(IncomingCall(id: invitation.id, terms: invitation.terms, invitedAt: now), summary, at: now)
    return [.signaling(.ring(invitation.id))]
  }

  /// Takes in what a dialect reports of its calls; reports about anything else are not for the book.
  package mutating func take(_ report: SignalingReport, at now: Instant) -> [CallEffect] {
    switch report {
    case .placed(let id, let remoteID, let party, let terms, let browserURL):
      name(id, remoteID)
      edit(id) {
        $0.party = party
        $0.browserURL = browserURL
      }
      return actOnOutgoing(id, at: now) { $0.placed(terms: terms, at: now) }
    case .ringing(let id): return actOnOutgoing(id, at: now) { $0.rings() }
    case .accepted(let id): return actOnOutgoing(id, at: now) { $0.accepted(at: now) }
    case .described(let id, let description):
      return act(on: id, at: now) { $0.described(description) }
    case .candidate(let id, let candidate): return act(on: id, at: now) { $0.candidate(candidate) }
    case .endOfCandidates(let id): return act(on: id, at: now) { $0.endOfCandidates() }
    case .servers(let id, let servers): return act(on: id, at: now) { $0.use(servers) }
    case .ended(let id, let reason): return act(on: id, at: now) { $0.ended(reason) }
    case .transcript(let id, let line):
      edit(id) { $0.add(line) }
      return []
    case .agent(let id, let state):
      edit(id) { $0.agent = state }
      return []
    case .participants(let id, let participants):
      return join(id, Array(participants.prefix(Self.participantLimit)))
    case .mediaGone(let id): return act(on: id, at: now) { $0.mediaGone() }
    case .message(let id, let from, let text):
      var line = TranscriptLine(speaker: from, isSelf: false, text: text, isFinal: true, at: now)
      line.kind = .written
      edit(id) { $0.add(line) }
      return []
    case .callNotice(let id, let words):
      var line = TranscriptLine(speaker: "", isSelf: false, text: words, isFinal: true, at: now)
      line.kind = .notice
      edit(id) { $0.add(line) }
      return []
    case .account, .identity, .contacts, .history, .invited, .notice, .keepsake, .muted, .sound,
      .flushSound,
      .answered:
      return []
    }
  }

  /// The streams of a call that are heard to speak.
  package mutating func hear(speaking streams: [UInt32], in id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id && !$0.hasEnded }) else { return }
    calls[index].hear(speaking: streams)
  }

  /// Takes in what media has to tell of a call.
  package mutating func hear(_ news: MediaNews, of id: CallID, at now: Instant) -> [CallEffect] {
    act(on: id, at: now) { $0.hear(news, at: now) }
  }

  /// The way to an account's server was lost, or found again.
  package mutating func signaling(of account: AccountID, isUp: Bool, at now: Instant) {
    let lostAt = isUp ? nil : signalingLostAt[account] ?? now
    signalingLostAt[account] = lostAt
    for index in calls.indices where calls[index].id.account == account {
      _ = calls[index].act(at: now) { machine in
        machine.signalingLost(at: lostAt)
        return []
      }
    }
  }

  // MARK: Time.

  /// When ``expire(at:)`` is next due.
  package var deadline: Instant? {
    calls.compactMap { call in
      call.hasEnded
        ? call.summary.times.endedAt?.advanced(by: Self.lingerTime) : call.machine.deadline
    }.min()
  }

  /// Acts on deadlines that have passed; does nothing before them.
  package mutating func expire(at now: Instant) -> [CallEffect] {
    calls.removeAll { call in
      guard call.hasEnded, let endedAt = call.summary.times.endedAt else { return false }
      return now >= endedAt.advanced(by: Self.lingerTime)
    }
    return calls.map(\.id).flatMap { id in act(on: id, at: now) { $0.expire(at: now) } }
  }

  // MARK: Helpers.

  private mutating func add(
    _ machine: some CallMachine, _ summary: CallSummary, at now: Instant
  ) {
    var call = BookedCall(machine, summary: summary)
    let lostAt = signalingLostAt[summary.id.account]
    _ = call.act(at: now) { machine in
      machine.signalingLost(at: lostAt)
      return []
    }
    calls.append(call)
    let surplus = calls.count - Self.callLimit - Self.endedLimit
    if surplus > 0, let oldest = calls.firstIndex(where: \.hasEnded) { calls.remove(at: oldest) }
  }

  private mutating func holdOthers(than id: CallID, at now: Instant) -> [CallEffect] {
    calls.filter { $0.id != id && $0.isUp }.map(\.id).flatMap { other in
      act(on: other, at: now) { $0.setHeld(true) }
    }
  }

  private mutating func act(
    on id: CallID, at now: Instant, _ verb: (inout any CallMachine) -> [CallEffect]
  ) -> [CallEffect] {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return [] }
    let effects = calls[index].act(at: now, verb)
    // A new session has yet to be told whom to expect.
    let isPrepared = effects.contains {
      if case .media(_, .prepare) = $0 { true } else { false }
    }
    let participants = calls[index].summary.participants
    return effects
      + (isPrepared && !participants.isEmpty ? [.media(id, .streams(participants))] : [])
      + comeBack(from: id, at: now)
  }

  /// Has the call heard again that was held for one that has come to nothing.
  private mutating func comeBack(from id: CallID, at now: Instant) -> [CallEffect] {
    guard let held = heldFor[id], let call = calls.first(where: { $0.id == id }) else { return [] }
    if call.machine.acceptance != nil { heldFor[id] = nil }
    guard call.hasEnded else { return [] }
    heldFor[id] = nil
    // Another that was placed meanwhile is still wanted more.
    if let other = calls.last(where: { $0.isBeingPlaced }) {
      heldFor[other.id] = heldFor[other.id] ?? held
      return []
    }
    return calls.contains(where: \.isUp) ? [] : act(on: held, at: now) { $0.setHeld(false) }
  }

  private mutating func join(_ id: CallID, _ participants: [Participant]) -> [CallEffect] {
    guard let index = calls.firstIndex(where: { $0.id == id && !$0.hasEnded }) else { return [] }
    guard calls[index].join(participants) else { return [] }
    return [.media(id, .streams(participants))]
  }

  private mutating func actOnOutgoing(
    _ id: CallID, at now: Instant, _ verb: (inout OutgoingCall) -> [CallEffect]
  ) -> [CallEffect] {
    act(on: id, at: now) { machine in
      guard var call = machine as? OutgoingCall else { return [] }
      defer { machine = call }
      return verb(&call)
    }
  }

  /// Takes the server's name of a call, also of one that was given up meanwhile: its record would
  /// otherwise not be known for the server's.
  private mutating func name(_ id: CallID, _ remoteID: String) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].summary.remoteID = remoteID
  }

  private mutating func edit(_ id: CallID, _ change: (inout CallSummary) -> Void) {
    guard let index = calls.firstIndex(where: { $0.id == id && !$0.hasEnded }) else { return }
    change(&calls[index].summary)
  }

  /// Calls that have not ended, at most.
  package static let callLimit = 8
  /// Participants of one call that are shown at most.
  package static let participantLimit = 100
  /// Calls that have ended and are still shown, at most.
  package static let endedLimit = 16
  /// How long a call that has ended stays in the book.
  package static let lingerTime: Duration = .seconds(5)
}

package import Basics
package import SDP

/// One outgoing call, from its order to its end.
///
///              placed            rings
///     offered ────────▶ placed ────────▶ ringing
///        │                 │ accepted       │ accepted
///        │                 ▼                ▼
///        │               accepted ◀──────────
///        │                 │  hangUp, ended, or as `AcceptedCall` decides
///        ▼                 ▼
///      ended ◀──────────────   hangUp, ended, mediaFailed, or ring time over, from anywhere
///
/// Media is prepared when the server has taken the call, and our offer goes out when it is made; the
/// answer is handed to media whenever it comes, before the acceptance or after. In a conference media is
/// prepared from the server's offer, whenever that comes.
package struct OutgoingCall: CallMachine, Equatable {
  /// Where the call stands, with what is known only there.
  package enum State: Equatable, Sendable {
    case offered(until: Instant)
    case placed(until: Instant)
    case ringing(until: Instant)
    case accepted(AcceptedCall)
    case ended(EndReason)
  }

  package let id: CallID
  package private(set) var state: State
  private var negotiation: Negotiation
  private var signalingLostAt: Instant?
  /// Whether packets could pass before the call was taken.
  private var isMediaSecured = false

  /// The dialect has been asked to place the call.
  package init(id: CallID, offeredAt now: Instant) {
    self.id = id
    state = .offered(until: now.advanced(by: Self.ringTime))
    negotiation = Negotiation(id)
  }

  /// The server has taken the call.
  package mutating func placed(terms: MediaTerms, at now: Instant) -> [CallEffect] {
    switch state {
    case .offered:
      state = .placed(until: now.advanced(by: Self.ringTime))
      return negotiation.begin(terms.carriage.callersRole, iceServers: terms.iceServers)
        + negotiation.release()
    case .placed, .ringing, .accepted:
      return []  // The server repeats itself.
    case .ended:
      return []  // Given up meanwhile; the dialect holds the order to end it.
    }
  }

  /// The other side is being rung.
  package mutating func rings() -> [CallEffect] {
    switch state {
    case .placed(let until):
      state = .ringing(until: until)
      return []
    case .offered:
      return []  // No dialect tells it before `placed`.
    case .ringing, .accepted, .ended:
      return []  // Told twice, or overtaken by the answer.
    }
  }

  /// The other side has taken the call.
  package mutating func accepted(at now: Instant) -> [CallEffect] {
    switch state {
    case .placed, .ringing:
      state = .accepted(
        AcceptedCall(
          at: now, signalingLostAt: signalingLostAt, watch: negotiation.watch,
          isSecured: isMediaSecured))
      return negotiation.open()
    case .offered:
      return []  // No dialect tells it before `placed`.
    case .accepted, .ended:
      return []  // Told twice, or given up meanwhile.
    }
  }

  package mutating func described(_ description: SessionDescription) -> [CallEffect] {
    hasEnded ? [] : negotiation.remoteDescribed(description)
  }

  package mutating func candidate(_ candidate: Candidate) -> [CallEffect] {
    hasEnded ? [] : negotiation.remoteCandidate(candidate)
  }

  package mutating func endOfCandidates() -> [CallEffect] {
    hasEnded ? [] : negotiation.remoteEndOfCandidates()
  }

  package mutating func use(_ servers: [IceServer]) -> [CallEffect] {
    hasEnded ? [] : negotiation.use(servers)
  }

  package mutating func mediaGone() -> [CallEffect] {
    guard !hasEnded, negotiation.isMember else { return [] }
    if case .accepted(var call) = state {
      call.mediaGone()
      state = .accepted(call)
    }
    return negotiation.withdraw()
  }

  package mutating func ended(_ reason: EndReason) -> [CallEffect] { end(reason, telling: false) }

  package mutating func hear(_ news: MediaNews, at now: Instant) -> [CallEffect] {
    guard !hasEnded else { return [] }
    if let effects = negotiation.hear(news) { return effects }
    switch state {
    case .offered, .placed, .ringing:
      if news == .secured { isMediaSecured = true }
      // Before the session is opened it can only fail to be made.
      guard case .failed(let words) = news else { return [] }
      return negotiation.isMember ? loseMedia(words) : end(.mediaFailed(words), telling: true)
    case .accepted(var call):
      let effects = call.hear(news, at: now)
      state = .accepted(call)
      return perform(effects)
    case .ended:
      return []
    }
  }

  package mutating func hangUp() -> [CallEffect] {
    switch state {
    case .offered, .placed, .ringing: return end(.cancelled, telling: true)
    case .accepted: return end(.hungUp, telling: true)
    case .ended: return []
    }
  }

  package mutating func setHeld(_ isHeld: Bool) -> [CallEffect] {
    switch state {
    case .accepted(var call):
      call.isHeld = isHeld
      state = .accepted(call)
      return negotiation.setActive(!isHeld)
    case .offered, .placed, .ringing, .ended:
      return []  // There is nothing to hold.
    }
  }

  package mutating func signalingLost(at instant: Instant?) {
    signalingLostAt = instant
    guard case .accepted(var call) = state else { return }
    call.signalingLost(at: instant)
    state = .accepted(call)
  }

  package var deadline: Instant? {
    switch state {
    case .offered(let until), .placed(let until), .ringing(let until): return until
    case .accepted(let call): return call.deadline
    case .ended: return nil
    }
  }

  package mutating func expire(at now: Instant) -> [CallEffect] {
    switch state {
    case .offered(let until) where now >= until:
      return end(.signalingFailed("The server did not take the call in time."), telling: true)
    case .placed(let until) where now >= until, .ringing(let until) where now >= until:
      return end(.noAnswer, telling: true)
    case .accepted(var call):
      let effects = call.expire(at: now)
      state = .accepted(call)
      return perform(effects)
    case .offered, .placed, .ringing, .ended:
      return []
    }
  }

  package var phase: CallPhase {
    switch state {
    case .offered, .placed: .outgoing
    case .ringing: .ringing
    case .accepted(let call): call.phase
    case .ended(let reason): .ended(reason)
    }
  }

  package var acceptance: AcceptedCall? {
    guard case .accepted(let call) = state else { return nil }
    return call
  }

  private var hasEnded: Bool {
    guard case .ended = state else { return false }
    return true
  }

  private mutating func perform(_ effects: [AcceptedCall.Effect]) -> [CallEffect] {
    effects.flatMap { effect -> [CallEffect] in
      switch effect {
      case .warn(let words): [.warning(id, words)]
      case .end(let reason): end(reason, telling: true)
      case .loseMedia(let words): loseMedia(words)
      }
    }
  }

  /// The session has failed; whether there shall be another is for the server.
  private mutating func loseMedia(_ words: String) -> [CallEffect] {
    negotiation.withdraw() + [.signaling(.mediaFailed(id, words))]
  }

  private mutating func end(_ reason: EndReason, telling: Bool) -> [CallEffect] {
    guard !hasEnded else { return [] }
    state = .ended(reason)
    return (telling ? [.signaling(.end(id, reason))] : [])
      + (negotiation.isPrepared ? [.media(id, .close)] : [])
  }

  /// How long the other side is rung, from the moment the server has taken the call.
  package static let ringTime: Duration = .seconds(60)
}

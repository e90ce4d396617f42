package import Basics
package import SDP

/// One incoming call, from its invitation to its end.
///
///     ringing ──answer──▶ accepted
///        │                   │  hangUp, ended, or as `AcceptedCall` decides
///        ▼                   ▼
///      ended ◀────────────────   decline, ended, mediaFailed, or ring time over, while it rings
///
/// Media is prepared as soon as the offer is there, while the phone still rings, so that the answer
/// needs no more than a key press; none of it leaves before. An offer that comes after the key press
/// is answered when it comes: a conference's server makes one when there is somebody to hear.
package struct IncomingCall: CallMachine, Equatable {
  /// Where the call stands, with what is known only there.
  package enum State: Equatable, Sendable {
    case ringing(until: Instant)
    case accepted(AcceptedCall)
    case ended(EndReason)
  }

  package let id: CallID
  package private(set) var state: State
  private var negotiation: Negotiation
  private let terms: MediaTerms
  private var signalingLostAt: Instant?

  /// An invitation has arrived and the phone starts to ring.
  package init(id: CallID, terms: MediaTerms, invitedAt now: Instant) {
    self.id = id
    state = .ringing(until: now.advanced(by: Self.ringTime))
    self.terms = terms
    negotiation = Negotiation(id)
    switch terms.carriage {
    case .negotiated, .offeredByServer:
      // Nothing is done before there is an offer.
      _ = negotiation.begin(terms.carriage.calleesRole, iceServers: terms.iceServers)
    case .samples: break  // Made ready when the call is taken.
    }
  }

  /// The user takes the call.
  package mutating func answer(at now: Instant) -> [CallEffect] {
    switch state {
    case .ringing:
      let prepared = negotiation.begin(terms.carriage.calleesRole, iceServers: terms.iceServers)
      state = .accepted(
        AcceptedCall(at: now, signalingLostAt: signalingLostAt, watch: negotiation.watch))
      return [.signaling(.accept(id))] + prepared + negotiation.release() + negotiation.open()
    case .accepted, .ended:
      return []  // The key was pressed twice, or the caller was faster.
    }
  }

  /// The user refuses the call, with a reason or without.
  package mutating func decline(reason: String?) -> [CallEffect] {
    switch state {
    case .ringing:
      return [.signaling(.decline(id, reason: reason))]
        + end(.declined(reason: reason), telling: false)
    case .accepted:
      return end(.hungUp, telling: true)  // Taken by one key and regretted by the next.
    case .ended:
      return []
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
    case .ringing:
      // Before the session is opened it can only fail to be made, as with an offer of junk.
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

  package mutating func hangUp() -> [CallEffect] { decline(reason: nil) }

  package mutating func setHeld(_ isHeld: Bool) -> [CallEffect] {
    switch state {
    case .accepted(var call):
      call.isHeld = isHeld
      state = .accepted(call)
      return negotiation.setActive(!isHeld)
    case .ringing, .ended:
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
    case .ringing(let until): return until
    case .accepted(let call): return call.deadline
    case .ended: return nil
    }
  }

  package mutating func expire(at now: Instant) -> [CallEffect] {
    switch state {
    case .ringing(let until) where now >= until:
      // The caller is not told: its server may still be ringing other devices of this user.
      return end(.missed, telling: false)
    case .accepted(var call):
      let effects = call.expire(at: now)
      state = .accepted(call)
      return perform(effects)
    case .ringing, .ended:
      return []
    }
  }

  package var phase: CallPhase {
    switch state {
    case .ringing: .incoming
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

  /// How long the phone rings at most. Servers end the ringing sooner; this is for one that is gone.
  package static let ringTime: Duration = .seconds(90)
}

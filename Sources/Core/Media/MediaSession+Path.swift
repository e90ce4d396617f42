package import Basics
package import SDP

/// The way to the peer: candidates, the pair that works, the keys, and what arrives over it.
extension MediaSession {
  /// One of the peer's candidates. Kept until the agent can use it.
  package mutating func candidate(_ candidate: Candidate, at now: Instant) -> [SessionEffect] {
    guard state != .closed else { return [] }
    remoteCandidates.add(candidate)
    return giveCandidates()
  }

  package mutating func endOfCandidates(at now: Instant) -> [SessionEffect] {
    guard state != .closed else { return [] }
    remoteCandidates.end()
    return giveCandidates()
  }

  /// What the agent has to tell.
  package mutating func ice(_ event: IceEvent, at now: Instant) -> [SessionEffect] {
    guard state != .closed, state != .idle else { return [] }
    switch event {
    case .gathering(let credentials): return gatheringBegan(credentials, at: now)
    case .candidate(let candidate): return gathered(candidate)
    case .gatheringDone: return gatheringEnded(at: now)
    case .connected(let local, let remote): return connected(local, remote, at: now)
    case .using(let address):
      pathAddress = address
      return []
    case .disconnected:
      suspectPath(.agent, after: PathSearch.agentPatience, at: now)
      return [note(.warning, "The path no longer answers; another is sought.")]
    case .failed(let reason): return pathFailed(reason, at: now)
    case .received(let datagram): return received(datagram, at: now)
    }
  }

  /// Begins the checks if the session is open and both sides are described.
  mutating func checkIfReady(at now: Instant) -> [SessionEffect] {
    guard case .preparing(isOpen: true) = state, let agreed = offerAnswer.agreed else { return [] }
    state = .checking
    timers[.connect] = now.advanced(by: Self.connectTime)
    return [.ice(.setRemote(agreed.remote.credentials))] + giveCandidates()
      + restartIfOutdated(at: now)
  }

  /// Gives the agent what it can use: not before the session is open, and not while it is uncertain
  /// whether a candidate belongs to the path in force or to the one being agreed on.
  mutating func giveCandidates() -> [SessionEffect] {
    switch state {
    case .idle, .preparing, .closed: return []
    case .checking, .securing, .flowing: break
    }
    guard case .done = gathering, !offerAnswer.hasOffered else { return [] }
    return remoteCandidates.take().map { .ice($0) }
  }

  // MARK: The pair

  private mutating func connected(
    _ local: Candidate.Kind, _ remote: Candidate.Kind, at now: Instant
  ) -> [SessionEffect] {
    path = (local, remote)
    pathWorks()
    switch state {
    case .idle, .preparing, .closed: return []
    case .securing, .flowing: return []  // A better pair, or the same one again.
    case .checking:
      guard let agreed = offerAnswer.agreed else { return [] }
      state = .securing
      let step = handshake.start(
        isClient: agreed.isDTLSClient, expecting: agreed.remote.fingerprints)
      return perform(step, at: now)
    }
  }

  private mutating func pathFailed(_ reason: String, at now: Instant) -> [SessionEffect] {
    if case .done = gathering {
    } else if !hasGatheringBegun {
      return gatheringFailed(HarmlessText.line(reason), at: now)
    }
    switch state {
    case .idle, .preparing, .closed: return []
    case .checking where search.isNeeded: return []  // Another attempt is under way.
    case .checking where remoteCandidates.hasEnded: return fail(connectComplaint, at: now)
    case .checking: return []  // More of the peer's candidates may come; the time-out decides.
    case .securing where plan.isConference, .flowing where plan.isConference:
      return fail("The path to the conference broke: \(HarmlessText.line(reason))", at: now)
    case .securing, .flowing:
      suspectPath(.agent, at: now)
      return [note(.warning, "No path works at present: \(HarmlessText.line(reason))")]
    }
  }

  /// Why the connect time-out struck: the path, or the keys.
  var connectComplaint: String {
    if state == .securing {
      return "A path to the other side was found, but no keys could be agreed over it."
    }
    let own = transport?.candidates.count ?? 0
    let others = remoteCandidates.givenCount
    return others == 0
      ? "No path to the other side was found: it told no address that could be tried."
      : "No path to the other side was found between \(own) own and \(others) remote addresses."
  }

  // MARK: Keys

  /// Does what a step of the handshake asks.
  mutating func perform(_ step: HandshakeStep, at now: Instant) -> [SessionEffect] {
    var effects: [SessionEffect] = step.datagrams.map { .ice(.send($0)) }
    switch step.outcome {
    case .goesOn: break
    case .finished(let keys): effects += secured(by: keys, at: now)
    case .failed(let reason): effects += keysFailed(reason, at: now)
    case .closed: effects += peerClosed(at: now)
    }
    guard state != .closed, let delay = handshake.retransmissionDelay else {
      timers[.retransmission] = nil
      return effects
    }
    // What arrives without moving the handshake on does not put the repetition off.
    if !step.datagrams.isEmpty || timers[.retransmission] == nil {
      // The library keeps its own time and may find that the repetition is not quite due.
      timers[.retransmission] = now.advanced(by: max(delay, .milliseconds(1)))
    }
    return effects
  }

  private mutating func secured(by keys: CipherKeys, at now: Instant) -> [SessionEffect] {
    guard state == .securing, let agreed = offerAnswer.agreed else { return [] }
    let cipher: any CipherPort
    do { cipher = try ports.makeCipher(keys: keys) } catch {
      return fail("The agreed keys cannot be used: \(error)", at: now)
    }
    state = .flowing
    timers[.connect] = nil
    timers[.stall] = now.advanced(by: Self.stallTime)
    timers[.statistics] = now.advanced(by: Self.statisticsInterval)
    quality.begin(at: now)
    switch plan.carriage {
    case .sound:
      flow = Flow(
        agreed, local: local, cipher: cipher, profile: keys.profile, settings: settings,
        ports: ports, clock: clock, at: now)
    case .packets:
      packets = PacketFlow(
        agreed, local: local, cipher: cipher, ports: ports, clock: clock, at: now)
    }
    return [.report(.secured)] + renewIfNeeded(at: now)
  }

  private mutating func keysFailed(_ reason: String, at now: Instant) -> [SessionEffect] {
    guard state == .securing else {
      faultyPackets += 1  // The keys stand; nothing that comes later can spoil them.
      return []
    }
    let reason = HarmlessText.line(reason)
    return fail("No keys could be agreed with the other side: \(reason)", at: now)
  }

  private mutating func peerClosed(at now: Instant) -> [SessionEffect] {
    guard state == .securing else { return peerLeft() }
    return fail("The other side broke off the agreement on keys.", at: now)
  }

  mutating func peerLeft() -> [SessionEffect] {
    guard state == .flowing, stall != .peerLeft else { return [] }
    stall = .peerLeft
    return [.report(.peerLeft)]
  }

  // MARK: Datagrams

  private mutating func received(_ datagram: [UInt8], at now: Instant) -> [SessionEffect] {
    switch DatagramClass(of: datagram) {
    case .dtls: return perform(handshake.receive(datagram), at: now)
    case .rtp where packets != nil: return receivedPacket(datagram, at: now)
    case .rtcp where packets != nil: return receivedReport(datagram, at: now)
    case .rtp: return receivedRTP(datagram, at: now)
    case .rtcp: return receivedRTCP(datagram, at: now)
    case .stun, .turnChannel, .unknown:
      faultyPackets += 1
      return []
    }
  }
}

package import Basics
package import SDP

/// Offers and answers: the first, and those that renew them.
extension MediaSession {
  /// The peer's description: the answer to ours, or an offer to be answered.
  ///
  /// An offer is told from an answer by what we wait for and by its setup role. One that cannot lead
  /// to sound ends a session that has nothing agreed, and is noted and dropped otherwise.
  package mutating func describe(
    _ description: SessionDescription, at now: Instant
  ) -> [SessionEffect] {
    guard state != .idle, state != .closed else { return [] }
    guard offerAnswer.hasOffered else {
      // Signalling may deliver twice.
      if description == lastRemote { return [] }
      if search.hasGivenUpOffer, !isOffer(description) {
        // But whoever answers is back, so that the next offer need not wait.
        if search.isNeeded { timers[.restart] = now }
        return [note(.info, "An answer came too late to be of use.")]
      }
      return offered(description, at: now)
    }
    guard isOffer(description) else { return answered(by: description, at: now) }
    guard givesWay() else { return [note(.info, Self.crossing)] }
    offerAnswer.withdrawOffer()
    timers[.renewal] = nil
    // A peer that gave way as well answers it all the same.
    search.hasGivenUpOffer = true
    return offered(description, at: now)
  }

  /// Something that was agreed is to change, and nothing is under way: offer it.
  mutating func renewIfNeeded(at now: Instant) -> [SessionEffect] {
    guard !plan.isConference, state == .flowing, case .done = gathering, !offerAnswer.hasOffered,
      isHoldDescribed == isActive || isCopyWishNews, let transport
    else { return [] }
    return offer(transport, at: now)
  }

  /// Whether we would rather be sent copies of earlier packets along.
  private var wantsCopies: Bool { settings.usesRedundancy ?? copyWish.isAsking }

  /// Whether the other side, which may send copies, knows that differently.
  private var isCopyWishNews: Bool {
    flow?.agreed.receivedRedundancy != nil && areCopiesDescribed != wantsCopies
  }

  // MARK: Our descriptions

  /// The agent has begun to gather, with these credentials.
  mutating func gatheringBegan(_ credentials: IceCredentials, at now: Instant) -> [SessionEffect] {
    if case .done = gathering { return [] }  // Nobody waits for it.
    transport = LocalTransport(credentials: credentials)
    hasGatheringBegun = true
    timers[.describe] = now.advanced(by: Self.candidateTime)
    return []
  }

  mutating func gathered(_ candidate: Candidate) -> [SessionEffect] {
    guard let count = transport?.candidates.count, count < RemoteCandidates.limit else { return [] }
    transport?.candidates.append(candidate)
    return isTransportDescribed ? [.report(.candidate(candidate))] : []
  }

  mutating func gatheringEnded(at now: Instant) -> [SessionEffect] {
    guard let transport, !transport.isGatheringDone else { return [] }
    self.transport?.isGatheringDone = true
    return isTransportDescribed ? [.report(.endOfCandidates)] : describeTransport(at: now)
  }

  /// What could be gathered at once has been, or gathering has not even begun.
  mutating func gatheringTimePassed(at now: Instant) -> [SessionEffect] {
    if case .done = gathering { return [] }
    if hasGatheringBegun { return describeTransport(at: now) }
    let complaint = "The search for this machine's network addresses did not begin."
    guard offerAnswer.agreed != nil else { return fail(complaint, at: now) }
    gathering = .done
    isTransportDescribed = true
    return [note(.warning, complaint)]
  }

  private mutating func describeTransport(at now: Instant) -> [SessionEffect] {
    guard let transport else { return [] }
    timers[.describe] = nil
    let purpose = gathering
    gathering = .done
    switch purpose {
    case .done: return []
    case .offer: return offer(transport, at: now)
    case .answer(let description): return answer(description, transport, at: now)
    }
  }

  private mutating func offer(_ transport: LocalTransport, at now: Instant) -> [SessionEffect] {
    isTransportDescribed = true
    isHoldDescribed = isHolding
    areCopiesDescribed = wantsCopies
    if offerAnswer.agreed != nil { timers[.renewal] = now.advanced(by: Self.renewalTime) }
    let offer = offerAnswer.makeOffer(
      transport, isHolding: isHoldDescribed, prefersRedundancy: areCopiesDescribed)
    return [.report(.described(offer))]
  }

  private mutating func answer(
    _ offer: SessionDescription, _ transport: LocalTransport, at now: Instant
  ) -> [SessionEffect] {
    let previous = offerAnswer.agreed
    let answer: SessionDescription
    do {
      answer = try offerAnswer.makeAnswer(
        to: offer, transport, isHolding: isHolding, prefersRedundancy: wantsCopies)
    } catch {
      return refuse(error, at: now)
    }
    isTransportDescribed = true
    isHoldDescribed = isHolding
    areCopiesDescribed = wantsCopies
    return [.report(.described(answer))] + agreementChanged(from: previous, at: now)
      + renewIfNeeded(at: now)
  }

  /// A session on hold asks the peer not to send; one that has not been opened is not on hold.
  private var isHolding: Bool {
    switch state {
    case .idle, .preparing, .closed: false
    case .checking, .securing, .flowing: !isActive && !plan.isConference
    }
  }

  mutating func renewalWasNotAnswered(at now: Instant) -> [SessionEffect] {
    guard offerAnswer.hasOffered else { return [] }
    return giveUpOffer()
  }

  // MARK: The peer's descriptions

  /// Both sides offered at once: the one that offered first in the call insists, the other gives way.
  func givesWay() -> Bool {
    switch plan.role {
    case .offerer: false
    case .answerer: true
    }
  }

  /// Only an offer leaves the DTLS role open (RFC 8842 §5.2).
  private func isOffer(_ description: SessionDescription) -> Bool {
    guard offerAnswer.agreed != nil, let audio = try? AudioDescription(reading: description) else {
      return false
    }
    return audio.setup == .actpass
  }

  private mutating func answered(
    by description: SessionDescription, at now: Instant
  ) -> [SessionEffect] {
    let previous = offerAnswer.agreed
    do { try offerAnswer.accept(answer: description) } catch { return refuse(error, at: now) }
    lastRemote = description
    search.hasGivenUpOffer = false
    timers[.renewal] = nil
    if restartsIce(since: previous) { remoteCandidates.restart() }
    return agreementChanged(from: previous, at: now) + renewIfNeeded(at: now)
      + restartIfOutdated(at: now)
  }

  private mutating func offered(
    _ description: SessionDescription, at now: Instant
  ) -> [SessionEffect] {
    lastRemote = description
    guard let agreed = offerAnswer.agreed else {
      guard case .answerer = plan.role else {
        return [note(.warning, "An answer came to an offer that was never made.")]
      }
      gathering = .answer(to: description)  // A better offer than the one we were about to answer.
      return []
    }
    let audio: AudioDescription
    do { audio = try AudioDescription(reading: description) } catch {
      return refuse(error, at: now)
    }
    let restarts = audio.restartsIce(since: agreed.remote)
    guard case .done = gathering, let transport else {
      // We gather anew: for an offer of our own, or to answer one that this one takes the place of.
      if case .offer = gathering, !givesWay() { return [note(.info, Self.crossing)] }
      if restarts { remoteCandidates.restart() }
      gathering = .answer(to: description)
      return []
    }
    guard restarts else { return answer(description, transport, at: now) }
    remoteCandidates.restart()
    return regather(for: .answer(to: description), at: now)
  }

  private mutating func refuse(_ error: NegotiationError, at now: Instant) -> [SessionEffect] {
    guard offerAnswer.agreed != nil else { return fail(error.description, at: now) }
    offerAnswer.withdrawOffer()
    timers[.renewal] = nil
    return [
      note(.warning, "A renewed description could not be used, the call goes on: \(error)")
    ]
  }

  mutating func regather(
    for purpose: Gathering, at now: Instant
  ) -> [SessionEffect] {
    gathering = purpose
    hasGatheringBegun = false
    isTransportDescribed = false
    timers[.describe] = now.advanced(by: Self.gatheringLimit)
    return [.ice(.restart)]
  }

  private func restartsIce(since previous: AgreedAudio?) -> Bool {
    guard let previous, let agreed = offerAnswer.agreed else { return false }
    return agreed.remote.restartsIce(since: previous.remote)
  }

  /// Brings what both sides agreed on to the agent and the streams.
  private mutating func agreementChanged(
    from previous: AgreedAudio?, at now: Instant
  ) -> [SessionEffect] {
    guard let agreed = offerAnswer.agreed else { return [] }
    let isRestart = restartsIce(since: previous)
    for candidate in agreed.remote.candidates
    where isRestart || previous?.remote.candidates.contains(candidate) != true {
      remoteCandidates.add(candidate)
    }
    if agreed.remote.hasEndOfCandidates { remoteCandidates.end() }

    var effects: [SessionEffect] = []
    if isRestart { effects.append(.ice(.setRemote(agreed.remote.credentials))) }
    effects += giveCandidates()
    if agreed.remote.isHeld != (previous?.remote.isHeld ?? false) {
      effects.append(.report(.heldByPeer(agreed.remote.isHeld)))
    }
    if let previous, previous.remote.fingerprints != agreed.remote.fingerprints {
      effects.append(note(.warning, "The other side announced another certificate; ignored."))
    }
    flow?.agree(agreed, at: now)
    packets?.agree(agreed)
    return effects + checkIfReady(at: now)
  }

  private static let crossing = "The other side's offer crossed ours, which it has yet to answer."
}

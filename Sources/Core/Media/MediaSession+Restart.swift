package import Basics
package import SDP

/// Another path in the place of one that broke (RFC 8445 §9): new candidates and credentials, told by
/// a renewed offer. Keys and streams stay as they are.
extension MediaSession {
  /// The addresses of this machine have changed.
  package mutating func networkChanged(
    _ change: NetworkChange, at now: Instant
  ) -> [SessionEffect] {
    switch state {
    case .idle, .closed: return []
    case .preparing: break  // What was gathered is of no use, or not all there is.
    case .checking, .securing, .flowing:
      guard search.isNeeded || change.breaks(pathFrom: pathAddress) else { return [] }
    }
    guard plan.restartsByItself else { return [] }
    _ = search.begin(.network)
    return restart(at: now)
  }

  /// Gathers anew and offers the result.
  package mutating func restart(at now: Instant) -> [SessionEffect] {
    switch state {
    case .idle, .closed: return []
    case .preparing: return prepareAnew(at: now)
    case .checking, .securing, .flowing:
      guard !plan.isConference else {
        return fail("The network has changed; the conference is asked for another path.", at: now)
      }
    }
    if search.isNeeded { timers[.restart] = now.advanced(by: search.attempt()) }
    switch gathering {
    case .offer, .answer: return regather(for: gathering, at: now)
    case .done: break
    }
    guard offerAnswer.hasOffered else {
      search.isOutdated = false
      return regather(for: .offer, at: now)
    }
    search.isOutdated = true
    return [note(.info, "A description is under way; another follows its answer.")]
  }

  /// There are other servers to gather candidates from, as those given first know us for a while only.
  ///
  /// A search for another path, which may lack what they would have given, begins anew with them.
  package mutating func use(_ servers: [IceServer], at now: Instant) -> [SessionEffect] {
    switch state {
    case .idle, .closed: return []
    case .preparing, .checking, .securing, .flowing: break
    }
    let order = SessionEffect.ice(.servers(servers))
    guard search.isNeeded, !plan.isConference else { return [order] }
    if case .preparing = state { return [order] + prepareAnew(at: now) }
    switch gathering {
    case .offer, .answer: return [order] + regather(for: gathering, at: now)
    case .done where offerAnswer.hasOffered:
      search.isOutdated = true
      return [order]
    case .done: return [order] + regather(for: .offer, at: now)
    }
  }

  /// The path may be broken: another is sought unless it proves to work in time.
  mutating func suspectPath(
    _ cause: PathSearch.Cause, after patience: Duration = .milliseconds(1), at now: Instant
  ) {
    guard plan.restartsByItself, !plan.isConference, state == .flowing, search.begin(cause) else {
      return
    }
    timers[.restart] = now.advanced(by: givesWay() ? patience + PathSearch.courtesy : patience)
  }

  /// The path works, as its agent says or as packets show.
  mutating func pathWorks() {
    search.end()
    timers[.restart] = nil
  }

  /// It is time for the first attempt, or the last one has led to nothing.
  mutating func seekPath(at now: Instant) -> [SessionEffect] {
    guard search.isNeeded else { return [] }
    var effects = [note(.info, "Seeking another path to the other side.")]
    if offerAnswer.hasOffered, search.attemptCount > 0 { effects += giveUpOffer() }
    return effects + restart(at: now)
  }

  /// Seeks on after an answer to what has become out of date.
  mutating func restartIfOutdated(at now: Instant) -> [SessionEffect] {
    guard search.isOutdated, state != .closed, !offerAnswer.hasOffered else { return [] }
    search.isOutdated = false
    return restart(at: now)
  }

  /// No answer is expected any more.
  mutating func giveUpOffer() -> [SessionEffect] {
    offerAnswer.withdrawOffer()
    search.hasGivenUpOffer = true
    timers[.renewal] = nil
    return [note(.warning, "The other side has not answered our renewed description.")]
  }

  /// The agent could not even begin.
  mutating func gatheringFailed(_ reason: String, at now: Instant) -> [SessionEffect] {
    guard offerAnswer.agreed != nil else {
      return fail("This machine has no network address that could be told: \(reason).", at: now)
    }
    // The network may come back, and then we begin once more.
    if case .offer = gathering {
      gathering = .done
      timers[.describe] = nil
    }
    return [note(.warning, "No path can be sought at present: \(reason).")]
  }

  /// Nothing has been found yet that could be lost, but what is told of us must be true.
  private mutating func prepareAnew(at now: Instant) -> [SessionEffect] {
    switch (gathering, plan.role) {
    case (.offer, _), (.answer, _): return regather(for: gathering, at: now)
    case (.done, .answerer):
      guard let lastRemote else { return [] }
      return regather(for: .answer(to: lastRemote), at: now)
    case (.done, .offerer):
      search.isOutdated = true  // The peer has our offer, and gets another once it has answered.
      return []
    }
  }
}

import Basics
import Calling
import Formats
import Jitsi
import Transport
import ZulipWire

/// Taking, refusing and ending calls, and keeping them up.
extension ZulipClient {
  // MARK: Incoming

  /// Tells the caller that it rings here.
  mutating func ring(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }), call.stage == .ringing else { return }
    if call.kind == .call { watch(id, at: now) }
    guard call.kind == .call, dialect?.hasCallEvents == true else { return }
    let form: ZulipForm = ["call_id": call.remoteID, "status": "ringing"]
    request(.courtesy, .post, ZulipPath.acknowledge, form, at: now)
  }

  mutating func accept(_ id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].stage == .ringing
    else { return }
    switch calls[index].kind {
    case .call, .group:
      calls[index].stage = .accepting
      let kind: Errand.Kind = calls[index].kind == .group ? .join(id) : .accept(id)
      send(kind, remoteID: calls[index].remoteID, at: now)
    case .link, .conference:
      calls[index].stage = .accepted
      enterRoom(of: id, at: now)
    }
  }

  mutating func decline(_ id: CallID, reason: String?, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    finish(id)
    switch call.kind {
    case .call: send(.decline, remoteID: call.remoteID, at: now)
    case .group: send(.declineGroup, remoteID: call.remoteID, at: now)
    case .link:
      // A message is written only when the user has something to say.
      guard let reason, let userID = call.userID else { return }
      let words = reason.isEmpty ? "Declined." : String(reason.prefix(1_000))
      let form: ZulipForm = ["type": "private", "to": "[\(userID)]", "content": words]
      request(.courtesy, .post, ZulipPath.messages, form, at: now)
    case .conference: break
    }
  }

  // MARK: Ending

  /// - Parameter isNamed: whether the server's answer to a call given up meanwhile has just come.
  mutating func end(_ id: CallID, _ reason: EndReason, isNamed: Bool = false, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    let call = calls[index]
    if call.isPlacing, !isNamed {
      calls[index].stage = .placing(endWanted: reason)
      if timers[.redial(id)] != nil { drop(id, at: now) }
      return
    }
    if id.isIncoming, call.stage == .ringing { return decline(id, reason: nil, at: now) }
    tellEnd(of: call, at: now)
    finish(id)
    leaveIfDone(at: now)
  }

  /// Lets the server know that a call is over here.
  func endKind(of call: ZulipCall) -> Errand.Kind? {
    guard !call.remoteID.isEmpty, dialect?.hasAnswers == true else { return nil }
    switch call.kind {
    case .call:
      let isPending = call.stage != .accepted && !call.id.isIncoming
      return isPending && dialect?.hasCallEvents == true ? .cancel : .end
    case .group: return .leave
    case .link, .conference: return nil
    }
  }

  mutating func tellEnd(of call: ZulipCall, at now: Instant) {
    guard let kind = endKind(of: call) else { return }
    send(kind, remoteID: call.remoteID, at: now)
  }

  /// A call that came to nothing, which the user knows.
  mutating func drop(_ id: CallID, at now: Instant) {
    finish(id)
    leaveIfDone(at: now)
  }

  /// A call that is over, for that reason.
  mutating func fail(_ id: CallID, _ reason: EndReason, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    // An end that is faster than the room still has to be known by the server's name of the call.
    if !call.isPlacing, !call.remoteID.isEmpty { placed(id, iceServers: []) }
    finish(id)
    report(.ended(id, reason))
    leaveIfDone(at: now)
  }

  /// Forgets a call, leaves its room, and remembers its name as that of one that is over.
  mutating func finish(_ id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    var call = calls.remove(at: index)
    for effect in call.conference?.leave() ?? [] {
      if case .transport(let effect) = effect { add(.transport(effect)) }
    }
    for timer in [Timer.status(id), .heartbeat(id), .alone(id), .redial(id)] { timers[timer] = nil }
    errands.removeAll { $0.takenCall == id }
    guard !call.remoteID.isEmpty else { return }
    finished.append(call.remoteID)
    if finished.count > Self.finishedLimit { finished.removeFirst() }
  }

  // MARK: Errands

  /// Sends something that must arrive.
  mutating func send(_ kind: Errand.Kind, remoteID: String, at now: Instant) {
    guard !remoteID.isEmpty else { return }
    if errands.count >= Errand.limit, case .sent(let id) = errands.removeFirst().state {
      cancelRequest(id)
    }
    var errand = Errand(remoteID: remoteID, kind: kind, state: .kept)
    // While nobody is signed in there is no use in trying.
    if phase == .online || phase == .leaving {
      errand.state = .sent(requestErrand(errand, at: now))
    }
    errands.append(errand)
  }

  private mutating func requestErrand(_ errand: Errand, at now: Instant) -> RequestID {
    request(.errand, .post, errand.path, errand.form, at: now)
  }

  /// A request was repeated under another name.
  mutating func moveErrand(from id: RequestID, to other: RequestID) {
    guard let index = errands.firstIndex(where: { $0.state == .sent(id) }) else { return }
    errands[index].state = .sent(other)
  }

  mutating func takeErrand(_ reply: Reply, of request: RequestID, at now: Instant) {
    guard let index = errands.firstIndex(where: { $0.state == .sent(request) }) else { return }
    defer { leaveIfDone(at: now) }
    let errand = errands[index]
    if reply.isWorthRepeating {
      if let delay = errand.nextDelay {
        errands[index].repetitionCount += 1
        let wait = max(delay, reply.retryAfter ?? .zero)
        errands[index].state = .waiting(until: now.advanced(by: wait))
        return
      }
      if errand.takenCall == nil {
        errands[index].state = .kept
        return
      }
    }
    if errand.kind == .cancel, case .refused(let refusal) = reply,
      [400, 404, 405].contains(refusal.status)
    {
      // Accepted meanwhile, or a server that knows no cancelling: the end does for both.
      errands[index].kind = .end
      errands[index].state = .sent(requestErrand(errands[index], at: now))
      return
    }
    errands.remove(at: index)
    switch errand.kind {
    case .accept(let id):
      takeAcceptance(reply, of: id, wasRepeated: errand.repetitionCount > 0, at: now)
    case .join(let id): takeJoined(reply, of: id, at: now)
    case .decline, .cancel, .end, .declineGroup, .leave:
      // That it is over already is as good.
      if case .refused(let refusal) = reply, ![400, 404, 405, 409, 410].contains(refusal.status) {
        note(.warning, "The end of a call was not taken: \(refusal.sentence)")
      }
    }
  }

  private mutating func takeAcceptance(
    _ reply: Reply, of id: CallID, wasRepeated: Bool, at now: Instant
  ) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    switch reply {
    case .granted(let value):
      let answer = RespondedCall(decoding: value)
      if answer?.action == .noop || answer?.action == .decline {
        return fail(id, .cancelled, at: now)
      }
      calls[index].url = answer?.url ?? calls[index].url
      accepted(id, at: now)
    case .refused(let refusal) where [400, 404, 409, 410].contains(refusal.status):
      // Our own first try may have been faster than its lost answer; else another device was, or the
      // caller has given up.
      let isTaken = ["accepted", "active"].contains { refusal.words?.hasSuffix(": \($0)") == true }
      if isTaken, wasRepeated { return accepted(id, at: now) }
      fail(id, isTaken ? .answeredElsewhere : .cancelled, at: now)
    case .refused, .failed: fail(id, .signalingFailed(reply.sentence), at: now)
    }
  }

  private mutating func takeJoined(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    switch reply {
    case .granted(let value):
      calls[index].url = value["call_url"]?.string ?? calls[index].url
      accepted(id, at: now)
    case .refused(let refusal) where [400, 404, 410].contains(refusal.status):
      fail(id, .cancelled, at: now)
    case .refused, .failed: fail(id, .signalingFailed(reply.sentence), at: now)
    }
  }

  private mutating func accepted(_ id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].stage = .accepted
    enterRoom(of: id, at: now)
    watch(id, at: now)
  }

  /// Sends again what has waited long enough.
  mutating func repeatErrands(at now: Instant) {
    for index in errands.indices {
      guard case .waiting(let until) = errands[index].state, now >= until else { continue }
      errands[index].state = .sent(requestErrand(errands[index], at: now))
    }
  }

  /// Sends what was kept while the server could not be reached.
  mutating func deliverKeptErrands(at now: Instant) {
    for index in errands.indices where errands[index].state == .kept {
      errands[index].repetitionCount = 0
      errands[index].state = .sent(requestErrand(errands[index], at: now))
    }
  }

  // MARK: Keeping up

  /// Sets the clocks of a call by where it stands: heartbeats where the server wants them, questions
  /// where it tells nothing.
  mutating func watch(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }), let dialect else { return }
    let isUp = call.stage == .accepted
    guard call.kind == .call || call.kind == .group else { return }
    if dialect.hasCallEvents {
      if isUp || call.kind == .group, timers[.heartbeat(id)] == nil {
        timers[.heartbeat(id)] = now.advanced(by: Self.heartbeatInterval)
      }
    } else if dialect.hasAnswers {
      let interval = isUp ? Self.statusIntervalInCall : Self.statusInterval
      timers[.status(id)] = now.advanced(by: interval.jittered(using: &generator))
    }
  }

  mutating func beat(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    timers[.heartbeat(id)] = now.advanced(by: Self.heartbeatInterval)
    guard phase == .online, !isAsking(.heartbeat(id)) else { return }
    let form: ZulipForm = ["call_id": call.remoteID, "is_backgrounded": "false"]
    request(.heartbeat(id), .post, ZulipPath.heartbeat, form, at: now)
  }

  mutating func takeBeat(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    switch reply {
    case .granted(let value):
      let state = value["call_state"]?.string.flatMap(ZulipCallState.init(word:))
      if state?.isOver == true { fail(id, .remoteHungUp, at: now) }
    case .refused(let refusal) where refusal.status == 404 && refusal.isOfCalls:
      // Sound that passes needs no server: only a call that has no sound is given up.
      if call.conference == nil { fail(id, .remoteHungUp, at: now) }
    case .refused, .failed: break  // The next one may arrive.
    }
  }

  private static let heartbeatInterval: Duration = .seconds(30)
  private static let statusInterval: Duration = .seconds(2)
  private static let statusIntervalInCall: Duration = .seconds(10)
  /// Names of calls that are over, at most.
  private static let finishedLimit = 64
}

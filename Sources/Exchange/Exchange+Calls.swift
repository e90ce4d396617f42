import Basics

extension Exchange {
  // MARK: What parties ask

  /// Begins a call and rings the callee.
  ///
  /// - Parameters:
  ///   - caller: a user, an attendant, or a visitor.
  ///   - briefing: what a bot has heard of the caller, for the callee.
  mutating func place(
    from caller: StoredCall.Party, to callee: String, kind: StoredCall.Kind,
    briefing: CallBriefing? = nil, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> StoredCall {
    guard let callee = directory.party(named: callee) else { throw .unknownUser(callee) }
    guard callee.id != caller.id else { throw .badRequest("You cannot call yourself.") }
    let limits = settings.limits
    guard caller.isBot || callCount(of: caller.id) < limits.callsPerUser else {
      throw .tooMany("You have \(limits.callsPerUser) calls; end one first.", retryAfter: nil)
    }
    let room = directory.attendant(callee.id)?.callLimit ?? limits.callsPerUser
    guard callCount(of: callee.id) < room else {
      throw .busy("\(HarmlessText.line(callee.name)) is busy.")
    }
    guard calls.count < limits.calls else {
      throw .tooMany("The exchange carries no more calls.", retryAfter: .seconds(30))
    }
    let facts = StoredCall(
      id: "call_" + hexadecimal(ports.randomBytes(12)), kind: kind, status: .ringing,
      caller: caller, callee: callee, createdAt: turn.wall)
    calls[facts.id] = ExchangeCall(
      facts, ringingUntil: turn.now.advanced(by: settings.ringTime), limits: limits)
    calls[facts.id]?.briefing = briefing
    watchCall(facts.id)
    counters.placedCalls &+= 1
    turn.store(.putCall(facts))
    log(.placed, facts.id, by: caller.id, &turn)
    tell(callee.id, .incoming(facts), &turn)
    return facts
  }

  /// The callee takes a ringing call.
  ///
  /// - Parameter devices: the sockets of the device that took it.
  mutating func accept(
    _ id: String, by userID: String, over devices: [ExchangeSocketID], _ turn: inout Turn
  ) throws(ExchangeRefusal) -> StoredCall {
    guard var call = calls[id], let side = call.side(of: userID) else { throw .unknownCall }
    guard side == .callee else {
      throw .forbidden("Only the called party can accept the call.")
    }
    guard call.isRinging else { throw .alreadyTaken }
    let early = call.accept(over: devices, on: turn.wall)
    calls[id] = call
    turn.store(.putCall(call.facts))
    log(.accepted, id, by: userID, &turn)
    tellParties(call.facts, .updated(call.facts), &turn)
    if call.facts.caller.isBot { turn.effects.append(.attendant(.accepted(callID: id))) }
    for signal in early { passOn(signal, in: id, from: .callee, isKept: false, &turn) }
    considerAbandonment(id, &turn)
    return call.facts
  }

  /// The callee refuses, the caller gives up, or either hangs up; whichever it is by now.
  ///
  /// - Parameter reason: a party's words, or one of `StoredCall.endReason`'s.
  mutating func end(
    _ id: String, by userID: String, reason: String?, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> StoredCall {
    guard let call = calls[id], let side = call.side(of: userID) else { throw .unknownCall }
    let status: CallStatus
    let usual: String
    switch (call.isRinging, side) {
    case (true, .caller): (status, usual) = (.cancelled, "cancelled")
    case (true, .callee): (status, usual) = (.declined, "declined")
    case (false, _): (status, usual) = (.ended, "hangup")
    }
    let words = reason.map { HarmlessText.line($0, limit: 200) } ?? ""
    return finish(
      call, outcome(status, words), reason: words.isEmpty ? usual : words, by: userID, &turn)
  }

  /// What a party's word makes of an end: a phone that has rung long enough, or whose sound failed,
  /// has not declined.
  private func outcome(_ status: CallStatus, _ word: String) -> CallStatus {
    switch (word, status) {
    case ("timeout", .cancelled), ("timeout", .declined): .missed
    case ("failed", .declined), ("failed", .ended): .failed
    default: status
    }
  }

  /// The callee refuses a call that still rings.
  mutating func decline(
    _ id: String, by userID: String, reason: String, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> StoredCall {
    guard let call = calls[id], let side = call.side(of: userID) else { throw .unknownCall }
    guard side == .callee else {
      throw .forbidden("Only the called party can decline the call.")
    }
    guard call.isRinging else { throw .alreadyTaken }
    return try end(id, by: userID, reason: reason, &turn)
  }

  // MARK: What happens by itself

  mutating func callExpired(_ id: String, _ turn: inout Turn) {
    guard let call = calls[id] else { return }
    switch call.state {
    case .ringing: _ = finish(call, .missed, reason: "timeout", by: nil, &turn)
    case .active: _ = finish(call, .ended, reason: "timeout", by: nil, &turn)
    }
  }

  /// Takes up a call from before a restart.
  mutating func restoreCall(_ live: StoreSnapshot.LiveCall, _ turn: inout Turn) {
    let facts = live.call
    // A call of several does not outlive the exchange that mixed it.
    guard !facts.id.contains("/") else { return closeRow(facts, &turn) }
    let state: ExchangeCall.State
    switch facts.status {
    case .active: state = .active(abandonedAt: turn.now)
    case .ringing:
      // The clock may have been set back meanwhile; no call rings longer than a new one.
      let rest = turn.wall.duration(to: facts.createdAt.advanced(by: settings.ringTime))
      state = .ringing(until: turn.now.advanced(by: min(settings.ringTime, max(.zero, rest))))
    case .ended, .declined, .missed, .cancelled, .failed: return
    }
    let call = ExchangeCall(restoring: live, state: state, limits: settings.limits)
    guard !facts.caller.isBot, !facts.callee.isBot, !facts.caller.isVisitor,
      calls.count < settings.limits.calls
    else {
      // An attendant's sound ended with the process that made it.
      _ = finish(call, .failed, reason: "failed", by: nil, &turn)
      return
    }
    calls[facts.id] = call
    watchCall(facts.id)
  }

  /// Ends a call for everybody.
  @discardableResult
  mutating func finish(
    _ call: ExchangeCall, _ status: CallStatus, reason: String, by userID: String?,
    _ turn: inout Turn
  ) -> StoredCall {
    let facts = call.ended(status, reason: reason, on: turn.wall)
    calls[facts.id] = nil
    watchCall(facts.id)
    counters.endedCalls[status, default: 0] += 1
    turn.store(.putCall(facts))
    turn.store(.forgetSignals(callID: facts.id))
    log(.ended, facts.id, by: userID, detail: "\(status.rawValue): \(reason)", &turn)
    tellParties(facts, .updated(facts), &turn)
    keepSpoken(facts, &turn)
    for party in [facts.caller, facts.callee] where !party.isBot {
      noteRateable(party.id, in: facts.id, turn)
    }
    if facts.caller.isBot || facts.callee.isBot {
      turn.effects.append(.attendant(.hangUp(callID: facts.id)))
    }
    withdrawHandOver(of: facts.id, &turn)
    return facts
  }

  // MARK: Signals

  /// Passes on what a party says of its media; `false` when it is out of place.
  mutating func relay(
    _ signal: Signal, in id: String, by userID: String, over socket: ExchangeSocketID?,
    _ turn: inout Turn
  ) -> Bool {
    guard let side = calls[id]?.side(of: userID) else { return false }
    if let socket { followDevice(in: id, side, to: socket) }
    guard let relay = calls[id]?.take(signal, from: side, over: socket) else { return false }
    switch relay {
    case .passOn(let isKept): passOn(signal, in: id, from: side, isKept: isKept, &turn)
    case .hold: break
    case .refuse: return false
    }
    return true
  }

  /// A device that has come back over another socket, before the one that it spoke over is known to be
  /// dead, is heard as the same device.
  private mutating func followDevice(
    in id: String, _ side: ExchangeCall.Side, to socket: ExchangeSocketID
  ) {
    guard let bound = calls[id]?.mediaSockets[side], bound < socket,
      let device = sockets[bound]?.session, device == sockets[socket]?.session
    else { return }
    calls[id]?.deviceMoved(side, to: socket)
  }

  private mutating func passOn(
    _ signal: Signal, in id: String, from side: ExchangeCall.Side, isKept: Bool,
    _ turn: inout Turn
  ) {
    guard let call = calls[id] else { return }
    remember(signal, of: call, from: side, isKept: isKept, &turn)
    let target = call.party(side.other)
    if target.isBot {
      turn.effects.append(.attendant(attendantOrder(for: signal, in: call)))
      return
    }
    let devices =
      call.mediaSockets[side.other].map { [$0] } ?? sockets.ids(of: target.id)
    push(.signal(callID: id, signal), to: devices, &turn)
    guard !target.isVisitor else {
      return tellVisitor(target.id, .signal(callID: id, signal), &turn)
    }
    if devices.isEmpty, !isKept { calls[id]?.miss(signal, by: side.other) }
  }

  /// Writes down what a restart must not lose, and the steps of the call.
  private func remember(
    _ signal: Signal, of call: ExchangeCall, from side: ExchangeCall.Side, isKept: Bool,
    _ turn: inout Turn
  ) {
    let isForPerson = !call.party(side.other).isBot
    switch signal {
    case .offer:
      log(.offered, call.id, by: call.party(side).id, &turn)
      if isKept, isForPerson { turn.store(.forgetSignals(callID: call.id)) }
    case .answer:
      log(.answered, call.id, by: call.party(side).id, &turn)
      turn.store(.forgetSignals(callID: call.id))
    case .candidate, .endOfCandidates:
      break
    }
    if isKept, isForPerson { turn.store(.keep(signal, callID: call.id)) }
  }

  private func attendantOrder(for signal: Signal, in call: ExchangeCall) -> AttendantOrder {
    switch signal {
    case .offer(let sdp) where call.isRinging:
      .invite(
        callID: call.id, attendant: call.facts.callee.id,
        caller: AttendantGuest(userID: call.facts.caller.id, name: call.facts.caller.name),
        offer: sdp)
    case .offer(let sdp), .answer(let sdp): .describe(callID: call.id, sdp: sdp)
    case .candidate(let line): .candidate(callID: call.id, line)
    case .endOfCandidates: .endOfCandidates(callID: call.id)
    }
  }

  // MARK: Presence

  /// A user's sockets have come or gone: active calls are watched when neither side is there.
  mutating func presenceChanged(of userID: String, _ turn: inout Turn) {
    for id in callIDs(of: userID) { considerAbandonment(id, &turn) }
  }

  /// A user without a socket has asked something.
  mutating func showLife(of userID: String, at now: Instant) {
    guard !sockets.isPresent(userID) else { return }
    for id in callIDs(of: userID) {
      calls[id]?.showLife(at: now)
      watchCall(id)
    }
  }

  private mutating func considerAbandonment(_ id: String, _ turn: inout Turn) {
    guard let facts = calls[id]?.facts else { return }
    let isAnybodyThere = [facts.caller, facts.callee].contains {
      sockets.isPresent($0.id) || visitors[$0.id] != nil
    }
    calls[id]?.abandon(since: isAnybodyThere ? nil : turn.now)
    watchCall(id)
  }

  // MARK: Queries

  func callCount(of userID: String) -> Int {
    calls.values.count { $0.facts.includes(userID) }
      + meetings.meetings.values.count { meeting in
        meeting.seats.contains {
          $0.party.id == userID && ($0.state == .joined || $0.state == .invited)
        }
      }
  }

  /// Oldest first.
  func callIDs(of userID: String) -> [String] {
    calls.values.filter { $0.facts.includes(userID) }
      .sorted { ($0.facts.createdAt, $0.id) < ($1.facts.createdAt, $1.id) }.map(\.id)
  }

  func log(
    _ kind: CallEvent.Kind, _ callID: String, by userID: String?, detail: String? = nil,
    _ turn: inout Turn
  ) {
    turn.store(
      .log(CallEvent(callID: callID, kind: kind, userID: userID, detail: detail, at: turn.wall)))
  }
}

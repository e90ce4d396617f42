import Basics
import Formats
import Transport
import ZulipWire

/// The calls endpoints (protocols A.2).
extension ZulipVisit {
  // MARK: Placing

  func create(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let request = CreateRequest(reading: parameters)
    let dialect = exchange.settings.zulip.dialect
    let calleeID = try callee(request, in: exchange)
    guard calleeID != userID else { throw ZulipRefusal(400, "Cannot call yourself") }
    if let queued = try makeWay(to: calleeID, request, in: &exchange, &turn) { return queued }
    guard exchange.zulip.live.count < exchange.settings.zulip.limits.liveCalls else {
      throw ZulipRefusal(503, "Service busy", retryAfter: 5)
    }
    let isOnline = exchange.isZulipOnline(calleeID, turn)
    let call = exchange.beginZulipCall(
      from: userID, to: calleeID, isVideo: request.isVideo, &turn)
    let url = url(of: call, in: exchange)
    if parameters.flag("redirect_to_meeting", usual: false) {
      return ZulipFacade.success([
        "action": "redirect", "redirect_url": .string(url), "call_id": .string(call.id),
        "message": "Call created",
      ])
    }
    let answerTime = exchange.settings.zulip.times.answer ?? dialect.answerTime
    let created = CreatedCall(
      callID: call.id, url: url, isVideo: call.isVideo, roomName: call.room,
      recipient: exchange.zulipUser(calleeID, &turn), isReceiverOnline: isOnline,
      expiresIn: Int(answerTime.seconds))
    return ZulipFacade.json(
      200, created.encoded(in: dialect, isInitiated: path[1] == "initiate"))
  }

  /// Who is called: by number, or by address.
  private func callee(
    _ request: CreateRequest, in exchange: Exchange
  ) throws(ZulipRefusal) -> String {
    if let number = request.userID, exchange.settings.zulip.dialect.hasCallEvents {
      guard let id = exchange.zulip.roster.userID(number), exchange.directory.user(id) != nil
      else { throw ZulipRefusal(404, "User not found with user_id: \(number)") }
      return id
    }
    guard let email = request.email else {
      let name = exchange.settings.zulip.dialect.hasCallEvents ? "user_id" : "recipient_email"
      throw ZulipRefusal(400, "\(name) is required")
    }
    guard let id = exchange.zulipUserID(ofEmail: email) else {
      throw ZulipRefusal(404, "Recipient not found")
    }
    return id
  }

  /// Sees to it that neither is in another call.
  ///
  /// - Returns: the answer for a call that has to wait for its callee.
  private func makeWay(
    to calleeID: String, _ request: CreateRequest, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse? {
    let settings = exchange.settings.zulip
    let own = exchange.zulip.liveCall(of: userID)
    switch settings.dialect {
    case .seedA, .seedB, .stock: return nil
    case .seedC:
      guard let own, own.includes(calleeID) else { return nil }
      throw ZulipRefusal(409, "Call already in progress with this user", existing: own.id)
    case .three, .two: break
    }
    if let own {
      let words =
        own.callerID == calleeID
        ? "A related active call already exists" : "You are already in a call"
      throw ZulipRefusal(409, words, existing: own.id)
    }
    if let last = exchange.zulip.lastCall(from: userID), last.state.isOver {
      let wait = turn.now.duration(to: last.since.advanced(by: settings.times.redial))
      if wait > .zero {
        throw ZulipRefusal(
          429, "Please wait a moment before making another call", code: ZulipProblem.rateLimit,
          existing: last.id, retryAfter: wait.seconds)
      }
    }
    guard exchange.zulip.liveCall(of: calleeID) != nil else { return nil }
    let name = HarmlessText.line(exchange.zulipName(of: calleeID), limit: 80)
    guard settings.dialect == .two else {
      throw ZulipRefusal(409, "\(name) is currently in another call")
    }
    return try queue(to: calleeID, name, request, in: &exchange, turn)
  }

  private func queue(
    to calleeID: String, _ name: String, _ request: CreateRequest, in exchange: inout Exchange,
    _ turn: Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let settings = exchange.settings.zulip
    exchange.zulip.waiting.removeAll { $0.callerID == userID }
    guard
      exchange.zulip.waiting.count(where: { $0.calleeID == calleeID })
        < settings.limits.queuedCalls
    else { throw ZulipRefusal(409, "\(name) is currently in another call") }
    let waiting = ZulipState.Waiting(
      id: hexadecimal(exchange.ports.randomBytes(16)), callerID: userID, calleeID: calleeID,
      isVideo: request.isVideo, until: turn.now.advanced(by: settings.times.queue))
    exchange.zulip.waiting.append(waiting)
    let queued = CreatedCall(
      callID: nil, url: nil, isVideo: request.isVideo, roomName: nil,
      queue: CreatedCall.Queue(
        id: waiting.id, message: "\(name) is busy. Your call is next in the queue.",
        expiresAt: turn.wall.advanced(by: settings.times.queue)))
    return ZulipFacade.json(202, queued.encoded(in: settings.dialect))
  }

  // MARK: Answering and ending

  func acknowledge(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard let id = parameters["call_id"] else { throw ZulipRefusal(400, "call_id is required") }
    guard parameters["status"] ?? "ringing" == "ringing" else {
      throw ZulipRefusal(400, "Invalid status. Must be 'ringing'")
    }
    guard let call = exchange.zulip.calls[id], call.calleeID == userID, !call.state.isOver else {
      throw ZulipRefusal(404, "Call not found or you're not the receiver")
    }
    let state = exchange.ringZulip(call, &turn).state
    return ZulipFacade.success([
      "call_status": .string(state.rawValue), "message": "Call acknowledged",
    ])
  }

  func respond(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let dialect = exchange.settings.zulip.dialect
    let call = try call(path[1], in: exchange, turn.now)
    guard call.calleeID == userID else {
      throw ZulipRefusal(403, "Not authorized to respond to this call")
    }
    guard let answer = parameters["response"], ["accept", "decline"].contains(answer) else {
      throw ZulipRefusal(400, "Response must be 'accept' or 'decline'")
    }
    if call.state.isOver, dialect.hasCallEvents {
      let noop = RespondedCall(action: .noop, url: nil, message: "Call already ended")
      return ZulipFacade.json(200, noop.encoded(in: dialect))
    }
    guard call.state.isPending else {
      throw ZulipRefusal(400, "Cannot respond to call in state: \(call.state.word(in: dialect))")
    }
    let responded: RespondedCall
    if answer == "accept" {
      let call = exchange.acceptZulip(call, &turn)
      responded = RespondedCall(
        action: .accept, url: url(of: call, in: exchange), message: "Call accepted")
    } else {
      exchange.endZulip(call, .rejected, by: userID, &turn)
      responded = RespondedCall(action: .decline, url: nil, message: "Call declined")
    }
    return ZulipFacade.json(200, responded.encoded(in: dialect))
  }

  func end(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let call = try ownCall(to: "end", in: exchange, turn.now)
    guard !call.state.isOver else {
      return ZulipFacade.success(["message": "Call already ended"])
    }
    switch (call.state.isPending, userID == call.callerID) {
    case (true, true): exchange.endZulip(call, .cancelled, by: userID, &turn)
    case (true, false): exchange.endZulip(call, .rejected, by: userID, &turn)
    case (false, _): exchange.endZulip(call, .ended, reason: "hangup", by: userID, &turn)
    }
    return ZulipFacade.success(["message": "Call ended successfully"])
  }

  func cancel(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let cancelled = ZulipFacade.success(["message": "Call cancelled successfully"])
    if let waiting = exchange.zulip.waiting.first(where: { $0.id == path[1] }),
      waiting.callerID == userID
    {
      exchange.zulip.waiting.removeAll { $0.id == waiting.id }
      return cancelled
    }
    let call = try ownCall(to: "cancel", in: exchange, turn.now)
    guard call.callerID == userID else {
      throw ZulipRefusal(403, "Not authorized to cancel this call")
    }
    if call.state == .cancelled { return cancelled }
    guard call.state.isPending else {
      throw ZulipRefusal(400, "Cannot cancel call in state: \(call.state.rawValue)")
    }
    exchange.endZulip(call, .cancelled, by: userID, &turn)
    return cancelled
  }

  func endAll(in exchange: inout Exchange, _ turn: inout Turn) -> HTTPResponse {
    var count = 0
    while let call = exchange.zulip.liveCall(of: userID) {
      let state: ZulipCallState = call.state.isPending ? .cancelled : .ended
      exchange.endZulip(call, state, reason: "hangup", by: userID, &turn)
      count += 1
    }
    return ZulipFacade.success(["calls_ended": .integer(Int64(count))])
  }

  func heartbeat(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard let id = parameters["call_id"] else { throw ZulipRefusal(400, "call_id is required") }
    if let group = exchange.zulip.groups[id], let member = group.member(userID) {
      if member.state == .joined { exchange.zulip.groups[id]?.hear(userID, at: turn.now) }
      return ZulipFacade.success(["call_state": group.isOver ? "ended" : "active"])
    }
    guard let call = try? call(id, in: exchange, turn.now), call.includes(userID) else {
      throw ZulipRefusal(404, "Call not found")
    }
    exchange.zulip.hear(id, from: userID, at: turn.now)
    return ZulipFacade.success(["call_state": .string(call.state.rawValue)])
  }

  // MARK: Looking

  func status(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let dialect = exchange.settings.zulip.dialect
    let call = try ownCall(to: "view", in: exchange, turn.now)
    return ZulipFacade.success([
      "call": message(call, in: &exchange, &turn).encoded(in: dialect)
    ])
  }

  func active(in exchange: inout Exchange, _ turn: inout Turn) -> HTTPResponse {
    let calls = exchange.zulip.history(of: userID).filter { !$0.state.isOver }
    var list: [JSONValue] = []
    for call in calls {
      let isOutgoing = call.callerID == userID
      list.append(message(call, in: &exchange, &turn).encodedAsActive(isOutgoing: isOutgoing))
    }
    return ZulipFacade.success([
      "active_calls": .array(list), "count": .integer(Int64(list.count)),
    ])
  }

  func history(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let dialect = exchange.settings.zulip.dialect
    let limit = min(max(1, parameters.integer("limit") ?? 50), 100)
    var calls = exchange.zulip.history(of: userID)
    if let type = parameters["call_type"] { calls.removeAll { $0.isVideo != (type == "video") } }
    switch parameters["status"] {
    case "missed": calls.removeAll { $0.state != .missed }
    case "answered": calls.removeAll { $0.startedAt == nil }
    default: break
    }
    if dialect.hasCallEvents, let cursor = parameters["cursor"] {
      calls = try calls.after(cursor: cursor)
    } else {
      calls = Array(calls.dropFirst(max(0, parameters.integer("offset") ?? 0)))
    }
    let page = calls.prefix(limit)
    var entries: [HistoryEntry] = []
    for call in page {
      entries.append(
        HistoryEntry(
          callID: call.id, state: call.state, isVideo: call.isVideo,
          wasInitiator: call.callerID == userID,
          other: exchange.zulipUser(call.other(than: userID), &turn), createdAt: call.createdAt,
          startedAt: call.startedAt, endedAt: call.endedAt))
    }
    let hasMore = dialect.hasCallEvents ? calls.count > limit : page.count == limit
    let message = HistoryPage(
      calls: entries, nextCursor: hasMore ? page.last?.cursor : nil, hasMore: hasMore)
    return ZulipFacade.json(200, message.encoded(in: dialect))
  }
}

extension ZulipCall {
  /// Base64 of `<created_at>_<call_id>`.
  fileprivate var cursor: String { Base64.encode(Array("\(createdAt.iso8601)_\(id)".utf8)) }
}

extension [ZulipCall] {
  /// Those that follow the one a cursor names.
  fileprivate func after(cursor: String) throws(ZulipRefusal) -> [ZulipCall] {
    guard let bytes = Base64.decode(cursor), let text = String(validating: bytes, as: UTF8.self),
      let mark = text.firstIndex(of: "_"), let time = WallTime(iso8601: text[..<mark])
    else { throw ZulipRefusal(400, "Invalid cursor") }
    let id = String(text[text.index(after: mark)...])
    if let index = firstIndex(where: { $0.id == id }) { return Array(dropFirst(index + 1)) }
    return filter { $0.createdAt < time }
  }
}

import Basics
import Formats
import Transport
import ZulipWire

/// One request of a known user to the exchange as a Zulip server.
struct ZulipVisit {
  let request: ExchangeRequestID
  let method: HTTPMethod
  let userID: String
  /// The hash of the token.
  let session: String
  /// The address at which the client knows the exchange.
  let base: String
  /// The path below `/api/v1`.
  let path: [String]
  let parameters: ZulipParameters

  /// - Returns: `nil` when the answer comes later.
  func carryOut(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse? {
    guard let route = ZulipFacade.routes.first(where: { isMet($0, in: exchange) }) else {
      throw .nothingThere
    }
    guard route.methods.contains(method) else {
      // Zulip itself says that there is nothing; its calls say what there is.
      guard let allowed = route.methods.first, path.first == "calls" else { throw .nothingThere }
      throw .wrongMethod(allowed)
    }
    switch route.operation {
    case .users: return users(in: &exchange, &turn)
    case .user: return try user(in: &exchange, &turn)
    case .register: return try register(in: &exchange, &turn)
    case .events: return try events(in: &exchange, &turn)
    case .deleteQueue: return try deleteQueue(in: &exchange, &turn)
    case .messages: return try sendMessage(in: &exchange, &turn)
    case .presences: return presences(in: &exchange, turn)
    case .settings, .key: throw .nothingThere  // Answered before one has signed in.
    case .call(let operation): return try carryOut(operation, in: &exchange, &turn)
    case .createGroup: return try createGroup(in: &exchange, &turn)
    case .group: return try group(in: &exchange, &turn)
    }
  }

  /// Whether the request is for that route. Two routes may differ in their methods alone.
  private func isMet(_ route: Route<ZulipFacade.Operation>, in exchange: Exchange) -> Bool {
    guard route.parameter(of: ["api", "v1"] + path) != nil,
      route.operation.isKnown(in: exchange.settings.zulip.dialect, as: path)
    else { return false }
    return path.first == "calls" || route.methods.contains(method)
  }

  // MARK: Calls

  private func carryOut(
    _ operation: ZulipFacade.CallOperation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    switch operation {
    case .create: return try create(in: &exchange, &turn)
    case .respond: return try respond(in: &exchange, &turn)
    case .end: return try end(in: &exchange, &turn)
    case .cancel: return try cancel(in: &exchange, &turn)
    case .acknowledge: return try acknowledge(in: &exchange, &turn)
    case .heartbeat: return try heartbeat(in: &exchange, &turn)
    case .endAll: return endAll(in: &exchange, &turn)
    case .status: return try status(in: &exchange, &turn)
    case .history: return try history(in: &exchange, &turn)
    case .active: return active(in: &exchange, &turn)
    }
  }

  /// The call of that name, as long as it can be found by name.
  func call(_ id: String, in exchange: Exchange, _ now: Instant) throws(ZulipRefusal) -> ZulipCall {
    let settings = exchange.settings.zulip
    let isMemoryOnly = settings.dialect == .seedB
    if let call = exchange.zulip.calls[id] {
      let isCleared =
        call.state.isOver
        && (call.since.duration(to: now) >= settings.times.cleanUp
          || (isMemoryOnly && call.state == .rejected))
      if !isCleared { return call }
    }
    throw ZulipRefusal(
      404,
      isMemoryOnly && path.last == "respond"
        ? "Call not found or expired" : "Call not found")
  }

  /// That call, if the user takes part in it.
  ///
  /// - Parameter deed: for the words of the refusal.
  func ownCall(
    to deed: String, in exchange: Exchange, _ now: Instant
  ) throws(ZulipRefusal) -> ZulipCall {
    let call = try call(path[1], in: exchange, now)
    guard call.includes(userID) else {
      throw ZulipRefusal(403, "Not authorized to \(deed) this call")
    }
    return call
  }

  /// A call as it is told to the user.
  func message(
    _ call: ZulipCall, in exchange: inout Exchange, _ turn: inout Turn
  ) -> CallStatusMessage {
    CallStatusMessage(
      callID: call.id, state: call.state, url: url(of: call, in: exchange), isVideo: call.isVideo,
      sender: exchange.zulipUser(call.callerID, &turn),
      receiver: exchange.zulipUser(call.calleeID, &turn), createdAt: call.createdAt,
      startedAt: call.startedAt, endedAt: call.endedAt)
  }

  func url(of call: ZulipCall, in exchange: Exchange) -> String {
    complete(exchange.zulipURL(of: call.room, isVideo: call.isVideo, for: userID))
  }

  /// A link with the exchange's own address before it, where it has none.
  func complete(_ url: String) -> String { url.hasPrefix("/") ? base + url : url }
}

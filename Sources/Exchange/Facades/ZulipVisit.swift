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
    switch (method, path.count, path.first) {
    case (_, _, "calls"): try carryOutCall(in: &exchange, &turn)
    case (.get, 1, "users"): users(in: &exchange, &turn)
    case (_, 2..., "users"): try user(in: &exchange, &turn)
    case (.post, 1, "register"): try register(in: &exchange, &turn)
    case (.get, 1, "events"): try events(in: &exchange, &turn)
    case (.delete, 1, "events"): try deleteQueue(in: &exchange, &turn)
    case (.post, 1, "messages"): try sendMessage(in: &exchange, &turn)
    case (.get, 2, "realm") where path[1] == "presence": presences(in: &exchange, turn)
    default: throw ZulipRefusal.nothingThere
    }
  }

  // MARK: Calls

  /// What a path below `calls` is for.
  private enum CallOperation {
    case create, respond, end, cancel, acknowledge, heartbeat, endAll
    case status, history, active

    var method: HTTPMethod {
      switch self {
      case .create, .respond, .end, .cancel, .acknowledge, .heartbeat, .endAll: .post
      case .status, .history, .active: .get
      }
    }
  }

  private func carryOutCall(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let dialect = exchange.settings.zulip.dialect
    guard dialect != .stock, path.count >= 2 else { throw .nothingThere }
    if path[1] == "group", path.count >= 3, dialect == .three {
      return try group(in: &exchange, &turn)
    }
    guard let operation = Self.operation(at: path, in: dialect) else { throw .nothingThere }
    guard method == operation.method else { throw .wrongMethod(operation.method) }
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

  private static func operation(at path: [String], in dialect: ZulipDialect) -> CallOperation? {
    switch (path.count, path[1]) {
    case (2, "initiate") where dialect != .seedB && dialect != .seedC: .create
    case (2, "create") where dialect != .seedA: .create
    case (2, "start") where dialect.hasCallEvents: .create
    case (2, "create-embedded") where dialect.hasCallEvents: .create
    case (2, "history") where dialect.hasHistory: .history
    case (2, "active") where dialect.hasCallEvents: .active
    case (2, "acknowledge") where dialect.hasCallEvents: .acknowledge
    case (2, "heartbeat") where dialect.hasCallEvents: .heartbeat
    case (2, "end-all") where dialect.hasCallEvents: .endAll
    case (3, _) where path[2] == "cancel" && dialect.hasCallEvents: .cancel
    case (3, _) where path[2] == "respond" && dialect.hasAnswers: .respond
    case (3, _) where path[2] == "end" && dialect.hasAnswers: .end
    case (3, _) where path[2] == "status" && dialect.hasAnswers: .status
    default: nil
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

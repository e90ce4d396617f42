import Basics
import BotServerWire
import Formats
import Transport

/// One request of a known user.
struct BotServerVisit {
  let id: ExchangeRequestID
  let user: StoredUser
  let hash: String
  let request: HTTPRequest
  let target: RequestTarget
  /// The id in the path.
  let parameter: String

  mutating func carryOut(
    _ operation: BotServerFacade.Operation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    switch operation {
    case .initiate: return try initiate(in: &exchange, &turn)
    case .respond: return try respond(in: &exchange, &turn)
    case .end: return try end(in: &exchange, &turn)
    case .show: return try show(in: &exchange, &turn)
    case .history: return try history(in: &exchange, &turn)
    case .users: return try users(of: exchange)
    case .me:
      return BotServerFacade.json(200, BotServerFacade.message(exchange.card(of: user)).encoded())
    case .guest, .health, .metrics, .description, .events:
      throw .nothingThere
    case .rooms, .createRoom, .room, .removeRoom, .joinRoom, .leaveRoom, .participants, .admit,
      .startRecording, .stopRecording, .recordings, .recording, .transcribe, .transcript,
      .analytics:
      return try meet(operation, in: &exchange, &turn)
    }
  }

  private func initiate(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let message = try BotServerFacade.body(of: request) { (value) throws(WireError) in
      try InitiateMessage(decoding: value)
    }
    guard let kind = StoredCall.Kind(rawValue: message.type) else {
      throw .badRequest("“type” is “audio” or “video”.")
    }
    let others = message.participants.filter { $0.lowercased() != user.id }
    switch message.kind {
    case nil, "one_to_one", "bot", "group", "conference": break
    default: throw .badRequest("“kind” is “one_to_one”, “bot”, “group” or “conference”.")
    }
    guard let callee = others.first ?? message.participants.first ?? message.roomID else {
      throw .badRequest("“participants” names nobody.")
    }
    let isMixed =
      others.count > 1 || message.roomID != nil || message.recording || message.transcription
      || message.kind == "group" || message.kind == "conference"
    if isMixed { return placeMeeting(message, kind, in: &exchange, &turn) }
    let call = try exchange.place(
      from: StoredCall.Party(id: user.id, name: user.name, isBot: false), to: callee, kind: kind,
      &turn)
    return response(201, call, exchange, turn)
  }

  private func respond(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    let message = try BotServerFacade.body(of: request) { (value) throws(WireError) in
      try RespondMessage(decoding: value)
    }
    if exchange.meetings.meetings[parameter] != nil {
      return respondToMeeting(message, in: &exchange, &turn)
    }
    guard try isLive(in: &exchange, &turn) else { return nil }
    switch message.response {
    case .accept:
      let devices = exchange.sockets.ids(of: user.id).filter {
        exchange.sockets[$0]?.session == hash
      }
      let call = try exchange.accept(parameter, by: user.id, over: devices, &turn)
      return response(200, call, exchange, turn)
    case .decline, .busy:
      let usual = message.response == .busy ? "busy" : "declined"
      let call = try exchange.decline(
        parameter, by: user.id, reason: message.response == .busy ? usual : message.reason ?? usual,
        &turn)
      return response(200, call, exchange, turn)
    }
  }

  private func end(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    let message = try BotServerFacade.body(of: request) { (value) throws(WireError) in
      EndMessage(decoding: value)
    }
    if exchange.meetings.meetings[parameter] != nil { return endMeeting(in: &exchange, &turn) }
    guard try isLive(in: &exchange, &turn) else { return nil }
    let call = try exchange.end(parameter, by: user.id, reason: message.reason, &turn)
    return response(200, call, exchange, turn)
  }

  private func show(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    if let response = try showMeeting(exchange, turn) { return response }
    if let call = exchange.calls[parameter]?.facts {
      guard call.includes(user.id) else { throw .forbidden("This is a call of others.") }
      return response(200, call, exchange, turn)
    }
    let query = Exchange.PendingQuery(
      request: id, userID: user.id, purpose: .show, rowID: "\(parameter)/\(user.id)")
    try exchange.ask(query, &turn) { .findCall($0, callID: parameter) }
    return nil
  }

  private func history(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    let limit = try number("limit", in: target, usual: 50, most: 100)
    let offset = try number("offset", in: target, usual: 0, most: 1_000_000, least: 0)
    var status: CallStatus?
    if let text = target["status"] {
      guard let known = CallStatus(rawValue: text) else {
        throw .badRequest("There is no status “\(HarmlessText.line(text, limit: 40))”.")
      }
      status = known
    }
    let query = HistoryQuery(
      userID: user.id, otherID: target["user_id"].map { $0.lowercased() }, status: status,
      limit: limit, offset: offset)
    let pending = Exchange.PendingQuery(
      request: id, userID: user.id, purpose: .history(limit: limit, offset: offset))
    try exchange.ask(pending, &turn) { .findHistory($0, query) }
    return nil
  }

  private func users(of exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    let limit = try number("limit", in: target, usual: 100, most: 1_000)
    let offset = try number("offset", in: target, usual: 0, most: 1_000_000, least: 0)
    let search = target["search"]?.lowercased()
    let matching = exchange.cards.filter { card in
      (target["status"].map { $0 == BotServerFacade.status(of: card) } ?? true)
        && (target["role"].map { $0 == card.role.rawValue } ?? true)
        && (search.map { card.id.contains($0) || card.name.lowercased().contains($0) } ?? true)
    }
    let page = matching.dropFirst(offset).prefix(limit).map(BotServerFacade.message)
    return BotServerFacade.json(
      200,
      UsersMessage(users: Array(page), total: matching.count, limit: limit, offset: offset)
        .encoded())
  }

  /// Whether the call in the path can still be changed; if not, the store is asked why.
  private func isLive(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> Bool {
    if let call = exchange.calls[parameter] {
      guard call.side(of: user.id) != nil else { throw .forbidden("This is a call of others.") }
      return true
    }
    let query = Exchange.PendingQuery(
      request: id, userID: user.id, purpose: .refuseChange, rowID: "\(parameter)/\(user.id)")
    try exchange.ask(query, &turn) { .findCall($0, callID: parameter) }
    return false
  }

  private func response(
    _ status: Int, _ call: StoredCall, _ exchange: Exchange, _ turn: Turn
  ) -> HTTPResponse {
    let media = BotServerFacade.media(
      for: user.id, origin: origin(in: exchange), in: exchange, on: turn.wall)
    return BotServerFacade.json(
      status, BotServerFacade.message(call, media: media, on: turn.wall).encoded())
  }

  func origin(in exchange: Exchange) -> ClientOrigin? {
    ClientOrigin(of: request, exchange.settings)
  }

  func number(
    _ name: String, in target: RequestTarget, usual: Int, most: Int, least: Int = 1
  ) throws(ExchangeRefusal) -> Int {
    guard let text = target[name] else { return usual }
    guard let value = Int(text), value >= least else {
      throw .badRequest("“\(name)” is a number from \(least) on.")
    }
    return min(value, most)
  }
}

extension Exchange {
  /// Everybody who can be called: attendants, registered users, and the guests who are there.
  var cards: [UserCard] {
    directory.allAttendants.map {
      UserCard(id: $0.id, name: $0.name, role: .bot, isOnline: true, about: $0.about)
    } + directory.registeredUsers.map(card(of:))
      + directory.guests.filter { sockets.isPresent($0.id) }.map(card(of:))
  }

  var health: HTTPResponse {
    guard let storeComplaint else { return BotServerFacade.json(200, ["status": "ok"]) }
    return BotServerFacade.json(503, ["status": "failing", "reason": .string(storeComplaint)])
  }
}

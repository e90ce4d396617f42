import Basics
import BotServerWire
import Formats
import Transport

/// The exchange in BotServer's words: which paths there are, and what is answered on them.
///
/// Bodies are as in the Calls API of General Bots, with the extensions that `BotServerWire` names.
enum BotServerFacade: Facade {
  static let name = FacadeName.botServer

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool { true }

  /// What a path is for.
  enum Operation: Hashable, Sendable {
    case initiate, respond, show, end, history, users, me, guest
    case health, metrics, description
    case events
    /// In the API, but not in this exchange.
    case notYet(String)
  }

  /// One path. A segment in braces stands for any.
  struct Endpoint: Sendable {
    let method: HTTPMethod
    let path: String
    let operation: Operation

    init(_ method: HTTPMethod, _ path: String, _ operation: Operation) {
      self.method = method
      self.path = path
      self.operation = operation
    }
  }

  /// The first path that matches counts, so words come before ids.
  static let endpoints = [
    Endpoint(.post, BotServerPath.initiate, .initiate),
    Endpoint(.get, BotServerPath.history, .history),
    Endpoint(.get, BotServerPath.users, .users),
    Endpoint(.get, BotServerPath.me, .me),
    Endpoint(.post, BotServerPath.guest, .guest),
    Endpoint(.get, BotServerPath.events, .events),
    Endpoint(.get, "/healthz", .health),
    Endpoint(.get, "/metrics", .metrics),
    Endpoint(.get, "/openapi.json", .description),
    Endpoint(.post, "/api/v1/calls/rooms", .notYet("Rooms")),
    Endpoint(.get, "/api/v1/calls/rooms", .notYet("Rooms")),
    Endpoint(.get, "/api/v1/calls/rooms/{room_id}", .notYet("Rooms")),
    Endpoint(.post, "/api/v1/calls/rooms/{room_id}/join", .notYet("Rooms")),
    Endpoint(.post, "/api/v1/calls/rooms/{room_id}/leave", .notYet("Rooms")),
    Endpoint(.get, "/api/v1/calls/rooms/{room_id}/participants", .notYet("Rooms")),
    Endpoint(.get, BotServerPath.call("{call_id}"), .show),
    Endpoint(.post, BotServerPath.respond("{call_id}"), .respond),
    Endpoint(.post, BotServerPath.end("{call_id}"), .end),
    Endpoint(.post, "/api/v1/calls/{call_id}/record/start", .notYet("Recording")),
    Endpoint(.post, "/api/v1/calls/{call_id}/record/stop", .notYet("Recording")),
    Endpoint(.get, "/api/v1/calls/{call_id}/recordings", .notYet("Recording")),
    Endpoint(.post, "/api/v1/calls/{call_id}/transcribe", .notYet("Transcription")),
    Endpoint(.get, "/api/v1/calls/{call_id}/transcript", .notYet("Transcription")),
  ]

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      let response = try carryOut(id, from: address, request, target, in: &exchange, &turn)
      if let response { exchange.answer(id, response, &turn) }
    } catch {
      exchange.refuse(id, error, &turn)
    }
  }

  static func takesSocket(at target: RequestTarget) -> Bool {
    target.segments == BotServerPath.events.split(separator: "/").map(String.init)
  }

  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      let session = exchange.session(of: request, token: target["token"])
      try exchange.spend(session, from: address, turn.now)
      guard let session else { throw .notSignedIn }
      try exchange.admit(id, of: name, from: address, turn.now)
      try exchange.signIn(session, over: id, &turn)
      exchange.push(.welcome(exchange.card(of: session.user)), to: [id], &turn)
      exchange.catchUp(session.user.id, over: id, &turn)
    } catch {
      exchange.reject(id, response(to: error), &turn)
    }
  }

  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let user = exchange.sockets[id]?.userID,
      let word = word(in: text, limits: exchange.settings.limits),
      exchange.heed(word, of: user, over: id, &turn)
    else { return exchange.refuseMessage(of: id, &turn) }
  }

  static func tell(
    _ news: ExchangeNews, over id: ExchangeSocketID, in exchange: Exchange, _ turn: inout Turn
  ) {
    let userID = exchange.sockets[id]?.userID ?? ""
    turn.effects.append(.push(id, text(of: news, for: userID, in: exchange, on: turn.wall)))
  }

  /// Carries out a request.
  ///
  /// - Returns: `nil` when the store has been asked and the response comes later.
  private static func carryOut(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    let session = exchange.session(of: request)
    try exchange.spend(session, from: address, turn.now)
    let (operation, parameter) = try route(request.method, target)
    switch operation {
    case .health: return exchange.health
    case .metrics: return text(exchange.metricsText, "text/plain; version=0.0.4; charset=utf-8")
    case .description: return json(200, OpenAPI.document)
    case .guest: return try signIn(request, in: &exchange, &turn)
    case .events: throw .socketOnly
    case .notYet(let feature): throw .notYet("\(feature) are not served by this exchange.")
    case .initiate, .respond, .show, .end, .history, .users, .me: break
    }
    guard let session else { throw .notSignedIn }
    exchange.showLife(of: session.user.id, at: turn.now)
    var visit = Visit(
      id: id, user: session.user, hash: session.hash, request: request, target: target,
      parameter: parameter)
    return try visit.carryOut(operation, in: &exchange, &turn)
  }

  /// The operation at a path, and the id in it.
  static func route(
    _ method: HTTPMethod, _ target: RequestTarget
  ) throws(ExchangeRefusal) -> (Operation, parameter: String) {
    let method = method == .head ? .get : method
    for endpoint in endpoints {
      guard let parameter = match(endpoint.path, target.segments) else { continue }
      let choices = endpoints.filter { $0.path == endpoint.path }
      if let choice = choices.first(where: { $0.method == method }) {
        return (choice.operation, parameter)
      }
      let allowed = choices.map(\.method.rawValue)
      throw .wrongMethod(allowed: allowed.contains("GET") ? allowed + ["HEAD"] : allowed)
    }
    throw .nothingThere
  }

  private static func match(_ path: String, _ segments: [String]) -> String? {
    let pattern = path.split(separator: "/")
    guard pattern.count == segments.count else { return nil }
    var parameter = ""
    for (expected, segment) in zip(pattern, segments) {
      if expected.hasPrefix("{") { parameter = segment } else if expected != segment { return nil }
    }
    return parameter
  }

  private static func signIn(
    _ request: HTTPRequest, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let message = try body(of: request) { (value) throws(WireError) in
      try GuestMessage(decoding: value)
    }
    let guest = try exchange.signInGuest(
      message.username, isFromBrowser: request.fields["Origin"] != nil, &turn)
    return json(200, GuestMessage(username: guest.user.name, token: guest.token).encoded())
  }

  /// The body as a message; a refusal that names what is wrong with it.
  static func body<Message>(
    of request: HTTPRequest, _ decode: (JSONValue) throws(WireError) -> Message
  ) throws(ExchangeRefusal) -> Message {
    let value: JSONValue
    do throws(JSONValue.DecodingError) {
      value = request.body.isEmpty ? .object([:]) : try JSONValue(decoding: request.body)
    } catch {
      switch error {
      case .tooLarge(let count): throw .badRequest("The body of \(count) bytes is too large.")
      case .tooDeep: throw .badRequest("The body nests too deep.")
      case .malformed: throw .badRequest("The body is not JSON.")
      }
    }
    guard value.object != nil else { throw .badRequest("The body is not a JSON object.") }
    do throws(WireError) {
      return try decode(value)
    } catch {
      switch error {
      case .missing(let name): throw .badRequest("“\(name)” is missing or has a wrong value.")
      case .malformed, .unknownType: throw .badRequest("The body is not understood.")
      }
    }
  }
}

/// One request of a known user.
private struct Visit {
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
    case .guest, .health, .metrics, .description, .events, .notYet:
      throw .nothingThere
    }
  }

  private func initiate(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let (message, isInRoom) = try BotServerFacade.body(of: request) { (value) throws(WireError) in
      (try InitiateMessage(decoding: value), value["room_id"] != nil)
    }
    guard !isInRoom else { throw .notYet("Rooms are not served by this exchange.") }
    guard let kind = StoredCall.Kind(rawValue: message.type) else {
      throw .badRequest("“type” is “audio” or “video”.")
    }
    switch message.kind {
    case nil, "one_to_one", "bot": break
    case "group", "conference": throw .notYet("Calls of more than two are not served yet.")
    default: throw .badRequest("“kind” is “one_to_one” or “bot”.")
    }
    let others = message.participants.filter { $0.lowercased() != user.id }
    guard let callee = others.first ?? message.participants.first else {
      throw .badRequest("“participants” names nobody.")
    }
    guard others.count <= 1 else { throw .notYet("Calls of more than two are not served yet.") }
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
    guard try isLive(in: &exchange, &turn) else { return nil }
    let call = try exchange.end(parameter, by: user.id, reason: message.reason, &turn)
    return response(200, call, exchange, turn)
  }

  private func show(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    if let call = exchange.calls[parameter]?.facts {
      guard call.includes(user.id) else { throw .forbidden("This is a call of others.") }
      return response(200, call, exchange, turn)
    }
    let query = Exchange.PendingQuery(request: id, userID: user.id, purpose: .show)
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
    let query = Exchange.PendingQuery(request: id, userID: user.id, purpose: .refuseChange)
    try exchange.ask(query, &turn) { .findCall($0, callID: parameter) }
    return false
  }

  private func response(
    _ status: Int, _ call: StoredCall, _ exchange: Exchange, _ turn: Turn
  ) -> HTTPResponse {
    let host = request.fields["Host"].map { HarmlessText.line($0, limit: 255) }
    let media = BotServerFacade.media(for: user.id, host: host, in: exchange, on: turn.wall)
    return BotServerFacade.json(
      status, BotServerFacade.message(call, media: media, on: turn.wall).encoded())
  }

  private func number(
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
  fileprivate var cards: [UserCard] {
    directory.allAttendants.map {
      UserCard(id: $0.id, name: $0.name, role: .bot, isOnline: true, about: $0.about)
    } + directory.registeredUsers.map(card(of:))
      + directory.guests.filter { sockets.isPresent($0.id) }.map(card(of:))
  }

  fileprivate var health: HTTPResponse {
    guard let storeComplaint else { return BotServerFacade.json(200, ["status": "ok"]) }
    return BotServerFacade.json(503, ["status": "failing", "reason": .string(storeComplaint)])
  }
}

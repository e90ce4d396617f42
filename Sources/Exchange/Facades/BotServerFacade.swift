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
    case rooms, createRoom, room, removeRoom, joinRoom, leaveRoom, participants, admit
    case startRecording, stopRecording, recordings, recording
    case transcribe, transcript
    case analytics
  }

  /// The first path that matches counts, so words come before ids.
  static let routes = [
    Route<Operation>(.post, at: BotServerPath.initiate, .initiate),
    Route<Operation>(.get, at: BotServerPath.history, .history),
    Route<Operation>(.get, at: BotServerPath.users, .users),
    Route<Operation>(.get, at: BotServerPath.me, .me),
    Route<Operation>(.post, at: BotServerPath.guest, .guest),
    Route<Operation>(.get, at: BotServerPath.events, .events),
    Route<Operation>(.get, at: "/healthz", .health),
    Route<Operation>(.get, at: "/metrics", .metrics),
    Route<Operation>(.get, at: "/openapi.json", .description),
    Route<Operation>(.get, at: BotServerPath.analytics, .analytics),
    Route<Operation>(.post, at: BotServerPath.rooms, .createRoom),
    Route<Operation>(.get, at: BotServerPath.rooms, .rooms),
    Route<Operation>(.get, at: BotServerPath.room("{room_id}"), .room),
    Route<Operation>(.delete, at: BotServerPath.room("{room_id}"), .removeRoom),
    Route<Operation>(.post, at: BotServerPath.join("{room_id}"), .joinRoom),
    Route<Operation>(.post, at: BotServerPath.leave("{room_id}"), .leaveRoom),
    Route<Operation>(.get, at: BotServerPath.participants("{room_id}"), .participants),
    Route<Operation>(.post, at: BotServerPath.admit("{room_id}"), .admit),
    Route<Operation>(.get, at: BotServerPath.call("{call_id}"), .show),
    Route<Operation>(.post, at: BotServerPath.respond("{call_id}"), .respond),
    Route<Operation>(.post, at: BotServerPath.end("{call_id}"), .end),
    Route<Operation>(.post, at: BotServerPath.startRecording("{call_id}"), .startRecording),
    Route<Operation>(.post, at: BotServerPath.stopRecording("{call_id}"), .stopRecording),
    Route<Operation>(.get, at: BotServerPath.recordings("{call_id}"), .recordings),
    Route<Operation>(
      .get, at: BotServerPath.recording("{recording_id}", of: "{call_id}"), .recording),
    Route<Operation>(.post, at: BotServerPath.transcribe("{call_id}"), .transcribe),
    Route<Operation>(.get, at: BotServerPath.transcript("{call_id}"), .transcript),
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
      exchange.meetingCatchUp(session.user.id, over: id, &turn)
    } catch {
      exchange.reject(id, response(to: error), &turn)
    }
  }

  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let user = exchange.sockets[id]?.userID, let message = try? MeetMessage(decoding: text)
    else { return exchange.refuseMessage(of: id, &turn) }
    if let isHeeded = exchange.heedMeeting(message, of: user, over: id, &turn) {
      if !isHeeded { exchange.refuseMessage(of: id, &turn) }
      return
    }
    guard let word = word(in: message, limits: exchange.settings.limits),
      exchange.heed(word, of: user, over: id, &turn)
    else { return exchange.refuseMessage(of: id, &turn) }
  }

  static func tell(
    _ news: ExchangeNews, over id: ExchangeSocketID, in exchange: Exchange, _ turn: inout Turn
  ) {
    let userID = exchange.sockets[id]?.userID ?? ""
    turn.effects.append(.push(id, text(of: news, for: userID, in: exchange, on: turn.wall)))
  }

  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) { exchange.meetingSocketClosed(id, &turn) }

  static func take(
    _ report: AttendantReport, in exchange: inout Exchange, _ turn: inout Turn
  ) { exchange.takeMeetingReport(report, &turn) }

  static func take(
    _ event: TransportEvent, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    if key == Exchange.janusKey { exchange.takeJanus(event, &turn) }
    if key == Exchange.jobKey { exchange.takeJob(event, &turn) }
  }

  static func take(
    _ answer: StoreAnswer, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    switch answer {
    case .file(_, let bytes) where key == Exchange.jobKey: exchange.takeJobFile(bytes, &turn)
    case .failed(_, let words) where key == Exchange.jobKey:
      exchange.jobFailed(words, isFinal: false, &turn)
    case .file(_, let bytes): sendFile(bytes, key: key, in: &exchange, &turn)
    case .counts(_, let counts): exchange.answerAnalytics(counts, key: key, &turn)
    case .failed:
      // The request's number stands second in all other keys.
      guard let number = key.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        return
      }
      exchange.refuse(ExchangeRequestID(number), .storeFailed, &turn)
    case .call, .history: break  // Asked by other means.
    }
  }

  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.restoreRooms(documents, &turn)
    exchange.restoreRecordings(documents, &turn)
    exchange.restoreTranscripts(documents, &turn)
    exchange.restoreQuality(documents)
    let seed = exchange.ports.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    exchange.meetings.janus.generator = SeededGenerator(seed: seed)
  }

  static func deadline(of exchange: Exchange) -> Instant? { exchange.meetingDeadline }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    exchange.expireMeetings(&turn)
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
    case .initiate, .respond, .show, .end, .history, .users, .me, .rooms, .createRoom, .room,
      .removeRoom, .joinRoom, .leaveRoom, .participants, .admit, .startRecording, .stopRecording,
      .recordings, .recording, .transcribe, .transcript, .analytics:
      break
    }
    guard let session else { throw .notSignedIn }
    exchange.showLife(of: session.user.id, at: turn.now)
    var visit = BotServerVisit(
      id: id, user: session.user, hash: session.hash, request: request, target: target,
      parameter: parameter)
    return try visit.carryOut(operation, in: &exchange, &turn)
  }

  /// The operation at a path, and the id in it.
  static func route(
    _ method: HTTPMethod, _ target: RequestTarget
  ) throws(ExchangeRefusal) -> (Operation, parameter: String) {
    let method = method == .head ? .get : method
    for route in routes {
      guard let parameter = route.parameter(of: target.segments) else { continue }
      let choices = routes.filter { $0.path == route.path }
      if let choice = choices.first(where: { $0.methods.contains(method) }) {
        return (choice.operation, parameter)
      }
      let allowed = choices.flatMap(\.methods).map(\.rawValue)
      throw .wrongMethod(allowed: allowed.contains("GET") ? allowed + ["HEAD"] : allowed)
    }
    throw .nothingThere
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

import Basics
import BuzziWire
import Formats
import Transport

/// The exchange in Buzzi's words: sessions and sockets of voice calls, and what a company may see and set.
enum BuzziFacade: Facade {
  static let name = FacadeName.buzzi

  /// What a path is for.
  enum Operation: Hashable, Sendable {
    case session, end, history, socket
    case analytics, accounts, account, chatbot
  }

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    operation(at: target) != nil
  }

  static func takesSocket(at target: RequestTarget) -> Bool {
    operation(at: target)?.0 == .socket
  }

  static let routes = [
    Route<Operation>(.post, at: BuzziPath.session, .session),
    Route(.get, at: BuzziPath.history, .history),
    Route(.get, at: BuzziPath.socket, .socket),
    Route(.post, at: BuzziPath.end("{session_id}"), .end),
    Route(.get, at: BuzziPath.analytics, .analytics),
    Route(.get, .post, at: BuzziPath.accounts, .accounts),
    Route(.patch, .delete, at: BuzziPath.account("{account_id}"), .account),
    Route(.get, .patch, at: BuzziPath.chatbot("{chatbot_id}"), .chatbot),
  ]

  /// The operation at a path, and the id in it.
  static func operation(at target: RequestTarget) -> (Operation, parameter: String)? {
    route(at: target).map { ($0.operation, $1) }
  }

  private static func route(at target: RequestTarget) -> (Route<Operation>, parameter: String)? {
    for route in routes {
      if let parameter = route.parameter(of: target.segments) { return (route, parameter) }
    }
    return nil
  }

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      guard let (route, parameter) = route(at: target) else { throw .nothingThere }
      guard route.methods.contains(request.method) else {
        throw .wrongMethod(allowed: route.methods.map(\.rawValue))
      }
      let visit = BuzziVisit(
        address: address, request: request, target: target, parameter: parameter)
      exchange.answer(id, try visit.carryOut(route.operation, in: &exchange, &turn), &turn)
    } catch {
      exchange.answer(id, response(to: error), &turn)
    }
  }

  // MARK: Responses

  /// A refusal in Buzzi's words: `{"error":"text"}`.
  static func response(to refusal: ExchangeRefusal) -> HTTPResponse {
    var fields = HTTPFields()
    var body = ErrorBody(message: "")
    let status: Int
    switch refusal {
    case .badRequest(let text): (status, body.message) = (400, text)
    case .notSignedIn: (status, body.message) = (401, "Unauthorized")
    case .forbidden(let text): (status, body.message) = (403, text)
    case .unknownUser(let text): (status, body.message) = (404, text)
    case .unknownCall, .callEnded:
      (status, body.message) = (404, "Session not found or already ended")
      body.code = ErrorCode.invalidSession.rawValue
    case .tooMany(_, let wait):
      let seconds = max(1, (wait ?? .seconds(10)).seconds.rounded(.up))
      fields["Retry-After"] = String(Int(seconds))
      status = 429
      body = ErrorBody(
        message: "Too many requests", code: ErrorCode.rateLimited.rawValue, retryAfter: seconds)
    case .wrongMethod(let allowed):
      fields["Allow"] = allowed.joined(separator: ", ")
      (status, body.message) = (405, "Method not allowed")
    case .socketOnly: (status, body.message) = (426, "This is a WebSocket's address.")
    case .alreadyTaken, .busy, .nameTaken: (status, body.message) = (409, "Conflict")
    case .nothingThere: (status, body.message) = (404, "Not found")
    case .storeFailed: (status, body.message) = (500, "Internal server error")
    }
    return BotServerFacade.json(status, body.encoded(), fields: fields)
  }

  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    BotServerFacade.json(status, ErrorBody(message: text).encoded())
  }

  /// One of the errors that have a name.
  static func response(_ status: Int, _ text: String, _ code: ErrorCode) -> HTTPResponse {
    BotServerFacade.json(status, ErrorBody(message: text, code: code.rawValue).encoded())
  }

  // MARK: Chatbots

  /// A chatbot by its id: one of the exchange's attendants, as its company has set it up.
  static func chatbot(_ id: String, in exchange: Exchange) -> BuzziChatbot? {
    let id = id.lowercased()
    // The operator calls people back, and a caller here cannot be called.
    guard let attendant = exchange.directory.attendant(id),
      attendant.id != AttendantProfile.operator.id
    else { return nil }
    return exchange.buzzi.chatbots[id] ?? BuzziChatbot(id: id, name: attendant.name)
  }

  // MARK: The store

  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    for document in documents {
      if let chatbot = BuzziChatbot(document) { exchange.buzzi.chatbots[chatbot.id] = chatbot }
      if let integration = BuzziIntegration(document),
        exchange.buzzi.integrations.count < BuzziIntegration.limit
      {
        exchange.buzzi.integrations[integration.account.id] = integration
      }
    }
    for operation in exchange.buzzi.ledger.restore(documents, on: turn.wall) {
      turn.store(operation)
    }
  }

  /// Writes a call down.
  static func put(_ record: BuzziRecord, in exchange: inout Exchange, _ turn: inout Turn) {
    for operation in exchange.buzzi.ledger.put(record) { turn.store(operation) }
  }

  /// A name that is used once, in the shape of a UUID.
  static func newID(in exchange: Exchange) -> String {
    let digits = Array(hexadecimal(exchange.ports.randomBytes(16)).utf8)
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

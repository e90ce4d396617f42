import Basics
import BuzziWire
import Formats
import Transport

/// One request to the exchange as Buzzi.
struct BuzziVisit {
  let address: String
  let request: HTTPRequest
  let target: RequestTarget
  /// The id in the path.
  let parameter: String

  func carryOut(
    _ operation: BuzziFacade.Operation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    switch operation {
    case .session: return try makeSession(in: &exchange, &turn)
    case .end:
      try exchange.spend(nil, from: address, turn.now)
      return try end(in: &exchange, &turn)
    case .history:
      try exchange.spend(nil, from: address, turn.now)
      return try history(of: exchange)
    case .socket: throw .socketOnly
    case .analytics, .accounts, .account, .chatbot:
      return try company(operation, in: &exchange, &turn)
    }
  }

  func body() throws(ExchangeRefusal) -> JSONValue {
    guard let value = try? JSONValue(decoding: request.body), value.object != nil else {
      throw .badRequest("The body is not a JSON object.")
    }
    return value
  }

  // MARK: Callers

  private func makeSession(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    if let wait = exchange.buzzi.sessionRates.take(address, at: turn.now) {
      exchange.counters.requestsLimited &+= 1
      var response = BuzziFacade.response(to: .tooMany("", retryAfter: wait))
      response.fields["X-RateLimit-Limit"] = String(
        Int(exchange.settings.buzzi.sessionsPerMinute))
      response.fields["X-RateLimit-Remaining"] = "0"
      response.fields["X-RateLimit-Reset"] = turn.wall.advanced(by: wait).iso8601
      return response
    }
    let settings = exchange.settings.buzzi
    let value = try body()
    guard let message = try? SessionRequest(decoding: value), !message.chatbotID.isEmpty else {
      throw .badRequest("Missing required field: chatbotId")
    }
    if settings.revision == .code, message.companyID == nil {
      throw .badRequest("Missing required fields: chatbotId, companyId")
    }
    if let company = settings.companyID, let asked = message.companyID, asked != company {
      throw .unknownUser("Company not found")
    }
    guard let chatbot = BuzziFacade.chatbot(message.chatbotID, in: exchange) else {
      return BuzziFacade.response(404, "Chatbot not found", .chatbotNotFound)
    }
    guard chatbot.isEnabled else {
      return BuzziFacade.response(
        settings.revision.speaksCode ? 403 : 404, "Call feature not enabled for this chatbot",
        .callsNotEnabled)
    }
    let session = try BuzziFacade.makeSession(
      for: message.caller.bounded, chatbot, from: address, in: &exchange, &turn)
    return response(for: session, exchange.settings)
  }

  private func response(for session: BuzziSession, _ settings: ExchangeSettings) -> HTTPResponse {
    let revision = settings.buzzi.revision
    // The code's server writes the session's name into the address, the document's leaves it out.
    let query = revision.speaksCode ? "?sessionId=\(session.id)" : ""
    let message = SessionResponse(
      sessionID: session.id, callID: session.callID,
      wsURL: ClientOrigin.given(by: request, settings).socket(BuzziPath.socket + query),
      aiProvider: session.chatbot.provider, voiceConfig: session.chatbot.voice,
      inputRate: session.inputRate,
      expiresAt: session.createdAt.advanced(by: settings.buzzi.sessionTime))
    return BotServerFacade.json(200, message.encoded(as: revision))
  }

  private func end(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    guard let session = exchange.buzzi.sessions[parameter] else { throw .unknownCall }
    let word = (try? body())?["reason"]?.string.flatMap(EndCallReason.init(rawValue:))
    BuzziFacade.end(session.id, BuzziFacade.Ending(word ?? .userEnded), in: &exchange, &turn)
    let record = exchange.buzzi.ledger[session.callID]
    return BotServerFacade.json(
      200,
      EndSummary(
        callID: session.callID, durationSeconds: record?.durationSeconds ?? 0, endedAt: turn.wall
      ).encoded())
  }

  private func history(of exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    guard let chatbot = target["chatbotId"] else {
      throw .badRequest("Missing required parameter: chatbotId")
    }
    let limit = min(max(1, target["limit"].flatMap { Int($0) } ?? 20), 50)
    let entries = exchange.buzzi.ledger.history(
      chatbotID: chatbot.lowercased(), callerID: target["endUserId"] ?? "", limit: limit)
    return BotServerFacade.json(200, ["history": .array(entries.map { $0.encoded() })])
  }

  // MARK: The company

  private func company(
    _ operation: BuzziFacade.Operation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let session = exchange.session(of: request, token: cookie)
    try exchange.spend(session, from: address, turn.now)
    guard let session else { throw .notSignedIn }
    guard exchange.isAdministrator(session.user) || Self.isLoopback(address) else {
      throw .forbidden("Only an administrator of the company may do this.")
    }
    switch (operation, request.method) {
    case (.analytics, _): return try analytics(of: session.user, in: &exchange, &turn)
    case (.accounts, .post): return try addAccount(in: &exchange, &turn)
    case (.accounts, _): return accounts(of: exchange)
    case (.account, .delete): return try removeAccount(in: &exchange, &turn)
    case (.account, _): return try changeAccount(in: &exchange, &turn)
    case (.chatbot, .get): return try showChatbot(of: exchange)
    default: return try changeChatbot(in: &exchange, &turn)
    }
  }

  /// The session of NextAuth, under any of the names that its versions use; here it is a user's token.
  private var cookie: String? {
    guard request.fields["Authorization"] == nil, let field = request.fields["Cookie"],
      field.utf8.count <= 8 << 10
    else { return nil }
    for pair in field.split(separator: ";") {
      let halves = pair.split(separator: "=", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let name = halves[0].drop { $0 == " " }
      let isKnown = ["next-auth.session-token", "authjs.session-token"].contains { known in
        name == known || name == "__Secure-" + known
      }
      if isKnown { return String(halves[1]) }
    }
    return nil
  }

  private static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }

  private func analytics(
    of user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    if let wait = exchange.buzzi.analyticsRates.take(user.id, at: turn.now) {
      throw .tooMany("", retryAfter: wait)
    }
    var days = 30
    if let text = target["days"] {
      guard let asked = Int(text), asked >= 1 else {
        throw .badRequest("“days” is a number from 1 to \(AnalyticsMessage.dayLimit).")
      }
      days = min(asked, AnalyticsMessage.dayLimit)
    }
    let message = exchange.buzzi.ledger.analytics(days: days, until: turn.wall)
    return BotServerFacade.json(200, message.encoded())
  }

  private func accounts(of exchange: Exchange) -> HTTPResponse {
    let accounts = exchange.buzzi.integrations.values.filter { !$0.isDeleted }.map(\.account)
      .sorted { left, right in
        (left.createdAt?.iso8601 ?? "", left.id) < (right.createdAt?.iso8601 ?? "", right.id)
      }
    return BotServerFacade.json(200, ["accounts": .array(accounts.map { $0.encoded() })])
  }

  private func addAccount(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    guard exchange.buzzi.integrations.count < BuzziIntegration.limit else {
      throw .forbidden("There are \(BuzziIntegration.limit) accounts already.")
    }
    let secret = "whsec_" + hexadecimal(exchange.ports.randomBytes(24))
    let integration = try BuzziIntegration(
      id: BuzziFacade.newID(in: exchange), fields: try body(),
      secretHash: exchange.ports.digest(secret), on: turn.wall)
    keep(integration, in: &exchange, &turn)
    var account = integration.account
    account.webhookSecret = secret
    return BotServerFacade.json(200, ["account": account.encoded()])
  }

  private func changeAccount(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    var integration = try integration(in: exchange)
    try integration.change(by: try body(), on: turn.wall)
    keep(integration, in: &exchange, &turn)
    return BotServerFacade.json(200, ["account": integration.account.encoded()])
  }

  private func removeAccount(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    var integration = try integration(in: exchange)
    integration.isDeleted = true
    integration.account.isActive = false
    integration.account.updatedAt = turn.wall
    keep(integration, in: &exchange, &turn)
    return BotServerFacade.json(200, ["success": true])
  }

  private func integration(in exchange: Exchange) throws(ExchangeRefusal) -> BuzziIntegration {
    guard let integration = exchange.buzzi.integrations[parameter], !integration.isDeleted else {
      throw .unknownUser("Integration account not found")
    }
    return integration
  }

  private func keep(
    _ integration: BuzziIntegration, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.buzzi.integrations[integration.account.id] = integration
    turn.store(.putDocument(integration.document))
  }

  private func showChatbot(of exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    guard let chatbot = BuzziFacade.chatbot(parameter, in: exchange) else {
      return BuzziFacade.response(404, "Chatbot not found", .chatbotNotFound)
    }
    return BotServerFacade.json(200, ["chatbot": chatbot.encoded()])
  }

  private func changeChatbot(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    guard var chatbot = BuzziFacade.chatbot(parameter, in: exchange) else {
      return BuzziFacade.response(404, "Chatbot not found", .chatbotNotFound)
    }
    let wrong = chatbot.change(by: try body())
    guard wrong.isEmpty else {
      let names = HarmlessText.line(wrong.prefix(8).joined(separator: ", "), limit: 200)
      throw .badRequest("Wrong or unknown: \(names)")
    }
    exchange.buzzi.chatbots[chatbot.id] = chatbot
    turn.store(.putDocument(chatbot.document))
    return BotServerFacade.json(200, ["chatbot": chatbot.encoded()])
  }
}

extension Caller {
  /// With names of a length that can be kept.
  fileprivate var bounded: Caller {
    func cut(_ text: String?) -> String? { text.map { String($0.prefix(200)) } }
    return Caller(id: cut(id), name: cut(name), email: cut(email), phone: cut(phone))
  }
}

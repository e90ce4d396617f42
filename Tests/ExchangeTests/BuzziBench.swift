import Basics
import BuzziWire
import Formats
import Simulation
import Transport

@testable import Exchange

extension ExchangeBench {
  /// An exchange whose limits of Buzzi's do not stand in the way.
  static func buzzi(_ change: (inout ExchangeSettings) -> Void = { _ in }) -> ExchangeBench {
    var settings = ExchangeSettings.forTests
    settings.buzzi.sessionsPerMinute = 10_000
    settings.buzzi.socketsPerAddress = 100
    change(&settings)
    return ExchangeBench(settings: settings)
  }

  func session(
    of chatbot: String = "parrot", caller: Caller = Caller(id: "u-1", name: "Ada")
  ) throws -> SessionResponse {
    let answer = try post(
      BuzziPath.session,
      SessionRequest(chatbotID: chatbot, companyID: "acme", caller: caller).encoded(), token: nil)
    guard answer.status == 200 else { throw CaseFailure("no session: \(answer.body.text)") }
    return try SessionResponse(decoding: answer.body)
  }

  func openCall(_ session: SessionResponse, reconnect: Bool = false) throws -> Int {
    let url = BuzziPath.socketURL(
      BuzziPath.socket, sessionID: session.sessionID, isReconnect: reconnect)
    return try openSocket(HTTPRequest(.get, url))
  }

  func say(_ message: ClientMessage, over socket: Int) throws {
    try send(message.encoded(), over: socket)
  }

  /// Everything that a caller's socket has been told up to now.
  func heard(over socket: Int) -> [ServerMessage] {
    var messages: [ServerMessage] = []
    while let text = try? receive(from: socket) {
      if let message = (try? ServerMessage(decoding: text)) ?? nil { messages.append(message) }
    }
    return messages
  }

  /// A call with a bot that is up: its session, socket and leg.
  func buzziCall(
    of chatbot: String = "parrot"
  ) throws -> (session: SessionResponse, socket: Int, leg: String) {
    let session = try session(of: chatbot)
    let socket = try openCall(session)
    try say(.startCall(sessionID: session.sessionID, name: nil, email: nil), over: socket)
    _ = heard(over: socket)
    for order in takeOrders() {
      if case .talkWithSamples(let leg, _, _, _) = order { return (session, socket, leg) }
    }
    throw CaseFailure("no bot was connected")
  }

  func patch(_ path: String, _ body: JSONValue, token: String?) throws -> Answer {
    try send(.patch, path, body, token: token)
  }

  func send(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue, token: String?
  ) throws -> Answer {
    var fields = HTTPFields()
    if let token { fields["Authorization"] = "Bearer \(token)" }
    return Answer(
      try request(HTTPRequest(method, path, fields: fields, body: Array(body.text.utf8))))
  }
}

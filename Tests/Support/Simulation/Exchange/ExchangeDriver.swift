import Basics
package import BotServerWire
package import Formats
package import Transport

/// Asks an exchange, directly or over a network.
package protocol ExchangeDriver: AnyObject {
  func request(_ request: HTTPRequest) throws -> HTTPResponse
  /// - Throws: ``SocketRefused``.
  func openSocket(_ request: HTTPRequest) throws -> Int
  func send(_ text: String, over socket: Int) throws
  /// The next message; waits for it where waiting makes sense.
  func receive(from socket: Int) throws -> String
  func closeSocket(_ socket: Int)
}

/// The handshake was answered otherwise.
package struct SocketRefused: Error, Equatable {
  package let status: Int

  package init(status: Int) { self.status = status }
}

/// What a case found.
package struct CaseFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Fails the case unless the condition holds.
package func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
  if !condition { throw CaseFailure(what()) }
}

/// Fails the case unless both are equal.
package func require<Value: Equatable>(_ value: Value, is expected: Value) throws {
  if value != expected { throw CaseFailure("\(value) is not \(expected)") }
}

/// An answer, with its body read.
package struct Answer {
  package let status: Int
  package let fields: HTTPFields
  package let body: JSONValue

  package init(_ response: HTTPResponse) {
    status = response.status
    fields = response.fields
    body = (try? JSONValue(decoding: response.body)) ?? .null
  }

  package var errorCode: String? { body["error"]?["code"]?.string }

  package var call: CallMessage? { try? CallMessage(decoding: body) }
}

extension ExchangeDriver {
  package func get(_ path: String, token: String?) throws -> Answer {
    Answer(try request(HTTPRequest(.get, path, fields: fields(token))))
  }

  package func post(_ path: String, _ body: JSONValue, token: String?) throws -> Answer {
    var fields = fields(token)
    fields["Content-Type"] = "application/json"
    return Answer(
      try request(HTTPRequest(.post, path, fields: fields, body: Array(body.text.utf8))))
  }

  /// Signs a guest in and returns the token.
  package func signIn(_ name: String) throws -> String {
    let answer = try post(BotServerPath.guest, ["username": .string(name)], token: nil)
    guard answer.status == 200, let token = answer.body["token"]?.string else {
      throw CaseFailure("\(name) was not signed in: \(answer.status) \(answer.body.text)")
    }
    return token
  }

  package func connect(_ token: String) throws -> Int {
    try openSocket(HTTPRequest(.get, BotServerPath.events, fields: fields(token)))
  }

  package func say(_ message: MeetMessage, over socket: Int) throws {
    try send(message.encoded(), over: socket)
  }

  /// Everything that the socket has been told up to now.
  ///
  /// Messages keep their order, so the answer to a ping comes after them.
  package func news(of socket: Int) throws -> [MeetMessage] {
    try say(.ping, over: socket)
    var messages: [MeetMessage] = []
    while messages.count < 1_000 {
      let text = try receive(from: socket)
      guard let message = try? MeetMessage(decoding: text) else {
        throw CaseFailure("the exchange sent \(text)")
      }
      if message == .pong { return messages }
      messages.append(message)
    }
    throw CaseFailure("there is no end of messages")
  }

  /// Places a call and returns it.
  package func place(to name: String, token: String) throws -> CallMessage {
    let answer = try post(
      BotServerPath.initiate, InitiateMessage(type: "audio", participants: [name]).encoded(),
      token: token)
    guard answer.status == 201, let call = answer.call else {
      throw CaseFailure("the call was not placed: \(answer.status) \(answer.body.text)")
    }
    return call
  }

  package func respond(
    _ id: String, _ response: RespondMessage.Response, token: String
  ) throws -> Answer {
    try post(
      BotServerPath.respond(id), RespondMessage(response: response).encoded(), token: token)
  }

  package func end(_ id: String, reason: String? = nil, token: String) throws -> Answer {
    try post(BotServerPath.end(id), EndMessage(reason: reason).encoded(), token: token)
  }

  package func status(of id: String, token: String) throws -> CallMessage.Status? {
    try get(BotServerPath.call(id), token: token).call?.status
  }

  private func fields(_ token: String?) -> HTTPFields {
    token.map { ["Authorization": "Bearer \($0)"] } ?? HTTPFields()
  }
}

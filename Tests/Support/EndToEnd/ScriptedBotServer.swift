package import Formats
import LoopGLib
import Transport

/// A BotServer that behaves as a test wishes: each request has an answer of its own, and the events
/// socket follows a script.
///
/// What a test does not change is answered well: everybody is admitted as `you`, knows `bob`, and may
/// call him, which makes the call `c1`.
package final class ScriptedBotServer: Sendable {
  package enum Answer: Sendable {
    /// Status 200 with that body.
    case json(String)
    /// Anything at all, after which the connection ends.
    case raw(@Sendable (ScriptedServer.Connection) -> Void)
  }

  package let server: ScriptedServer
  private let requests = Lock<[String]>([])

  /// - Parameters:
  ///   - answers: by method and path without a query: `GET /api/users`.
  ///   - events: what happens on each events socket once it is open; it closes after that.
  package init(
    answers: [String: Answer] = [:],
    events: @escaping @Sendable (ScriptedServer.Connection) -> Void = { $0.waitForEnd() }
  ) {
    let answers = Self.proper.merging(answers) { $1 }
    let requests = requests
    server = ScriptedServer { connection in
      while let request = connection.readRequest() {
        requests.withLock { $0.append(request.line) }
        if request.line == "GET /ws/meet", answers[request.line] == nil {
          connection.acceptWebSocket(head: request.head)
          return events(connection)
        }
        switch answers[request.line] ?? .json("{}") {
        case .json(let body): connection.write(json: body)
        case .raw(let script): return script(connection)
        }
      }
    }
  }

  package var url: String { server.http }

  /// Method and path of every request so far.
  package var requestLines: [String] { requests.withLock { $0 } }

  /// The call as the server tells it.
  package static func call(
    _ status: String, reason: String? = nil, caller: String = "you", callerName: String? = nil
  ) -> JSONValue {
    .members([
      "call_id": "c1", "type": "audio", "kind": "one_to_one", "status": .string(status),
      "end_reason": reason.map { .string($0) },
      "participants": [
        .members([
          "user_id": .string(caller), "display_name": callerName.map { .string($0) },
          "role": "host",
        ]),
        ["user_id": caller == "you" ? "bob" : "you", "role": "participant"],
      ],
      "media": ["kind": "p2p", "ice_servers": []],
    ])
  }

  package static let me = #"{"user_id":"you","username":"you","display_name":"you"}"#

  private static var proper: [String: Answer] {
    [
      "POST /api/auth/guest": .json(#"{"username":"you","token":"t"}"#),
      "GET /api/users/me": .json(me),
      "GET /api/users": .json(
        #"{"users":[{"user_id":"bob","username":"bob","display_name":"Bob","status":"online"}]}"#),
      "GET /api/v1/calls/history": .json(#"{"calls":[],"total":0}"#),
      "POST /api/v1/calls/initiate": .json(call("ringing").text),
      "GET /api/v1/calls/c1": .json(call("ringing").text),
    ]
  }
}

extension ScriptedServer.Connection {
  struct Request {
    /// Method and path, without a query.
    var line: String
    var head: String
  }

  /// The next request, whose body is passed over; `nil` at the end.
  func readRequest() -> Request? {
    let head = readHead()
    let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
    guard words.count == 3 else { return nil }
    let length = head.split(separator: "\r\n").first {
      $0.lowercased().hasPrefix("content-length:")
    }
    var rest = length.flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
    while rest > 0 {
      let count = readSome().count
      guard count > 0 else { return nil }
      rest -= count
    }
    return Request(line: "\(words[0]) \(words[1].prefix { $0 != "?" })", head: head)
  }

  package func write(json body: String) {
    write(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        + "\r\n\(body)")
  }

  /// Sends a message of the events socket.
  package func send(_ message: JSONValue) {
    write(WebSocketFrame(.text, Array(message.text.utf8)))
  }

  /// Reads frames until one holds a text; `false` when none comes.
  @discardableResult
  package func waitForMessage(containing text: String) -> Bool {
    readFrames { String(decoding: $0.payload, as: UTF8.self).contains(text) }.last.map {
      String(decoding: $0.payload, as: UTF8.self).contains(text)
    } ?? false
  }

  /// Reads until the other end is gone or says nothing for ten seconds.
  package func waitForEnd() {
    while !readSome().isEmpty {}
  }
}

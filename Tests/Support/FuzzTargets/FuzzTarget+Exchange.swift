import Basics
import BotServerWire
import Exchange
import Formats
import Simulation
import Transport

extension FuzzTarget {
  /// A line for each thing a user does: a request as `METHOD PATH BODY`, or a message over the socket
  /// of BotServer's events; `$CALL` stands for the name of the last call.
  static func exchange(_ bytes: [UInt8]) -> String? {
    let bench = ExchangeBench()
    guard let tokens = try? ["ann", "bob"].map({ try token(of: $0, at: bench) }),
      let sockets = try? tokens.map({
        try bench.openSocket(request(.get, BotServerPath.events, token: $0))
      })
    else { return "does not sign users in" }
    var script = FuzzScript(bytes)
    var call = ""
    var count = 0
    while !script.isAtEnd, count < 64 {
      count += 1
      let line = script.line().replacing("$CALL", with: call)
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard words.count >= 2, let method = HTTPMethod(rawValue: words[0]) else {
        try? bench.send(line, over: sockets[count % 2])
        continue
      }
      let body = words.count > 2 ? Array(words[2].utf8) : []
      let number = bench.begin(request(method, words[1], token: tokens[count % 2], body: body))
      let answer = bench.takeAnswer(to: number)
      if let id = answer.flatMap({ try? JSONValue(decoding: $0.body) })?["call_id"]?.string {
        call = id
      }
      bench.advance(.milliseconds(200))
    }
    bench.advance(.seconds(60))
    return (try? bench.request(request(.get, "/healthz", token: nil)))?.status == 200
      ? nil : "is not well afterwards"
  }

  private static func token(of name: String, at bench: ExchangeBench) throws -> String {
    let body = Array(JSONValue.object(["username": .string(name)]).text.utf8)
    let response = try bench.request(
      request(.post, BotServerPath.guest, token: nil, body: body))
    return try JSONValue(decoding: response.body)["token"]?.string ?? ""
  }

  private static func request(
    _ method: HTTPMethod, _ path: String, token: String?, body: [UInt8] = []
  ) -> HTTPRequest {
    var fields: HTTPFields = ["Host": "h", "Content-Type": "application/json"]
    if let token { fields["Authorization"] = "Bearer \(token)" }
    return HTTPRequest(method, path, fields: fields, body: body)
  }
}

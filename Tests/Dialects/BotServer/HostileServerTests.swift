import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

@Suite("BotServer hostile server")
struct HostileServerTests {
  /// One message of every kind a server may push.
  private static let messages: [MeetMessage] = [
    .welcome(
      UserMessage(userID: "you", username: "you", displayName: "You", status: "x", roles: [])),
    .incomingCall(call(.ringing, id: "call_9", from: "bob"), lastWords: [words]),
    .callUpdated(call(.active)),
    .userStatus(UserMessage(userID: "u", username: "u", displayName: "U", status: "x", roles: [])),
    .agentState(callID: "call_1", state: "speaking"), .callRinging(callID: "call_1"),
    .callOffer(callID: "call_1", sdp: description(1).encoded()),
    .callAnswer(callID: "call_1", sdp: description(2).encoded()),
    .iceCandidate(callID: "call_1", candidate: candidate(1).encoded()),
    .endOfCandidates(callID: "call_1"), .transcription(words), .ping, .pong,
  ]

  private static let words = TranscriptionMessage(
    callID: "call_1", participantID: "x", displayName: "X", text: "hi", isFinal: true, at: nil)

  @Test("may cut every message anywhere", arguments: 0..<13)
  func truncations(index: Int) throws {
    let text = Array(Self.messages[index].encoded().utf8)
    var bench = try placed()
    for count in 0..<text.count {
      try bench.push(text: String(decoding: text[..<count], as: UTF8.self))
    }
    try stillWorks(&bench)
  }

  @Test("may put a wrong type into every place of every message", arguments: 0..<13)
  func wrongTypes(index: Int) throws {
    let value = try JSONValue(decoding: Self.messages[index].encoded())
    var bench = try placed()
    for variant in value.withWrongTypes() where variant["type"]?.string != "call_updated" {
      try bench.push(text: variant.text)
    }
    // An update with a wrong member may still say, rightly, that the call goes on.
    for variant in value.withWrongTypes() where variant["type"]?.string == "call_updated" {
      try bench.push(text: variant.text)
    }
    try stillWorks(&bench)
  }

  @Test(
    "may answer every request with nonsense",
    arguments: [
      "", "null", "[]", "{}", "7", "\"x\"", "{\"users\":7}", "{\"calls\":{\"a\":1}}",
      "{\"calls\":[7,null,{}],\"total\":\"many\"}", "{\"success\":true,\"data\":[]}",
      "{\"error\":{\"message\":{}}}", "\u{0}\u{1}\u{1B}[2J",
      String(repeating: "[", count: 100_000), "{\"call_id\":1e999,\"status\":\"ringing\"}",
    ])
  func nonsenseReplies(body: String) throws {
    for status in [200, 400, 401, 404, 409, 429, 500, 0, -1, 99_999] {
      var bench = try placed()
      bench.order(.refreshContacts)
      bench.order(.refreshHistory)
      bench.order(.end(outgoingID, .hungUp))
      bench.order(
        .place(CallID(account: AccountID(0), isIncoming: false, number: 2), to: "bob", kind: .audio)
      )
      while let question = bench.questions.first {
        try bench.reply(question, HTTPResponse(status: status, body: Array(body.utf8)))
        if bench.questions.contains("GET /api/users/me") { break }
      }
      bench.advance(.seconds(30))
    }
  }

  @Test("may send descriptions and candidates of junk")
  func junkDescriptions() throws {
    var bench = try placed()
    for sdp in ["", "v=1", "v=0\r\n", String(repeating: "a=x\r\n", count: 20_000), "\u{0}"] {
      try bench.push(.callAnswer(callID: "call_1", sdp: sdp))
      try bench.push(.callOffer(callID: "call_1", sdp: sdp))
      try bench.push(.iceCandidate(callID: "call_1", candidate: sdp + "x"))
    }
    #expect(bench.takeReports() == [])
    try stillWorks(&bench)
  }

  @Test("may send binary messages and floods, of which little is noted and nothing kept")
  func floods() throws {
    var bench = try placed()
    for number in 0..<200 {
      try bench.push(binary: [0, 1, 2])
      try bench.push(text: "{\"type\":\"call_\(number)\"}")
      try bench.push(.callUpdated(call(.ringing, id: "x\(number)", from: "you")))
    }
    #expect(bench.notes.count <= 20)
    #expect(bench.takeReports() == [])
    try stillWorks(&bench)
  }

  @Test("may flood a call that is being placed")
  func earlyFlood() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    for number in 0..<500 { try bench.push(.callRinging(callID: "x\(number)")) }
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    #expect(bench.takeReports().count == 1)
  }

  @Test("may answer what was never asked, and speak on sockets long closed")
  func strayEvents() throws {
    var bench = try placed()
    var client = bench.client
    let stray: [TransportEvent] = [
      .response(RequestID(999), HTTPResponse(status: 200)),
      .requestFailed(RequestID(-1), .timedOut), .opened(SocketID(999)),
      .received(SocketID(999), .text("{}")), .closed(SocketID(999), code: -1, reason: "\u{1B}"),
      .failed(SocketID(999), .timedOut),
    ]
    for event in stray {
      let effects = client.receive(event, at: bench.now)
      #expect(
        effects.allSatisfy { effect in
          if case .report = effect { return false }
          return true
        })
    }
    try stillWorks(&bench)
  }

  private func placed() throws -> ClientBench {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    _ = bench.takeReports()
    return bench
  }

  /// The call of before is still there and can be hung up.
  private func stillWorks(_ bench: inout ClientBench) throws {
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.questions.contains("POST /api/v1/calls/call_1/end"))
  }
}

extension JSONValue {
  /// This value with each of its parts in turn replaced by values of other types.
  fileprivate func withWrongTypes() -> [JSONValue] {
    let wrong: [JSONValue] = [
      .null, .boolean(true), .integer(.max), .integer(.min), .number(1e300), .string(""),
      .string("\u{1B}]0;x\u{7}"), .array([]), .object([:]),
      .array([.array([.null]), .object(["a": 1])]),
    ]
    switch self {
    case .null, .boolean, .integer, .number, .string:
      return wrong
    case .array(let elements):
      let inner = elements.indices.flatMap { index in
        elements[index].withWrongTypes().map { variant -> JSONValue in
          var copy = elements
          copy[index] = variant
          return .array(copy)
        }
      }
      return wrong + inner
    case .object(let members):
      let inner = members.keys.sorted().filter { $0 != "type" && $0 != "status" }.flatMap { name in
        (members[name] ?? .null).withWrongTypes().map { variant -> JSONValue in
          var copy = members
          copy[name] = variant
          return .object(copy)
        }
      }
      return wrong + inner
    }
  }
}

import Basics
import BuzziWire
import Calling
import Formats
import Testing
import Transport

/// One message of every kind a server may send, in the words of both revisions.
let everyMessage: [String] = [
  ServerMessage.ready(sessionID: "s-1"), .callStarted(callID: "c-1"),
  .audioResponse([1, 2, 3, 4]), .transcript(isCaller: true, text: "hi", isFinal: false),
  .status(.inProgress), .agent(.speaking), .stopAudio(reason: "user_interrupted"),
  .callEnded(reason: "timeout", durationSeconds: 9), .error(message: "x", code: .providerError),
  .escalationStarted(reason: "r", urgency: "high", summary: "s", message: "m"),
].flatMap { $0.encoded(as: .both) }

@Suite("Buzzi: hostile server")
struct HostileTests {
  /// A call that is up still carries sound, or its end has been told.
  private func stillWorks(_ bench: inout BuzziBench, endMayCome: Bool = false) throws {
    let hasEnded = !bench.takeReports().ends.isEmpty
    if hasEnded {
      #expect(endMayCome)
      return
    }
    try bench.push(.audioResponse([0, 0, 0]))
    try bench.push(.audioResponse([0, 7, 0]))
    #expect(bench.takeReports().sound.count == 3)
  }

  @Test("may cut every message anywhere", arguments: everyMessage)
  func truncated(message: String) throws {
    var bench = try BuzziBench.inCall()
    let bytes = Array(message.utf8)
    for count in 0..<bytes.count {
      try bench.push(text: String(decoding: bytes[..<count], as: UTF8.self))
    }
    try stillWorks(&bench)
  }

  @Test("may put a wrong value into every member of every message", arguments: everyMessage)
  func forged(message: String) throws {
    let value = try JSONValue(decoding: message)
    let junk: [JSONValue] = [
      .null, true, 1.5, -1, 9_007_199_254_740_993, "\u{0}\u{202E}", [], [[]], [:], ["type": [:]],
      .string(String(repeating: "🦜", count: 10_000)),
    ]
    for name in value["data"]?.object?.keys.sorted() ?? [] {
      for wrong in junk {
        var bench = try BuzziBench.inCall()
        var data = value["data"]?.object ?? [:]
        data[name] = wrong
        var whole = value.object ?? [:]
        whole["data"] = .object(data)
        try bench.push(text: JSONValue.object(whole).text)
        try stillWorks(&bench, endMayCome: message.contains("call_ended"))
        whole["data"] = wrong
        bench = try BuzziBench.inCall()
        try bench.push(text: JSONValue.object(whole).text)
        try stillWorks(&bench, endMayCome: message.contains("call_ended"))
      }
    }
  }

  @Test("may say everything twice", arguments: everyMessage)
  func duplicated(message: String) throws {
    var bench = try BuzziBench.inCall()
    try bench.push(text: message)
    try bench.push(text: message)
    if message.contains("audio_response") { #expect(bench.reports.sound.count == 4) }
    try stillWorks(&bench, endMayCome: message.contains("call_ended"))
  }

  @Test("may say everything before the call has begun", arguments: everyMessage)
  func outOfOrder(message: String) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(.both))
    try bench.openSocket()
    try bench.push(text: message)
    guard bench.reports.ends.isEmpty else { return }
    #expect(!bench.reports.contains(.accepted(callID)))
    try bench.push(.ready(sessionID: nil))
    try bench.push(.callStarted(callID: "c-1"))
    #expect(bench.reports.count { $0 == .accepted(callID) } == 1)
    #expect(bench.takeSent().count == 1)
  }

  @Test("may say anything after the end: nothing is told of the call", arguments: everyMessage)
  func afterTheEnd(message: String) throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.callEnded(reason: "user_ended", durationSeconds: 1))
    _ = bench.takeReports()
    try bench.push(text: message)
    #expect(bench.takeReports() == [])
  }

  @Test("may send too much: a message of more than 2 MiB is dropped with a note")
  func oversized() throws {
    var bench = try BuzziBench.inCall()
    try bench.push(
      text: "{\"type\":\"transcript\",\"data\":{\"role\":\"user\",\"text\":\""
        + String(repeating: "x", count: ServerMessage.byteLimit) + "\"}}")
    #expect(bench.takeReports() == [])
    #expect(bench.notes.count == 1)
    try bench.push(text: String(repeating: "[", count: 100_000))
    try bench.push(binary: [1, 2, 3])
    try stillWorks(&bench)
  }

  @Test("cannot fill the log")
  func notesAreBounded() throws {
    var bench = try BuzziBench.inCall()
    for _ in 0..<1_000 { try bench.push(text: "nonsense") }
    #expect(bench.notes.count == 10)
  }

  @Test(
    "may answer the session with nonsense",
    arguments: [
      "", "null", "[]", "{}", "7", "{\"sessionId\":1}", "{\"sessionId\":\"s\",\"wsUrl\":7}",
      "{\"sessionId\":\"\",\"callId\":\"c\",\"wsUrl\":\"wss://x/\"}",
      "{\"sessionId\":\"s\",\"callId\":\"c\",\"wsUrl\":\"file:///etc/passwd\"}",
      "{\"sessionId\":{},\"wsUrl\":[]}",
    ])
  func nonsenseSession(body: String) throws {
    for status in [200, 201, 400, 401, 403, 404, 500, 0, -1, 99_999] {
      var bench = try BuzziBench.online()
      bench.order(.place(callID, to: "bot-1", kind: .audio))
      try bench.reply(sessionLine, HTTPResponse(status: status, body: Array(body.utf8)))
      // A number for a name is taken as its digits.
      if bench.opening.isEmpty { #expect(bench.takeReports().ends.count == 1) }
    }
  }

  @Test("may tell of sockets nobody knows")
  func strangeSockets() throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(.both))
    bench.order(.end(callID, .cancelled))
    let id = try #require(bench.opening.first?.id)
    #expect(bench.closed == [id])
    try bench.openSocket()
    try bench.push(.callStarted(callID: "c-1"))
    try bench.closeSocket(1006)
    #expect(bench.takeReports().contains(.accepted(callID)) == false)
  }
}

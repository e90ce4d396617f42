import Basics
import Calling
import Formats
import Simulation
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: hostile servers")
struct HostileServerTests {
  @Test("events without sense are noted ten times at most, and nothing is lost")
  func senseless() throws {
    var bench = try ClientBench.online()
    let bad: [[String: JSONValue]] = [
      ["type": "call"], ["type": "call", "op": "incoming_call"],
      ["type": "call", "op": "dance", "call_id": "x"], ["type": "group_call", "op": 7],
      ["type": "presence", "presence": []], ["type": "message"], ["type": .array([])],
      [
        "type": "call", "op": "incoming_call",
        "call_id": .string(String(repeating: "x", count: 900)),
        "sender": bob, "receiver": me,
      ],
    ]
    for _ in 0..<4 {
      for event in bad { try bench.push(event) }
    }
    #expect(bench.takeCallReports() == [])
    #expect(bench.notes.filter { $0.level == .warning }.count == 10)
    try bench.push(.incoming, from: bob)
    #expect(bench.takeCallReports().count == 1)
  }

  @Test(
    "answers of the wrong kind are said to be so",
    arguments: [
      "", "null", "[]", "{}", "\"x\"", #"{"call_url":7}"#, #"{"call_url":"ftp://x/y"}"#,
      #"{"call_url":"https://meet.example.org/"}"#, #"{"result":"success","call_id":"c"}"#,
      String(repeating: "[", count: 5_000),
    ])
  func answers(text: String) throws {
    var bench = try ClientBench.online()
    bench.place()
    try bench.reply("POST /calls/create", text: text)
    guard case .ended(outgoingID, .signalingFailed)? = bench.takeCallReports().last else {
      Issue.record("“\(text.prefix(40))” was taken for a call")
      return
    }
    #expect(bench.roomCount == 0)
  }

  @Test("events that cannot be read count as a break, and are asked for again")
  func brokenPage() throws {
    for text in ["", "{", #"{"events":7}"#, "[]"] {
      var bench = try ClientBench.online()
      try bench.reply("GET /events", text: text)
      bench.advance(.seconds(1))
      #expect(bench.questions.contains("GET /events"))
    }
  }

  @Test("events of calls that are over or unknown change nothing")
  func outOfOrder() throws {
    var bench = try ClientBench.online()
    for kind in [CallEventKind.accepted, .ringing, .ended, .missed, .cancelled, .declined] {
      try bench.push(kind, "call-7")
    }
    #expect(bench.takeCallReports() == [])
    try bench.push(.incoming, from: bob)
    try bench.push(.cancelled, from: bob)
    try bench.push(.incoming, from: bob)
    try bench.push(.accepted, from: bob)
    #expect(bench.takeCallReports().count == 2)
  }

  @Test("more invitations than there is room for are left to the server")
  func flood() throws {
    var bench = try ClientBench.online()
    for number in 0..<40 { try bench.push(.incoming, "call-\(number)", from: bob) }
    #expect(bench.takeCallReports().count == 16)
  }

  @Test("a name that commands the terminal comes as it was sent, and is cut")
  func names() throws {
    var bench = try ClientBench.online()
    let name = "\u{1B}[2J" + String(repeating: "N", count: 5_000)
    try bench.push([
      "type": "call", "op": "incoming_call", "call_id": "c",
      "sender": ["user_id": 9, "full_name": .string(name)], "receiver": me,
      "jitsi_url": .string(callURL),
    ])
    guard case .invited(let invitation)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(invitation.from.name.count == 200)
  }

  @Test("the key and the room's token stand in no note and no report")
  func secrets() throws {
    var bench = try ClientBench.online()
    bench.place()
    try bench.reply("POST /calls/create", 200, created)
    try bench.push(.incoming, "call-2", from: bob)
    let told = bench.takeReports().map { "\($0)" } + bench.notes.map(\.text)
    for secret in ["key-1", "secret-token"] {
      #expect(!told.contains { $0.contains(secret) })
    }
  }

  @Test("late answers to what nobody waits for are passed over")
  func lateAnswers() throws {
    var bench = try ClientBench.online()
    bench.place()
    bench.order(.signOut)
    bench.advance(.seconds(3))
    #expect(bench.takeReports().last == .account(.signedOut))
    #expect(bench.questions.isEmpty)
  }

  @Test("an endless history ends after five pages")
  func endlessHistory() throws {
    var bench = try ClientBench.online()
    bench.order(.refreshHistory)
    let entry = HistoryEntry(
      callID: "c", state: .ended, isVideo: false, wasInitiator: true,
      other: ZulipUser(id: 2, name: "Bob"), createdAt: ClientBench.start, startedAt: nil,
      endedAt: nil)
    let page = HistoryPage(calls: [entry], nextCursor: "again", hasMore: true)
    for _ in 0..<5 { try bench.reply("GET /calls/history", 200, page.encoded(in: .three)) }
    #expect(!bench.questions.contains("GET /calls/history"))
  }
}

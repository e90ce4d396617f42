import Basics
import Calling
import Formats
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: incoming calls")
struct IncomingTests {
  private func rung(_ dialect: ZulipDialect = .three) throws -> ClientBench {
    var bench = try ClientBench.online(dialect)
    try bench.push(.incoming, from: bob)
    return bench
  }

  private let accepted = RespondedCall(action: .accept, url: callURL, message: "Call accepted")

  @Test("an invitation rings, is acknowledged, answered, and the room entered")
  func life() throws {
    var bench = try rung()
    guard case .invited(let invitation)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(invitation.id == incomingID)
    #expect(invitation.remoteID == "call-1")
    #expect(invitation.from == Party(name: "Bob", address: "bob@example.org"))
    #expect(invitation.terms.carriage == .offeredByServer)
    #expect(invitation.browserURL == openURL)
    bench.order(.ring(incomingID))
    #expect(
      try bench.form("POST /calls/acknowledge") == ["call_id": "call-1", "status": "ringing"])
    bench.order(.accept(incomingID))
    #expect(try bench.form("POST /calls/call-1/respond") == ["response": "accept"])
    #expect(bench.roomCount == 0)
    try bench.reply("POST /calls/call-1/respond", 200, accepted.encoded(in: .three))
    #expect(bench.roomCount == 1)
    try bench.push(.accepted, from: bob)
    try bench.appear("Bob")
    #expect(bench.takeCallReports() == [])
    try bench.push(.ended, from: bob, reason: "hangup")
    #expect(bench.takeCallReports() == [.ended(incomingID, .remoteHungUp)])
    #expect(bench.roomCount == 0)
  }

  @Test("a call is declined, and a full phone declines as well")
  func decline() throws {
    for order in [SignalingOrder.decline(incomingID, reason: nil), .refuseBusy(incomingID)] {
      var bench = try rung()
      bench.order(order)
      #expect(try bench.form("POST /calls/call-1/respond") == ["response": "decline"])
      try bench.reply(
        "POST /calls/call-1/respond", 200,
        RespondedCall(action: .decline, url: nil, message: "").encoded(in: .three))
      _ = bench.takeReports()
      try bench.push(.declined, from: bob)
      try bench.push(.incoming, from: bob)
      #expect(bench.takeCallReports() == [])
    }
  }

  @Test("what ends a call that rings is told as what it was")
  func endings() throws {
    let cases: [(CallEventKind, EndReason)] = [
      (.cancelled, .cancelled), (.missed, .missed), (.accepted, .answeredElsewhere),
      (.declined, .answeredElsewhere), (.ended, .cancelled),
    ]
    for (kind, expected) in cases {
      var bench = try rung()
      _ = bench.takeReports()
      try bench.push(kind, from: bob)
      #expect(bench.takeCallReports() == [.ended(incomingID, expected)])
    }
  }

  @Test("a caller who gave up while it was taken is told so, and another device's answer, too")
  func lateAnswer() throws {
    let noop = RespondedCall(action: .noop, url: nil, message: "Call already ended")
    let cases: [(Int, JSONValue, EndReason)] = [
      (200, noop.encoded(in: .three), .cancelled),
      (404, problem("Call not found"), .cancelled),
      (400, problem("Cannot respond to call in state: accepted"), .answeredElsewhere),
      (
        403, problem("Not authorized to respond to this call"),
        .signalingFailed("The server says: Not authorized to respond to this call.")
      ),
    ]
    for (code, body, expected) in cases {
      var bench = try rung()
      _ = bench.takeReports()
      bench.order(.accept(incomingID))
      try bench.reply("POST /calls/call-1/respond", code, body)
      #expect(bench.takeCallReports() == [.ended(incomingID, expected)])
      #expect(bench.roomCount == 0)
    }
  }

  @Test("an answer that is lost is given again, and its success recognised")
  func lostAnswer() throws {
    var bench = try rung()
    bench.order(.accept(incomingID))
    try bench.fail("POST /calls/call-1/respond")
    bench.advance(.milliseconds(500))
    try bench.reply(
      "POST /calls/call-1/respond", 400, problem("Cannot respond to call in state: accepted"))
    #expect(bench.roomCount == 1)
    _ = bench.takeReports()
    var gone = try rung()
    _ = gone.takeReports()
    gone.order(.accept(incomingID))
    for wait in [500, 2_000, 0] {
      try gone.fail("POST /calls/call-1/respond")
      gone.advance(.milliseconds(wait))
    }
    guard case .ended(incomingID, .signalingFailed)? = gone.takeCallReports().last else {
      Issue.record("the call goes on")
      return
    }
  }

  @Test("a hang-up that does not arrive is kept until the server is back")
  func keptEnd() throws {
    var bench = try rung()
    bench.order(.accept(incomingID))
    try bench.reply("POST /calls/call-1/respond", 200, accepted.encoded(in: .three))
    bench.order(.end(incomingID, .hungUp))
    for wait in [500, 2_000] {
      try bench.fail("POST /calls/call-1/end")
      bench.advance(.milliseconds(wait))
    }
    try bench.fail("POST /calls/call-1/end")
    try bench.fail("GET /events")
    bench.advance(.seconds(1))
    try bench.reply("GET /events", 200, ["result": "success", "events": []])
    #expect(bench.questions.contains("POST /calls/call-1/end"))
  }

  @Test("a caller who never comes into the room is waited for half a minute")
  func alone() throws {
    var bench = try rung()
    bench.order(.accept(incomingID))
    try bench.reply("POST /calls/call-1/respond", 200, accepted.encoded(in: .three))
    _ = bench.takeReports()
    bench.advance(.milliseconds(29_999))
    #expect(bench.takeCallReports() == [])
    bench.advance(.milliseconds(1))
    #expect(bench.takeCallReports() == [.ended(incomingID, .remoteHungUp)])
    #expect(bench.questions.contains("POST /calls/call-1/end"))
  }

  @Test("events of all generations say the same")
  func synonyms() throws {
    let forms: [[String: JSONValue]] = [
      [
        "type": "call", "op": "created",
        "call": ["call_id": "call-1", "sender": bob, "receiver": me, "call_url": .string(callURL)],
      ],
      [
        "type": "call_event", "event_type": "incoming_call", "call_id": "call-1", "sender_id": 2,
        "sender_name": "Bob", "receiver_id": 1, "receiver_name": "Ann",
        "jitsi_url": .string(callURL),
      ],
    ]
    for form in forms {
      var bench = try ClientBench.online()
      try bench.push(form)
      guard case .invited(let invitation)? = bench.takeCallReports().first else {
        Issue.record("\(form) does not ring")
        continue
      }
      #expect(invitation.from.name == "Bob")
    }
    let words: [(String, [SignalingReport])] = [
      ("acknowledged", [.ringing(outgoingID)]), ("participant_ringing", [.ringing(outgoingID)]),
      ("call_accepted", [.accepted(outgoingID)]),
      ("call_rejected", [.ended(outgoingID, .declined(reason: nil))]),
      ("rejected", [.ended(outgoingID, .declined(reason: nil))]),
    ]
    for (word, expected) in words {
      var bench = try ClientBench.online()
      bench.place()
      try bench.reply("POST /calls/create", 200, created)
      _ = bench.takeReports()
      try bench.push(["type": "call_event", "event_type": .string(word), "call_id": "call-1"])
      #expect(bench.takeCallReports() == expected, "\(word)")
    }
    var bench = try ClientBench.online()
    bench.place()
    try bench.reply("POST /calls/create", 200, created)
    _ = bench.takeReports()
    try bench.push([
      "type": "call_event", "event_type": "call_status_update", "call_id": "call-1",
      "state": "accepted",
    ])
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
  }

  @Test("a group invitation rings; it is joined, declined, or ends")
  func group() throws {
    let invitation = GroupEventMessage(
      kind: .invited, callID: "g-1", isVideo: false, title: "Planning", url: callURL,
      host: ZulipUser(decoding: bob),
      participants: [
        GroupParticipant(user: ZulipUser(id: 2, name: "Bob"), state: .joined, isHost: true),
        GroupParticipant(user: ZulipUser(id: 1, name: "Ann"), state: .invited, isHost: false),
      ], inviterID: 2
    ).encoded()
    var bench = try ClientBench.online()
    try bench.push(invitation)
    guard case .invited(let call)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(call.from.name == "Planning (Bob)")
    bench.order(.accept(incomingID))
    try bench.reply(
      "POST /calls/group/g-1/join", 200, ["result": "success", "call_url": .string(callURL)])
    #expect(bench.roomCount == 1)
    var ended = invitation
    ended["op"] = "ended"
    try bench.push(ended)
    #expect(bench.takeCallReports() == [.ended(incomingID, .remoteHungUp)])
    var other = try ClientBench.online()
    try other.push(invitation)
    other.order(.decline(incomingID, reason: nil))
    #expect(other.questions.contains("POST /calls/group/g-1/decline"))
  }

  @Test("option C is asked every five seconds for what rings")
  func polling() throws {
    var bench = try ClientBench.online(.seedC)
    let entry = HistoryEntry(
      callID: "call-1", state: .calling, isVideo: false, wasInitiator: false,
      other: ZulipUser(id: 2, name: "Bob"), createdAt: ClientBench.start, startedAt: nil,
      endedAt: nil)
    let page = HistoryPage(calls: [entry], nextCursor: nil, hasMore: false).encoded(in: .seedC)
    while bench.questions.contains("GET /calls/history") {
      try bench.reply("GET /calls/history", 200, HistoryPage.none)
    }
    bench.advance(.seconds(6))
    #expect(try bench.form("GET /calls/history")["limit"] == "5")
    try bench.reply("GET /calls/history", 200, page)
    try bench.reply("GET /calls/call-1/status", 200, status(.calling, from: bob, in: .seedC))
    guard case .invited(let invitation)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(invitation.from.address == "bob@example.org")
    bench.advance(.seconds(6))
    try bench.reply("GET /calls/history", 200, page)
    #expect(bench.takeCallReports() == [])
    bench.order(.ring(incomingID))
    #expect(!bench.questions.contains("POST /calls/acknowledge"))
  }

  @Test("an old call of option C does not ring")
  func oldCall() throws {
    var bench = try ClientBench.online(.seedC)
    while bench.questions.contains("GET /calls/history") {
      try bench.reply("GET /calls/history", 200, HistoryPage.none)
    }
    bench.advance(.seconds(6))
    let entry = HistoryEntry(
      callID: "call-1", state: .calling, isVideo: false, wasInitiator: false,
      other: ZulipUser(id: 2, name: "Bob"),
      createdAt: ClientBench.start.advanced(by: .seconds(-56)), startedAt: nil, endedAt: nil)
    let page = HistoryPage(calls: [entry], nextCursor: nil, hasMore: false)
    try bench.reply("GET /calls/history", 200, page.encoded(in: .seedC))
    #expect(!bench.questions.contains("GET /calls/call-1/status"))
  }

  @Test("on a stock Zulip a fresh link rings; it is taken by entering, and declined in silence")
  func link() throws {
    func message(_ content: String, age: Int64 = 0, from sender: JSONValue = bob) throws
      -> [String: JSONValue]
    {
      let message = DirectMessage(
        id: 9, sender: try #require(ZulipUser(decoding: sender)), content: content,
        at: ClientBench.start.advanced(by: .seconds(-age)), partyCount: 2)
      return ["type": "message", "message": message.encoded(to: [])]
    }
    let link = JoinLink(url: "https://meet.example.org/123456789012345", isVideo: false).content
    var bench = try ClientBench.online(.stock)
    try bench.push(
      try message("Hello"), try message(link, age: 61), try message(link, from: me),
      try message("[Rejoindre l’appel](https://x.example/abc#config.startWithVideoMuted=true)"))
    guard case .invited(let invitation)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(invitation.browserURL == "https://x.example/abc")
    bench.order(.decline(incomingID, reason: nil))
    #expect(!bench.questions.contains("POST /messages"))
    try bench.push(try message(link))
    let second = CallID(account: AccountID(0), isIncoming: true, number: 2)
    _ = bench.takeReports()
    bench.order(.accept(second))
    #expect(bench.roomCount == 1)
    try bench.appear("Bob")
    try bench.disappear("Bob")
    bench.advance(.seconds(3))
    #expect(bench.takeCallReports() == [.ended(second, .remoteHungUp)])
    var silent = try ClientBench.online(.stock)
    try silent.push(try message(link))
    _ = silent.takeReports()
    silent.advance(.seconds(60))
    #expect(silent.takeCallReports() == [.ended(incomingID, .missed)])
    var other = try ClientBench.online(.stock)
    try other.push(try message(link))
    other.order(.decline(incomingID, reason: ""))
    #expect(try other.form("POST /messages")["content"] == "Declined.")
  }
}

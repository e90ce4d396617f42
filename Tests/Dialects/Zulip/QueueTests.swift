import Basics
import Calling
import Formats
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: the event queue")
struct QueueTests {
  @Test("events are acknowledged by the next poll, which may take its time")
  func polling() throws {
    var bench = try ClientBench.online()
    #expect(try bench.form("GET /events") == ["queue_id": "q:1", "last_event_id": "-1"])
    #expect(try bench.request("GET /events").timeout == .seconds(100))
    try bench.push(["type": "heartbeat"])
    #expect(try bench.form("GET /events")["last_event_id"] == "0")
  }

  @Test("an event that comes twice counts once")
  func repetition() throws {
    var bench = try ClientBench.online()
    let event = CallEventMessage(
      kind: .incoming, callID: "call-1", isVideo: false, sender: ZulipUser(decoding: bob),
      receiver: ZulipUser(decoding: me), state: .calling, url: callURL
    ).encoded(in: .three).merging(["id": 0]) { $1 }
    let page: JSONValue = [
      "result": "success", "events": .array([.object(event), .object(event)]),
    ]
    try bench.reply("GET /events", 200, page)
    #expect(bench.takeCallReports().count == 1)
    try bench.reply("GET /events", 200, page)
    #expect(bench.takeCallReports() == [])
  }

  @Test("a server that answers at once without news is asked once a second")
  func noCircle() throws {
    var bench = try ClientBench.online()
    try bench.reply("GET /events", 200, ["result": "success", "events": []])
    #expect(!bench.questions.contains("GET /events"))
    bench.advance(.milliseconds(999))
    #expect(!bench.questions.contains("GET /events"))
    bench.advance(.milliseconds(1))
    #expect(bench.questions.contains("GET /events"))
  }

  @Test("a queue that is gone is registered anew, and what was missed is looked for")
  func badQueue() throws {
    var bench = try ClientBench.online()
    bench.place()
    try bench.reply("POST /calls/create", 200, created)
    _ = bench.takeReports()
    let gone = problem("Bad event queue ID: q:1", code: "BAD_EVENT_QUEUE_ID")
    try bench.reply("GET /events", 400, gone)
    try bench.reply(
      "POST /register", 200, RegisteredQueue(queueID: "q:2", lastEventID: 40).encoded())
    #expect(
      try bench.form("GET /events") == ["queue_id": "q:2", "last_event_id": "40"])
    try bench.reply("GET /calls/call-1/status", 200, status(.accepted))
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
    let ringing = CallStatusMessage(
      callID: "call-2", state: .ringing, url: callURL, isVideo: false,
      sender: ZulipUser(decoding: cleo), receiver: ZulipUser(decoding: me),
      createdAt: ClientBench.start)
    try bench.reply(
      "GET /calls/active", 200,
      ["result": "success", "active_calls": .array([ringing.encodedAsActive(isOutgoing: false)])])
    guard case .invited(let invitation)? = bench.takeCallReports().first else {
      Issue.record("it does not ring")
      return
    }
    #expect(invitation.from.name == "Cleo")
  }

  @Test("where there is no list of active calls, the newest of the history are looked at")
  func recent() throws {
    var bench = try ClientBench.online()
    try bench.fail("GET /events")
    bench.advance(.seconds(1))
    try bench.reply("GET /events", 200, ["result": "success", "events": []])
    try bench.replyHTML("GET /calls/active")
    #expect(try bench.form("GET /calls/history")["limit"] == "5")
  }

  @Test("a break is told, calls go on, and the first answer ends it")
  func reconnecting() throws {
    var bench = try ClientBench.online()
    try bench.fail("GET /events")
    guard case .account(.reconnecting(let since, let next, _))? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(since == bench.now)
    bench.advance(bench.now.duration(to: next))
    #expect(try bench.form("GET /events")["dont_block"] == "true")
    try bench.reply("GET /events", 503, .null, fields: ["Retry-After": "20"])
    guard case .account(.reconnecting(since, let later, _))? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(bench.now.duration(to: later) >= .seconds(20))
    bench.advance(.seconds(30))
    try bench.reply("GET /events", 200, ["result": "success", "events": []])
    #expect(bench.takeReports().contains(.account(.signedIn)))
  }

  @Test("presence of others is told as it comes, and new users are looked for")
  func presence() throws {
    var bench = try ClientBench.online()
    let presence = PresenceMessage(isActive: true, at: ClientBench.start).encoded()
    try bench.push([
      "type": "presence", "user_id": 2, "email": "bob@example.org", "presence": presence,
    ])
    guard case .contacts(let contacts)? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(contacts.first?.presence == .online)
    try bench.push(["type": "presence", "user_id": 8, "email": "x", "presence": presence])
    try bench.push(["type": "realm_user", "op": "add"])
    bench.advance(.seconds(1))
    #expect(bench.questions.filter { $0 == "GET /users" }.count == 1)
  }
}

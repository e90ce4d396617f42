import Basics
import Calling
import Formats
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: signing in")
struct SignInTests {
  @Test("a key signs in by HTTP Basic, and contacts, presence and history follow")
  func signIn() throws {
    var bench = ClientBench()
    bench.start()
    let request = try bench.request("GET /users/me")
    let pair = Base64.encode(Array("ann@example.org:key-1".utf8))
    #expect(request.fields["Authorization"] == "Basic \(pair)")
    try bench.reply("GET /users/me", 200, me)
    #expect(try bench.form("POST /calls/heartbeat")["call_id"] == "tipring-probe")
    try bench.answerProbes(.three)
    #expect(
      try bench.form("POST /register")["event_types"]
        == #"["presence","realm_user","heartbeat","call","group_call","call_event"]"#)
    try bench.reply("POST /register", 200, registered)
    let reports = bench.takeReports()
    #expect(reports.contains(.identity(Party(name: "Ann", address: "ann@example.org"))))
    #expect(reports.last == .account(.signedIn))
    let now = ClientBench.start.unixSeconds
    try bench.reply(
      "GET /users", 200, ["result": "success", "members": .array([me, bob, cleo])])
    try bench.reply(
      "GET /realm/presence", 200,
      [
        "result": "success",
        "presences": [
          "bob@example.org": ["aggregated": ["status": "active", "timestamp": .integer(now)]],
          "cleo@example.org": ["website": ["status": "idle", "timestamp": .integer(now - 100)]],
        ],
      ])
    guard case .contacts(let contacts)? = bench.takeReports().last else {
      Issue.record("no contacts were told")
      return
    }
    #expect(contacts.map(\.address) == ["bob@example.org", "cleo@example.org"])
    #expect(contacts.map(\.presence) == [.online, .away])
  }

  @Test("the dialect is found out by asking", arguments: ZulipDialect.allCases)
  func dialects(dialect: ZulipDialect) throws {
    var bench = try ClientBench.online(dialect)
    let wanted = dialect == .two ? .three : dialect
    #expect(bench.notes.contains { $0.text.contains("“\(wanted.rawValue)”") })
    bench.place()
    switch wanted {
    case .stock: #expect(try bench.form("POST /messages")["to"] == "[2]")
    case .seedA: #expect(bench.questions.contains("POST /calls/initiate"))
    default: #expect(bench.questions.contains("POST /calls/create"))
    }
  }

  @Test("a guest is given a key first, and asks for another when it is gone")
  func guest() throws {
    var bench = ClientBench(secret: nil)
    bench.start()
    #expect(try bench.form("POST /fetch_api_key") == ["username": "ann@example.org"])
    try bench.reply(
      "POST /fetch_api_key", 200,
      ["result": "success", "api_key": "guest-key", "email": "ann@tipring.local"])
    let pair = Base64.encode(Array("ann@tipring.local:guest-key".utf8))
    #expect(try bench.request("GET /users/me").fields["Authorization"] == "Basic \(pair)")
    try bench.reply("GET /users/me", 401, problem("Invalid API key", code: "INVALID_API_KEY"))
    #expect(bench.questions == ["POST /fetch_api_key"])
    try bench.reply("POST /fetch_api_key", 200, ["result": "success", "api_key": "second"])
    try bench.reply("GET /users/me", 401, problem("Invalid API key"))
    #expect(
      bench.takeReports().last
        == .account(.refused(reason: "The server says: Invalid API key.")))
  }

  @Test("a wrong key and a server without guests are said in words")
  func refused() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /users/me", 401, problem("Invalid API key"))
    #expect(
      bench.takeReports().last
        == .account(.refused(reason: "The server says: Invalid API key.")))
    var guest = ClientBench(secret: nil)
    guest.start()
    try guest.reply("POST /fetch_api_key", 403, problem("No guests here"))
    guard case .account(.refused(let words))? = guest.takeReports().last else {
      Issue.record("not refused")
      return
    }
    #expect(words.contains("API key"))
  }

  @Test("calls endpoints that want the key as a parameter are given it")
  func keyParameter() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /users/me", 200, me)
    try bench.reply("POST /calls/heartbeat", 401, problem("Missing api_key"))
    #expect(try bench.request("POST /calls/heartbeat").url.hasSuffix("heartbeat?api_key=key-1"))
    try bench.replyHTML("POST /calls/heartbeat")
    #expect(try bench.form("GET /calls/history")["api_key"] == "key-1")
  }

  @Test("a server that is away is tried again, later and later")
  func unreachable() throws {
    var bench = ClientBench()
    bench.start()
    try bench.fail("GET /users/me")
    guard case .account(.unreachable(_, let next))? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(next > bench.now)
    bench.advance(.seconds(1))
    try bench.reply("GET /users/me", 404, .null)
    guard case .account(.unreachable(let words, _))? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(words == "There is no Zulip at this address.")
    bench.advance(.seconds(3))
    #expect(bench.questions == ["GET /users/me"])
  }

  @Test("presence is shown at the server's pace")
  func presence() throws {
    var bench = try ClientBench.online()
    bench.advance(.seconds(47))
    #expect(!bench.questions.contains("POST /users/me/presence"))
    bench.advance(.seconds(26))
    #expect(try bench.form("POST /users/me/presence")["status"] == "active")
  }

  @Test("signing out gives the queue back")
  func signOut() throws {
    var bench = try ClientBench.online()
    bench.order(.signOut)
    #expect(bench.questions == ["DELETE /events"])
    #expect(try bench.form("DELETE /events")["queue_id"] == "q:1")
    try bench.reply("DELETE /events", 200, ["result": "success"])
    #expect(bench.takeReports() == [.account(.signedOut)])
    #expect(bench.client.deadline == nil)
  }

  @Test("a server that does not answer the goodbye is not waited for")
  func silentGoodbye() throws {
    var bench = try ClientBench.online()
    bench.order(.signOut)
    bench.advance(.seconds(2))
    #expect(bench.takeReports() == [.account(.signedOut)])
    #expect(bench.client.deadline == nil)
  }

  @Test("history is merged over its pages, by cursor")
  func history() throws {
    var bench = try ClientBench.online()
    bench.order(.refreshHistory)
    func entry(_ id: String, _ state: ZulipCallState, _ isOwn: Bool, _ isUp: Bool) -> HistoryEntry {
      HistoryEntry(
        callID: id, state: state, isVideo: false, wasInitiator: isOwn,
        other: ZulipUser(id: 2, name: "Bob", email: "bob@example.org"),
        createdAt: ClientBench.start, startedAt: isUp ? ClientBench.start : nil,
        endedAt: ClientBench.start.advanced(by: .seconds(5)))
    }
    let first = HistoryPage(
      calls: [entry("c1", .ended, true, true), entry("c2", .missed, false, false)],
      nextCursor: "abc=", hasMore: true)
    try bench.reply("GET /calls/history", 200, first.encoded(in: .three))
    #expect(try bench.form("GET /calls/history")["cursor"] == "abc=")
    let second = HistoryPage(
      calls: [entry("c3", .rejected, true, false), entry("c4", .cancelled, false, false)],
      nextCursor: nil, hasMore: false)
    try bench.reply("GET /calls/history", 200, second.encoded(in: .three))
    guard case .history(let records)? = bench.takeReports().last else {
      Issue.record("no history was told")
      return
    }
    #expect(records.map(\.id) == ["work/c1", "work/c2", "work/c3", "work/c4"])
    #expect(records.map(\.outcome) == [.answered, .missed, .declined, .missed])
    #expect(records.map(\.isIncoming) == [false, true, false, true])
    #expect(records.first?.duration == .seconds(5))
  }

  @Test("history of option C is read by offset")
  func historyByOffset() throws {
    var bench = try ClientBench.online(.seedC)
    bench.order(.refreshHistory)
    let entry = HistoryEntry(
      callID: "c1", state: .accepted, isVideo: false, wasInitiator: true,
      other: ZulipUser(id: 2, name: "Bob"), createdAt: ClientBench.start, startedAt: nil,
      endedAt: nil)
    let page = HistoryPage(calls: [entry], nextCursor: nil, hasMore: true)
    _ = try bench.form("GET /calls/history")
    while bench.questions.filter({ $0 == "GET /calls/history" }).count > 1 {
      try bench.reply("GET /calls/history", 200, HistoryPage.none)
    }
    try bench.reply("GET /calls/history", 200, page.encoded(in: .seedC))
    #expect(try bench.form("GET /calls/history")["offset"] == "100")
  }
}

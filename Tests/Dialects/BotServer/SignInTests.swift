import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import Testing
import Transport

@Suite("BotServer sign-in")
struct SignInTests {
  @Test("asks who one is, then for contacts and history, and opens the socket")
  func signsIn() throws {
    var bench = ClientBench()
    bench.start()
    #expect(bench.takeReports() == [.account(.signingIn)])
    #expect(bench.questions == ["GET /api/users/me"])
    #expect(bench.asked[0].request.fields["Authorization"] == "Bearer token-1")
    try bench.reply("GET /api/users/me", 200, me)
    #expect(bench.takeReports() == [.identity(Party(name: "You", address: "you"))])
    #expect(
      bench.questions == [
        "GET /api/users?limit=100", "GET /api/v1/calls/rooms",
        "GET /api/v1/calls/history?limit=100",
      ])
    #expect(bench.opening[0].request.url == "http://127.0.0.1:8077/ws/meet")
    #expect(bench.opening[0].request.fields["Authorization"] == "Bearer token-1")
    try bench.openSocket()
    #expect(bench.takeReports() == [.account(.signedIn)])
  }

  @Test("tells the contacts without oneself")
  func contacts() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    try bench.reply("GET /api/users?limit=100", 200, ["users": .array([me, bob, echo])])
    #expect(
      bench.takeReports() == [
        .contacts([
          Contact(
            account: AccountID(0), address: "bob", name: "Bob", kind: .person, presence: .away),
          Contact(
            account: AccountID(0), address: "echo", name: "Echo", kind: .bot, presence: .online,
            about: "repeats you"),
        ])
      ])
  }

  @Test("reads further pages of contacts, but no more than 500 of them")
  func pages() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    var page = 0
    while let question = bench.questions.first(where: { $0.hasPrefix("GET /api/users?") }) {
      let users = (0..<100).map { index -> JSONValue in ["user_id": .string("u\(page)-\(index)")] }
      try bench.reply(question, 200, ["users": .array(users), "total": 1_000_000])
      page += 1
      try #require(page < 20)
    }
    guard case .contacts(let contacts) = bench.takeReports().last else {
      Issue.record("no contacts were told")
      return
    }
    #expect(page == 5)
    #expect(contacts.count == 500)
  }

  @Test("ends with the pages when the server repeats the first for ever")
  func repeatedPage() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    let body: JSONValue = ["users": .array([bob]), "total": 99]
    try bench.reply("GET /api/users?limit=100", 200, body)
    try bench.reply("GET /api/users?limit=100&offset=1", 200, body)
    guard case .contacts(let contacts) = bench.takeReports().last else {
      Issue.record("no contacts were told")
      return
    }
    #expect(contacts.count == 1)
  }

  @Test("tells an empty list when there is none, so that calls by address are possible")
  func noContacts() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    try bench.reply("GET /api/users?limit=100", 403, error("forbidden", "Not for you."))
    #expect(bench.takeReports() == [.contacts([])])
  }

  @Test("asks to be let in as a guest where there is no secret")
  func guest() throws {
    var bench = ClientBench(secret: nil)
    bench.start()
    #expect(bench.questions == ["POST /api/auth/guest"])
    #expect(try bench.body("POST /api/auth/guest")["username"] == "you")
    #expect(bench.asked[0].request.fields["Authorization"] == nil)
    try bench.reply("POST /api/auth/guest", 200, ["username": "you", "token": "guest-1"])
    #expect(bench.asked[0].request.fields["Authorization"] == "Bearer guest-1")
  }

  @Test("says that guests are not admitted", arguments: [401, 403, 404])
  func noGuests(status: Int) throws {
    var bench = ClientBench(secret: nil)
    bench.start()
    _ = bench.takeReports()
    try bench.reply("POST /api/auth/guest", status)
    guard case .account(.refused(let reason)) = bench.takeReports().first else {
      Issue.record("the guest is not refused")
      return
    }
    #expect(reason.contains("guests"))
    #expect(bench.client.deadline == nil)
  }

  @Test("tells a name that is taken in the server's words")
  func nameTaken() throws {
    var bench = ClientBench(secret: nil)
    bench.start()
    _ = bench.takeReports()
    try bench.reply("POST /api/auth/guest", 409, error("name_taken", "“you” is here already."))
    #expect(
      bench.takeReports() == [
        .account(.refused(reason: "The server says: “you” is here already."))
      ])
  }

  @Test("stops trying when the server refuses the credentials")
  func refused() throws {
    var bench = ClientBench()
    bench.start()
    _ = bench.takeReports()
    try bench.reply("GET /api/users/me", 401, ["error": "A valid token is needed."])
    #expect(
      bench.takeReports() == [
        .account(.refused(reason: "The server says: A valid token is needed."))
      ])
    bench.advance(.seconds(3_600))
    #expect(bench.questions == [])
  }

  @Test("tells a dead server at once and tries again ever more slowly")
  func deadServer() throws {
    var bench = ClientBench()
    bench.start()
    _ = bench.takeReports()
    #expect(bench.asked[0].request.timeout < .seconds(10))
    try bench.fail("GET /api/users/me", .unreachable("127.0.0.1:8077"))
    guard case .account(.unreachable(let reason, let nextTry)) = bench.takeReports().first else {
      Issue.record("a dead server is not told")
      return
    }
    #expect(reason == "No server answers at 127.0.0.1:8077; is it running?")
    #expect(bench.client.deadline == nextTry)
    bench.advance(bench.now.duration(to: nextTry) - .nanoseconds(1))
    #expect(bench.questions == [])
    var gaps: [Duration] = []
    for _ in 0..<8 {
      let start = bench.now
      while bench.questions.isEmpty { bench.advance(.milliseconds(10)) }
      gaps.append(start.duration(to: bench.now))
      try bench.fail("GET /api/users/me")
    }
    #expect(gaps.last.map { $0 > .seconds(40) && $0 < .seconds(73) } == true, "\(gaps)")
  }

  @Test(
    "takes a server that is no BotServer for unreachable, in words",
    arguments: [
      (404, "{}"), (500, "<html>"), (200, "[1,2]"), (200, "not json"), (200, "{\"user_id\":[]}"),
    ])
  func strangeServer(status: Int, body: String) throws {
    var bench = ClientBench()
    bench.start()
    _ = bench.takeReports()
    try bench.reply("GET /api/users/me", HTTPResponse(status: status, body: Array(body.utf8)))
    guard case .account(.unreachable(let reason, _)) = bench.takeReports().first else {
      Issue.record("the server is not told as unreachable")
      return
    }
    #expect(reason.hasSuffix(".") || reason.hasSuffix("?"))
  }

  @Test("waits as long as the server asks, but at most five minutes", arguments: [2, 90, 999_999])
  func retryAfter(seconds: Int) throws {
    var bench = ClientBench()
    bench.start()
    _ = bench.takeReports()
    try bench.reply(
      "GET /api/users/me", 429, error("rate_limited", "Slow down."),
      fields: ["Retry-After": String(seconds)])
    let deadline = try #require(bench.client.deadline)
    #expect(bench.now.duration(to: deadline) == .seconds(min(seconds, 300)))
  }

  @Test("takes what is inside an envelope")
  func envelope() throws {
    var bench = ClientBench()
    bench.start()
    _ = bench.takeReports()
    try bench.reply("GET /api/users/me", 200, ["success": true, "data": me])
    #expect(bench.takeReports() == [.identity(Party(name: "You", address: "you"))])
  }

  @Test("asks for a new guest's token when the old one is forgotten, but not in circles")
  func guestRenewed() throws {
    var bench = try ClientBench.signedIn(secret: nil)
    bench.advance(.seconds(100))
    bench.order(.refreshHistory)
    try bench.reply("GET /api/v1/calls/history?limit=100", 401, error("unauthorized", "Who?"))
    #expect(bench.takeReports() == [.account(.signingIn)])
    #expect(bench.questions == ["POST /api/auth/guest"])
    try bench.reply("POST /api/auth/guest", 200, ["username": "you", "token": "guest-2"])
    #expect(bench.asked[0].request.fields["Authorization"] == "Bearer guest-2")
    try bench.reply("GET /api/users/me", 401, error("unauthorized", "Who?"))
    #expect(bench.takeReports() == [.account(.refused(reason: "The server says: Who?"))])
    #expect(bench.questions == [])
  }

  @Test("tells the history, with what others' calls were missed")
  func history() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    let started = WallTime(milliseconds: 6_000)
    let calls: [CallMessage] = [
      call(.ended, id: "a", startedAt: started), call(.missed, id: "b", from: "bob"),
      call(.missed, id: "c"), call(.declined, id: "d", endReason: "busy"),
      call(.declined, id: "e", from: "bob"), call(.cancelled, id: "f", from: "bob"),
      call(.cancelled, id: "g"), call(.failed, id: "h"), call(.active, id: "i"),
    ]
    try bench.reply(
      "GET /api/v1/calls/history?limit=100", 200, ["calls": .array(calls.map { $0.encoded() })])
    guard case .history(let records) = bench.takeReports().first else {
      Issue.record("no history was told")
      return
    }
    #expect(
      records.map(\.outcome) == [
        .answered, .missed, .noAnswer, .busy, .declined, .missed, .cancelled, .failed,
        .unfinished,
      ])
    #expect(records.map(\.isSeen) == [true, false, true, true, true, false, true, true, true])
    #expect(records[0].id == "work/a")
    #expect(records[0].party == .init(name: "Bob", address: "bob"))
    #expect(records[0].answeredAt == started)
    #expect(records[1].isIncoming && !records[0].isIncoming)
  }

  @Test("says so when the server has no Calls API")
  func noCallsAPI() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/history?limit=100", 404)
    guard case .notice(let words) = bench.takeReports().first else {
      Issue.record("nothing was said")
      return
    }
    #expect(words.contains("no Calls API"))
  }

  @Test("keeps the contacts up to date as users come and go")
  func presence() throws {
    var bench = try ClientBench.signedIn()
    try bench.push(
      .userStatus(
        UserMessage(
          userID: "carol", username: "carol", displayName: "Carol", status: "online", roles: [])))
    guard case .contacts(let contacts) = bench.takeReports().first else {
      Issue.record("no contacts were told")
      return
    }
    #expect(contacts.map(\.address) == ["bob", "echo", "carol"])
  }

  @Test("keeps who came while the list of users was under way")
  func presenceMeanwhile() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.refreshContacts)
    try bench.push(
      .userStatus(
        UserMessage(
          userID: "carol", username: "carol", displayName: "Carol", status: "online", roles: [])))
    try bench.reply("GET /api/v1/calls/rooms", 200, ["rooms": []])
    #expect(bench.takeReports() == [])
    try bench.reply("GET /api/users?limit=100", 200, ["users": .array([me, bob, echo])])
    guard case .contacts(let contacts) = bench.takeReports().last else {
      Issue.record("no contacts were told")
      return
    }
    #expect(contacts.map(\.address) == ["bob", "echo", "carol"])
  }

  @Test("refreshes contacts and history when asked")
  func refreshes() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.refreshContacts)
    bench.order(.refreshHistory)
    bench.order(.refreshHistory)
    #expect(
      bench.questions == [
        "GET /api/users?limit=100", "GET /api/v1/calls/rooms",
        "GET /api/v1/calls/history?limit=100",
      ])
  }

  @Test("signs out at once when nothing is under way")
  func signsOut() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.signOut)
    #expect(bench.takeReports() == [.account(.signedOut)])
    #expect(bench.closed == [try #require(bench.socket)])
    #expect(bench.client.deadline == nil)
  }

  @Test("signs out when the end of the last call has arrived, or after two seconds")
  func signsOutAfterEnd() throws {
    for arrives in [true, false] {
      var bench = try ClientBench.signedIn()
      bench.order(.place(outgoingID, to: "bob", kind: .audio))
      try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
      bench.order(.end(outgoingID, .cancelled))
      _ = bench.takeReports()
      bench.order(.signOut)
      #expect(bench.takeReports() == [])
      if arrives {
        try bench.reply("POST /api/v1/calls/call_1/end", 200, call(.cancelled).encoded())
      } else {
        bench.advance(.seconds(2) - .nanoseconds(1))
        #expect(bench.takeReports() == [])
        bench.advance(.nanoseconds(1))
      }
      #expect(bench.takeReports() == [.account(.signedOut)])
      #expect(bench.questions == [])
    }
  }

  @Test("never shows the secret in a note or a report")
  func keepsSecret() throws {
    var bench = ClientBench(secret: "hush-hush")
    bench.start()
    try bench.reply("GET /api/users/me", 401, ["error": "no"])
    #expect(!"\(bench.takeReports()) \(bench.notes)".contains("hush-hush"))
  }
}

import Basics
import Exchange
import Formats
import NexaconWire
import Simulation
import Testing
import Transport
import XMPP

@Suite("The exchange as a Nexacon server")
struct NexaconTests {
  private let bench: ExchangeBench

  init() { self.init(bench: ExchangeBench()) }

  private init(bench: ExchangeBench) { self.bench = bench }

  @Test("The pair of keys must be right, and the usual one holds for this machine only")
  func keys() throws {
    let body: JSONValue = ["username": "ann"]
    #expect(try ask(.post, NexaconPath.token, body).status == 200)
    let wrong = try ask(.post, NexaconPath.token, body, key: "other")
    #expect(wrong.status == 401)
    #expect(wrong.body == ["error": "Invalid API key"])
    bench.address = "192.0.2.7"
    #expect(try ask(.post, NexaconPath.token, body).status == 401)
  }

  @Test("A token has an address and a socket; refreshed or used as a password it is given back")
  func tokens() throws {
    let answer = try ask(.post, NexaconPath.token, ["username": "+255788811191"])
    let token = try TokenMessage(decoding: answer.body)
    #expect(token.nxid == "+255788811191@nexacon.localhost")
    #expect(token.socketURL == "ws://127.0.0.1:8077/nx-websocket/")
    let refreshed = try ask(
      .post, NexaconPath.refresh, ["refresh_token": .string(token.token.exposed)])
    #expect(try TokenMessage(decoding: refreshed.body).token == token.token)
    let login: JSONValue = [
      "username": "+255788811191", "password": .string(token.token.exposed),
    ]
    #expect(
      try TokenMessage(decoding: try ask(.post, NexaconPath.login, login).body).token
        == token.token)
    #expect(try ask(.post, NexaconPath.login, ["username": "x", "password": "y"]).status == 401)
    #expect(try ask(.post, NexaconPath.refresh, ["refresh_token": "no"]).status == 401)
  }

  @Test("Paths are served with and without their slash, and errors have the vendor's words")
  func errors() throws {
    let token = try signIn("ann")
    #expect(try ask(.get, "/nx/contacts", token: token).status == 200)
    #expect(try ask(.get, NexaconPath.contacts).body == ["error": "Invalid or expired token"])
    let missing = try ask(.post, NexaconPath.peerCall, [:], token: token)
    #expect(missing.status == 400)
    #expect(missing.body == ["error": "Missing field: to"])
    let nobody = try ask(.post, NexaconPath.peerCall, ["to": "nobody"], token: token)
    #expect(nobody.status == 404)
    #expect(nobody.body == ["error": "User not found"])
    #expect(try ask(.get, NexaconPath.peerCall, token: token).status == 405)
    #expect(try ask(.get, "/nx/nothing/", token: token).status == 404)
    #expect(try ask(.get, NexaconPath.history + "?page=0", token: token).status == 400)
    #expect(try ask(.get, NexaconPath.history + "?status=odd", token: token).status == 400)
    #expect(try ask(.get, NexaconPath.history + "?start_date=1.5.26", token: token).status == 400)
  }

  @Test("Everybody here is a contact; own ones are kept and can be removed")
  func contacts() throws {
    let token = try signIn("ann")
    let contact: JSONValue = ["nxid": "zoe", "name": "Zoe"]
    #expect(try ask(.post, NexaconPath.contacts, contact, token: token).status == 201)
    let names = {
      try ContactMessage.list(decoding: ask(.get, NexaconPath.contacts, token: token).body).map(
        \.name)
    }
    #expect(try names() == ["Zoe", "Echo", "Operator", "Parrot"])
    #expect(
      try ask(.delete, NexaconPath.contacts + "zoe@nexacon.localhost/", token: token).status == 204)
    #expect(try names() == ["Echo", "Operator", "Parrot"])
    let presence = try ask(.get, NexaconPath.presence + "?user=echo", token: token)
    #expect(PresenceMessage(decoding: presence.body).isOnline)
  }

  @Test("Calls come back in the history, by every filter")
  func history() throws {
    let token = try signIn("ann")
    let benToken = try signIn("ben")
    let placed = try ask(
      .post, NexaconPath.peerCall, ["to": "ben", "type": "p2p", "room": "call_1"], token: token)
    #expect(placed.body["room"] == "call_1")
    #expect(placed.body["status"] == "success")
    #expect(try ask(.post, NexaconPath.decline, ["room": "call_1"], token: benToken).status == 200)
    let count = { (query: String) in
      try HistoryMessage(
        decoding: ask(.get, NexaconPath.history + query, token: token).body
      ).entries.count
    }
    #expect(try count("") == 1)
    #expect(
      try count("?status=declined&participant=ben&call_type=audio&start_date=2026-01-01") == 1)
    #expect(try count("?status=ended") == 0)
    #expect(try count("?end_date=2026-01-01") == 0)
    #expect(try count("?participant=echo") == 0)
    #expect(try count("?page=2") == 0)
  }

  @Test("A call is found by the type that it was asked for with, and by its medium")
  func historyTypes() throws {
    let token = try signIn("ann")
    _ = try signIn("ben")
    func place(_ path: String, _ body: JSONValue) throws {
      #expect(try ask(.post, path, body, token: token).status == 200)
    }
    try place(NexaconPath.peerCall, ["to": "ben", "room": "direct"])
    try place(NexaconPath.call, ["to": "ben", "room": "seen", "type": "video"])
    try place(
      NexaconPath.groupCall, ["participants": ["ben"], "room": "several", "type": "audio"])
    func rooms(_ type: String) throws -> Set<String> {
      let path = NexaconPath.history + "?call_type=\(type)"
      return Set(
        try HistoryMessage(decoding: ask(.get, path, token: token).body).entries.map(\.room))
    }
    #expect(try rooms("p2p") == ["direct"])
    #expect(try rooms("group") == ["several"])
    #expect(try rooms("video") == ["seen"])
    #expect(try rooms("audio") == ["direct", "several"])
  }

  @Test("What a client records of a call is in its user's history, and nobody else's")
  func records() throws {
    let store = MemoryStore()
    let tests = NexaconTests(bench: ExchangeBench(store: store))
    let token = try tests.signIn("ann")
    let benToken = try tests.signIn("ben")
    func record(_ message: AnalyticsMessage) throws {
      let answer = try tests.ask(
        .post, NexaconPath.analytics, message.encoded(), token: token)
      #expect(answer.status == 200)
    }
    _ = try tests.ask(
      .post, NexaconPath.peerCall, ["to": "ben", "room": "known"], token: token)
    _ = try tests.ask(.post, NexaconPath.decline, ["room": "known"], token: benToken)
    try record(
      AnalyticsMessage(
        room: "known", type: .p2p, outcome: .failed, durationSeconds: 0,
        metadata: ["error": "ICE connection failed"]))
    for outcome in [NexaconOutcome.initiated, .ended] {
      try record(
        AnalyticsMessage(
          room: "elsewhere", type: .video, outcome: outcome, durationSeconds: 120,
          metadata: ["ended_by": "caller"]))
    }
    func history(
      _ query: String = "", of token: String, at tests: NexaconTests
    ) throws -> [HistoryMessage.Entry] {
      try HistoryMessage(
        decoding: tests.ask(.get, NexaconPath.history + query, token: token).body
      ).entries
    }
    // An exchange that starts anew knows them as well.
    for tests in [tests, NexaconTests(bench: ExchangeBench(store: store))] {
      let entries = try history(of: token, at: tests)
      #expect(Set(entries.map(\.room)) == ["known", "elsewhere"])
      let elsewhere = try #require(entries.first { $0.room == "elsewhere" })
      #expect(elsewhere.type == .video && elsewhere.outcome == .ended)
      #expect(elsewhere.durationSeconds == 120)
      #expect(elsewhere.metadata == ["ended_by": "caller"])
      let known = try #require(entries.first { $0.room == "known" })
      #expect(known.type == .p2p && known.outcome == .failed)
      #expect(known.metadata == ["error": "ICE connection failed"])
      #expect(try history("?status=failed", of: token, at: tests).map(\.room) == ["known"])
      #expect(try history("?participant=ben", of: token, at: tests).map(\.room) == ["known"])
      #expect(try history("?call_type=group", of: token, at: tests).isEmpty)
      let others = try history(of: benToken, at: tests)
      #expect(others.map(\.room) == ["known"] && others.first?.outcome == .declined)
    }
  }

  @Test(
    "A value that means nothing is refused by its member's name",
    arguments: [
      (NexaconPath.call, ["to": "ben", "type": "fax"], "Invalid type"),
      (NexaconPath.analytics, ["room": "r", "status": "odd"], "Invalid status"),
      (
        NexaconPath.analytics, ["room": "r", "status": "ended", "call_type": "fax"],
        "Invalid call_type"
      ),
      (
        NexaconPath.analytics, ["room": "r", "status": "ended", "duration_seconds": -1],
        "Invalid duration_seconds"
      ),
      (
        NexaconPath.analytics, ["room": "r", "status": "ended", "duration_seconds": "long"],
        "Invalid duration_seconds"
      ),
    ] as [(String, JSONValue, String)])
  func meaningless(path: String, body: JSONValue, words: String) throws {
    let token = try signIn("ann")
    _ = try signIn("ben")
    let answer = try ask(.post, path, body, token: token)
    #expect(answer.status == 400)
    #expect(answer.body == ["error": .string(words)])
  }

  @Test("Records are kept, and call URLs and credentials given")
  func others() throws {
    let token = try signIn("ann")
    let record = AnalyticsMessage(room: "r", type: .audio, outcome: .ended, durationSeconds: 3)
    #expect(try ask(.post, NexaconPath.analytics, record.encoded(), token: token).status == 200)
    #expect(
      try ask(.post, NexaconPath.analytics, ["room": "r", "status": "x"], token: token).status
        == 400)
    let url = try ask(
      .post, NexaconPath.callURL, ["to": "echo", "type": "audio", "room": "a&b"], token: token)
    #expect(
      url.body["call_url"]
        == "http://127.0.0.1:8077/nexacon-call.html?room=a%26b&caller=ann%40nexacon.localhost&type=audio"
    )
    let credentials = try ask(.get, NexaconPath.credentials, token: token)
    #expect(credentials.body["ttl"] == 86_400)
  }

  @Test("With TURN servers, credentials are for the user and the time that their lifetime says")
  func turnCredentials() throws {
    var settings = ExchangeSettings.forTests
    settings.turn = TurnService(
      uris: ["turn:turn.example.org?transport=udp"], secret: Secret("shared"),
      lifetime: .seconds(600))
    let bench = ExchangeBench(settings: settings)
    let tests = NexaconTests(bench: bench)
    let token = try tests.signIn("ann")
    let message = { try tests.ask(.get, NexaconPath.credentials, token: token).body }
    let first = try message()
    #expect(first["ttl"] == 600)
    let server = try #require(CredentialsMessage(decoding: first).servers.first)
    #expect(server.urls == ["turn:turn.example.org:3478?transport=udp"])
    let username = "\(bench.wall.milliseconds / 1_000 + 600):ann"
    #expect(server.username == username)
    let code = FakeExchangePorts().authenticationCode(
      .sha1, key: Array("shared".utf8), message: Array(username.utf8))
    #expect(server.credential == Base64.encode(code))
    // As the vendor's guide reads it.
    #expect(first["iceServers"] == first["ice_servers"])
    #expect(first["username"]?.string == username)
    #expect(first["password"]?.string == server.credential)
    bench.advance(.seconds(60))
    let later = try #require(CredentialsMessage(decoding: try message()).servers.first)
    #expect(later.username == "\(bench.wall.milliseconds / 1_000 + 600):ann")
  }

  @Test("A wrong token is refused on the socket in the vendor's words")
  func socket() throws {
    let socket = try bench.openSocket(HTTPRequest(.get, NexaconPath.socket))
    try bench.send(
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0'/>", over: socket)
    _ = try bench.receive(from: socket)
    _ = try bench.receive(from: socket)
    let auth = Base64.encode("\0ann\0wrong".utf8)
    try bench.send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>\(auth)</auth>",
      over: socket)
    let failure = try XMLElement(decoding: try bench.receive(from: socket))
    #expect(failure.child("not-authorized") != nil)
    #expect(failure.child("text")?.text == "Invalid or expired token")
  }

  @Test("An invitation that is overtaken by the end of its call begins no other")
  func lateInvitation() throws {
    let token = try signIn("ann")
    let benToken = try signIn("ben")
    let call: JSONValue = ["to": "ben", "type": "p2p", "room": "call_1"]
    #expect(try ask(.post, NexaconPath.peerCall, call, token: token).status == 200)
    #expect(try ask(.post, NexaconPath.decline, ["room": "call_1"], token: benToken).status == 200)

    let ann = try openStream(as: "ann", token)
    let invite = { (room: String) throws -> [SignalMessage] in
      let body = SignalMessage.invitation(
        CallInvitation(room: room, isVideo: false, caller: "ann", callerName: "Ann")
      ).encoded(at: 0)
      let message = XMLElement.message(
        to: try #require(JID("ben@nexacon.localhost")), type: "chat", id: room, body: body)
      try bench.send(message.encoded(), over: ann)
      return signals(over: ann)
    }
    #expect(try invite("call_1") == [.end(room: "call_1")])
    #expect(signals(over: try openStream(as: "ben", benToken)).isEmpty)
    // What was never announced begins with its invitation.
    #expect(try invite("call_2").isEmpty)
    let rings = signals(over: try openStream(as: "ben", benToken)).compactMap(\.room)
    #expect(rings == ["call_2"])
  }

  /// A bound session; what it was told on the way is lost.
  private func openStream(as name: String, _ token: String) throws -> Int {
    let socket = try bench.openSocket(HTTPRequest(.get, NexaconPath.socket))
    let open = "<open xmlns='\(XMPPNamespace.framing)' version='1.0'/>"
    let auth = Base64.encode("\0\(name)\0\(token)".utf8)
    let steps = [
      (open, 2), ("<auth xmlns='\(XMPPNamespace.sasl)' mechanism='PLAIN'>\(auth)</auth>", 1),
      (open, 2),
      (
        "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='\(XMPPNamespace.bind)'/></iq>", 1
      ),
    ]
    for (words, answerCount) in steps {
      try bench.send(words, over: socket)
      for _ in 0..<answerCount { _ = try bench.receive(from: socket) }
    }
    return socket
  }

  /// What a phone has been told of calls since the last look.
  private func signals(over socket: Int) -> [SignalMessage] {
    var signals: [SignalMessage] = []
    while let text = try? bench.receive(from: socket) {
      let body = (try? XMLElement(decoding: text))?.child("body")?.text
      if let signal = body.flatMap({ try? SignalMessage(decoding: $0) }) { signals.append(signal) }
    }
    return signals
  }

  private func signIn(_ name: String) throws -> String {
    try TokenMessage(
      decoding: ask(.post, NexaconPath.token, ["username": .string(name)]).body
    ).token.exposed
  }

  private func ask(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, token: String? = nil,
    key: String = "tipring"
  ) throws -> Answer {
    var fields: HTTPFields = [
      "X-API-Key": key, "X-Secret-Key": key, "Host": "127.0.0.1:8077",
    ]
    fields["X-NX-Token"] = token
    return Answer(
      try bench.request(
        HTTPRequest(
          method, NexaconPath.base + path, fields: fields,
          body: body.map { Array($0.text.utf8) } ?? [])))
  }
}

import Basics
import BotServerWire
import BuzziWire
import Formats
import NexaconWire
import SDP
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: what is served")
struct ServingTests {
  @Test("the description has every path that is served, and no other")
  func description() throws {
    let paths = try #require(OpenAPI.document["paths"]?.object)
    var described: Set<String> = []
    for (path, operations) in paths {
      for method in (operations.object ?? [:]).keys {
        described.insert(method.uppercased() + " " + path)
      }
    }
    let others = [
      "GET /config.js", "POST /conference-request/v1", "GET /xmpp-websocket", "GET /{room}",
      "GET \(NexaconPath.socket)", "GET \(NexaconPath.callPage)",
    ]
    let webhooks = BuzziPath.webhooks.flatMap { ["GET \($0)", "POST \($0)"] }
    let served =
      BotServerFacade.routes.flatMap(\.names) + ZulipFacade.routes.flatMap(\.names)
      + NexaconFacade.routes.flatMap(\.names) + BuzziFacade.routes.flatMap(\.names)
    #expect(described == Set(served + others + webhooks))
  }

  @Test("what is described of all systems is there, and other methods are not")
  func isServed() throws {
    let paths = try #require(OpenAPI.document["paths"]?.object)
    for (path, item) in paths where !path.hasSuffix("-websocket/") {
      let operations = item.object ?? [:]
      let systems = Set(operations.values.flatMap { $0["tags"]?.array ?? [] }.map(\.string))
      guard systems != ["Conferences"] else { continue }
      for method in [HTTPMethod.get, .post, .put, .patch, .delete] {
        let operation = operations[method.rawValue.lowercased()]
        for system in operation.map({ Set(($0["tags"]?.array ?? []).map(\.string)) }) ?? systems {
          let bench = ExchangeBench()
          let answer = try bench.request(request(method, path, as: system, in: bench))
          let text = String(decoding: answer.body, as: UTF8.self)
          let isRefused = answer.status == 405 || (answer.status == 404 && isNowhere(text))
          #expect(
            isRefused == (operation == nil),
            "\(method.rawValue) \(path): \(answer.status) \(text)")
        }
      }
    }
  }

  /// Whether an answer says that there is no such path.
  private func isNowhere(_ text: String) -> Bool {
    text.isEmpty || text.contains("<title>Not Found") || text.contains("\"Not found\"")
      || text.contains("\"not_found\"")
      || text.contains("\"msg\":\"\"")
  }

  /// Signed in as that system's clients are.
  private func request(
    _ method: HTTPMethod, _ path: String, as system: String?, in bench: ExchangeBench
  ) throws -> HTTPRequest {
    let token = try bench.signIn("alice")
    let filled = path.replacing(#/{[a-z_]+}/#, with: "x1")
    var request = HTTPRequest(method, filled, body: Array("{}".utf8))
    request.fields["Content-Type"] = "application/json"
    request.fields["X-API-Key"] = "tipring"
    request.fields["X-Secret-Key"] = "tipring"
    request.fields["X-NX-Token"] = token
    let basic = Base64.encode(Array("alice@tipring.local:\(token)".utf8))
    request.fields["Authorization"] = system == "Zulip" ? "Basic \(basic)" : "Bearer \(token)"
    return request
  }

  @Test("every schema that the description refers to is in it")
  func references() throws {
    let text = OpenAPI.document.text
    let schemas = try #require(OpenAPI.document["components"]?["schemas"]?.object)
    for part in text.split(separator: "#/components/schemas/").dropFirst() {
      let name = String(part.prefix { $0 != "\"" })
      #expect(schemas[name] != nil, "\(name)")
    }
  }

  @Test("metrics count calls, users, sockets and answers")
  func metrics() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    _ = try bench.connect(alice)
    let call = try bench.place(to: "bob", token: alice)
    _ = try bench.respond(call.callID, .accept, token: bob)
    _ = try bench.place(to: "bob", token: alice)
    _ = try bench.get(BotServerPath.me, token: nil)
    let text = String(
      decoding: try bench.request(HTTPRequest(.get, "/metrics")).body, as: UTF8.self)
    for line in [
      "tipring_calls{state=\"ringing\"} 1", "tipring_calls{state=\"active\"} 1",
      "tipring_guests 2", "tipring_users 0", "tipring_users_online 1", "tipring_sockets 1",
      "tipring_http_requests_total{status=\"401\"} 1",
      "tipring_http_requests_total{status=\"201\"} 2", "tipring_calls_placed_total 2",
      "# TYPE tipring_calls gauge",
    ] {
      #expect(text.contains(line + "\n"), "\(line) is not in\n\(text)")
    }
  }

  @Test("HEAD is answered as GET")
  func head() throws {
    let bench = ExchangeBench()
    #expect(try bench.request(HTTPRequest(.head, "/healthz")).status == 200)
  }

  @Test("media terms name the servers to gather from and the events socket")
  func terms() throws {
    var settings = ExchangeSettings(admitsGuests: true, isSecure: true)
    settings.iceServers = [
      .init(kind: .stun, host: "::1", port: 3_478),
      .init(
        kind: .turn(username: "u", credential: "c", transport: .tls), host: "turn.example",
        port: 443),
    ]
    let bench = ExchangeBench(settings: settings)
    let (alice, _) = (try bench.signIn("alice"), try bench.signIn("bob"))
    let request = HTTPRequest(
      .post, BotServerPath.initiate,
      fields: ["Authorization": "bearer \(alice)", "Host": "calls.example"],
      body: Array(#"{"participants":["bob"]}"#.utf8))
    let media = try #require(Answer(try bench.request(request)).call?.media)
    #expect(media.eventsURL == "wss://calls.example/ws/meet")
    #expect(
      media.iceServers.map(\.urls) == [
        ["stun:[::1]:3478"], ["turns:turn.example:443?transport=tcp"],
      ])
    #expect(media.iceServers.last?.credential == "c")
  }

  @Test("a registered user's name is closed to guests, and a guest leaves for a registered user")
  func registered() throws {
    let bench = ExchangeBench()
    let guest = try bench.signIn("Carol")
    var directory = Directory(users: Array(bench.store.users.values))
    let (token, operations) = try directory.register(
      "carol", using: FakeExchangePorts(seed: 2), on: bench.wall)
    for operation in operations { #expect(bench.store.perform(operation) == nil) }
    bench.feed(.usersChanged(Array(bench.store.users.values)))
    #expect(try bench.get(BotServerPath.me, token: guest).status == 401)
    let me = try bench.get(BotServerPath.me, token: token)
    #expect(try UserMessage(decoding: me.body).roles == ["user"])
    let taken = try bench.post(BotServerPath.guest, ["username": "CAROL"], token: nil)
    #expect(taken.errorCode == "name_taken")
    #expect(throws: Directory.Refusal.nameTaken) {
      try directory.register("CAROL", using: FakeExchangePorts(), on: bench.wall)
    }
  }

  @Test("a revoked token closes its sockets")
  func revoked() throws {
    let bench = ExchangeBench()
    let socket = try bench.connect(try bench.signIn("alice"))
    bench.feed(.usersChanged([]))
    #expect(bench.closed[socket] == 1008)
  }

  @Test(
    "a target is split and decoded",
    arguments: [
      ("/a%20b/c/?x=1&y=%C3%A9+z", ["a b", "c"]), ("//", []), ("/%2F", ["/"]),
    ])
  func targets(url: String, segments: [String]) {
    #expect(RequestTarget(url)?.segments == segments)
  }

  @Test("a broken target is none", arguments: ["", "a", "/%", "/%f", "/%ff", "/?a=%G0"])
  func brokenTargets(url: String) {
    #expect(RequestTarget(url) == nil)
  }
}

@Suite("Exchange: attendants' calls")
struct AttendantCallTests {
  private let bench = ExchangeBench()

  @Test("an attendant is invited with the caller's offer, accepts and answers")
  func invited() throws {
    let alice = try bench.signIn("alice")
    let a = try bench.connect(alice)
    let id = try bench.place(to: "parrot", token: alice).callID
    #expect(bench.takeOrders() == [])
    try bench.say(.callOffer(callID: id, sdp: "offer"), over: a)
    try bench.say(.iceCandidate(callID: id, candidate: "c"), over: a)
    try bench.say(.endOfCandidates(callID: id), over: a)
    #expect(
      bench.takeOrders() == [
        .invite(
          callID: id, attendant: "parrot", caller: AttendantGuest(userID: "alice", name: "alice"),
          offer: "offer"),
        .candidate(callID: id, "c"), .endOfCandidates(callID: id),
      ])
    _ = try bench.news(of: a)
    bench.feed(.attendant(.accept(callID: id)))
    bench.feed(.attendant(.described(callID: id, isOffer: false, sdp: "answer")))
    bench.feed(.attendant(.candidate(callID: id, "d")))
    bench.feed(.attendant(.agent(callID: id, .speaking)))
    bench.feed(
      .attendant(
        .transcript(callID: id, AttendantUtterance(isOwn: true, text: "Hello", isFinal: true))))
    let news = try bench.news(of: a)
    guard case .callUpdated(let call)? = news.first, case .transcription(let words)? = news.last
    else { throw CaseFailure("alice was told \(news)") }
    #expect(call.status == .active && call.kind == "bot")
    #expect(words.participantID == "parrot" && words.text == "Hello")
    #expect(
      news.dropFirst().dropLast() == [
        .callAnswer(callID: id, sdp: "answer"), .iceCandidate(callID: id, candidate: "d"),
        .agentState(callID: id, state: "speaking"),
      ])
    _ = try bench.end(id, token: alice)
    #expect(bench.takeOrders() == [.hangUp(callID: id)])
  }

  @Test("an attendant calls a user, who takes the call")
  func places() throws {
    let alice = try bench.signIn("alice")
    let a = try bench.connect(alice)
    _ = try bench.news(of: a)
    bench.feed(.attendant(.placeCall(attendant: "operator", to: "alice")))
    guard case .incomingCall(let call, _)? = try bench.news(of: a).first else {
      throw CaseFailure("it did not ring")
    }
    #expect(
      bench.takeOrders() == [
        .placed(
          callID: call.callID, attendant: "operator",
          callee: AttendantGuest(userID: "alice", name: "alice"))
      ])
    bench.feed(.attendant(.described(callID: call.callID, isOffer: true, sdp: "offer")))
    #expect(try bench.news(of: a) == [.callOffer(callID: call.callID, sdp: "offer")])
    _ = try bench.respond(call.callID, .accept, token: alice)
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: a)
    #expect(
      bench.takeOrders() == [
        .accepted(callID: call.callID), .describe(callID: call.callID, sdp: "answer"),
      ])
    bench.feed(.attendant(.hangUp(callID: call.callID, reason: "hangup")))
    #expect(try bench.status(of: call.callID, token: alice) == .ended)
  }

  @Test("nothing comes of calling somebody who is unknown, or of reports that come too late")
  func late() {
    bench.feed(.attendant(.placeCall(attendant: "operator", to: "nobody")))
    bench.feed(.attendant(.placeCall(attendant: "nobody", to: "alice")))
    bench.feed(.attendant(.accept(callID: "call_0")))
    bench.feed(.attendant(.hangUp(callID: "call_0", reason: "hangup")))
    bench.feed(.attendant(.described(callID: "call_0", isOffer: false, sdp: "x")))
    #expect(bench.orders == [])
    #expect(bench.exchange.liveCallCount == 0)
  }
}

import Basics
import Exchange
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@Suite("Zulip group calls of the exchange")
struct ZulipGroupTests {
  private func create(_ bench: ZulipBench) throws -> String {
    let users = [try bench.number("Bob"), try bench.number("Carol")]
    let answer = try bench.post(
      "/calls/group/create",
      GroupCreateRequest(isVideo: false, title: "Planning", userIDs: users).encoded(), as: "Alice")
    #expect(answer.body["invited_count"]?.integer == 2)
    #expect(
      answer.body["room_name"]?.string?.wholeMatch(of: /zulip-group-call-[0-9a-f]{16}/) != nil)
    return try #require(answer.body["call_id"]?.string, "\(answer.body.text)")
  }

  private func states(_ bench: ZulipBench, _ id: String) throws -> [String] {
    let answer = try bench.get("/calls/group/\(id)/participants", as: "Alice")
    return (answer.body["participants"]?.array ?? []).compactMap { $0["state"]?.string }
  }

  @Test("members are invited, join, decline and leave, and all are told")
  func life() throws {
    let bench = try ZulipBench()
    let (a, b) = (try bench.register("Alice"), try bench.register("Bob"))
    let id = try create(bench)
    let invitation = try #require(try bench.events(b, as: "Bob").first)
    let message = try #require(GroupEventMessage(decoding: invitation))
    #expect(message.kind == .invited)
    #expect(message.title == "Planning")
    #expect(message.host?.name == "Alice")
    #expect(message.participants.map(\.state) == [.joined, .invited, .invited])
    let joined = try bench.post("/calls/group/\(id)/join", as: "Bob")
    #expect(joined.body["participant_count"]?.integer == 2)
    #expect(joined.body["call_url"]?.string?.contains("zulip-group-call-") == true)
    _ = try bench.post("/calls/group/\(id)/decline", as: "Carol")
    #expect(try states(bench, id) == ["joined", "joined", "declined"])
    #expect(
      try bench.ops(a, as: "Alice") == [
        "created", "participants_invited", "participant_joined", "participant_declined",
      ])
    let foreign = try bench.post("/calls/group/\(id)/end", as: "Bob")
    #expect(foreign.status == 403)
    _ = try bench.post("/calls/group/\(id)/leave", as: "Bob")
    _ = try bench.post("/calls/group/\(id)/leave", as: "Alice")
    let status = try bench.get("/calls/group/\(id)/status", as: "Bob")
    #expect(status.body["call"]?["state"]?.string == "ended")
    #expect(try bench.ops(b, as: "Bob").last == "ended")
    #expect(try bench.post("/calls/group/\(id)/join", as: "Carol").status == 400)
  }

  @Test("the host ends it for all, and invites more")
  func host() throws {
    let bench = try ZulipBench()
    try bench.signIn("Dora")
    let id = try create(bench)
    let invited = try bench.post(
      "/calls/group/\(id)/invite",
      ["user_ids": "\(try bench.number("Dora")),\(try bench.number("Bob"))"], as: "Bob")
    #expect(invited.body["invited_count"]?.integer == 1)
    #expect(invited.body["offline_count"]?.integer == 1)
    #expect(try bench.post("/calls/group/\(id)/end", as: "Alice").status == 200)
    #expect(
      try bench.get("/calls/group/\(id)/status", as: "Dora").body["call"]?["state"]?.string
        == "ended")
    #expect(try bench.get("/calls/group/x/status", as: "Dora").status == 404)
  }

  @Test("who never answers has missed it, and who is silent has left")
  func timers() throws {
    let bench = try ZulipBench()
    let id = try create(bench)
    _ = try bench.post("/calls/group/\(id)/join", as: "Bob")
    for _ in 0..<3 {
      bench.advance(.seconds(30))
      try bench.beat(id, ["Alice"])
    }
    #expect(try states(bench, id) == ["joined", "left", "missed"])
    bench.advance(.seconds(60))
    let status = try bench.get("/calls/group/\(id)/status", as: "Alice")
    #expect(status.body["call"]?["state"]?.string == "ended")
  }

  @Test("a group call outlives a restart, with who is in it, and ends as it would have")
  func restart() throws {
    let store = MemoryStore()
    let bench = try ZulipBench(store: store)
    let id = try create(bench)
    _ = try bench.post("/calls/group/\(id)/join", as: "Bob")
    let before = try bench.get("/calls/group/\(id)/status", as: "Bob").body["call"]
    bench.advance(.seconds(50))
    let again = ExchangeBench(settings: .forTests, store: store, at: bench.exchange.now)
    func states() throws -> [String] {
      let request = bench.request(.get, "/calls/group/\(id)/participants", as: "Alice")
      let list = Answer(try again.request(request)).body["participants"]?.array ?? []
      return list.compactMap { $0["state"]?.string }
    }
    let status = bench.request(.get, "/calls/group/\(id)/status", as: "Bob")
    let after = Answer(try again.request(status)).body["call"]
    for name in ["title", "host", "created_at", "state", "participant_count"] {
      #expect(after?[name] == before?[name], "\(name)")
    }
    #expect(try states() == ["joined", "joined", "invited"])
    // Nobody could be heard of meanwhile; whoever is not heard of now has left.
    again.advance(.seconds(30))
    #expect(try states() == ["joined", "joined", "invited"])
    again.advance(.seconds(90))
    #expect(Answer(try again.request(status)).body["call"]?["state"]?.string == "ended")
    let third = ExchangeBench(settings: .forTests, store: store, at: again.now)
    #expect(Answer(try third.request(status)).body["call"]?["state"]?.string == "ended")
  }

  @Test("what the store holds of group calls may be nonsense")
  func nonsense() throws {
    let store = MemoryStore()
    _ = try ZulipBench(store: store)
    for (key, body) in [
      ("a", ""), ("b", "{}"), ("c", #"{"host":"x","room":"r","created":1}"#),
      ("d", #"{"host":"x","room":"r","created":1,"members":[7,{"user":"x","state":"flying"}]}"#),
    ] {
      _ = store.perform(
        .putDocument(StoredDocument(collection: "zulip-groups", key: key, body: body)))
    }
    let again = ExchangeBench(settings: .forTests, store: store, at: .zero)
    again.advance(.seconds(7_200))
    #expect(try again.request(HTTPRequest(.get, "/healthz")).status == 200)
  }

  @Test("a stranger learns nothing, and there is room for fifty")
  func bounds() throws {
    let bench = try ZulipBench { $0.limits.participants = 2 }
    let users = [try bench.number("Bob"), try bench.number("Carol")]
    let answer = try bench.post(
      "/calls/group/create",
      GroupCreateRequest(isVideo: false, title: nil, userIDs: users).encoded(), as: "Alice")
    #expect(answer.body["invited_count"]?.integer == 1)
    let id = try #require(answer.body["call_id"]?.string)
    #expect(try bench.get("/calls/group/\(id)/status", as: "Carol").status == 403)
  }
}

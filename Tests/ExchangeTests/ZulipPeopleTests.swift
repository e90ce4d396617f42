import Basics
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@testable import Exchange

@Suite("Zulip users of the exchange")
struct ZulipPeopleTests {
  @Test("the key is taken by HTTP Basic and as a parameter, and a wrong one is not")
  func signIn() throws {
    let bench = try ZulipBench()
    let me = try bench.get("/users/me", as: "Alice")
    #expect(me.body["full_name"]?.string == "Alice")
    #expect(me.body["email"]?.string == "alice@tipring.local")
    #expect(me.body["user_id"]?.integer == bench.numbers["Alice"])
    let key = try #require(bench.keys["Alice"])
    #expect(try bench.ask(.get, "/users/me?api_key=\(key)").status == 200)
    #expect(try bench.ask(.get, "/users/me?api_key=\(key)&email=bob@x").status == 401)
    let none = try bench.ask(.get, "/users/me")
    #expect(none.status == 401)
    #expect(none.body["code"]?.string == "UNAUTHORIZED")
    #expect(none.complaint == "Not logged in: API authentication or user session required")
    let wrong = try bench.ask(.get, "/users/me?api_key=tr_1")
    #expect(wrong.body["code"]?.string == "INVALID_API_KEY")
    #expect(wrong.fields["WWW-Authenticate"] == "Basic realm=\"zulip\"")
    var broken = bench.request(.get, "/users/me")
    broken.fields["Authorization"] = "Basic !!!"
    #expect(try bench.exchange.request(broken).status == 401)
  }

  @Test("a guest is given a key for a free name, and a page from elsewhere is not")
  func guests() throws {
    let bench = try ZulipBench()
    let key = try bench.ask(.post, "/fetch_api_key", ["username": "dave@tipring.local"])
    #expect(key.body["email"]?.string == "dave@tipring.local")
    #expect(key.body["api_key"]?.string?.hasPrefix("tr_") == true)
    let wrong = try bench.ask(
      .post, "/fetch_api_key", ["username": "dave", "password": "tr_guess"])
    #expect(wrong.status == 401)
    let password = try #require(key.body["api_key"]?.string)
    let again = try bench.ask(
      .post, "/fetch_api_key", ["username": "dave", "password": password])
    #expect(again.body["api_key"]?.string == password)
    var foreign = bench.request(.post, "/fetch_api_key", ["username": "eve"])
    foreign.fields["Origin"] = "https://example.org"
    #expect(try bench.exchange.request(foreign).status == 403)
    #expect(try bench.ask(.post, "/fetch_api_key", ["username": "echo"]).status == 403)
    #expect(
      try bench.ask(.post, "/fetch_api_key", ["x": "y"]).complaint?.contains("username") == true)
  }

  @Test("users keep their numbers, and are found by number and by address")
  func users() throws {
    let bench = try ZulipBench()
    _ = try bench.register("Bob")
    let list = try bench.get("/users", as: "Alice").body["members"]?.array ?? []
    #expect(list.compactMap { $0["full_name"]?.string } == ["Alice", "Bob"])
    #expect(list.allSatisfy { $0["is_bot"]?.boolean == false })
    let number = try bench.number("Bob")
    for path in ["/users/\(number)", "/users/bob@tipring.local", "/users/bob@elsewhere"] {
      #expect(try bench.get(path, as: "Alice").body["user"]?["user_id"]?.integer == number)
    }
    #expect(try bench.get("/users/77", as: "Alice").complaint == "No such user")
  }

  @Test("a presence without a word for it, or with another, is refused")
  func noPresence() throws {
    let bench = try ZulipBench()
    let missing = try bench.post("/users/me/presence", as: "Bob")
    #expect("\(missing.status) \(missing.complaint ?? "")" == "400 Missing 'status' argument")
    let odd = try bench.post("/users/me/presence", ["status": "asleep"], as: "Bob")
    #expect("\(odd.status) \(odd.complaint ?? "")" == "400 Invalid status: asleep")
    #expect(try bench.get("/users/bob@x/presence", as: "Alice").status == 400)
  }

  @Test("presence is told, and says when it was")
  func presence() throws {
    let bench = try ZulipBench()
    #expect(try bench.get("/users/bob@x/presence", as: "Alice").status == 400)
    _ = try bench.register("Bob")
    _ = try bench.post("/users/me/presence", ["status": "active", "ping_only": "true"], as: "Bob")
    let all = try bench.get("/realm/presence", as: "Alice").body["presences"]
    let bob = try #require(all?["bob@tipring.local"].flatMap(PresenceMessage.init(decoding:)))
    #expect(bob.isActive)
    #expect(bob.at.unixSeconds == bench.exchange.wall.unixSeconds)
    let one = try bench.get("/users/bob@x/presence", as: "Alice").body["presence"]
    #expect(one?["aggregated"]?["status"]?.string == "active")
  }

  @Test("who has a client of another call system only is a member, and not online")
  func otherSystems() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Alice", #"["realm_user","presence"]"#)
    let socket = try bench.exchange.connect(try bench.exchange.signIn("frank"))
    let people = try bench.get("/users", as: "Alice").body["members"]?.array ?? []
    #expect(people.compactMap { $0["full_name"]?.string } == ["Alice", "frank"])
    #expect(try bench.get("/realm/presence", as: "Alice").body["presences"]?.object == [:])
    #expect(try bench.get("/users/frank@x/presence", as: "Alice").status == 400)
    let number = try #require(people.last?["user_id"]?.integer)
    let call = try bench.post(
      "/calls/create",
      CreateRequest(userID: number, email: "frank@tipring.local", isVideo: false).encoded(),
      as: "Alice")
    #expect(call.body["receiver_online"]?.boolean == false, "\(call.body.text)")
    bench.exchange.closeSocket(socket)
    #expect(try bench.ops(queue, as: "Alice") == ["add", "remove"])
  }

  @Test("guests who come and go are told to the clients that are there, and once")
  func newcomers() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Alice", #"["realm_user"]"#)
    let first = try bench.register("Bob")
    let second = try bench.register("Bob")
    let added = try bench.events(queue, as: "Alice")
    #expect(added.count == 1)
    #expect(added.first?["op"]?.string == "add")
    #expect(added.first?["person"]?["full_name"]?.string == "Bob")
    #expect(added.first?["person"]?["user_id"]?.integer == bench.numbers["Bob"])
    _ = try bench.ask(.delete, "/events", ["queue_id": first], as: "Bob")
    #expect(try bench.ops(queue, as: "Alice") == ["add"])
    _ = try bench.ask(.delete, "/events", ["queue_id": second], as: "Bob")
    #expect(try bench.ops(queue, as: "Alice") == ["add", "remove"])
    _ = try bench.register("Bob")
    bench.advance(.seconds(400))
    _ = try bench.events(queue, as: "Alice")
    bench.advance(.seconds(201))
    #expect(try bench.ops(queue, as: "Alice") == ["add", "remove", "add", "remove"])
  }

  @Test("a guest who polls is there: another one makes room when all places are taken")
  func fullHouse() throws {
    let bench = try ZulipBench(guestLimit: 3)
    _ = try bench.register("Alice")
    bench.advance(.seconds(1))
    try bench.signIn("Bob")
    #expect(try bench.ask(.post, "/fetch_api_key", ["username": "dave"]).status == 200)
    #expect(try bench.get("/users/me", as: "Alice").status == 200)
    #expect(try bench.get("/users/me", as: "Carol").status == 401)
    // Nobody has heard of Alice for so long that her queue is gone.
    bench.advance(.seconds(601))
    #expect(try bench.ask(.post, "/fetch_api_key", ["username": "erin"]).status == 200)
    #expect(try bench.get("/users/me", as: "Alice").status == 401)
    #expect(try bench.get("/users/me", as: "Bob").status == 200)
  }

  @Test("users who are registered or removed meanwhile are told to the clients that are there")
  func registered() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Alice", #"["realm_user"]"#)
    let guests = bench.exchange.exchange.directory.guests
    let user = StoredUser(
      id: "dora", name: "Dora", role: .user, createdAt: bench.exchange.wall,
      seenAt: bench.exchange.wall)
    bench.exchange.feed(.usersChanged([user] + guests))
    bench.exchange.feed(.usersChanged([user] + guests))
    bench.exchange.feed(.usersChanged(guests))
    #expect(try bench.ops(queue, as: "Alice") == ["add", "remove"])
  }

  @Test("presence ends with the last client, and not when it grows old")
  func presenceEnds() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Alice", #"["presence"]"#)
    let own = try bench.register("Bob")
    _ = try bench.post("/users/me/presence", ["status": "active"], as: "Bob")
    _ = try bench.ask(.delete, "/events", ["queue_id": own], as: "Bob")
    #expect(try bench.get("/users/bob@x/presence", as: "Alice").status == 400)
    let told = try #require(try bench.events(queue, as: "Alice").last)
    let presence = try #require(told["presence"].flatMap(PresenceMessage.init(decoding:)))
    #expect(!presence.isActive)
    #expect(presence.at.duration(to: bench.exchange.wall) > .seconds(140))
  }

  @Test("values may come as form, JSON, or JSON inside the form")
  func spellings() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    let quoted = try bench.post(
      "/calls/acknowledge", ["call_id": "\"\(id)\"", "status": "\"ringing\""], as: "Bob")
    #expect(quoted.status == 200)
    var json = bench.request(.post, "/calls/\(id)/respond", as: "Bob")
    json.fields["Content-Type"] = "application/json"
    json.body = Array(#"{"response":"decline"}"#.utf8)
    #expect(try bench.exchange.request(json).status == 200)
    json.body = Array("[1".utf8)
    #expect(try bench.exchange.request(json).status == 400)
    var form = bench.request(.post, "/calls/create", as: "Alice")
    form.body = Array("user_id=%zz".utf8)
    #expect(try bench.exchange.request(form).status == 400)
  }

  @Test("BotServer's requests on the shared paths stay BotServer's")
  func sharedPaths() throws {
    let bench = try ZulipBench()
    let token = try bench.exchange.signIn("frank")
    let call = try bench.exchange.get("/api/v1/calls/history", token: token)
    #expect(call.body["total"]?.integer == 0)
    let zulip = try bench.get("/calls/history", as: "Alice")
    #expect(zulip.body["result"]?.string == "success")
  }

  @Test("too many requests are refused with when to come again")
  func rates() throws {
    let bench = try ZulipBench()
    var last = try bench.get("/users/me", as: "Alice")
    for _ in 0..<200 where last.status == 200 { last = try bench.get("/users/me", as: "Alice") }
    #expect(last.status == 429)
    #expect(last.body["code"]?.string == "RATE_LIMIT_HIT")
    #expect((last.body["retry-after"]?.double ?? 0) > 0)
    #expect(last.fields["Retry-After"] == "1")
    bench.exchange.address = "192.0.2.7"
    var guess = try bench.ask(.get, "/users/me?api_key=tr_1")
    for _ in 0..<200 where guess.status == 401 {
      guess = try bench.ask(.get, "/users/me?api_key=x")
    }
    #expect(guess.status == 429)
  }
}

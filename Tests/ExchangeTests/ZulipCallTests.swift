import Basics
import Exchange
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@Suite("Zulip calls of the exchange")
struct ZulipCallTests {
  @Test("a call is created, rings, is accepted and ended, and both are told")
  func life() throws {
    let bench = try ZulipBench()
    let (a, b) = (try bench.register("Alice"), try bench.register("Bob"))
    let created = try bench.create(from: "Alice", to: "Bob")
    #expect(created.status == 200)
    #expect(created.body["call_type"]?.string == "audio")
    #expect(created.body["receiver_online"]?.boolean == true)
    #expect(created.body["recipient"]?["full_name"]?.string == "Bob")
    let room = try #require(created.body["room_name"]?.string)
    #expect(room.wholeMatch(of: /zulip-call-[0-9a-f]{12}/) != nil)
    let url = try #require(created.body["call_url"]?.string)
    #expect(url.hasPrefix("http://127.0.0.1:8077/\(room)?userInfo.displayName=Alice&"))
    let id = try #require(created.body["call_id"]?.string)
    #expect(id.utf8.count == 36)

    let incoming = try #require(try bench.events(b, as: "Bob").last)
    #expect(incoming["type"]?.string == "call")
    #expect(incoming["op"]?.string == "incoming_call")
    #expect(incoming["sender"]?["full_name"]?.string == "Alice")
    #expect(incoming["jitsi_url"]?.string?.contains("displayName=Bob") == true)
    #expect(try bench.state(id, as: "Bob") == "calling")

    let rings = try bench.post(
      "/calls/acknowledge", ["call_id": id, "status": "ringing"], as: "Bob")
    #expect(rings.body["call_status"]?.string == "ringing")
    let accepted = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    #expect(accepted.body["action"]?.string == "accept")
    #expect(accepted.body["call_url"]?.string?.contains(room) == true)
    #expect(try bench.state(id, as: "Alice") == "accepted")
    bench.advance(.seconds(20))
    let ended = try bench.post("/calls/\(id)/end", as: "Bob")
    #expect(ended.body["message"]?.string == "Call ended successfully")
    let again = try bench.post("/calls/\(id)/end", as: "Alice")
    #expect(again.body["message"]?.string == "Call already ended")

    #expect(try bench.ops(a, as: "Alice") == ["initiated", "ringing", "accepted", "ended"])
    #expect(try bench.ops(b, as: "Bob") == ["incoming_call", "accepted", "ended"])
    let last = try #require(try bench.events(a, as: "Alice").last)
    #expect(last["reason"]?.string == "hangup")
    let page = try bench.get("/calls/history?limit=10", as: "Alice")
    let entry = try #require(page.body["calls"]?.array?.first)
    #expect(entry["duration_seconds"]?.integer == 20)
    #expect(entry["was_initiator"]?.boolean == true)
    #expect(page.body["has_more"]?.boolean == false)
  }

  @Test("a declined, a cancelled and a missed call end as such")
  func endings() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let declined = try bench.place(from: "Alice", to: "Bob")
    let answer = try bench.post("/calls/\(declined)/respond", ["response": "decline"], as: "Bob")
    #expect(answer.body["action"]?.string == "decline")
    #expect(answer.body["call_url"] == nil)
    #expect(try bench.state(declined, as: "Alice") == "rejected")
    bench.advance(.seconds(6))
    let cancelled = try bench.place(from: "Alice", to: "Bob")
    #expect(try bench.post("/calls/\(cancelled)/cancel", as: "Alice").status == 200)
    #expect(try bench.post("/calls/\(cancelled)/cancel", as: "Alice").status == 200)
    let late = try bench.post("/calls/\(cancelled)/respond", ["response": "accept"], as: "Bob")
    #expect(late.body["action"]?.string == "noop")
    #expect(late.body["message"]?.string == "Call already ended")
    bench.advance(.seconds(6))
    let missed = try bench.place(from: "Alice", to: "Bob")
    bench.advance(.seconds(89))
    #expect(try bench.state(missed, as: "Bob") == "calling")
    bench.advance(.seconds(1))
    #expect(try bench.state(missed, as: "Bob") == "missed")
    let event = try #require(try bench.events(queue, as: "Bob").last)
    #expect(event["op"]?.string == "missed")
    #expect(event["reason"]?.string == "no_answer")
    #expect(
      try bench.ops(queue, as: "Bob") == [
        "incoming_call", "declined", "incoming_call", "cancelled", "incoming_call", "missed",
      ])
  }

  @Test("whoever is in a call is busy, both ways, and must wait a moment after it")
  func busy() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    let own = try bench.create(from: "Alice", to: "Carol")
    #expect(own.status == 409)
    #expect(own.complaint == "You are already in a call")
    #expect(own.body["existing_call_id"]?.string == id)
    let other = try bench.create(from: "Carol", to: "Bob")
    #expect(other.status == 409)
    #expect(other.complaint == "Bob is currently in another call")
    let back = try bench.create(from: "Bob", to: "Alice")
    #expect(back.complaint == "A related active call already exists")
    _ = try bench.post("/calls/\(id)/cancel", as: "Alice")
    let soon = try bench.create(from: "Alice", to: "Bob")
    #expect(soon.status == 429)
    #expect(soon.complaint == "Please wait a moment before making another call")
    #expect(soon.fields["Retry-After"] == "5")
    bench.advance(.seconds(5))
    #expect(try bench.create(from: "Alice", to: "Bob").status == 200)
  }

  @Test("what is wrong with a request is said as the plugin says it")
  func refusals() throws {
    let bench = try ZulipBench()
    func complaint(_ path: String, _ form: ZulipForm, as name: String) throws -> String {
      let answer = try bench.post(path, form, as: name)
      return "\(answer.status) \(answer.complaint ?? "")"
    }
    #expect(
      try complaint("/calls/create", ["is_video_call": "false"], as: "Alice")
        == "400 user_id is required")
    let own = String(try bench.number("Alice"))
    #expect(
      try complaint("/calls/create", ["user_id": own], as: "Alice")
        == "400 Cannot call yourself")
    #expect(
      try complaint("/calls/create", ["user_id": "999"], as: "Alice")
        == "404 User not found with user_id: 999")
    #expect(
      try complaint("/calls/create", ["recipient_email": "no@body"], as: "Alice")
        == "404 Recipient not found")
    let id = try bench.place(from: "Alice", to: "Bob")
    #expect(
      try complaint("/calls/\(id)/respond", ["response": "perhaps"], as: "Bob")
        == "400 Response must be 'accept' or 'decline'")
    #expect(
      try complaint("/calls/\(id)/respond", ["response": "accept"], as: "Alice")
        == "403 Not authorized to respond to this call")
    #expect(
      try complaint("/calls/\(id)/end", [:], as: "Carol")
        == "403 Not authorized to end this call")
    #expect(
      try complaint("/calls/\(id)/cancel", [:], as: "Bob")
        == "403 Not authorized to cancel this call")
    #expect(try complaint("/calls/nothing/end", [:], as: "Bob") == "404 Call not found")
    #expect(
      try complaint("/calls/acknowledge", ["call_id": id], as: "Alice")
        == "404 Call not found or you're not the receiver")
    #expect(
      try complaint("/calls/heartbeat", ["call_id": "x"], as: "Alice")
        == "404 Call not found")
    #expect(
      try complaint("/calls/heartbeat", ["is_backgrounded": "false"], as: "Alice")
        == "400 call_id is required")
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    #expect(
      try complaint("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
        == "400 Cannot respond to call in state: accepted")
    #expect(
      try complaint("/calls/\(id)/cancel", [:], as: "Alice")
        == "400 Cannot cancel call in state: accepted")
    #expect(try bench.get("/calls/\(id)/status", as: "Carol").status == 403)
  }

  @Test("heartbeats keep a call, and the side without one is given up after 90 and 60 seconds")
  func heartbeats() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Alice")
    let id = try bench.place(from: "Alice", to: "Bob")
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    for _ in 0..<10 {
      bench.advance(.seconds(30))
      try bench.beat(id, ["Alice", "Bob"])
    }
    #expect(try bench.state(id, as: "Alice") == "accepted")
    bench.advance(.seconds(30))
    try bench.beat(id, ["Alice"])
    bench.advance(.seconds(29))
    #expect(try bench.state(id, as: "Alice") == "accepted")
    bench.advance(.seconds(1))
    #expect(try bench.state(id, as: "Alice") == "network_failure")
    let last = try #require(try bench.events(queue, as: "Alice").last)
    #expect(last["reason"]?.string == "network_failure")
  }

  @Test("a call that has ended is found by name for five minutes, and in the history for ever")
  func cleanUp() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    _ = try bench.post("/calls/\(id)/cancel", as: "Alice")
    bench.advance(.seconds(299))
    #expect(try bench.state(id, as: "Alice") == "cancelled")
    bench.advance(.seconds(1))
    #expect(try bench.get("/calls/\(id)/status", as: "Alice").status == 404)
    let history = try bench.get("/calls/history", as: "Bob").body["calls"]?.array
    #expect(history?.first?["call_id"]?.string == id)
  }

  @Test("what is there is refused with another method, and says with which it goes")
  func methods() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    let cases: [(HTTPMethod, String, String)] = [
      (.get, "/calls/create", "POST"), (.get, "/calls/initiate", "POST"),
      (.get, "/calls/\(id)/end", "POST"), (.delete, "/calls/history", "GET"),
      (.put, "/calls/\(id)/status", "GET"), (.get, "/calls/group/create", "POST"),
    ]
    for (method, path, allowed) in cases {
      let answer = try bench.ask(method, path, as: "Alice")
      #expect(answer.status == 405, "\(method) \(path)")
      #expect(answer.complaint == "Method Not Allowed")
      #expect(answer.fields["Allow"] == allowed)
    }
    #expect(try bench.get("/calls/nothing", as: "Alice").status == 404)
  }

  @Test("option A's request is answered with its room beside what is newer")
  func initiate() throws {
    let bench = try ZulipBench()
    let answer = try bench.post(
      "/calls/initiate", ["recipient_email": "bob@example.org"], as: "Alice")
    let room = try #require(answer.body["room_id"]?.string)
    #expect(answer.body["room_name"]?.string == "zulip-call-\(room)")
    #expect(answer.body["message"]?.string == "Call initiated successfully")
    #expect(answer.body["call_id"]?.string != nil)
  }

  @Test("the history can be read by offset, too")
  func offset() throws {
    let bench = try ZulipBench()
    var ids: [String] = []
    for _ in 0..<3 {
      ids.insert(try bench.place(from: "Alice", to: "Bob"), at: 0)
      _ = try bench.post("/calls/\(ids[0])/end", as: "Alice")
      bench.advance(.seconds(10))
    }
    let page = try bench.get("/calls/history?limit=1&offset=1", as: "Bob").body
    #expect(page["calls"]?.array?.map { $0["call_id"]?.string } == [ids[1]])
    #expect(page["has_more"]?.boolean == true)
  }

  @Test("the history is read in pages by cursor, and by what became of calls")
  func history() throws {
    let bench = try ZulipBench()
    var ids: [String] = []
    for index in 0..<5 {
      let id = try bench.place(from: "Alice", to: "Bob")
      ids.insert(id, at: 0)
      if index == 2 {
        _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
      }
      _ = try bench.post("/calls/\(id)/end", as: "Alice")
      bench.advance(.seconds(10))
    }
    var read: [String] = []
    var cursor: String?
    repeat {
      let rest = cursor.map { "&cursor=" + ZulipForm.escaped($0) } ?? ""
      let page = try bench.get("/calls/history?limit=2\(rest)", as: "Bob")
      read += (page.body["calls"]?.array ?? []).compactMap { $0["call_id"]?.string }
      cursor = page.body["next_cursor"]?.string
      #expect(page.body["has_more"]?.boolean == (cursor != nil))
    } while cursor != nil && read.count < 20
    #expect(read == ids)
    let answered = try bench.get("/calls/history?status=answered", as: "Bob")
    #expect(answered.body["calls"]?.array?.compactMap { $0["call_id"]?.string } == [ids[2]])
    #expect(try bench.get("/calls/history?cursor=%21", as: "Bob").status == 400)
  }

  @Test("the active calls are listed, and all ended at once")
  func active() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    let list = try bench.get("/calls/active", as: "Bob")
    #expect(list.body["count"]?.integer == 1)
    let call = try #require(list.body["active_calls"]?.array?.first)
    #expect(call["call_id"]?.string == id)
    #expect(call["sender_name"]?.string == "Alice")
    #expect(call["is_outgoing"]?.boolean == false)
    #expect(try bench.post("/calls/end-all", as: "Alice").body["calls_ended"]?.integer == 1)
    #expect(try bench.get("/calls/active", as: "Bob").body["count"]?.integer == 0)
  }

  @Test("calls, their log and the users' numbers outlive a restart")
  func restart() throws {
    let store = MemoryStore()
    let bench = try ZulipBench(store: store)
    let id = try bench.place(from: "Alice", to: "Bob")
    let number = try bench.number("Bob")
    let again = ExchangeBench(settings: .forTests, store: store, at: bench.exchange.now)
    let request = bench.request(.get, "/calls/\(id)/status", as: "Bob")
    let call = Answer(try again.request(request)).body["call"]
    #expect(call?["state"]?.string == "calling")
    #expect(call?["receiver"]?["user_id"]?.integer == number)
    again.advance(.seconds(90))
    #expect(Answer(try again.request(request)).body["call"]?["state"]?.string == "missed")
    let document = try #require(store.documents.first { $0.key == id })
    let log = try JSONValue(decoding: document.body)["events"]?.array ?? []
    #expect(log.compactMap { $0["event_type"]?.string } == ["initiated", "missed"])
    #expect(log.first?["user"]?.string == "alice")
  }

  @Test("an accepted call that nobody keeps up ends after a restart, too")
  func restartInCall() throws {
    let store = MemoryStore()
    let bench = try ZulipBench(store: store)
    let id = try bench.place(from: "Alice", to: "Bob")
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    bench.advance(.seconds(3))
    let again = ExchangeBench(settings: .forTests, store: store, at: bench.exchange.now)
    let request = bench.request(.get, "/calls/\(id)/status", as: "Bob")
    #expect(Answer(try again.request(request)).body["call"]?["state"]?.string == "accepted")
    again.advance(.seconds(90))
    #expect(Answer(try again.request(request)).body["call"]?["state"]?.string == "network_failure")
  }

  @Test("calls are counted, and what mobiles would be told is written down without keys")
  func countsAndPushes() throws {
    let bench = try ZulipBench()
    let id = try bench.place(from: "Alice", to: "Bob")
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    bench.advance(.seconds(7))
    _ = try bench.post("/calls/\(id)/end", as: "Bob")
    let metrics = try bench.exchange.request(HTTPRequest(.get, "/metrics"))
    let text = String(decoding: metrics.body, as: UTF8.self)
    #expect(text.contains("tipring_zulip_calls_created_total 1\n"))
    #expect(text.contains(#"tipring_zulip_calls_ended_total{state="ended"} 1"#))
    #expect(text.contains("tipring_zulip_call_seconds_total 7\n"))
    #expect(text.contains("tipring_zulip_pushes_total 2\n"))
    let pushes = bench.exchange.notes.map(\.text).filter { $0.hasPrefix("Push to") }
    #expect(pushes.count == 2)
    #expect(pushes.first?.contains(#""type":"call_invitation""#) == true)
    #expect(pushes.last?.contains(#""type":"call_accepted""#) == true)
    for key in bench.keys.values { #expect(!pushes.contains { $0.contains(key) }) }
    // Both name the conference, as a mobile is to open it.
    for (push, name) in zip(pushes, ["Bob", "Alice"]) {
      let url = try #require(push.firstMatch(of: #/"call_url":"([^"]*)"/#)).1
      #expect(url.hasPrefix("http://"), "\(push)")
      #expect(url.contains("/zulip-call-") && url.contains("displayName=\(name)"), "\(push)")
    }
  }

  @Test("a realm may have a Jitsi server of its own")
  func ownServer() throws {
    let bench = try ZulipBench { $0.jitsiServer = "https://meet.example.org" }
    let created = try bench.create(from: "Alice", to: "Bob")
    let url = try #require(created.body["call_url"]?.string)
    #expect(url.hasPrefix("https://meet.example.org/zulip-call-"))
  }

  @Test("more calls than there is room for are refused, and old ones are forgotten")
  func bounds() throws {
    let bench = try ZulipBench {
      $0.limits.liveCalls = 1
      $0.limits.calls = 3
    }
    try bench.signIn("Dora")
    let first = try bench.place(from: "Alice", to: "Bob")
    let full = try bench.create(from: "Carol", to: "Dora")
    #expect(full.status == 503)
    #expect(full.complaint == "Service busy")
    _ = try bench.post("/calls/\(first)/end", as: "Alice")
    for _ in 0..<3 {
      bench.advance(.seconds(6))
      let id = try bench.place(from: "Alice", to: "Bob")
      _ = try bench.post("/calls/\(id)/end", as: "Alice")
    }
    let history = try bench.get("/calls/history", as: "Bob").body["calls"]?.array ?? []
    #expect(history.count == 3)
    #expect(!history.contains { $0["call_id"]?.string == first })
    #expect(!bench.exchange.store.documents.contains { $0.key == first })
  }
}

@Suite("Zulip calls and the exchange's conferences")
struct ZulipConferenceTests {
  @Test("a call ends when the last has left its conference and does not come back")
  func emptied() throws {
    let bench = try ZulipBench()
    let created = try bench.create(from: "Alice", to: "Bob")
    let id = try #require(created.body["call_id"]?.string)
    let room = try #require(created.body["room_name"]?.string)
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    let guest = try JitsiGuest(bench.exchange)
    guest.enter(room)
    guest.leave(room)
    bench.advance(.seconds(4))
    guest.enter(room)
    bench.advance(.seconds(10))
    #expect(try bench.state(id, as: "Alice") == "accepted")
    guest.leave(room)
    bench.advance(.seconds(5))
    #expect(try bench.state(id, as: "Alice") == "ended")
  }

  @Test("where there are no heartbeats, a call lasts as long as somebody is in its conference")
  func occupied() throws {
    let bench = try ZulipBench(.seedC)
    let created = try bench.create(from: "Alice", to: "Bob")
    let id = try #require(created.body["call_id"]?.string)
    let room = try #require(created.body["room_name"]?.string)
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    let guest = try JitsiGuest(bench.exchange)
    guest.enter(room)
    bench.advance(.seconds(1_300))
    #expect(try bench.state(id, as: "Alice") == "active")
    guest.leave(room)
    bench.advance(.seconds(5))
    #expect(try bench.state(id, as: "Alice") == "ended")
  }
}

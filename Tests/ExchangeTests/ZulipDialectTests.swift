import Basics
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@Suite("The generations of Zulip calls in the exchange")
struct ZulipDialectTests {
  @Test("option A makes a room and nothing else")
  func optionA() throws {
    let bench = try ZulipBench(.seedA)
    let form: ZulipForm = ["recipient_email": "bob@example.org", "is_video_call": "true"]
    let created = try bench.post("/calls/initiate", form, as: "Alice")
    #expect(created.status == 200)
    #expect(created.body["message"]?.string == "Call initiated successfully")
    let room = try #require(created.body["room_id"]?.string)
    #expect(room.utf8.count == 12)
    #expect(created.body["call_url"]?.string?.contains("/zulip-call-\(room)?") == true)
    #expect(created.body["call_id"] == nil)
    #expect(try bench.post("/calls/create", form, as: "Alice").status == 404)
    let missing = try bench.post("/calls/initiate", ["is_video_call": "true"], as: "Alice")
    #expect(missing.complaint == "recipient_email is required")
    let nobody = try bench.post("/calls/initiate", ["recipient_email": "x@y"], as: "Alice")
    #expect("\(nobody.status) \(nobody.complaint ?? "")" == "404 Recipient not found")
  }

  @Test("option B has calls with an answer, and forgets declined ones")
  func optionB() throws {
    let bench = try ZulipBench(.seedB)
    let created = try bench.create(from: "Alice", to: "Bob")
    #expect(created.body["expires_in"]?.integer == 60)
    let id = try #require(created.body["call_id"]?.string)
    let call = try #require(try bench.get("/calls/\(id)/status", as: "Bob").body["call"])
    #expect(call["state"]?.string == "initiated")
    #expect(call["initiator"]?["full_name"]?.string == "Alice")
    #expect(call["is_video_call"]?.boolean == false)
    #expect((call["created_at"]?.integer ?? 0) > 1_000_000_000)
    let accepted = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    #expect(accepted.body["action"]?.string == "accepted")
    #expect(try bench.state(id, as: "Alice") == "accepted")
    #expect(try bench.post("/calls/\(id)/end", as: "Alice").status == 200)
    let other = try bench.place(from: "Alice", to: "Bob")
    let declined = try bench.post("/calls/\(other)/respond", ["response": "decline"], as: "Bob")
    #expect(declined.body["action"]?.string == "declined")
    let gone = try bench.post("/calls/\(other)/respond", ["response": "accept"], as: "Bob")
    #expect("\(gone.status) \(gone.complaint ?? "")" == "404 Call not found or expired")
    for path in ["/calls/history", "/calls/active"] {
      #expect(try bench.get(path, as: "Alice").status == 404)
    }
  }

  @Test("option C has states, history by offset, and one call of a pair")
  func optionC() throws {
    let bench = try ZulipBench(.seedC)
    let id = try bench.place(from: "Alice", to: "Bob")
    let twice = try bench.create(from: "Bob", to: "Alice")
    #expect(twice.status == 409)
    #expect(twice.complaint == "Call already in progress with this user")
    #expect(twice.body["existing_call_id"]?.string == id)
    #expect(try bench.create(from: "Carol", to: "Bob").status == 200)
    _ = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    let again = try bench.post("/calls/\(id)/respond", ["response": "accept"], as: "Bob")
    #expect(again.complaint == "Cannot respond to call in state: active")
    let page = try bench.get("/calls/history?limit=1&offset=1", as: "Bob")
    #expect(page.body["calls"]?.array?.first?["state"]?.string == "active")
    #expect(page.body["has_more"]?.boolean == true)
    #expect(page.body["next_cursor"] == nil)
  }

  @Test("an unanswered call of the options is missed after a minute")
  func answerTime() throws {
    let bench = try ZulipBench(.seedC)
    let id = try bench.place(from: "Alice", to: "Bob")
    bench.advance(.seconds(59))
    #expect(try bench.state(id, as: "Bob") == "initiated")
    bench.advance(.seconds(1))
    #expect(try bench.state(id, as: "Bob") == "missed")
  }

  @Test("generation 2 queues the calls of a busy callee and tells in its own form")
  func queue() throws {
    let bench = try ZulipBench(.two)
    let queue = try bench.register("Carol")
    let first = try bench.place(from: "Alice", to: "Bob")
    let waits = try bench.create(from: "Carol", to: "Bob")
    #expect(waits.status == 202)
    #expect(waits.body["result"]?.string == "queued")
    #expect(waits.body["position"]?.string == "next")
    #expect(try bench.events(queue, as: "Carol").isEmpty)
    _ = try bench.post("/calls/\(first)/end", as: "Alice")
    let event = try #require(try bench.events(queue, as: "Carol").last)
    #expect(event["type"]?.string == "call_event")
    #expect(event["event_type"]?.string == "initiated")
    #expect(event["receiver_name"]?.string == "Bob")
    let second = try #require(event["call_id"]?.string)
    _ = try bench.post("/calls/\(second)/respond", ["response": "accept"], as: "Bob")
    #expect(try bench.ops(queue, as: "Carol") == ["initiated", "call_accepted"])
  }

  @Test("a place in the queue can be given up, and runs out after five minutes")
  func queueEnds() throws {
    let bench = try ZulipBench(.two)
    let queue = try bench.register("Carol")
    let first = try bench.place(from: "Alice", to: "Bob")
    _ = try bench.post("/calls/\(first)/respond", ["response": "accept"], as: "Bob")
    func wait() throws -> String {
      try #require(try bench.create(from: "Carol", to: "Bob").body["queue_id"]?.string)
    }
    #expect(try bench.post("/calls/\(try wait())/cancel", as: "Carol").status == 200)
    let id = try wait()
    for _ in 0..<10 {
      bench.advance(.seconds(30))
      try bench.beat(first, ["Alice", "Bob"])
    }
    let event = try #require(try bench.events(queue, as: "Carol").last)
    #expect(event["event_type"]?.string == "missed")
    #expect(event["call_id"]?.string == id)
    _ = try bench.post("/calls/\(first)/end", as: "Alice")
    #expect(try bench.events(queue, as: "Carol").count == 1)
  }

  @Test("a stock Zulip has no calls, but messages and a place to meet")
  func stock() throws {
    let bench = try ZulipBench(.stock)
    let answer = try bench.post("/calls/heartbeat", ["call_id": "x"], as: "Alice")
    #expect(answer.status == 404)
    #expect(answer.body == .null)
    #expect(answer.fields["Content-Type"]?.hasPrefix("text/html") == true)
    let registered = try bench.post("/register", ["event_types": #"["message"]"#], as: "Bob")
    let queue = try #require(RegisteredQueue(decoding: registered.body))
    #expect(queue.jitsiServer == "http://127.0.0.1:8077")
    let link = JoinLink(url: "http://127.0.0.1:8077/123456789012345", isVideo: false)
    let sent = try bench.post(
      "/messages",
      ["type": "direct", "to": "[\(try bench.number("Bob"))]", "content": link.content],
      as: "Alice")
    #expect(sent.body["id"]?.integer == 1)
    let event = try #require(try bench.events(queue.queueID, as: "Bob").first)
    let message = try #require(event["message"].flatMap(DirectMessage.init(decoding:)))
    #expect(message.sender.name == "Alice")
    #expect(message.partyCount == 2)
    #expect(JoinLink(in: message.content) == link)
  }
}

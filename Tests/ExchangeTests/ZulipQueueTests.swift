import Basics
import Exchange
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@Suite("Zulip event queues of the exchange")
struct ZulipQueueTests {
  private func poll(_ bench: ZulipBench, _ queue: String, after last: Int = -1) -> Int {
    bench.exchange.begin(
      bench.request(.get, "/events?queue_id=\(queue)&last_event_id=\(last)", as: "Bob"))
  }

  private func events(_ bench: ZulipBench, _ poll: Int) -> [JSONValue]? {
    bench.exchange.takeAnswer(to: poll).flatMap { Answer($0).body["events"]?.array }
  }

  @Test("a poll is answered when something happens")
  func longPoll() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let first = poll(bench, queue)
    bench.advance(.seconds(20))
    #expect(events(bench, first) == nil)
    let id = try bench.place(from: "Alice", to: "Bob")
    let told = try #require(events(bench, first))
    #expect(told.map { $0["id"]?.integer } == [0])
    #expect(told.first?["call_id"]?.string == id)
    let second = poll(bench, queue, after: 0)
    #expect(events(bench, second) == nil)
    _ = try bench.post("/calls/\(id)/cancel", as: "Alice")
    #expect(events(bench, second)?.first?["op"]?.string == "cancelled")
  }

  @Test("what was not acknowledged is told again")
  func repetition() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    _ = try bench.place(from: "Alice", to: "Bob")
    for _ in 0..<2 { #expect(try bench.events(queue, as: "Bob").count == 1) }
    #expect(try bench.events(queue, after: 0, as: "Bob").isEmpty)
  }

  @Test("a poll without news is answered by a heartbeat after fifty seconds")
  func heartbeat() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let waiting = poll(bench, queue)
    bench.advance(.milliseconds(49_999))
    #expect(events(bench, waiting) == nil)
    bench.advance(.milliseconds(1))
    #expect(events(bench, waiting)?.first?["type"]?.string == "heartbeat")
  }

  @Test("a second poll of a queue ends the first")
  func secondPoll() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let (first, second) = (poll(bench, queue), poll(bench, queue))
    #expect(events(bench, first) == [])
    #expect(events(bench, second) == nil)
  }

  @Test("a queue that nobody polls for ten minutes is gone, and so is one of others")
  func badQueue() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let foreign = try bench.get("/events?queue_id=\(queue)&last_event_id=-1", as: "Alice")
    #expect(foreign.status == 400)
    bench.advance(.seconds(599))
    _ = try bench.events(queue, as: "Bob")
    bench.advance(.seconds(600))
    let answer = try bench.get("/events?queue_id=\(queue)&last_event_id=-1", as: "Bob")
    #expect(answer.status == 400)
    #expect(answer.body["code"]?.string == "BAD_EVENT_QUEUE_ID")
    #expect(answer.body["queue_id"]?.string == queue)
    #expect(answer.complaint == "Bad event queue ID: \(queue)")
  }

  @Test("a queue is deleted on request, and its poll is told")
  func deletion() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob")
    let waiting = poll(bench, queue)
    #expect(try bench.ask(.delete, "/events", ["queue_id": queue], as: "Bob").status == 200)
    #expect(bench.exchange.takeAnswer(to: waiting)?.status == 400)
    #expect(try bench.ask(.delete, "/events", ["queue_id": queue], as: "Bob").status == 400)
  }

  @Test("a queue takes only what it was registered for")
  func types() throws {
    let bench = try ZulipBench()
    let queue = try bench.register("Bob", #"["presence"]"#)
    _ = try bench.place(from: "Alice", to: "Bob")
    #expect(try bench.events(queue, as: "Bob").isEmpty)
    _ = try bench.post("/users/me/presence", ["status": "active"], as: "Carol")
    let event = try #require(try bench.events(queue, as: "Bob").first)
    #expect(event["email"]?.string == "carol@tipring.local")
    #expect(event["presence"].flatMap(PresenceMessage.init(decoding:))?.isActive == true)
  }

  @Test("a user has eight queues at most, and a queue that fills is given up")
  func bounds() throws {
    let bench = try ZulipBench { $0.limits.eventsPerQueue = 3 }
    let first = try bench.register("Bob")
    for _ in 0..<8 {
      bench.advance(.seconds(1))
      _ = try bench.register("Bob")
    }
    #expect(try bench.get("/events?queue_id=\(first)&last_event_id=-1", as: "Bob").status == 400)
    let queue = try bench.register("Bob")
    for _ in 0..<2 {
      let id = try bench.place(from: "Alice", to: "Bob")
      _ = try bench.post("/calls/\(id)/cancel", as: "Alice")
      bench.advance(.seconds(5))
    }
    #expect(try bench.get("/events?queue_id=\(queue)&last_event_id=-1", as: "Bob").status == 400)
  }
}

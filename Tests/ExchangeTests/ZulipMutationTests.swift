import Basics
import Exchange
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

@Suite("Damaged requests to the exchange as a Zulip server")
struct ZulipMutationTests {
  /// What clients ask in the course of a call; `CALL` stands for its name.
  private static let requests: [(HTTPMethod, String, String)] = [
    (.post, "/register", "event_types=[\"call\",\"message\"]&fetch_event_types=[\"realm\"]"),
    (.get, "/users", ""), (.get, "/users/10/presence", ""), (.get, "/realm/presence", ""),
    (.post, "/users/me/presence", "status=active&ping_only=false"),
    (.post, "/calls/create", "user_id=11&recipient_email=bob@x&is_video_call=false"),
    (.post, "/calls/acknowledge", "call_id=CALL&status=ringing"),
    (.post, "/calls/CALL/respond", "response=accept"),
    (.post, "/calls/heartbeat", "call_id=CALL&is_backgrounded=false"),
    (.get, "/calls/CALL/status", ""), (.get, "/calls/history?limit=10&cursor=MjAyNl94", ""),
    (.get, "/calls/active", ""), (.get, "/events?queue_id=q&last_event_id=-1&dont_block=true", ""),
    (.post, "/calls/group/create", "call_type=audio&title=T&user_ids=11,12"),
    (.post, "/calls/group/CALL/join", ""), (.get, "/calls/group/CALL/participants", ""),
    (.post, "/messages", "type=direct&to=[11]&content=[x](https://y/z#config=1)"),
    (.post, "/fetch_api_key", "username=dora"), (.post, "/calls/CALL/cancel", ""),
    (.post, "/calls/CALL/end", "duration=12"), (.delete, "/events", "queue_id=q"),
  ]

  @Test("ten thousand of them are each answered, and leave nothing behind", arguments: 0..<10)
  func mutations(seed: Int) throws {
    var mutator = Mutator(seed: UInt64(seed) &+ 300)
    let dialects = ZulipDialect.allCases
    let bench = try ZulipBench(dialects[seed % dialects.count]) { $0.limits.calls = 50 }
    var call = "none"
    var count = 0
    while count < 1_000 {
      for (method, path, body) in mutator.disturb(Self.requests) {
        count += 1
        let name = mutator.happens(onceIn: 2) ? "Alice" : "Bob"
        var request = bench.request(method, path.replacing("CALL", with: call), as: name)
        let text = body.replacing("CALL", with: call)
        if !body.isEmpty { request.fields["Content-Type"] = "application/x-www-form-urlencoded" }
        request.body = Array(text.utf8)
        if !mutator.happens(onceIn: 3) {
          request.body = Array(mutator.mutate(text).utf8)
          if mutator.happens(onceIn: 3) { request.url = mutator.mutate(request.url) }
          if mutator.happens(onceIn: 8) { request.fields["Content-Type"] = "application/json" }
          if mutator.happens(onceIn: 8) {
            request.fields["Authorization"] = mutator.mutate(request.fields["Authorization"] ?? "")
          }
        }
        let id = bench.exchange.begin(request)
        let response = bench.exchange.takeAnswer(to: id)
        if let response {
          #expect((200..<600).contains(response.status), "seed \(seed)")
          #expect(response.status != 500, "seed \(seed): \(request.url)")
          let value = try? JSONValue(decoding: response.body)
          call = value?["call_id"]?.string ?? call
        }
        if mutator.happens(onceIn: 10) { bench.advance(.seconds(3)) }
      }
    }
    bench.advance(.seconds(1_500))
    #expect(bench.exchange.exchange.deadline == nil, "seed \(seed)")
    let calls = bench.exchange.store.documents.filter { $0.collection == "zulip-calls" }
    #expect(calls.count <= 50)
  }
}

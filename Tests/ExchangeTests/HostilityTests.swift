import Basics
import BotServerWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: hostile input")
struct HostilityTests {
  @Test("wrong types in every member of every body are answered with 4xx")
  func wrongTypes() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    let call = try bench.place(to: "bob", token: alice)
    let bodies: [(String, [String: JSONValue])] = [
      (
        BotServerPath.initiate,
        ["type": "audio", "participants": ["bob"], "kind": "one_to_one", "room_id": .null]
      ),
      (BotServerPath.respond(call.callID), ["response": "accept", "reason": "x"]),
      (BotServerPath.guest, ["username": "eve"]),
    ]
    let junk: [JSONValue] = [
      .null, true, 1.5, 9_007_199_254_740_993, "\u{0}\u{202E}", [], [[[]]], [:],
      ["type": ["type": [:]]], .string(String(repeating: "🦜", count: 10_000)),
    ]
    for (path, body) in bodies {
      for name in body.keys {
        for value in junk {
          var changed = body
          changed[name] = value
          let answer = try bench.post(path, .object(changed), token: bob)
          #expect(answer.status < 500 || answer.status == 501, "\(path) \(name) \(value)")
          bench.advance(.milliseconds(20))
        }
      }
    }
    for body in ["", "nothing", "[", "{\"participants\":[", "\u{FEFF}{}", "{} {}"] {
      let request = HTTPRequest(
        .post, BotServerPath.initiate, fields: ["Authorization": "Bearer \(bob)"],
        body: Array(body.utf8))
      #expect(try bench.request(request).status == 400)
    }
  }

  @Test("deep and large bodies are refused")
  func deepAndLarge() throws {
    let bench = ExchangeBench()
    let alice = try bench.signIn("alice")
    for body in [
      String(repeating: "[", count: 100_000),
      "{\"participants\":" + String(repeating: "[", count: 40)
        + String(repeating: "]", count: 40) + "}",
      "{\"participants\":[\"" + String(repeating: "x", count: 10 << 20) + "\"]}",
    ] {
      let request = HTTPRequest(
        .post, BotServerPath.initiate, fields: ["Authorization": "Bearer \(alice)"],
        body: Array(body.utf8))
      #expect(try bench.request(request).status == 400)
    }
    #expect(try bench.get("/" + String(repeating: "a", count: 9_000), token: alice).status == 400)
  }

  @Test("ten thousand damaged socket messages change nothing", arguments: [1, 2])
  func damagedMessages(seed: UInt64) throws {
    var settings = ExchangeSettings(admitsGuests: true)
    settings.limits.messagesPerSecond = 1e9
    settings.limits.messageBurst = 1e9
    settings.limits.faultsPerSocket = .max
    let bench = ExchangeBench(settings: settings)
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    _ = (try bench.news(of: a), try bench.news(of: b))
    let stranger = try bench.connect(try bench.signIn("mallory"))

    let models = [
      MeetMessage.callOffer(callID: call.callID, sdp: "evil").encoded(),
      MeetMessage.callAnswer(callID: call.callID, sdp: "evil").encoded(),
      MeetMessage.iceCandidate(callID: call.callID, candidate: "evil").encoded(),
      MeetMessage.callRinging(callID: call.callID).encoded(),
      #"{"type":"transcription","call_id":"\#(call.callID)","participant_id":7,"text":"x"}"#,
    ]
    var generator = Mutations(seed: seed)
    for index in 0..<10_000 {
      try bench.send(generator.damaged(models[index % models.count]), over: stranger)
    }
    _ = try bench.news(of: stranger)
    #expect(try bench.news(of: a) == [.userStatus(try mallory(bench, alice))])
    #expect(try bench.news(of: b) == [.userStatus(try mallory(bench, alice))])
    #expect(try bench.status(of: call.callID, token: alice) == .ringing)
    #expect(bench.store.signals[call.callID] == [.offer("offer")])
  }

  private func mallory(_ bench: ExchangeBench, _ token: String) throws -> UserMessage {
    let page = try bench.get(BotServerPath.users + "?search=mallory", token: token)
    return try #require(try UsersMessage(decoding: page.body).users.first)
  }

  @Test("a page from elsewhere cannot sign a guest in")
  func browser() throws {
    let bench = ExchangeBench()
    let request = HTTPRequest(
      .post, BotServerPath.guest, fields: ["Origin": "https://evil.example"],
      body: Array(#"{"username":"eve"}"#.utf8))
    #expect(try bench.request(request).status == 403)
  }

  @Test("an exchange without guests says what to do")
  func noGuests() throws {
    let bench = ExchangeBench(settings: ExchangeSettings(admitsGuests: false))
    let answer = try bench.post(BotServerPath.guest, ["username": "eve"], token: nil)
    #expect(answer.status == 403)
    #expect(answer.body.text.contains("adduser"))
  }

  @Test("a store that fails is told as such, and calls go on")
  func failingStore() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    let call = try bench.place(to: "bob", token: alice)
    bench.store.complaint = "the disk is full"
    #expect(try bench.respond(call.callID, .accept, token: bob).status == 200)
    #expect(try bench.get(BotServerPath.history, token: alice).errorCode == "storage_failed")
    #expect(try bench.get("/healthz", token: nil).status == 503)
    bench.store.complaint = nil
    #expect(try bench.get(BotServerPath.history, token: alice).status == 200)
    #expect(try bench.get("/healthz", token: nil).status == 200)
    #expect(bench.notes.contains { $0.text.contains("the disk is full") })
  }
}

/// Damages texts, the same way for the same seed.
struct Mutations {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func damaged(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for _ in 0...next(4) {
      switch next(5) {
      case 0: bytes[next(bytes.count)] = UInt8(next(256))
      case 1: bytes.insert(UInt8(next(256)), at: next(bytes.count))
      case 2: bytes.remove(at: next(bytes.count))
      case 3: bytes.append(contentsOf: bytes.prefix(next(bytes.count)))
      default: bytes = Array(bytes.prefix(1 + next(bytes.count)))
      }
      if bytes.isEmpty { bytes = [0x7B] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(max(1, bound)))
  }
}

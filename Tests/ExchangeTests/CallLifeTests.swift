import Basics
import BotServerWire
import Simulation
import Testing

@testable import Exchange

@Suite("Exchange: the life of a call")
struct CallLifeTests {
  private let bench = ExchangeBench()
  private let alice: String
  private let bob: String

  init() throws {
    alice = try bench.signIn("alice")
    bob = try bench.signIn("bob")
  }

  @Test("rings for sixty seconds and not a nanosecond less")
  func ringsOut() throws {
    let call = try bench.place(to: "bob", token: alice)
    bench.advance(.seconds(60) - .nanoseconds(1))
    #expect(try bench.status(of: call.callID, token: alice) == .ringing)
    bench.advance(.nanoseconds(1))
    let answer = try bench.get(BotServerPath.call(call.callID), token: bob)
    #expect(answer.call?.status == .missed)
    #expect(answer.call?.endReason == "timeout")
    #expect(try bench.respond(call.callID, .accept, token: bob).errorCode == "call_ended")
  }

  @Test(
    "counts as missed when a phone has rung long enough, as failed when its sound failed",
    arguments: [("timeout", CallMessage.Status.missed), ("failed", .failed), ("later", .declined)])
  func phoneGivesUp(word: String, status: CallMessage.Status) throws {
    let call = try bench.place(to: "bob", token: alice)
    #expect(try bench.end(call.callID, reason: word, token: bob).call?.status == status)
  }

  @Test("rings at a callee without a socket, who takes it by asking")
  func polling() throws {
    let call = try bench.place(to: "bob", token: alice)
    bench.advance(.seconds(59))
    #expect(try bench.respond(call.callID, .accept, token: bob).status == 200)
    #expect(bench.exchange.deadline != nil)
  }

  @Test("ends two minutes after both sides have gone")
  func abandoned() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    _ = try bench.respond(call.callID, .accept, token: bob)
    bench.closeSocket(a)
    bench.advance(.seconds(300))
    #expect(bench.exchange.liveCallCount == 1)
    bench.closeSocket(b)
    bench.advance(.seconds(120) - .nanoseconds(1))
    #expect(bench.exchange.liveCallCount == 1)
    bench.advance(.nanoseconds(1))
    #expect(bench.exchange.liveCallCount == 0)
    #expect(bench.store.calls[call.callID]?.endReason == "timeout")
  }

  @Test("is not abandoned while a side that polls shows life")
  func pollingKeepsAlive() throws {
    let call = try bench.place(to: "bob", token: alice)
    _ = try bench.respond(call.callID, .accept, token: bob)
    for _ in 0..<10 {
      bench.advance(.seconds(100))
      #expect(try bench.status(of: call.callID, token: bob) == .active)
    }
  }

  @Test("survives that a side loses its socket, and tells it what it missed")
  func reconnects() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    _ = try bench.respond(call.callID, .accept, token: bob)
    bench.closeSocket(a)
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: b)
    try bench.say(.iceCandidate(callID: call.callID, candidate: "c"), over: b)
    bench.advance(.seconds(20))
    let news = try bench.news(of: try bench.connect(alice))
    #expect(
      news.suffix(2) == [
        .callAnswer(callID: call.callID, sdp: "answer"),
        .iceCandidate(callID: call.callID, candidate: "c"),
      ])
  }

  @Test("hears a device over its new socket while the old one is not known to be dead")
  func newAddress() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    _ = try bench.respond(call.callID, .accept, token: bob)
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: b)
    let again = try bench.connect(alice)
    _ = try (bench.news(of: b), bench.news(of: again))
    try bench.say(.callOffer(callID: call.callID, sdp: "elsewhere"), over: again)
    #expect(try bench.news(of: b).last == .callOffer(callID: call.callID, sdp: "elsewhere"))
    try bench.say(.callAnswer(callID: call.callID, sdp: "agreed"), over: b)
    #expect(try bench.news(of: again).last == .callAnswer(callID: call.callID, sdp: "agreed"))
    // The old one has nothing to say any more.
    try bench.say(.callOffer(callID: call.callID, sdp: "stale"), over: a)
    #expect(try bench.news(of: b).last != .callOffer(callID: call.callID, sdp: "stale"))
  }

  @Test("holds back what a callee says before it has accepted")
  func earlyAnswer() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: b)
    try bench.say(.iceCandidate(callID: call.callID, candidate: "c"), over: b)
    #expect(try bench.news(of: a).count == 2)
    _ = try bench.respond(call.callID, .accept, token: bob)
    let news = try bench.news(of: a)
    #expect(news.count == 3)
    #expect(news.dropFirst().first == .callAnswer(callID: call.callID, sdp: "answer"))
  }

  @Test("passes on the words of the device that took it only")
  func oneDevice() throws {
    let a = try bench.connect(alice)
    let mobile = try bench.signIn("bob")
    let (d, m) = (try bench.connect(bob), try bench.connect(mobile))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    try bench.say(.callAnswer(callID: call.callID, sdp: "desk"), over: d)
    try bench.say(.callAnswer(callID: call.callID, sdp: "mobile"), over: m)
    _ = try bench.respond(call.callID, .accept, token: mobile)
    try bench.say(.callAnswer(callID: call.callID, sdp: "desk again"), over: d)
    let answers = try bench.news(of: a).compactMap { message in
      if case .callAnswer(_, let sdp) = message { sdp } else { nil }
    }
    #expect(answers == ["mobile"])
  }

  @Test("carries a renewed offer of either side")
  func renewed() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "1"), over: a)
    _ = try bench.respond(call.callID, .accept, token: bob)
    try bench.say(.callOffer(callID: call.callID, sdp: "too early"), over: b)
    try bench.say(.callAnswer(callID: call.callID, sdp: "2"), over: b)
    try bench.say(.callOffer(callID: call.callID, sdp: "3"), over: b)
    try bench.say(.callAnswer(callID: call.callID, sdp: "4"), over: a)
    let told = try bench.news(of: a).suffix(2)
    #expect(
      told == [
        .callAnswer(callID: call.callID, sdp: "2"), .callOffer(callID: call.callID, sdp: "3"),
      ])
    #expect(try bench.news(of: b).last == .callAnswer(callID: call.callID, sdp: "4"))
  }

  @Test("goes on over a restart: ringing with the rest of its time, active as it was")
  func restart() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let active = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: active.callID, sdp: "offer"), over: a)
    _ = try bench.respond(active.callID, .accept, token: bob)
    try bench.say(.callAnswer(callID: active.callID, sdp: "answer"), over: b)
    bench.advance(.seconds(1))
    let ringing = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: ringing.callID, sdp: "second"), over: a)
    try bench.say(.iceCandidate(callID: ringing.callID, candidate: "c"), over: a)
    bench.advance(.seconds(20))

    let next = ExchangeBench(store: bench.store, at: bench.now)
    let news = try next.news(of: try next.connect(bob))
    #expect(news.count == 5)
    guard case .callUpdated(let first) = news[1], case .incomingCall(let second, _) = news[2]
    else { throw CaseFailure("bob was told \(news)") }
    #expect(first.callID == active.callID && first.status == .active)
    #expect(second.callID == ringing.callID)
    #expect(news[3] == .callOffer(callID: ringing.callID, sdp: "second"))
    #expect(news[4] == .iceCandidate(callID: ringing.callID, candidate: "c"))

    next.advance(.seconds(40) - .nanoseconds(1))
    #expect(try next.status(of: ringing.callID, token: bob) == .ringing)
    next.advance(.nanoseconds(1))
    #expect(try next.status(of: ringing.callID, token: bob) == .missed)
    let ended = try next.end(active.callID, token: alice)
    #expect(ended.call?.durationSeconds == 61)
  }

  @Test("with an attendant does not outlive the process that made its sound")
  func attendantRestart() throws {
    let call = try bench.place(to: "echo", token: alice)
    bench.feed(.attendant(.accept(callID: call.callID)))
    let next = ExchangeBench(store: bench.store, at: bench.now)
    #expect(try next.status(of: call.callID, token: alice) == .failed)
  }

  @Test("is written down step by step, and its candidates are forgotten")
  func logged() throws {
    let (a, b) = (try bench.connect(alice), try bench.connect(bob))
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callRinging(callID: call.callID), over: b)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    try bench.say(.iceCandidate(callID: call.callID, candidate: "c"), over: a)
    #expect(bench.store.signals[call.callID]?.count == 2)
    _ = try bench.respond(call.callID, .accept, token: bob)
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: b)
    #expect(bench.store.signals[call.callID] == nil)
    _ = try bench.end(call.callID, reason: "failed", token: alice)
    #expect(
      bench.store.events.map(\.kind) == [.placed, .rang, .offered, .accepted, .answered, .ended])
    #expect(bench.store.events.last?.detail == "failed: failed")
    #expect(bench.store.calls[call.callID]?.status == .failed)
  }
}

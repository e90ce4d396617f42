import Basics
import BotServerWire
import BuzziWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: from bot to person")
struct HandOverTests {
  /// A caller of Parrot's over Buzzi, and a seat.
  private struct Scene {
    let bench = ExchangeBench.buzzi()
    let token: String
    let seat: Int
    let call: (session: SessionResponse, socket: Int, leg: String)

    init() throws {
      token = try bench.signIn("sue")
      seat = try bench.connect(token)
      _ = try bench.news(of: seat)
      call = try bench.buzziCall()
      for line in [
        AttendantUtterance(isOwn: true, text: "Hello", isFinal: true),
        AttendantUtterance(isOwn: false, text: "I want", isFinal: false),
        AttendantUtterance(isOwn: false, text: "I want my money back", isFinal: true),
      ] {
        bench.feed(.attendant(.transcript(callID: call.leg, line)))
      }
      _ = bench.heard(over: call.socket)
    }

    /// The caller asks for a person; returns what rings at the seat.
    func escalate() throws -> (CallMessage, [TranscriptionMessage]) {
      try bench.say(.escalate(reason: "Needs a refund."), over: call.socket)
      for message in try bench.news(of: seat) {
        if case .incomingCall(let call, let lastWords) = message { return (call, lastWords) }
      }
      throw CaseFailure("nothing rings")
    }
  }

  @Test("the seat rings with caller, summary and last words; the caller is told and waits")
  func rings() throws {
    let scene = try Scene()
    let (call, lastWords) = try scene.escalate()
    #expect(call.participants.first?.displayName == "Ada")
    #expect(call.participants.first?.isBot == true)
    #expect(call.summary == "Needs a refund. 1 turns with Parrot.")
    #expect(lastWords.map(\.displayName) == ["Parrot", "Ada"])
    #expect(lastWords.map(\.text) == ["Hello", "I want my money back"])
    #expect(
      scene.bench.takeOrders() == [
        .park(callID: scene.call.leg),
        .placed(
          callID: call.callID, attendant: "operator",
          callee: AttendantGuest(userID: "sue", name: "sue")),
      ])
    guard
      case .escalationStarted(let reason, _, _, _) = scene.bench.heard(over: scene.call.socket).last
    else {
      Issue.record("the caller was not told")
      return
    }
    #expect(reason == "Needs a refund.")
  }

  @Test("the exchange's offer reaches the seat, whose answer goes back")
  func media() throws {
    let scene = try Scene()
    let (call, _) = try scene.escalate()
    let bench = scene.bench
    bench.feed(.attendant(.described(callID: call.callID, isOffer: true, sdp: "offer")))
    #expect(try bench.news(of: scene.seat) == [.callOffer(callID: call.callID, sdp: "offer")])
    _ = try bench.respond(call.callID, .accept, token: scene.token)
    _ = bench.takeOrders()
    try bench.say(.callAnswer(callID: call.callID, sdp: "answer"), over: scene.seat)
    #expect(bench.takeOrders() == [.describe(callID: call.callID, sdp: "answer")])
  }

  @Test(
    "acceptance takes both into a room; either side's end ends it for both",
    arguments: [true, false])
  func accepted(callerEnds: Bool) throws {
    let scene = try Scene()
    let (call, _) = try scene.escalate()
    let bench = scene.bench
    _ = bench.takeOrders()
    _ = try bench.respond(call.callID, .accept, token: scene.token)
    let room = "person:\(scene.call.leg)"
    #expect(
      bench.takeOrders() == [
        .accepted(callID: call.callID), .move(callID: scene.call.leg, room: room),
        .move(callID: call.callID, room: room),
      ])
    #expect(
      bench.heard(over: scene.call.socket).last
        == .transcript(isCaller: false, text: "sue is on the line.", isFinal: true))
    bench.feed(.attendant(.samples(leg: scene.call.leg, [9])))
    #expect(bench.heard(over: scene.call.socket) == [.audioResponse([9, 0])])

    if callerEnds {
      try bench.say(.endCall(.userEnded), over: scene.call.socket)
    } else {
      _ = try bench.post(BotServerPath.end(call.callID), [:], token: scene.token)
    }
    let orders = bench.takeOrders()
    #expect(orders.contains(.hangUp(callID: scene.call.leg)))
    #expect(orders.contains(.hangUp(callID: call.callID)))
    #expect(bench.closed[scene.call.socket] == 1000)
    #expect(bench.exchange.calls.isEmpty)
    #expect(bench.exchange.handOvers.isEmpty)
    #expect(bench.exchange.visitors.isEmpty)
  }

  @Test("a refusal with a reason returns the caller to the bot")
  func declined() throws {
    let scene = try Scene()
    let (call, _) = try scene.escalate()
    let bench = scene.bench
    _ = bench.takeOrders()
    _ = bench.heard(over: scene.call.socket)
    _ = try bench.post(
      BotServerPath.respond(call.callID),
      RespondMessage(response: .decline, reason: "at lunch").encoded(), token: scene.token)
    #expect(
      bench.takeOrders().contains(
        .resume(
          callID: scene.call.leg, attendant: "parrot",
          guest: AttendantGuest(userID: "buzzi:\(scene.call.session.callID)", name: "Ada"))))
    #expect(
      bench.heard(over: scene.call.socket) == [
        .transcript(isCaller: false, text: "sue cannot take the call: at lunch", isFinal: true)
      ])
    // The bot talks again, and can hand over again.
    _ = try scene.escalate()
  }

  @Test("a seat that does not answer returns the caller to the bot")
  func missed() throws {
    let scene = try Scene()
    _ = try scene.escalate()
    scene.bench.advance(.seconds(60))
    #expect(
      scene.bench.takeOrders().contains { order in
        if case .resume = order { return true }
        return false
      })
    #expect(scene.bench.exchange.handOvers.isEmpty)
  }

  @Test("a caller who hangs up while it rings takes the ringing back")
  func givenUp() throws {
    let scene = try Scene()
    let (call, _) = try scene.escalate()
    try scene.bench.say(.endCall(.userEnded), over: scene.call.socket)
    let news = try scene.bench.news(of: scene.seat)
    #expect(
      news.contains { message in
        guard case .callUpdated(let update) = message else { return false }
        return update.callID == call.callID && update.status == .cancelled
      })
    #expect(scene.bench.exchange.calls.isEmpty)
  }

  @Test("with nobody free the bot goes on, and the caller is told")
  func nobody() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    try bench.say(.escalate(reason: nil), over: call.socket)
    #expect(bench.takeOrders().isEmpty)
    #expect(
      bench.heard(over: call.socket) == [
        .transcript(
          isCaller: false, text: "Nobody is free to take the call just now.", isFinal: true)
      ])
  }

  @Test("the seat in the settings is the one that is called")
  func configuredSeat() throws {
    let bench = ExchangeBench.buzzi { $0.seat = "Zoe" }
    let (amy, zoe) = (try bench.signIn("amy"), try bench.signIn("zoe"))
    let (first, second) = (try bench.connect(amy), try bench.connect(zoe))
    let call = try bench.buzziCall()
    _ = (try bench.news(of: first), try bench.news(of: second))
    try bench.say(.escalate(reason: nil), over: call.socket)
    #expect(try bench.news(of: first).isEmpty)
    #expect(try bench.news(of: second).count == 1)
  }

  @Test("asking twice rings once")
  func twice() throws {
    let scene = try Scene()
    _ = try scene.escalate()
    try scene.bench.say(.escalate(reason: "again"), over: scene.call.socket)
    #expect(try scene.bench.news(of: scene.seat).isEmpty)
  }

  // MARK: A call with an attendant

  @Test("0 in a call with Parrot calls a seat; accepted, both are in a room; its end ends the call")
  func fromCall() throws {
    let bench = ExchangeBench()
    let (alice, sue) = (try bench.signIn("alice"), try bench.signIn("sue"))
    let (caller, seat) = (try bench.connect(alice), try bench.connect(sue))
    let call = try bench.place(to: "parrot", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: caller)
    bench.feed(.attendant(.accept(callID: call.callID)))
    bench.feed(
      .attendant(
        .transcript(
          callID: call.callID, AttendantUtterance(isOwn: true, text: "Hello", isFinal: true))))
    _ = (try bench.news(of: caller), try bench.news(of: seat), bench.takeOrders())

    bench.feed(.attendant(.wantsPerson(callID: call.callID)))
    guard case .incomingCall(let ringing, let words) = try bench.news(of: seat).first else {
      Issue.record("nothing rings")
      return
    }
    #expect(words.map(\.text) == ["Hello"])
    #expect(bench.takeOrders().first == .park(callID: call.callID))
    _ = try bench.respond(ringing.callID, .accept, token: sue)
    #expect(
      bench.takeOrders().contains(
        .move(callID: call.callID, room: "person:\(call.callID)")))
    _ = try bench.post(BotServerPath.end(ringing.callID), [:], token: sue)
    #expect(bench.exchange.calls.isEmpty)
  }

  @Test("a refusal returns the caller of Parrot to it; the caller's end takes the ringing back")
  func fromCallDeclined() throws {
    let bench = ExchangeBench()
    let (alice, sue) = (try bench.signIn("alice"), try bench.signIn("sue"))
    let (caller, seat) = (try bench.connect(alice), try bench.connect(sue))
    let call = try bench.place(to: "parrot", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: caller)
    bench.feed(.attendant(.accept(callID: call.callID)))
    bench.feed(.attendant(.wantsPerson(callID: call.callID)))
    guard case .incomingCall(let ringing, _) = try bench.news(of: seat).last else {
      Issue.record("nothing rings")
      return
    }
    _ = try bench.respond(ringing.callID, .decline, token: sue)
    #expect(
      bench.takeOrders().contains(
        .resume(
          callID: call.callID, attendant: "parrot",
          guest: AttendantGuest(userID: "alice", name: "alice"))))

    bench.feed(.attendant(.wantsPerson(callID: call.callID)))
    #expect(bench.exchange.calls.count == 2)
    _ = try bench.post(BotServerPath.end(call.callID), [:], token: alice)
    #expect(bench.exchange.calls.isEmpty)
    #expect(bench.exchange.visitors.isEmpty)
  }
}

import Basics
import BotServerWire
import Formats
import Simulation
import Testing

@testable import Exchange

@Suite("Exchange: calls of several")
struct GroupCallTests {
  @Test("a conference without a room is a group, also of two")
  func conferenceWithoutRoom() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let call = try bench.call(["participants": ["bob"], "kind": "conference"], by: "alice")
    #expect(call.kind == "group")
  }

  @Test("a group is rung, joined one by one, and ends when one is left")
  func group() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    let call = try bench.call(["participants": ["bob", "Carol"], "kind": "group"], by: "alice")
    #expect(call.kind == "group" && call.status == .ringing)
    let id = call.callID
    #expect(
      bench.bench.takeOrders() == [
        .placed(
          callID: "\(id)/2", attendant: "echo", callee: AttendantGuest(userID: "bob", name: "bob")),
        .move(callID: "\(id)/2", room: id),
        .placed(
          callID: "\(id)/3", attendant: "echo",
          callee: AttendantGuest(userID: "carol", name: "carol")),
        .move(callID: "\(id)/3", room: id),
      ])
    bench.report(.described(callID: "\(id)/2", isOffer: true, sdp: "offer to bob"))
    let heard = try bench.news(of: "bob")
    #expect(
      heard.contains {
        if case .incomingCall(let call, _) = $0 { call.callID == id } else { false }
      })
    #expect(heard.last == .callOffer(callID: id, sdp: "offer to bob"))
    try bench.say(.callRinging(callID: id), as: "bob")
    #expect(try bench.news(of: "alice").contains(.callRinging(callID: id)))
    #expect(try bench.bench.respond(id, .accept, token: bench.tokens["bob"] ?? "").status == 200)
    try bench.say(.callAnswer(callID: id, sdp: "answer of bob"), as: "bob")
    #expect(
      bench.bench.takeOrders() == [
        .accepted(callID: "\(id)/2"), .describe(callID: "\(id)/2", sdp: "answer of bob"),
      ])
    #expect(try bench.statuses(of: "alice") == [.active])
    // Carol still rings: for her the call is not active.
    #expect(try bench.statuses(of: "carol") == [.ringing])
    #expect(try bench.bench.respond(id, .decline, token: bench.tokens["carol"] ?? "").status == 200)
    #expect(try bench.statuses(of: "carol") == [.declined])
    #expect(try bench.bench.end(id, token: bench.tokens["bob"] ?? "").status == 200)
    #expect(try bench.statuses(of: "alice") == [.ended])
    for (name, status) in [("alice", "ended"), ("bob", "ended"), ("carol", "declined")] {
      let history = try bench.get(BotServerPath.history, as: name).body
      #expect(history["total"]?.integer == 1, "\(name)")
      #expect(history["calls"]?.array?.first?["status"]?.string == status, "\(name)")
      #expect(history["calls"]?.array?.first?["call_id"]?.string == id)
    }
  }

  @Test("a group that nobody joins is missed, declined or cancelled")
  func unanswered() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    let body: JSONValue = ["participants": ["bob", "carol"], "kind": "group"]
    _ = try bench.call(body, by: "alice")
    bench.bench.advance(.seconds(61))
    #expect(try bench.statuses(of: "alice") == [.missed])
    #expect(try bench.statuses(of: "bob").last == .missed)
    let second = try bench.call(body, by: "alice")
    for name in ["bob", "carol"] {
      _ = try bench.bench.respond(second.callID, .decline, token: bench.tokens[name] ?? "")
    }
    #expect(try bench.statuses(of: "alice") == [.declined])
    let third = try bench.call(body, by: "alice")
    _ = try bench.bench.end(third.callID, token: bench.tokens["alice"] ?? "")
    #expect(try bench.statuses(of: "bob").last == .cancelled)
    #expect(bench.bench.exchange.meetings.meetings.isEmpty)
    #expect(bench.bench.exchange.legs.isEmpty)
  }

  @Test("people are called into a room, where the caller has joined")
  func conference() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let call = try bench.call(
      ["participants": ["bob"], "kind": "conference", "room_id": "lobby"], by: "alice")
    #expect(call.kind == "conference")
    #expect(
      try bench.bench.respond(call.callID, .accept, token: bench.tokens["bob"] ?? "").status == 200)
    #expect(try bench.members(of: "lobby", as: "bob").count == 2)
  }

  @Test("a group is of people")
  func noBots() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let answer = try bench.post(
      BotServerPath.initiate, ["participants": ["bob", "echo"]], as: "alice")
    #expect(answer.status == 400)
  }

  @Test("a call of several does not outlive the exchange, and says so in the history")
  func restart() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    let call = try bench.call(["participants": ["bob", "carol"]], by: "alice")
    _ = try bench.bench.respond(call.callID, .accept, token: bench.tokens["bob"] ?? "")
    let anew = ExchangeBench(settings: .forTests, store: bench.bench.store)
    #expect(anew.exchange.liveCallCount == 0)
    #expect(bench.bench.store.calls["\(call.callID)/bob"]?.status == .ended)
    #expect(bench.bench.store.calls["\(call.callID)/carol"]?.status == .missed)
  }

  @Test("signals of strangers and of calls that are over are refused")
  func strangers() throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice"])
    let eve = try bench.bench.signIn("eve")
    let socket = try bench.bench.connect(eve)
    _ = bench.bench.takeOrders()
    for message: MeetMessage in [
      .callOffer(callID: callID, sdp: "x"), .iceCandidate(callID: callID, candidate: "x"),
      .callRinging(callID: callID), .callQuality(callID: callID, score: 4),
      .callQuality(callID: "call_0", score: 4),
      .chat(roomID: "lobby", participantID: "alice", content: "x"),
    ] {
      try bench.bench.say(message, over: socket)
    }
    #expect(bench.bench.takeOrders() == [])
    #expect(bench.bench.exchange.counters.messagesRefused == 6)
    #expect(try bench.bench.get(BotServerPath.call(callID), token: eve).status == 403)
    #expect(try bench.bench.get(BotServerPath.recordings(callID), token: eve).status == 404)
  }
}

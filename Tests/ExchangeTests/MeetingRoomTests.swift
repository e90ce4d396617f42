import Basics
import BotServerWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: rooms")
struct MeetingRoomTests {
  @Test("somebody who joins is seen by the name that is given, but by nobody else's")
  func displayNames() throws {
    let bench = try MeetingBench(["alice", "bob", "carl"])
    _ = try bench.join("lobby", "alice")
    for (given, shown) in [
      ("Bob N.", "Bob N."), ("  Robert\u{1B}[2J  ", "Robert [2J"), ("", "bob"), ("Carl", "bob"),
      ("Echo", "bob"),
      (String(repeating: "b", count: 500), String(repeating: "b", count: 60) + "…"),
    ] {
      let answer = try bench.post(
        BotServerPath.join("lobby"), ["display_name": .string(given)], as: "bob")
      #expect(answer.body["participant"]?["display_name"]?.string == shown, "\(answer.body.text)")
      #expect(answer.body["participant"]?["user_id"] == "bob")
      let members = try bench.get(BotServerPath.participants("lobby"), as: "alice").body
      let names = members["participants"]?.array?.compactMap { $0["display_name"]?.string } ?? []
      #expect(names.sorted() == ["alice", shown].sorted())
      _ = try bench.post(BotServerPath.leave("lobby"), as: "bob")
    }
  }

  @Test("the lobby is there, and rooms are made, found by name and removed")
  func makesRooms() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let room = try bench.makeRoom(["name": "Daily Standup", "max_participants": 3], by: "alice")
    #expect(room.isPersistent && room.participantLimit == 3 && room.participantCount == 0)
    let list = try bench.get(BotServerPath.rooms, as: "bob").body["rooms"]?.array ?? []
    #expect(list.compactMap { $0["name"]?.string } == ["Daily Standup", "Lobby"])
    let found = try bench.get("/api/v1/calls/rooms/daily%20standup", as: "bob")
    #expect(found.body["room_id"]?.string == room.roomID)
    #expect(
      try bench.post(BotServerPath.rooms, ["name": "daily standup"], as: "bob").errorCode
        == "name_taken")
    let request = HTTPRequest(.delete, BotServerPath.room(room.roomID))
    #expect(try delete(request, bench, "bob") == 403)
    #expect(try delete(request, bench, "alice") == 200)
    #expect(try bench.get(BotServerPath.room(room.roomID), as: "bob").status == 404)
    #expect(try delete(HTTPRequest(.delete, BotServerPath.room("lobby")), bench, "alice") == 403)
  }

  @Test(
    "a room that makes no sense is not made",
    arguments: [
      [:], ["name": ""], ["name": "a,b"], ["name": "x", "type": "round"],
      ["name": "x", "max_participants": 1], ["name": "x", "max_participants": 10_000],
      ["name": "x", "settings": ["require_password": true]],
    ] as [JSONValue])
  func refusesRooms(body: JSONValue) throws {
    let bench = try MeetingBench(["alice"])
    let answer = try bench.post(BotServerPath.rooms, body, as: "alice")
    #expect(answer.status == 400 && answer.errorCode == "invalid_request")
  }

  @Test("who joins is told who is there, and the others are told who came and went")
  func comeAndGo() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let first = try bench.join("Lobby", "alice")
    #expect(first.participant.role == "host")
    #expect(first.media.kind == "p2p")
    _ = try bench.news(of: "alice")
    let second = try bench.join("lobby", "bob")
    #expect(second.callID == first.callID)
    #expect(second.participants.map(\.userID) == ["alice", "bob"])
    let joined = try bench.news(of: "alice").compactMap { message -> String? in
      guard case .participantUpdate(let update) = message else { return nil }
      return "\(update.action) \(update.participant.userID)"
    }
    #expect(joined == ["joined bob"])
    #expect(
      try bench.members(of: "lobby", as: "bob") == ["alice host joined", "bob participant joined"])
    // The host's place goes to whoever is left.
    #expect(try bench.post(BotServerPath.leave("lobby"), as: "alice").status == 200)
    #expect(try bench.members(of: "lobby", as: "bob") == ["bob host joined"])
    #expect(try bench.post(BotServerPath.leave("lobby"), as: "alice").errorCode == "call_ended")
    #expect(try bench.post(BotServerPath.leave("lobby"), as: "bob").status == 200)
    let history = try bench.get(BotServerPath.history, as: "bob")
    let calls = try HistoryMessage(decoding: history.body).calls
    #expect(calls.map(\.callID) == [first.callID])
    #expect(calls.map(\.kind) == ["conference"] && calls.map(\.status) == [.ended])
    #expect(try bench.get(BotServerPath.call(first.callID), as: "bob").call?.status == .ended)
  }

  @Test("each leg joins the room of media, is answered, muted and hung up")
  func media() throws {
    let bench = try MeetingBench(["alice"])
    let callID = try bench.join("lobby", "alice").callID
    _ = try bench.news(of: "alice")
    try bench.say(.iceCandidate(callID: callID, candidate: "early"), as: "alice")
    try bench.say(.callOffer(callID: callID, sdp: "offer"), as: "alice")
    try bench.say(.iceCandidate(callID: callID, candidate: "c"), as: "alice")
    try bench.say(.endOfCandidates(callID: callID), as: "alice")
    let leg = "\(callID)/1"
    #expect(
      bench.bench.takeOrders() == [
        .joinRoom(leg: leg, room: callID, offer: "offer"), .candidate(callID: leg, "c"),
        .endOfCandidates(callID: leg),
      ])
    bench.report(.described(callID: leg, isOffer: false, sdp: "answer"))
    bench.report(.candidate(callID: leg, "d"))
    #expect(
      try bench.news(of: "alice") == [
        .callAnswer(callID: callID, sdp: "answer"), .iceCandidate(callID: callID, candidate: "d"),
      ])
    var own = try JoinedRoomMessage(decoding: try bench.joining("lobby", "alice").body).participant
    #expect(bench.bench.takeOrders() == [.hangUp(callID: leg)])
    own.audio = false
    try bench.say(.callOffer(callID: callID, sdp: "again"), as: "alice")
    try bench.say(
      .participantUpdate(
        ParticipantUpdate(roomID: "lobby", callID: callID, participant: own, action: .muted)),
      as: "alice")
    #expect(
      bench.bench.takeOrders() == [
        .joinRoom(leg: "\(callID)/2", room: callID, offer: "again"),
        .mute(leg: "\(callID)/2", true),
      ])
    bench.report(.hangUp(callID: leg, reason: "late"))
    #expect(try bench.members(of: "lobby", as: "alice").count == 1)
    bench.report(.hangUp(callID: "\(callID)/2", reason: "failed"))
    #expect(try bench.members(of: "lobby", as: "alice").isEmpty)
  }

  @Test("who speaks is shown to everybody")
  func speakers() throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"])
    bench.report(.speakers(room: callID, legs: ["\(callID)/2"]))
    for name in ["alice", "bob"] {
      let speaking = try bench.news(of: name).compactMap { message -> String? in
        guard case .participantUpdate(let update) = message else { return nil }
        return update.participant.isSpeaking ? update.participant.userID : nil
      }
      #expect(speaking == ["bob"])
    }
  }

  @Test("a room is full at its limit")
  func limit() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    let room = try bench.makeRoom(["name": "Two", "max_participants": 2], by: "alice")
    _ = try bench.join(room.roomID, "alice")
    _ = try bench.join(room.roomID, "bob")
    let refused = try bench.joining(room.roomID, "carol")
    #expect(refused.status == 429 && refused.errorCode == "room_full")
    _ = try bench.post(BotServerPath.leave(room.roomID), as: "bob")
    _ = try bench.join(room.roomID, "carol")
  }

  @Test("a password is asked for, and is not kept as it is")
  func password() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let room = try bench.makeRoom(["name": "Board", "password": "sesame"], by: "alice")
    #expect(room.settings.needsPassword)
    #expect(try bench.joining(room.roomID, "bob").errorCode == "password_required")
    #expect(try bench.joining(room.roomID, "bob", password: "s").errorCode == "wrong_password")
    #expect(try bench.joining(room.roomID, "bob", password: "sesame").status == 200)
    #expect(!bench.bench.store.documents.contains { $0.body.contains("sesame") })
  }

  @Test("the host lets people in, or sends them away")
  func waitingRoom() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    let room = try bench.makeRoom(
      ["name": "Door", "settings": ["waiting_room": true]], by: "alice")
    _ = try bench.join(room.roomID, "alice")
    _ = try bench.news(of: "alice")
    for name in ["bob", "carol"] {
      #expect(try bench.joining(room.roomID, name).status == 423)
      #expect(try bench.joining(room.roomID, name).errorCode == "waiting_room")
    }
    let waiting = try bench.news(of: "alice").filter {
      if case .participantUpdate(let update) = $0 { update.action == .waiting } else { false }
    }
    #expect(waiting.count == 2)
    #expect(try bench.members(of: room.roomID, as: "alice").count == 3)
    let admit = BotServerPath.admit(room.roomID)
    #expect(try bench.post(admit, ["user_id": "bob"], as: "bob").status == 403)
    #expect(try bench.post(admit, ["user_id": "nobody"], as: "alice").status == 404)
    #expect(try bench.post(admit, ["user_id": "Bob"], as: "alice").status == 200)
    #expect(
      try bench.post(admit, ["user_id": "carol", "admit": false], as: "alice").status == 200)
    #expect(try bench.joining(room.roomID, "bob").status == 200)
    #expect(try bench.joining(room.roomID, "carol").errorCode == "refused")
  }

  @Test("a persistent room outlives a restart, a temporary one ends with its last")
  func persistence() throws {
    let bench = try MeetingBench(["alice"])
    let kept = try bench.makeRoom(["name": "Kept", "password": "x"], by: "alice")
    let passing = try bench.makeRoom(["name": "Passing", "type": "temporary"], by: "alice")
    _ = try bench.join(passing.roomID, "alice")
    _ = try bench.post(BotServerPath.leave(passing.roomID), as: "alice")
    #expect(try bench.get(BotServerPath.room(passing.roomID), as: "alice").status == 404)
    _ = try bench.makeRoom(["name": "Other", "type": "temporary"], by: "alice")
    let anew = ExchangeBench(settings: .forTests, store: bench.bench.store)
    let names = anew.exchange.allRooms.map(\.name)
    #expect(names == ["Kept", "Lobby"])
    #expect(anew.exchange.meetings.rooms[kept.roomID]?.password != nil)
  }

  @Test("a seat is kept for half a minute when its sockets are gone")
  func absence() throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"])
    bench.bench.closeSocket(bench.sockets["bob"] ?? 0)
    bench.bench.advance(.seconds(29))
    #expect(try bench.members(of: "lobby", as: "alice").count == 2)
    let socket = try bench.bench.connect(bench.tokens["bob"] ?? "")
    let told = try bench.bench.news(of: socket)
    #expect(
      told.contains { if case .callUpdated(let call) = $0 { call.callID == callID } else { false } }
    )
    bench.bench.closeSocket(socket)
    bench.bench.advance(.seconds(31))
    #expect(try bench.members(of: "lobby", as: "alice") == ["alice host joined"])
  }

  @Test("another device of a user is told that the user is there already")
  func secondDevice() throws {
    let (bench, _) = try MeetingBench.inLobby(["alice"])
    let token = try bench.bench.signIn("alice")
    let answer = try bench.bench.post(BotServerPath.join("lobby"), [:], token: token)
    #expect(answer.status == 409 && answer.errorCode == "already_joined")
  }

  private func delete(
    _ request: HTTPRequest, _ bench: MeetingBench, _ name: String
  ) throws -> Int {
    var request = request
    request.fields["Authorization"] = "Bearer \(bench.tokens[name] ?? "")"
    return try bench.bench.request(request).status
  }
}

import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

@Suite("BotServer: rooms and groups")
struct RoomTests {
  @Test("a room is a contact with its number of people, and follows what is told of it")
  func contacts() throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    var busy = room()
    busy.participantCount = 3
    try bench.push(.roomStatus(busy, status: "active"))
    guard case .contacts(let contacts)? = bench.takeReports().last,
      let contact = contacts.first(where: { $0.kind == .room })
    else {
      Issue.record("there is no room")
      return
    }
    #expect(contact.address == "room:room_1" && contact.name == "Standup")
    #expect(contact.memberCount == 3)
    try bench.push(.roomStatus(busy, status: "ended"))
    guard case .contacts(let left)? = bench.takeReports().last else { return }
    #expect(!left.contains { $0.kind == .room })
  }

  @Test("rooms that come before the users are told together with them")
  func roomsFirst() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, ["user_id": "you", "display_name": "You"])
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/rooms", 200, ["rooms": .array([room().encoded()])])
    #expect(bench.takeReports() == [])
    try bench.reply(
      "GET /api/users?limit=100", 200, ["users": .array([["user_id": "bob"]]), "total": 1])
    guard case .contacts(let contacts)? = bench.takeReports().last else {
      Issue.record("nobody is told of the contacts")
      return
    }
    #expect(contacts.map(\.address) == ["bob", "room:room_1"])
  }

  @Test("a room is joined by name, its mixer offered to, its people shown, and it is left")
  func joins() throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:standup", kind: .audio))
    try bench.reply(join, 200, joined().encoded())
    let reports = bench.takeReports()
    guard case .placed(outgoingID, "call_9", let party, _, _)? = reports.first else {
      Issue.record("\(reports)")
      return
    }
    #expect(party == Party(name: "Standup", address: "room:room_1"))
    #expect(reports.dropFirst().first == .accepted(outgoingID))
    #expect(reports.last == .participants(outgoingID, [ourselves(), other()]))
    bench.order(.describe(outgoingID, description(1)))
    #expect(bench.takeSent() == [.callOffer(callID: "call_9", sdp: description(1).encoded())])
    try bench.push(.callAnswer(callID: "call_9", sdp: description(2).encoded()))
    var speaking = member("bob", "Bob")
    speaking.isSpeaking = true
    try bench.push(update(speaking, .updated))
    speaking.status = "left"
    try bench.push(update(speaking, .left))
    #expect(
      bench.takeReports() == [
        .described(outgoingID, description(2)),
        .participants(outgoingID, [ourselves(), other(isSpeaking: true)]),
        .participants(outgoingID, [ourselves()]),
      ])
    bench.order(.mute(outgoingID, true))
    guard case .participantUpdate(let muted)? = bench.takeSent().last else {
      Issue.record("the others are not shown that we are muted")
      return
    }
    #expect(muted.participant.userID == "you" && !muted.participant.audio)
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.questions == ["POST /api/v1/calls/rooms/room_1/leave"])
  }

  @Test("waits to be let in, knocking and listening")
  func waitingRoom() throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    let refusal = error("waiting_room", "Wait.")
    try bench.reply(join, 423, refusal)
    #expect(bench.takeReports() == [.callNotice(outgoingID, "Waiting for the host to let you in.")])
    bench.advance(.seconds(7))
    try bench.reply(join, 423, refusal)
    #expect(bench.takeReports() == [])
    try bench.push(update(member("you", "You"), .admitted))
    try bench.reply(join, 200, joined().encoded())
    #expect(bench.takeReports().contains(.accepted(outgoingID)))
  }

  @Test("is sent away, or gives up waiting")
  func sentAway() throws {
    for isRefused in [true, false] {
      var bench = try ClientBench.signedIn(rooms: [room().encoded()])
      bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
      try bench.reply(join, 423, error("waiting_room", "Wait."))
      _ = bench.takeReports()
      if isRefused {
        try bench.push(update(member("you", "You"), .refused))
        #expect(
          bench.takeReports() == [
            .ended(outgoingID, .declined(reason: "The host did not let you in."))
          ])
      } else {
        bench.order(.end(outgoingID, .cancelled))
        #expect(bench.questions == ["POST /api/v1/calls/rooms/room_1/leave"])
        bench.advance(.seconds(60))
        #expect(bench.questions.count == 1)
      }
    }
  }

  @Test(
    "tells in words why a room is not to be had",
    arguments: [
      (403, "wrong_password", "Give the account a room-password"), (429, "room_full", ""),
      (404, "room_not_found", "no such room"), (404, nil, "no Calls API"),
      (409, "already_joined", "other device"),
    ] as [(Int, String?, String)])
  func refusals(status: Int, code: String?, words: String) throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "room:x", kind: .audio))
    let body = code.map { error($0, "There is no such room, other device.") } ?? .null
    try bench.reply("POST /api/v1/calls/rooms/x/join", status, body)
    guard case .ended(outgoingID, let reason)? = bench.takeReports().last else {
      Issue.record("the call goes on")
      return
    }
    switch reason {
    case .signalingFailed(let sentence):
      #expect(sentence.contains(words) && code != "room_not_found", "\(sentence)")
    case .unknownCallee(let sentence):
      #expect(sentence.contains(words) && code == "room_not_found", "\(sentence)")
    default: #expect(reason == .busy && status == 429)
    }
  }

  @Test("a group is called with commas between")
  func group() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob, carol", kind: .audio))
    #expect(
      try bench.body("POST /api/v1/calls/initiate")
        == ["type": "audio", "kind": "group", "participants": ["bob", "carol"]])
    var message = call(.ringing)
    message.kind = "group"
    message.participants.append(participant("carol", "participant"))
    try bench.reply("POST /api/v1/calls/initiate", 201, message.encoded())
    guard case .placed(outgoingID, _, let party, _, _)? = bench.takeReports().first else {
      Issue.record("the group was not placed")
      return
    }
    #expect(party.address == "bob,carol" && party.name == "Bob, Bob")
  }

  @Test("a Janus server's room is sat in by a socket of its own, and left")
  func janus() throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    var message = joined()
    message.media = MediaMessage(
      kind: "janus-audiobridge", iceServers: [], eventsURL: nil, url: "ws://janus:8188",
      room: 77, pin: Secret("pin"), token: Secret("t"))
    try bench.reply(join, 200, message.encoded())
    let seat = try #require(bench.opening.last)
    #expect(seat.request.url == "ws://janus:8188")
    #expect(seat.request.subprotocols == ["janus-protocol"])
    #expect(seat.id.number > 1_000_000)
    _ = bench.takeReports()
    bench.fail(socket: seat.id)
    #expect(
      bench.takeReports().contains { report in
        if case .ended(outgoingID, .mediaFailed) = report { true } else { false }
      })
    #expect(bench.questions == ["POST /api/v1/calls/rooms/room_1/leave"])
    for broken in [
      MediaMessage(kind: "janus-audiobridge", iceServers: [], eventsURL: nil),
      MediaMessage(
        kind: "janus-audiobridge", iceServers: [], eventsURL: nil, url: "file:///etc/passwd",
        room: 1),
    ] {
      var bench = try ClientBench.signedIn(rooms: [room().encoded()])
      bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
      message.media = broken
      try bench.reply(join, 200, message.encoded())
      guard case .ended(outgoingID, .mediaFailed)? = bench.takeReports().last else {
        Issue.record("nonsense was taken for directions")
        continue
      }
    }
  }

  @Test("a server that is encrypted does not lead to a Janus server that is not")
  func openJanus() throws {
    var bench = try ClientBench.signedIn(
      server: "https://bots.example", rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    var message = joined()
    message.media = MediaMessage(
      kind: "janus-audiobridge", iceServers: [], eventsURL: nil, url: "ws://janus:8188",
      room: 77, pin: Secret("pin"), token: Secret("t"))
    let count = bench.opening.count
    try bench.reply(join, 200, message.encoded())
    #expect(bench.opening.count == count)
    guard case .ended(outgoingID, .mediaFailed)? = bench.takeReports().last else {
      Issue.record("the pin was sent in the open")
      return
    }
  }

  @Test("in a Janus server's room, the servers that know one for a while are asked for anew")
  func janusServers() throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    var message = joined()
    message.media = MediaMessage(
      kind: "janus-audiobridge", iceServers: [], eventsURL: nil, url: "ws://janus:8188", room: 77)
    try bench.reply(join, 200, message.encoded())
    _ = bench.takeReports()
    bench.order(.renewServers(outgoingID))
    var stands = call(.active, id: "call_9")
    stands.kind = "conference"
    stands.participants = [member("you", "You"), member("bob", "Bob")]
    try bench.reply("GET /api/v1/calls/call_9", 200, stands.encoded())
    let servers = [
      IceServer(
        kind: .turn(username: "u", credential: "c", transport: .tcp), host: "t.example.org",
        port: 3_478),
      IceServer(kind: .stun, host: "s.example.org", port: 3_478),
    ]
    // Who is there, the Janus server tells itself.
    #expect(bench.takeReports() == [.servers(outgoingID, servers)])
  }

  // MARK: Words of the script

  private let join = "POST /api/v1/calls/rooms/room_1/join"

  private func ourselves() -> Participant { Participant(id: "you", name: "You", isSelf: true) }

  private func other(isSpeaking: Bool = false) -> Participant {
    Participant(id: "bob", name: "Bob", isSpeaking: isSpeaking)
  }

  private func update(
    _ member: ParticipantMessage, _ action: ParticipantUpdate.Action
  ) -> MeetMessage {
    .participantUpdate(
      ParticipantUpdate(roomID: "room_1", callID: "call_9", participant: member, action: action))
  }
}

func room() -> RoomMessage {
  RoomMessage(
    roomID: "room_1", name: "Standup", isPersistent: true, participantLimit: 20,
    settings: RoomSettings(), participantCount: 0, createdAt: nil)
}

func member(_ id: String, _ name: String) -> ParticipantMessage {
  ParticipantMessage(
    userID: id, displayName: name, role: "participant", isBot: false, audio: true, video: false,
    joinedAt: nil, status: "joined")
}

func joined() -> JoinedRoomMessage {
  JoinedRoomMessage(
    room: room(), participant: member("you", "You"), callID: "call_9", media: p2p,
    participants: [member("you", "You"), member("bob", "Bob")])
}

import Basics
import Calling
import Formats
import NexaconClient
import NexaconWire
import SDP
import Testing
import XMPP

@Suite("Calls over Nexacon")
struct CallTests {
  private static let id = NexaconBench.id
  private static let phone = NexaconBench.ben + "/nexacon_9"

  // MARK: Outgoing

  @Test("An outgoing call asks for servers, announces, invites, and offers only once it is taken")
  func outgoing() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.place(Self.id, to: "+255788811192", kind: .audio))
    try bench.reply(
      "GET /nx/webrtc/credentials/", 200,
      [
        "ice_servers": [
          [
            "urls": ["stun:stun.example", "turn:turn.example?transport=tcp"], "username": "u",
            "credential": "p",
          ]
        ], "ttl": 86400,
      ])
    let room = "call_\(NexaconBench.began)"
    #expect(
      try bench.body("POST /nx/webrtc/call/")
        == ["to": .string(NexaconBench.ben), "type": "p2p", "room": .string(room)])
    try bench.reply("POST /nx/webrtc/call/", 200, ["status": "success", "room": .string(room)])
    let invitation = try #require(bench.takeSent().last)
    #expect(invitation["to"] == NexaconBench.ben)
    #expect(invitation.child("request", XMPPNamespace.receipts) != nil)
    let value = try JSONValue(decoding: invitation.child("body")?.text ?? "")
    #expect(value["type"] == "call_invitation")
    #expect(value["roomId"] == .string(room))
    #expect(value["callType"] == "audio")
    #expect(value["fromNxId"] == .string(NexaconBench.me))
    #expect(value["timestamp"]?.integer == Int(NexaconBench.began))
    guard case .placed(Self.id, room, let party, let terms, _)? = bench.takeReports().last else {
      return #expect(Bool(false), "not placed")
    }
    #expect(party == Party(name: "Ben", address: "+255788811192"))
    #expect(terms.iceServers.count == 2)

    // The receipt says that it rings.
    bench.hear(Self.receipt(invitation["id"] ?? ""))
    #expect(bench.takeReports() == [.ringing(Self.id)])
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.order(.candidate(Self.id, try Candidate(decoding: NexaconBench.candidateLine)))
    #expect(bench.takeSignals().isEmpty)

    bench.say(.response(room: room, isAccepted: true), from: Self.phone)
    #expect(bench.takeReports() == [.accepted(Self.id)])
    let signals = bench.takeSignals()
    #expect(signals.map(\.to) == [Self.phone, Self.phone])
    guard case .offer(room, let sdp)? = signals.first?.signal,
      case .candidate(room, let line, "0", 0)? = signals.last?.signal
    else { return #expect(Bool(false), "\(signals)") }
    #expect(sdp == (try NexaconBench.offer.encoded()))
    #expect(line.contains("192.0.2.1"))

    bench.say(.answer(room: room, sdp: NexaconBench.sdp), from: Self.phone)
    bench.say(
      .candidate(room: room, line: NexaconBench.candidateLine, mid: "0", index: 0), from: Self.phone
    )
    #expect(
      bench.takeReports() == [
        .described(Self.id, try NexaconBench.description),
        .candidate(Self.id, try Candidate(decoding: NexaconBench.candidateLine)),
      ])
  }

  @Test("An offer that is not answered is made once more")
  func repeatedOffer() throws {
    var bench = try Self.ringing()
    _ = bench.takeSent()
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.say(.response(room: Self.room, isAccepted: true), from: Self.phone)
    #expect(bench.takeSignals().count == 1)
    bench.advance(.milliseconds(9_999))
    #expect(bench.takeSignals().isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.takeSignals().count == 1)
    bench.advance(.seconds(20))
    #expect(bench.takeSignals().isEmpty)
  }

  @Test("A renewed offer that is never answered makes way for the other side's after ten seconds")
  func unansweredRenewal() throws {
    var bench = try Self.ringing()
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.say(.response(room: Self.room, isAccepted: true), from: Self.phone)
    bench.say(.answer(room: Self.room, sdp: NexaconBench.sdp), from: Self.phone)
    bench.order(.describe(Self.id, try NexaconBench.offer))
    _ = bench.takeReports()
    let theirs = NexaconBench.sdp + "a=sendrecv\r\n"
    bench.advance(.milliseconds(9_999))
    bench.say(.offer(room: Self.room, sdp: theirs), from: Self.phone)
    #expect(bench.takeReports().isEmpty)
    bench.advance(.milliseconds(1))
    bench.say(.offer(room: Self.room, sdp: theirs), from: Self.phone)
    #expect(bench.takeReports() == [.described(Self.id, try SessionDescription(decoding: theirs))])
    // An answer to the old one comes too late.
    bench.say(.answer(room: Self.room, sdp: NexaconBench.sdp), from: Self.phone)
    #expect(bench.takeReports().isEmpty)
  }

  @Test("Servers are asked for anew in a call, and passed on")
  func renewedServers() throws {
    var bench = try Self.ringing()
    bench.order(.renewServers(Self.id))
    try bench.reply(
      "GET /nx/webrtc/credentials/", 200,
      ["ice_servers": [["urls": ["stun:stun.example"]]], "ttl": 86400])
    let server = IceServer(kind: .stun, host: "stun.example", port: 3_478)
    #expect(bench.takeReports() == [.servers(Self.id, [server])])
    // Without them the call goes on as it did.
    bench.order(.renewServers(Self.id))
    try bench.fail("GET /nx/webrtc/credentials/")
    #expect(bench.takeReports() == [])
  }

  @Test("A description is called what it is, whatever the other side said meanwhile")
  func crossingOffers() throws {
    var bench = try Self.ringing()
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.say(.response(room: Self.room, isAccepted: true), from: Self.phone)
    bench.say(.answer(room: Self.room, sdp: NexaconBench.sdp), from: Self.phone)
    let renewed = NexaconBench.sdp + "a=sendrecv\r\n"
    bench.say(.offer(room: Self.room, sdp: renewed), from: Self.phone)
    _ = bench.takeSignals()
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.order(.describe(Self.id, try NexaconBench.answer))
    #expect(
      bench.takeSignals().map(\.signal) == [
        .offer(room: Self.room, sdp: try NexaconBench.offer.encoded()),
        .answer(room: Self.room, sdp: try NexaconBench.answer.encoded()),
      ])
    // The offer gave way: it is not made once more.
    bench.advance(.seconds(30))
    #expect(bench.takeSignals().isEmpty)
  }

  @Test("The first device that takes the call has it; others are not listened to")
  func firstDevice() throws {
    var bench = try Self.ringing()
    bench.say(.response(room: Self.room, isAccepted: true), from: Self.phone)
    _ = bench.takeReports()
    let other = NexaconBench.ben + "/nexacon_8"
    bench.say(.response(room: Self.room, isAccepted: false), from: other)
    bench.say(.end(room: Self.room), from: other)
    bench.say(.end(room: Self.room), from: "eve@nx.example/x")
    #expect(bench.takeReports().isEmpty)
    bench.say(.end(room: Self.room), from: Self.phone)
    #expect(bench.takeReports() == [.ended(Self.id, .remoteHungUp)])
  }

  @Test("Refused, busy, unreachable and unanswered are told apart, and recorded")
  func outcomes() throws {
    var bench = try Self.ringing()
    bench.say(.response(room: Self.room, isAccepted: false), from: Self.phone)
    #expect(bench.takeReports() == [.ended(Self.id, .declined(reason: nil))])
    #expect(try bench.body("POST /nx/call-analytics/")["status"] == "declined")

    bench = try Self.ringing()
    bench.say(.response(room: Self.room, isAccepted: false, reason: "busy"), from: Self.phone)
    #expect(bench.takeReports() == [.ended(Self.id, .busy)])

    bench = try Self.ringing()
    let invitation = Self.invitationID
    bench.hear(
      """
      <message xmlns='jabber:client' type='error' from='\(NexaconBench.ben)' id='\(invitation(bench))'>\
      <error type='cancel'><service-unavailable xmlns='\(XMPPNamespace.stanzaErrors)'/></error></message>
      """)
    guard case .ended(Self.id, .signalingFailed(let words))? = bench.takeReports().last else {
      return #expect(Bool(false), "not told")
    }
    #expect(words.contains("cannot be reached"))

    bench = try Self.ringing()
    _ = bench.takeSent()
    bench.advance(.milliseconds(59_999))
    #expect(bench.takeReports().isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.takeReports() == [.ended(Self.id, .noAnswer)])
    #expect(bench.takeSignals().map(\.signal) == [.end(room: Self.room)])
    #expect(try bench.body("POST /nx/call-analytics/")["status"] == "missed")

    bench = try Self.ringing()
    bench.order(.end(Self.id, .cancelled))
    let record = try bench.body("POST /nx/call-analytics/")
    #expect(record["status"] == "cancelled")
    #expect(record["metadata"]?["ended_by"] == "caller")
  }

  @Test("A server that knows nobody of that name is quoted; one in trouble does not stop a call")
  func announcing() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.place(Self.id, to: "nobody", kind: .audio))
    try bench.fail("GET /nx/webrtc/credentials/")
    try bench.reply("POST /nx/webrtc/call/", 404, ["error": "User not found"])
    #expect(
      bench.takeReports() == [
        .ended(Self.id, .unknownCallee("The server says: User not found."))
      ])
    bench.order(.place(Self.id, to: "ben", kind: .audio))
    try bench.fail("GET /nx/webrtc/credentials/")
    try bench.reply("POST /nx/webrtc/call/", 502)
    #expect(bench.takeSignals().count == 1)
  }

  @Test("Whoever is invited by the server answers before the caller hears from it, and is heard")
  func answersWhileAnnounced() throws {
    let announce = "POST /nx/webrtc/call/"
    var bench = try NexaconBench.signedIn()
    let call = {
      bench.order(.place(Self.id, to: "+255788811192", kind: .audio))
      try bench.fail("GET /nx/webrtc/credentials/")
    }
    try call()
    bench.say(.response(room: Self.room, isAccepted: false, reason: "busy"), from: Self.phone)
    #expect(bench.takeReports() == [.ended(Self.id, .busy)])
    #expect(!bench.questions.contains(announce))
    #expect(bench.takeSignals().isEmpty)

    bench = try NexaconBench.signedIn()
    try call()
    bench.order(.describe(Self.id, try NexaconBench.offer))
    bench.say(.response(room: Self.room, isAccepted: true), from: Self.phone)
    let reports = bench.takeReports()
    guard case .placed(Self.id, Self.room, _, _, _)? = reports.first else {
      return #expect(Bool(false), "not placed")
    }
    #expect(reports.dropFirst() == [.accepted(Self.id)])
    try bench.reply(announce, 200, ["status": "success"])
    #expect(bench.takeReports().isEmpty)
    let signals = bench.takeSignals()
    #expect(signals.map(\.to) == [Self.phone])
    guard case .offer(Self.room, _)? = signals.first?.signal else {
      return #expect(Bool(false), "not offered")
    }
  }

  @Test("A call to a group rings all; who takes it first has it, and the others stop ringing")
  func group() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.place(Self.id, to: "ben,eve,zoe", kind: .audio))
    try bench.fail("GET /nx/webrtc/credentials/")
    #expect(try bench.body("POST /nx/group-call/")["participants"]?.array?.count == 3)
    try bench.reply("POST /nx/group-call/", 200, ["status": "success"])
    #expect(
      bench.takeSignals().map(\.to) == ["ben@nx.example", "eve@nx.example", "zoe@nx.example"])
    _ = bench.takeReports()
    bench.say(.response(room: Self.room, isAccepted: false), from: "ben@nx.example/1")
    #expect(bench.takeReports().isEmpty)
    bench.say(.response(room: Self.room, isAccepted: true), from: "eve@nx.example/1")
    #expect(bench.takeReports() == [.accepted(Self.id)])
    #expect(bench.takeSignals().map(\.to) == ["zoe@nx.example"])
  }

  @Test(
    "Nobody calls oneself, or an address that is none",
    arguments: [
      "+255 788 811 191", "", "a b", ",", "ben,", "@",
    ])
  func badAddress(address: String) throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.place(Self.id, to: address, kind: .audio))
    guard case .ended(Self.id, .unknownCallee)? = bench.takeReports().last else {
      return #expect(Bool(false), "it was placed")
    }
    #expect(bench.asked.isEmpty)
  }

  // MARK: Incoming

  @Test("An invitation rings once, though server and caller both send one; taken, it is answered")
  func incoming() throws {
    var bench = try NexaconBench.signedIn()
    bench.say(Self.invitation(), from: Self.phone, id: "i1")
    #expect(bench.takeSent().last?.child("received", XMPPNamespace.receipts)?["id"] == "i1")
    bench.say(Self.invitation(), from: "nx.example")
    try bench.reply("GET /nx/webrtc/credentials/", 200, ["ice_servers": []])
    guard case .invited(let call)? = bench.takeReports().last else {
      return #expect(Bool(false), "it does not ring")
    }
    #expect(bench.asked.isEmpty)
    #expect(call.from == Party(name: "Ben", address: "+255788811192"))
    #expect(call.remoteID == "call_7")
    _ = bench.takeSent()
    bench.order(.accept(call.id))
    let signals = bench.takeSignals()
    #expect(signals.first?.to == NexaconBench.ben)
    #expect(signals.first?.signal == .response(room: "call_7", isAccepted: true))

    bench.say(.offer(room: "call_7", sdp: NexaconBench.sdp), from: Self.phone)
    #expect(bench.takeReports() == [.described(call.id, try NexaconBench.description)])
    _ = bench.takeSent()
    bench.order(.describe(call.id, try NexaconBench.answer))
    let answer = bench.takeSignals()
    #expect(answer.map(\.to) == [Self.phone])
    // Made again, the same offer gets the same answer and is not told twice.
    bench.say(.offer(room: "call_7", sdp: NexaconBench.sdp), from: Self.phone)
    #expect(bench.takeReports().isEmpty)
    #expect(bench.takeSignals().map(\.signal) == answer.map(\.signal))

    bench.order(.end(call.id, .hungUp))
    #expect(bench.takeSignals().map(\.signal) == [.end(room: "call_7")])
    let record = try bench.body("POST /nx/call-analytics/")
    #expect(record["status"] == "ended")
    #expect(record["metadata"]?["direction"] == "incoming")
    // What comes late does not ring again.
    bench.say(Self.invitation(), from: Self.phone)
    #expect(!bench.questions.contains("GET /nx/webrtc/credentials/"))
  }

  @Test("Invitations from long ago, from oneself, or on behalf of others do not ring")
  func unwanted() throws {
    var bench = try NexaconBench.signedIn()
    let stamp = WallTime(milliseconds: NexaconBench.began - 61_000).iso8601
    bench.say(
      Self.invitation(), from: Self.phone,
      extra: "<delay xmlns='\(XMPPNamespace.delay)' stamp='\(stamp)'/>")
    bench.say(Self.invitation(), from: NexaconBench.me + "/other")
    #expect(bench.asked.isEmpty)
    // Who claims to be another rings as who they are.
    bench.say(Self.invitation(caller: "boss@nx.example"), from: "eve@nx.example/1")
    try bench.fail("GET /nx/webrtc/credentials/")
    guard case .invited(let call)? = bench.takeReports().last else {
      return #expect(Bool(false), "it does not ring")
    }
    #expect(call.from.address == "eve")
  }

  @Test("An invitation that waited at the server rings for the rest of its time")
  func lateInvitation() throws {
    var bench = try NexaconBench.signedIn()
    let stamp = WallTime(milliseconds: NexaconBench.began - 50_000).iso8601
    bench.say(
      Self.invitation(), from: Self.phone,
      extra: "<delay xmlns='\(XMPPNamespace.delay)' stamp='\(stamp)'/>")
    try bench.fail("GET /nx/webrtc/credentials/")
    _ = bench.takeReports()
    bench.advance(.seconds(11))
    guard case .ended(_, .missed)? = bench.takeReports().last else {
      return #expect(Bool(false), "it rings on")
    }
  }

  @Test("An invitation in a plain text's URL rings as well")
  func legacy() throws {
    var bench = try NexaconBench.signedIn()
    bench.say(
      body:
        "Join: https://nx.example/nexacon-call.html?room=call_8&caller=%2B255788811192&type=video",
      from: Self.phone)
    try bench.fail("GET /nx/webrtc/credentials/")
    guard case .invited(let call)? = bench.takeReports().last else {
      return #expect(Bool(false), "it does not ring")
    }
    #expect(call.remoteID == "call_8")
    #expect(call.kind == .video)
    #expect(call.browserURL?.contains("nexacon-call.html") == true)
  }

  @Test("Declined, busy and cancelled calls end on both sides")
  func incomingEnds() throws {
    for (order, reason) in [("decline", nil as String?), ("busy", "busy")] {
      var bench = try NexaconBench.signedIn()
      bench.say(Self.invitation(), from: Self.phone)
      try bench.fail("GET /nx/webrtc/credentials/")
      guard case .invited(let call)? = bench.takeReports().last else {
        return #expect(Bool(false), "it does not ring")
      }
      _ = bench.takeSent()
      bench.order(order == "busy" ? .refuseBusy(call.id) : .decline(call.id, reason: nil))
      #expect(
        bench.takeSignals().map(\.signal) == [
          .response(room: "call_7", isAccepted: false, reason: reason)
        ])
      bench.advance(.seconds(2))
      #expect(try bench.body("POST /nx/call/decline/") == ["room": "call_7"])
      #expect(try bench.body("POST /nx/call-analytics/")["status"] == "declined")
    }
    var bench = try NexaconBench.signedIn()
    bench.say(Self.invitation(), from: Self.phone)
    try bench.fail("GET /nx/webrtc/credentials/")
    _ = bench.takeReports()
    bench.say(.end(room: "call_7"), from: Self.phone)
    guard case .ended(_, .cancelled)? = bench.takeReports().last else {
      return #expect(Bool(false), "it rings on")
    }
    #expect(try bench.body("POST /nx/call-analytics/")["status"] == "missed")
  }

  @Test("What is said while the stream is away is said when it is back")
  func outbox() throws {
    var bench = try Self.ringing()
    bench.breakSocket()
    _ = bench.takeSent()
    bench.order(.end(Self.id, .cancelled))
    #expect(bench.takeSent().isEmpty)
    bench.advance(.seconds(1))
    try bench.bringStreamUp()
    #expect(bench.takeSignals().map(\.signal) == [.end(room: Self.room)])
  }

  @Test("Records wait for a server that is away, and are given up where it has no place for them")
  func analytics() throws {
    var bench = try Self.ringing()
    bench.order(.end(Self.id, .cancelled))
    try bench.fail("POST /nx/call-analytics/")
    #expect(bench.asked.isEmpty)
    bench.advance(.seconds(1))
    try bench.reply("POST /nx/call-analytics/", 404)
    bench.advance(.seconds(100))
    #expect(!bench.questions.contains("POST /nx/call-analytics/"))
  }

  @Test("Records that the server has not taken are given to it by the next run")
  func analyticsSurvive() throws {
    var bench = try Self.ringing()
    #expect(bench.keepsake == nil)
    bench.order(.end(Self.id, .cancelled))
    let kept = try #require(bench.keepsake)
    let body = try bench.body("POST /nx/call-analytics/")
    var next = NexaconBench(seed: 8)
    next.restore(kept)
    next.start()
    try next.reply("POST /nexacon-auth/nxm-token/", 200, NexaconBench.tokenAnswer)
    try next.bringStreamUp()
    #expect(try next.body("POST /nx/call-analytics/") == body)
    try next.reply("POST /nx/call-analytics/", 200, ["status": "success"])
    #expect(next.keepsake == nil)
    // What is none of ours is passed over.
    for junk in ["", "{}", "[7,{}]", "\u{0}", String(repeating: "[", count: 10_000)] {
      var bench = NexaconBench(seed: 9)
      bench.restore(junk)
      bench.start()
      try bench.reply("POST /nexacon-auth/nxm-token/", 200, NexaconBench.tokenAnswer)
      try bench.bringStreamUp()
      #expect(!bench.questions.contains("POST /nx/call-analytics/"))
    }
    let many = "[" + Array(repeating: body.text, count: 1_000).joined(separator: ",") + "]"
    var full = NexaconBench(seed: 10)
    full.restore(many)
    #expect(full.client.keptRecordCount <= 64)
  }

  // MARK: Helpers

  private static let room = "call_\(NexaconBench.began)"

  /// A call to Ben that rings.
  private static func ringing() throws -> NexaconBench {
    var bench = try NexaconBench.signedIn()
    bench.order(.place(id, to: "+255788811192", kind: .audio))
    try bench.fail("GET /nx/webrtc/credentials/")
    try bench.reply("POST /nx/webrtc/call/", 200, ["status": "success"])
    _ = bench.takeReports()
    return bench
  }

  private static func invitationID(_ bench: NexaconBench) -> String {
    bench.sent.last { $0.child("body") != nil }?["id"] ?? ""
  }

  private static func invitation(caller: String = NexaconBench.ben) -> SignalMessage {
    .invitation(
      CallInvitation(room: "call_7", isVideo: false, caller: caller, callerName: "Ben"))
  }

  private static func receipt(_ id: String) -> String {
    """
    <message xmlns='jabber:client' from='\(phone)'>\
    <received xmlns='\(XMPPNamespace.receipts)' id='\(id)'/></message>
    """
  }
}

import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

@Suite("BotServer outgoing call")
struct OutgoingTests {
  @Test("is placed, rung, described, accepted and hung up by the other side")
  func wholeCall() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    let body = try bench.body("POST /api/v1/calls/initiate")
    #expect(body == ["type": "audio", "kind": "one_to_one", "participants": ["bob"]])
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    let terms = MediaTerms(iceServers: [
      IceServer(
        kind: .turn(username: "u", credential: "c", transport: .tcp), host: "t.example.org",
        port: 3478),
      IceServer(kind: .stun, host: "s.example.org", port: 3478),
    ])
    #expect(
      bench.takeReports() == [
        .placed(
          outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"), terms: terms,
          browserURL: nil)
      ])

    bench.order(.describe(outgoingID, description(1)))
    bench.order(.candidate(outgoingID, candidate(1)))
    bench.order(.endOfCandidates(outgoingID))
    #expect(
      bench.takeSent() == [
        .callOffer(callID: "call_1", sdp: description(1).encoded()),
        .iceCandidate(callID: "call_1", candidate: candidate(1).encoded()),
        .endOfCandidates(callID: "call_1"),
      ])

    try bench.push(.callRinging(callID: "call_1"))
    #expect(bench.takeReports() == [.ringing(outgoingID)])
    try bench.push(.callUpdated(call(.active)))
    #expect(bench.takeReports() == [.accepted(outgoingID)])
    try bench.push(.callAnswer(callID: "call_1", sdp: description(2).encoded()))
    try bench.push(.iceCandidate(callID: "call_1", candidate: candidate(2).encoded()))
    try bench.push(.endOfCandidates(callID: "call_1"))
    #expect(
      bench.takeReports() == [
        .described(outgoingID, description(2)), .candidate(outgoingID, candidate(2)),
        .endOfCandidates(outgoingID),
      ])
    try bench.push(.callUpdated(call(.active)))
    #expect(bench.takeReports() == [])
    try bench.push(.callUpdated(call(.ended, endReason: "hangup")))
    #expect(bench.takeReports() == [.ended(outgoingID, .remoteHungUp)])
    #expect(bench.questions == [])
  }

  @Test(
    "ends for the reason the server tells",
    arguments: [
      (.declined, "declined", .declined(reason: nil)),
      (.declined, "in a meeting", .declined(reason: "in a meeting")),
      (.declined, "busy", .busy), (.missed, "timeout", .noAnswer),
      (.cancelled, "cancelled", .cancelled), (.ended, "hangup", .remoteHungUp),
      (.failed, "failed", .signalingFailed("The call failed at the other side.")),
    ] as [(CallMessage.Status, String, EndReason)])
  func ends(status: CallMessage.Status, word: String, reason: EndReason) throws {
    var bench = try placed()
    try bench.push(.callUpdated(call(status, endReason: word)))
    #expect(bench.takeReports() == [.ended(outgoingID, reason)])
  }

  @Test("asks for a bot by its kind", arguments: [("echo", "echo"), ("bot:42", "42")])
  func bot(address: String, participant: String) throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: address, kind: .audio))
    let body = try bench.body("POST /api/v1/calls/initiate")
    #expect(body["kind"] == "bot")
    #expect(body["participants"] == [.string(participant)])
  }

  @Test(
    "tells in words why it was not placed",
    arguments: [
      (404, .null, "no Calls API"), (404, error("not_found", "There is nothing here."), "no Calls"),
      (400, ["error": "You cannot call yourself."], "yourself"),
      (
        429, ["success": false, "error": ["message": "Slow.", "code": "x"], "retry_after": 7], "7 s"
      ),
      (500, ["msg": "database"], "database"), (503, .null, "503"),
      (200, ["success": false, "error": "no"], "no"),
    ] as [(Int, JSONValue, String)])
  func notPlaced(status: Int, body: JSONValue, words: String) throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", status, body)
    guard case .ended(outgoingID, .signalingFailed(let sentence)) = bench.takeReports().first else {
      Issue.record("the call has not failed")
      return
    }
    #expect(sentence.contains(words), "\(sentence)")
  }

  @Test("tells that the server knows nobody of that name")
  func unknownCallee() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply(
      "POST /api/v1/calls/initiate", 404, error("user_not_found", "Nobody here is called “bob”."))
    #expect(
      bench.takeReports().first
        == .ended(outgoingID, .unknownCallee("The server says: Nobody here is called “bob”.")))
  }

  @Test("is busy when the server says so")
  func busy() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", 409, error("busy", "Bob is busy."))
    #expect(bench.takeReports() == [.ended(outgoingID, .busy)])
  }

  @Test("fails with the network's words when the server is dead")
  func deadServer() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.fail("POST /api/v1/calls/initiate", .timedOut)
    #expect(
      bench.takeReports() == [
        .ended(outgoingID, .signalingFailed("The server did not answer in time."))
      ])
    #expect(bench.questions == [])
  }

  @Test("is refused when not signed in")
  func refuses() throws {
    var bench = ClientBench()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    guard case .ended(outgoingID, .notSignedIn) = bench.takeReports().first else {
      Issue.record("the call was placed")
      return
    }
  }

  @Test("is taken back once the server has named it when the user gave up before")
  func givenUpEarly() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    bench.order(.end(outgoingID, .cancelled))
    #expect(bench.questions == ["POST /api/v1/calls/initiate"])
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    let reports = bench.takeReports()
    guard case .placed(outgoingID, remoteID: "call_1", _, _, _)? = reports.first, reports.count == 1
    else {
      Issue.record("\(reports)")
      return
    }
    #expect(try bench.body("POST /api/v1/calls/call_1/end") == ["reason": "cancelled"])
    try bench.push(.callUpdated(call(.cancelled)))
    #expect(bench.takeReports() == [])
  }

  @Test("takes in what the socket tells before the reply has named the call")
  func earlyMessages() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "echo", kind: .audio))
    try bench.push(.callUpdated(call(.active)))
    try bench.push(.agentState(callID: "call_1", state: "speaking"))
    #expect(bench.takeReports() == [])
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    let reports = bench.takeReports()
    #expect(reports.count == 3)
    #expect(reports.dropFirst() == [.accepted(outgoingID), .agent(outgoingID, .speaking)])
  }

  @Test("is accepted at once when the reply says so")
  func acceptedAtOnce() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "echo", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.active).encoded())
    #expect(bench.takeReports().last == .accepted(outgoingID))
  }

  @Test("keeps its offer, bounded, until the call is named and the socket is up")
  func holdsBack() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    bench.order(.describe(outgoingID, description(1)))
    for port in 1...500 { bench.order(.candidate(outgoingID, candidate(UInt16(port)))) }
    bench.order(.endOfCandidates(outgoingID))
    try bench.breakSocket()
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    #expect(bench.takeSent() == [])
    bench.advance(.seconds(1))
    try bench.openSocket()
    let sent = bench.takeSent()
    #expect(sent.first == .callOffer(callID: "call_1", sdp: description(1).encoded()))
    #expect(sent.last == .endOfCandidates(callID: "call_1"))
    #expect(sent.count <= 90)
  }

  @Test("is ended when the server wants its sound some other way")
  func strangeMedia() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    let media = MediaMessage(kind: "janus-audiobridge", iceServers: [], eventsURL: nil)
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing, media: media).encoded())
    guard case .ended(outgoingID, .mediaFailed(let words)) = bench.takeReports().first else {
      Issue.record("the call goes on")
      return
    }
    #expect(words.contains("janus-audiobridge"))
    #expect(bench.questions == ["POST /api/v1/calls/call_1/end"])
  }

  @Test("takes at most eight ICE servers")
  func boundsIceServers() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    let servers = (0..<99).map { IceServerMessage(urls: ["stun:s\($0).example.org", "x:y"]) }
    let media = MediaMessage(kind: "p2p", iceServers: servers, eventsURL: nil)
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing, media: media).encoded())
    guard case .placed(_, _, _, let terms, _) = bench.takeReports().first else {
      Issue.record("the call was not placed")
      return
    }
    #expect(terms.iceServers.count == 8)
  }

  @Test("answers a renewed offer of the other side, and offers anew itself")
  func renegotiates() throws {
    var bench = try accepted()
    try bench.push(.callOffer(callID: "call_1", sdp: description(3).encoded()))
    try bench.push(.callOffer(callID: "call_1", sdp: description(3).encoded()))
    #expect(bench.takeReports() == [.described(outgoingID, description(3))])
    bench.order(.describe(outgoingID, description(4, .active)))
    bench.order(.describe(outgoingID, description(5)))
    #expect(
      bench.takeSent() == [
        .callAnswer(callID: "call_1", sdp: description(4, .active).encoded()),
        .callOffer(callID: "call_1", sdp: description(5).encoded()),
      ])
  }

  @Test("calls an answer one, also when a late answer came while it was made")
  func lateAnswer() throws {
    var bench = try accepted()
    try bench.push(.callOffer(callID: "call_1", sdp: description(3).encoded()))
    try bench.push(.callAnswer(callID: "call_1", sdp: description(2, .active).encoded()))
    bench.order(.describe(outgoingID, description(4, .active)))
    #expect(
      bench.takeSent() == [.callAnswer(callID: "call_1", sdp: description(4, .active).encoded())])
  }

  @Test("calls an offer one, also when it crossed the other side's")
  func crossingOffer() throws {
    var bench = try accepted()
    try bench.push(.callOffer(callID: "call_1", sdp: description(3).encoded()))
    bench.order(.describe(outgoingID, description(5)))
    #expect(bench.takeSent() == [.callOffer(callID: "call_1", sdp: description(5).encoded())])
  }

  @Test("keeps of what the other side was not told the last offer, and the answer before it")
  func keepsDescriptions() throws {
    var bench = try accepted()
    try bench.breakSocket()
    for number: UInt64 in 4...6 {
      bench.order(.describe(outgoingID, description(number, .active)))
      bench.order(.candidate(outgoingID, candidate(UInt16(number))))
    }
    for number: UInt64 in 7...9 {
      bench.order(.describe(outgoingID, description(number)))
      bench.order(.candidate(outgoingID, candidate(UInt16(number))))
    }
    bench.advance(.seconds(1))
    try bench.openSocket()
    #expect(
      bench.takeSent() == [
        .callAnswer(callID: "call_1", sdp: description(6, .active).encoded()),
        .iceCandidate(callID: "call_1", candidate: candidate(6).encoded()),
        .callOffer(callID: "call_1", sdp: description(9).encoded()),
        .iceCandidate(callID: "call_1", candidate: candidate(9).encoded()),
      ])
  }

  @Test("sends its end once, and again after half a second and two when the network fails")
  func repeatsEnd() throws {
    var bench = try placed()
    bench.order(.end(outgoingID, .cancelled))
    #expect(try bench.body("POST /api/v1/calls/call_1/end") == ["reason": "cancelled"])
    try bench.fail("POST /api/v1/calls/call_1/end")
    bench.advance(.milliseconds(500) - .nanoseconds(1))
    #expect(bench.questions == [])
    bench.advance(.nanoseconds(1))
    try bench.fail("POST /api/v1/calls/call_1/end")
    bench.advance(.seconds(2) - .nanoseconds(1))
    #expect(bench.questions == [])
    bench.advance(.nanoseconds(1))
    try bench.fail("POST /api/v1/calls/call_1/end")
    bench.advance(.seconds(60))
    #expect(bench.questions == [])
  }

  @Test("takes an end for done when the call is over already", arguments: [404, 409, 410])
  func endIsIdempotent(status: Int) throws {
    var bench = try placed()
    bench.order(.end(outgoingID, .hungUp))
    try bench.reply("POST /api/v1/calls/call_1/end", status, error("call_ended", "Over."))
    bench.advance(.seconds(60))
    #expect(bench.questions == [])
    #expect(bench.takeReports() == [])
  }

  @Test("passes on what is said, and by whom")
  func transcript() throws {
    var bench = try placed()
    try bench.push(
      .transcription(
        TranscriptionMessage(
          callID: "call_1", participantID: "you", displayName: "You", text: "hello",
          isFinal: false, at: nil)))
    #expect(
      bench.takeReports() == [
        .transcript(
          outgoingID,
          TranscriptLine(
            speaker: "You", isSelf: true, text: "hello", isFinal: false, at: bench.now))
      ])
  }

  @Test("writes a strange call id into no other path")
  func encodesID() throws {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    let strange = call(.ringing, id: "../../x?y=ü")
    try bench.reply("POST /api/v1/calls/initiate", 201, strange.encoded())
    bench.order(.end(outgoingID, .cancelled))
    #expect(bench.questions == ["POST /api/v1/calls/..%2F..%2Fx%3Fy%3D%C3%BC/end"])
  }

  /// A call in which both sides have described themselves.
  private func accepted() throws -> ClientBench {
    var bench = try placed()
    bench.order(.describe(outgoingID, description(1)))
    try bench.push(.callUpdated(call(.active)))
    try bench.push(.callAnswer(callID: "call_1", sdp: description(2, .active).encoded()))
    _ = bench.takeReports()
    _ = bench.takeSent()
    return bench
  }

  private func placed() throws -> ClientBench {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    _ = bench.takeReports()
    return bench
  }
}

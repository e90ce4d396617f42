import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

@Suite("BotServer incoming call")
struct IncomingTests {
  @Test("is told with what was said before, rung, described, accepted and answered")
  func wholeCall() throws {
    var bench = try ClientBench.signedIn()
    var message = call(.ringing, from: "bob")
    message.summary = "wants a refund"
    let words = TranscriptionMessage(
      callID: "call_1", participantID: "x", displayName: "Caller", text: "hi", isFinal: true,
      at: nil)
    try bench.push(.incomingCall(message, lastWords: [words]))
    guard case .invited(let invitation) = bench.takeReports().first else {
      Issue.record("nobody was invited")
      return
    }
    #expect(invitation.id == incomingID)
    #expect(invitation.remoteID == "call_1")
    #expect(invitation.from == Party(name: "Bob", address: "bob"))
    #expect(invitation.summary == "wants a refund")
    #expect(invitation.lastWords.map(\.text) == ["hi"])
    #expect(invitation.terms.iceServers.count == 2)

    bench.order(.ring(incomingID))
    #expect(bench.takeSent() == [.callRinging(callID: "call_1")])
    try bench.push(.callOffer(callID: "call_1", sdp: description(1).encoded()))
    #expect(bench.takeReports() == [.described(incomingID, description(1))])

    bench.order(.accept(incomingID))
    bench.order(.describe(incomingID, description(2, .active)))
    bench.order(.candidate(incomingID, candidate(1)))
    #expect(bench.takeSent() == [])
    #expect(try bench.body("POST /api/v1/calls/call_1/respond") == ["response": "accept"])
    try bench.push(.callUpdated(call(.active, from: "bob")))
    try bench.reply(
      "POST /api/v1/calls/call_1/respond", 200, call(.active, from: "bob").encoded())
    #expect(
      bench.takeSent() == [
        .callAnswer(callID: "call_1", sdp: description(2, .active).encoded()),
        .iceCandidate(callID: "call_1", candidate: candidate(1).encoded()),
      ])
    #expect(bench.takeReports() == [])
    bench.order(.end(incomingID, .hungUp))
    #expect(try bench.body("POST /api/v1/calls/call_1/end") == ["reason": "hangup"])
  }

  @Test("rings once, however often it is told")
  func ringsOnce() throws {
    var bench = try invited()
    try bench.push(.incomingCall(call(.ringing, from: "bob"), lastWords: []))
    try bench.push(.callUpdated(call(.ringing, from: "bob")))
    #expect(bench.takeReports() == [])
  }

  @Test("is declined with the reason given, and does not ring again")
  func declines() throws {
    var bench = try invited()
    bench.order(.decline(incomingID, reason: "later"))
    #expect(
      try bench.body("POST /api/v1/calls/call_1/respond")
        == ["response": "decline", "reason": "later"])
    try bench.push(.incomingCall(call(.ringing, from: "bob"), lastWords: []))
    try bench.reply("POST /api/v1/calls/call_1/respond", 409, error("call_ended", "Over."))
    #expect(bench.takeReports() == [])
    #expect(bench.questions == [])
  }

  @Test("is refused as busy")
  func refusesBusy() throws {
    var bench = try invited()
    bench.order(.refuseBusy(incomingID))
    #expect(try bench.body("POST /api/v1/calls/call_1/respond") == ["response": "busy"])
  }

  @Test("is declined, not ended, when it fails before it was accepted")
  func failsWhileRinging() throws {
    var bench = try invited()
    bench.order(.end(incomingID, .mediaFailed("No audio.")))
    #expect(
      try bench.body("POST /api/v1/calls/call_1/respond")
        == ["response": "decline", "reason": "failed"])
  }

  @Test(
    "ends for the reason the server tells",
    arguments: [
      (.cancelled, nil, .cancelled), (.missed, nil, .missed),
      (.active, nil, .answeredElsewhere), (.ended, WallTime(milliseconds: 1), .answeredElsewhere),
      (.ended, nil, .cancelled), (.declined, nil, .declined(reason: nil)),
    ] as [(CallMessage.Status, WallTime?, EndReason)])
  func ends(status: CallMessage.Status, startedAt: WallTime?, reason: EndReason) throws {
    var bench = try invited()
    try bench.push(.callUpdated(call(status, from: "bob", startedAt: startedAt)))
    #expect(bench.takeReports() == [.ended(incomingID, reason)])
  }

  @Test("learns who was faster when its acceptance comes too late", arguments: [404, 409])
  func tooLate(status: Int) throws {
    for (state, reason) in [
      (CallMessage.Status.active, EndReason.answeredElsewhere), (.cancelled, .cancelled),
    ] {
      var bench = try invited()
      bench.order(.accept(incomingID))
      try bench.reply("POST /api/v1/calls/call_1/respond", status, error("call_ended", "Over."))
      try bench.reply("GET /api/v1/calls/call_1", 200, call(state, from: "bob").encoded())
      #expect(bench.takeReports() == [.ended(incomingID, reason)])
      #expect(bench.takeSent() == [])
    }
  }

  @Test("takes the call for its own when the reply to its first acceptance was lost")
  func lostReply() throws {
    var bench = try invited()
    try bench.push(.callOffer(callID: "call_1", sdp: description(1).encoded()))
    _ = bench.takeReports()
    bench.order(.accept(incomingID))
    bench.order(.describe(incomingID, description(2, .active)))
    try bench.fail("POST /api/v1/calls/call_1/respond", .timedOut)
    bench.advance(.milliseconds(500))
    try bench.reply("POST /api/v1/calls/call_1/respond", 409, error("already_joined", "Taken."))
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.active, from: "bob").encoded())
    #expect(bench.takeReports() == [])
    #expect(
      bench.takeSent() == [.callAnswer(callID: "call_1", sdp: description(2, .active).encoded())])
  }

  @Test("gives up its acceptance after three tries, in the network's words")
  func acceptanceFails() throws {
    var bench = try invited()
    bench.order(.accept(incomingID))
    try bench.fail("POST /api/v1/calls/call_1/respond", .timedOut)
    bench.advance(.milliseconds(500))
    try bench.reply("POST /api/v1/calls/call_1/respond", 503)
    bench.advance(.seconds(2))
    try bench.fail("POST /api/v1/calls/call_1/respond", .timedOut)
    #expect(
      bench.takeReports() == [
        .ended(incomingID, .signalingFailed("The server did not answer in time."))
      ])
    bench.advance(.seconds(60))
    #expect(bench.questions == [])
  }

  @Test("is not rung for one's own calls on another device, nor for calls that are over")
  func ignoresOthers() throws {
    var bench = try ClientBench.signedIn()
    try bench.push(.incomingCall(call(.ringing, from: "you"), lastWords: []))
    try bench.push(.incomingCall(call(.ended, id: "c", from: "bob"), lastWords: []))
    try bench.push(.callUpdated(call(.active, id: "d", from: "bob")))
    #expect(bench.takeReports() == [])
  }

  @Test("is told for a call that rang before the phone came")
  func ringingInHistory() throws {
    var bench = ClientBench()
    bench.start()
    try bench.reply("GET /api/users/me", 200, me)
    _ = bench.takeReports()
    try bench.reply(
      "GET /api/v1/calls/history?limit=100", 200,
      ["calls": .array([call(.ringing, from: "bob").encoded()])])
    guard case .invited = bench.takeReports().last else {
      Issue.record("nobody was invited")
      return
    }
  }

  @Test("holds a bounded number of calls and of names of those that are over")
  func isBounded() throws {
    var bench = try ClientBench.signedIn()
    for number in 0..<100 {
      try bench.push(.incomingCall(call(.ringing, id: "c\(number)", from: "bob"), lastWords: []))
    }
    #expect(bench.takeReports().count == 16)
    let long = call(.ringing, id: String(repeating: "x", count: 201), from: "bob")
    bench = try ClientBench.signedIn()
    try bench.push(.incomingCall(long, lastWords: []))
    #expect(bench.takeReports() == [])
  }

  private func invited() throws -> ClientBench {
    var bench = try ClientBench.signedIn()
    try bench.push(.incomingCall(call(.ringing, from: "bob"), lastWords: []))
    _ = bench.takeReports()
    return bench
  }
}

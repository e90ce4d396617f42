import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Simulation
import Testing
import Transport

@Suite("BotServer: damaged conversations")
struct MutationTests {
  private static let transcript: [MeetMessage] = {
    var group = call(.ringing, id: "call_2", from: "bob")
    group.kind = "group"
    let update = ParticipantUpdate(
      roomID: "room_1", callID: "call_9", participant: member("carol", "Carol"), action: .joined)
    return [
      .incomingCall(call(.ringing, id: "call_1", from: "bob"), lastWords: []),
      .callOffer(callID: "call_1", sdp: description(1).encoded()),
      .iceCandidate(callID: "call_1", candidate: candidate(4).encoded()),
      .endOfCandidates(callID: "call_1"), .callUpdated(call(.cancelled, id: "call_1", from: "bob")),
      .incomingCall(group, lastWords: []), .callRinging(callID: "call_9"),
      .callAnswer(callID: "call_9", sdp: description(2).encoded()), .participantUpdate(update),
      .roomStatus(room(), status: "active"),
      .recordingControl(
        roomID: "room_1", callID: "call_9", action: "start"),
      .chat(roomID: "room_1", participantID: "bob", content: "hello"),
      .transcription(
        TranscriptionMessage(
          callID: "call_9", participantID: "bob", displayName: "Bob", text: "hi", isFinal: true,
          at: nil)),
      .agentState(callID: "call_9", state: "speaking"), .ping,
      .callUpdated(call(.ended, id: "call_9")),
    ]
  }()

  @Test(
    "ten thousand damaged messages: no crash, no growth, no word of unknown calls",
    arguments: 0..<20)
  func mutations(seed: Int) throws {
    var mutator = Mutator(seed: UInt64(seed) &+ 40)
    var count = 0
    while count < 500 {
      var bench = try ClientBench.signedIn(rooms: [room().encoded()])
      bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
      var known: Set<CallID> = [outgoingID]
      let body = joined().encoded().text
      try bench.reply(
        "POST /api/v1/calls/rooms/room_1/join",
        HTTPResponse(
          status: 200,
          body: Array((mutator.happens(onceIn: 2) ? body : mutator.mutate(body)).utf8)))
      for message in mutator.disturb(Self.transcript) {
        count += 1
        let text = message.encoded()
        try bench.push(text: mutator.happens(onceIn: 3) ? text : mutator.mutate(text))
        if mutator.happens(onceIn: 8) { bench.order(.accept(incomingID)) }
        for report in bench.takeReports() { check(report, &known, seed) }
      }
      #expect(bench.questions.count < 60, "seed \(seed)")
      #expect(bench.notes.count <= 12)
      bench.order(.signOut)
      bench.advance(.seconds(3))
      #expect(bench.client.deadline == nil)
    }
  }

  private func check(_ report: SignalingReport, _ known: inout Set<CallID>, _ seed: Int) {
    switch report {
    case .invited(let invitation): known.insert(invitation.id)
    case .placed(let id, _, _, _, _), .ringing(let id), .accepted(let id), .described(let id, _),
      .candidate(let id, _), .endOfCandidates(let id), .transcript(let id, _), .agent(let id, _),
      .participants(let id, _), .message(let id, _, _), .callNotice(let id, _):
      #expect(known.contains(id), "seed \(seed): \(report)")
    case .ended(let id, _): #expect(known.remove(id) != nil, "seed \(seed): \(report)")
    default: break
    }
  }
}

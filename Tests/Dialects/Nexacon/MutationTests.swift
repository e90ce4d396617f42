import Basics
import Calling
import Formats
import NexaconWire
import Testing
import Transport

@Suite("Damaged Nexacon conversations")
struct MutationTests {
  @Test("Ten thousand damaged messages neither crash nor tell of calls that nobody has")
  func mutations() throws {
    var generator = SeededGenerator(seed: 20_261_121)
    let bench = try NexaconBench.signedIn()
    var count = 0
    while count < 10_000 {
      var bench = bench
      bench.order(.place(NexaconBench.id, to: "ben", kind: .audio))
      try bench.fail("GET /nx/webrtc/credentials/")
      try bench.reply("POST /nx/webrtc/call/", 200)
      var told: Set<CallID> = [NexaconBench.id]
      for text in Self.conversation {
        for _ in 0..<Int.random(in: 0..<5, using: &generator) {
          bench.hear(Self.damaged(text, using: &generator))
          count += 1
        }
        if Int.random(in: 0..<8, using: &generator) > 0 { bench.hear(text) }
        if bench.questions.contains("GET /nx/webrtc/credentials/") {
          try bench.fail("GET /nx/webrtc/credentials/")
        }
        for report in bench.takeReports() {
          if case .invited(let invitation) = report { told.insert(invitation.id) }
          if let id = Self.callID(in: report) {
            #expect(told.contains(id))
            if case .ended = report { told.remove(id) }
          }
        }
      }
      #expect(bench.sent.count < 200)
      #expect(bench.asked.count < 80)
    }
  }

  private static func callID(in report: SignalingReport) -> CallID? {
    switch report {
    case .placed(let id, _, _, _, _), .ringing(let id), .accepted(let id), .described(let id, _),
      .candidate(let id, _), .endOfCandidates(let id), .ended(let id, _):
      id
    default: nil
    }
  }

  private static func damaged(_ text: String, using generator: inout SeededGenerator) -> String {
    var bytes = Array(text.utf8)
    let index = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.removeSubrange(index...)
    case 1: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
    case 2: bytes.insert(contentsOf: bytes[..<index], at: index)
    case 3: return text.replacing("nexacon_9", with: "nexacon_8").replacing("true", with: "17")
    default: return conversation.randomElement(using: &generator) ?? text
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let conversation: [String] = {
    let room = "call_\(NexaconBench.began)"
    let sdp = NexaconBench.sdp
    let signals: [(SignalMessage, String)] = [
      (
        .invitation(CallInvitation(room: "call_9", isVideo: false, caller: nil, callerName: "E")),
        "eve"
      ),
      (.response(room: room, isAccepted: true), "ben"),
      (.answer(room: room, sdp: sdp), "ben"),
      (.candidate(room: room, line: NexaconBench.candidateLine, mid: "0", index: 0), "ben"),
      (.offer(room: room, sdp: sdp + "a=x\r\n"), "ben"), (.offer(room: "call_9", sdp: sdp), "eve"),
      (.candidate(room: "call_9", line: "", mid: nil, index: nil), "eve"),
      (.other(type: "typing"), "eve"), (.end(room: "call_9"), "eve"), (.end(room: room), "ben"),
    ]
    return signals.map { signal, name in
      let body = XMLElement("body", "jabber:client", text: signal.encoded(at: NexaconBench.began))
      return XMLElement(
        "message", "jabber:client",
        ["type": "chat", "from": "\(name)@nx.example/nexacon_9", "id": "m"], [body]
      ).encoded()
    }
  }()
}

import Basics
import BuzziClient
import BuzziWire
import Calling
import Formats
import Simulation
import Testing
import Transport

@Suite("Buzzi: damaged conversations")
struct MutationTests {
  /// A conversation from greeting to goodbye, as a server of both revisions sends it.
  private static let transcript: [String] =
    [
      ServerMessage.ready(sessionID: "s-1"), .status(.connecting), .callStarted(callID: "c-1"),
      .status(.inProgress), .agent(.speaking),
      .transcript(isCaller: false, text: "Hello, I am Parrot.", isFinal: false),
      .audioResponse([UInt8](repeating: 7, count: 61)),
      .audioResponse([UInt8](repeating: 9, count: 33)),
      .transcript(isCaller: false, text: "Hello, I am Parrot. Say anything.", isFinal: true),
      .agent(.listening), .transcript(isCaller: true, text: "Stop", isFinal: true),
      .stopAudio(reason: "user_interrupted"), .error(message: "hm", code: .audioFormatError),
      .escalationStarted(reason: "asked", urgency: nil, summary: "s", message: "m"),
      .callEnded(reason: "user_ended", durationSeconds: 12),
    ].flatMap { $0.encoded(as: .both) }

  @Test(
    "ten thousand damaged messages: no crash, no growth, no word of unknown calls",
    arguments: 0..<20)
  func mutations(seed: Int) throws {
    var mutator = Mutator(seed: UInt64(seed) &+ 40)
    var count = 0
    while count < 500 {
      var bench = try BuzziBench.online()
      bench.order(.place(callID, to: "bot-1", kind: .audio))
      try bench.reply(sessionLine, 200, session(.both))
      try bench.openSocket()
      for message in mutator.disturb(Self.transcript) {
        count += 1
        try bench.push(text: mutator.happens(onceIn: 3) ? message : mutator.mutate(message))
        if mutator.happens(onceIn: 8) { bench.advance(.seconds(2)) }
      }
      for report in bench.takeReports() { check(report, seed) }
      #expect(bench.client.deadline.map { $0 > .zero } ?? true)
      #expect(bench.sent.count < 100)
      #expect(bench.notes.count <= 32)
    }
  }

  private func check(_ report: SignalingReport, _ seed: Int) {
    switch report {
    case .placed(let id, _, _, _, _), .accepted(let id), .transcript(let id, _), .agent(let id, _),
      .ended(let id, _), .sound(let id, _), .flushSound(let id), .callNotice(let id, _):
      #expect(id == callID, "seed \(seed)")
    default: Issue.record("seed \(seed): \(report)")
    }
  }

}

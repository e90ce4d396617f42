import Basics
import EndToEnd
import Formats
import Testing
import Transport

extension WholePrograms {
  /// Calls that are answered and yet carry no sound.
  @Suite("Calls whose sound finds no way")
  struct UnreachableSoundTests {
    /// The offer as an answer by somebody whom no datagram reaches.
    private static func answer(to offer: String) -> String {
      offer.split(separator: "\r\n").compactMap { line -> String? in
        if line.hasPrefix("a=candidate") || line == "a=end-of-candidates" { return nil }
        if line.hasPrefix("a=setup") { return "a=setup:active\r\n" }
        if line.hasPrefix("a=ice-ufrag") { return "a=ice-ufrag:abcd\r\n" }
        if line.hasPrefix("a=ice-pwd") { return "a=ice-pwd:abcdefghijklmnopqrstuv\r\n" }
        return line + "\r\n"
      }.joined()
    }

    @Test("an answer from where nobody listens gives 7 within 20 s, in words")
    func unreachable() throws {
      let server = ScriptedBotServer { connection in
        let frames = connection.readFrames {
          String(decoding: $0.payload, as: UTF8.self).contains("call_offer")
        }
        guard let offer = frames.last, let message = try? JSONValue(decoding: offer.payload) else {
          return
        }
        connection.send(["type": "call_updated", "call": ScriptedBotServer.call("active")])
        connection.send([
          "type": "call_answer", "call_id": "c1",
          "sdp": .string(Self.answer(to: message["sdp"]?.string ?? "")),
        ])
        connection.send([
          "type": "ice_candidate", "call_id": "c1",
          "candidate": "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
        ])
        connection.send(["type": "end_of_candidates", "call_id": "c1"])
        connection.waitForEnd()
      }
      let rig = try Rig()
      let phone = try rig.start(
        [
          "call", "bob", "--exchange", server.url, "--as", "you", "--capture", "silence",
          "--playback", "null", "--json",
        ], as: "you")
      #expect(phone.state("connecting", within: .seconds(10)) != nil)
      #expect(phone.exitCode(within: .seconds(20)) == 7)
      let sentence = phone.allEvents?.last?["message"]?.string ?? ""
      #expect(sentence.contains("No path"), "\(sentence)")
      #expect(server.requestLines.contains("POST /api/v1/calls/c1/end"))
    }
  }
}

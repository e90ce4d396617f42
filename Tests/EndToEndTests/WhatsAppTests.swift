import Basics
import EndToEnd
import Formats
import Testing

extension WholePrograms {
  /// Calls over WhatsApp, with a WebRTC peer that is not ours in Meta's place.
  @Suite("Calls over WhatsApp")
  struct WhatsAppTests {
    @Test("the seat hears the caller and is heard, and the caller's end ends the call")
    func call() throws {
      let python: String
      do {
        python = try MetaPeer.interpreter()
      } catch {
        // Without a network there is no foreign peer to be had.
        print("Calls over WhatsApp were not tested: \(error)")
        return
      }
      let rig = try Rig()
      let script = rig.folder.write(MetaPeer.script, to: "peer.py")
      let peer = Phone(try ChildProcess(python, [script]))
      defer { peer.process.kill() }
      let port = try #require(peer.event("ready", within: .seconds(30))?["port"]?.integer)
      for name in ["token", "secret", "verify"] {
        rig.folder.write(name == "secret" ? MetaPeer.secret : name, to: name)
      }
      rig.folder.write(
        """
        [exchange]
        whatsapp-number = \(MetaPeer.number)
        whatsapp-url = http://127.0.0.1:\(port)/v23.0
        whatsapp-token-file = \(rig.folder["token"])
        whatsapp-secret-file = \(rig.folder["secret"])
        whatsapp-verify-file = \(rig.folder["verify"])
        """, to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      let heard = rig.folder["seat.wav"]
      let seat = try rig.start(
        [
          "answer", "--exchange", url, "--as", "sue", "--auto", "--once", "--capture", "tone:700",
          "--playback", "file:\(heard)", "--json",
        ], as: "sue")
      #expect(seat.event("ready", within: .seconds(10)) != nil)
      peer.process.send(url)
      #expect(seat.state("incoming", within: .seconds(10))?["party"]?.string == "Pablo")
      for action in ["pre_accept", "accept"] {
        let asked = try #require(peer.event("graph", within: .seconds(10)))
        #expect(asked["action"]?.string == action)
        #expect(asked["path"]?.string == "/v23.0/\(MetaPeer.number)/calls")
        #expect(asked["token"]?.string == "Bearer token")
      }
      let report = try #require(peer.event("heard", within: .seconds(20)))
      #expect((report["strength"]?.double ?? 0) > 0.02, "\(report.text)")
      #expect(seat.exitCode(within: .seconds(10)) == 0)
      #expect(try strength(of: 500, in: heard) > 0.02)
    }
  }
}

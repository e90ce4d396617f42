import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Two phones on the devices of a real sound server.
  @Suite("Calls through a sound server")
  struct PulseCallTests {
    @Test("speech reaches the other ear in both directions, without gaps")
    func bothDirections() throws {
      let server = try PulseDaemon(phones: ["A", "B"])
      let rig = try Rig(environment: server.environment)
      let (_, url) = try rig.startExchange()
      let recording = rig.folder["ears.wav"]
      let recorder = try server.record(to: recording, phones: ["A", "B"])
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "phoneB",
          "--playback", "phoneB", "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--exchange", url, "--as", "alice", "--capture", "phoneA", "--playback",
          "phoneA", "--duration", "22s", "--json",
        ], as: "alice")
      #expect(alice.state("active", within: .seconds(20)) != nil)
      // A null sink's microphone needs two seconds to begin.
      _ = alice.event("statistics", within: .seconds(5))
      _ = alice.event("statistics", within: .seconds(5))
      let first = try server.play(rig.speech, intoMouthOf: "A")
      #expect(first.wait(within: .seconds(15)) == .exited(0))
      let second = try server.play(rig.speech, intoMouthOf: "B")
      #expect(second.wait(within: .seconds(15)) == .exited(0))
      #expect(alice.exitCode(within: .seconds(40)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      recorder.signal(SIGINT)
      _ = recorder.wait(within: .seconds(5))
      // Channels: mouth A, ear A, mouth B, ear B.
      for (name, channel) in [("A to B", 3), ("B to A", 1)] {
        let comparison = try compare(said: rig.speech, heard: recording, channel: channel)
        #expect(comparison.correlation >= 0.9, "\(name)")
        #expect(comparison.longestGap <= .milliseconds(60), "\(name)")
      }
    }
  }
}

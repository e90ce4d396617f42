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
      // Server and phones share the machine with whatever else it does; what a call was like while they
      // were kept from running says nothing, so a bad call is placed anew, at most twice.
      for attempt in 1...3 {
        let heard = try call()
        if attempt < 3, heard.contains(where: { !$0.isGood }) { continue }
        for ear in heard {
          #expect(ear.comparison.correlation >= 0.9, "\(ear.name)")
          #expect(ear.comparison.longestGap <= .milliseconds(60), "\(ear.name)")
        }
        return
      }
    }

    @Test("clean speech comes through voice processing as it was, which is on by default")
    func processed() throws {
      for attempt in 1...3 {
        let heard = try call(processed: true)
        if attempt < 3, heard.contains(where: { !$0.isGood }) { continue }
        #expect(!heard.isEmpty)
        for ear in heard {
          #expect(ear.comparison.correlation >= 0.9, "\(ear.name)")
          #expect(ear.comparison.longestGap <= .milliseconds(60), "\(ear.name)")
        }
        return
      }
    }

    @Test("a microphone that hears the loudspeaker sends 20 dB less of what it hears, soon")
    func echo() throws {
      for attempt in 1...3 {
        let differences = try echoReturn()
        let median = differences.sorted()[differences.count / 2]
        if attempt < 3, median < 20 { continue }
        #expect(median >= 20, "\(differences)")
        return
      }
    }

    @Test("the server knows the phone for one while a call lasts, and no longer")
    func role() throws {
      let server = try PulseDaemon(phones: ["A"])
      let rig = try Rig(environment: server.environment)
      let alice = try rig.start(["--plain", "--json"], as: "alice")
      #expect(alice.event("ready", within: .seconds(10)) != nil)
      #expect(try streams(server).isEmpty)
      alice.process.send("call Echo")
      #expect(alice.state("active", within: .seconds(20)) != nil)
      let properties = try Deadline(within: .seconds(10)).poll(every: .milliseconds(200)) {
        let lines = try streams(server)
        return lines.first { $0.contains("media.role") }
      }
      #expect(properties?.contains(#"media.role = "phone""#) == true)
      #expect(properties?.contains(#"application.name = "Tipring""#) == true)
      alice.process.send("hangup")
      let isOver: Void? = try Deadline(within: .seconds(10)).poll(every: .milliseconds(200)) {
        try streams(server).isEmpty ? () : nil
      }
      #expect(isOver != nil)
      alice.process.send("quit")
      #expect(alice.exitCode(within: .seconds(10)) == 0)
    }

    /// By how many dB what comes back is softer than what is said, in each second of a call from the fifth on.
    private func echoReturn() throws -> [Double] {
      let server = try PulseDaemon(phones: ["B"], rewinds: true)
      let rig = try Rig(environment: server.environment)
      let (_, url) = try rig.startExchange()
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "loopB",
          "--playback", "loopB", "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let recording = rig.folder["echo.wav"]
      let alice = try rig.start(
        [
          "call", "bob", "--exchange", url, "--as", "alice", "--capture", "file:\(rig.speech)",
          "--loop", "--playback", "null", "--record", recording, "--duration", "12s", "--json",
        ], as: "alice")
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      let said = try Sound(wav: recording, channel: 0).envelope(window: .seconds(1))
      let heard = try Sound(wav: recording, channel: 1).envelope(window: .seconds(1))
      #expect(said.count >= 10)
      // The canceller has to learn it first.
      #expect((heard.prefix(4).max() ?? 0) > 1e-3)
      return zip(said, heard).dropFirst(4).map { Double(20 * log10($0 / max($1, 1e-6))) }
    }

    /// What the server tells of those that play, but for what is played into mouths and ears.
    private func streams(_ server: PulseDaemon) throws -> [String] {
      let list = try ChildProcess(
        "pactl", ["list", "sink-inputs"], environment: server.environment)
      #expect(list.wait(within: .seconds(5)) == .exited(0))
      return list.lines.split { $0.hasPrefix("Sink Input #") }
        .map { $0.joined(separator: "\n") }
        .filter { $0.contains("application.process.id") }
    }

    /// What arrived at one ear.
    private struct Heard {
      let name: String
      let comparison: SoundComparison

      var isGood: Bool {
        comparison.correlation >= 0.9 && comparison.longestGap <= .milliseconds(60)
      }
    }

    /// Places a call in which first the one and then the other speaks; only the one, if their sound is
    /// processed.
    private func call(processed: Bool = false) throws -> [Heard] {
      let server = try PulseDaemon(phones: ["A", "B"])
      let rig = try Rig(environment: server.environment)
      let (_, url) = try rig.startExchange()
      let recording = rig.folder["ears.wav"]
      let recorder = try server.record(to: recording, phones: ["A", "B"])
      let processing = processed ? [] : ["--no-processing"]
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "phoneB",
          "--playback", "phoneB", "--json",
        ] + processing, as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--exchange", url, "--as", "alice", "--capture", "phoneA", "--playback",
          "phoneA", "--duration", processed ? "14s" : "22s", "--json",
        ] + processing, as: "alice")
      #expect(alice.state("active", within: .seconds(20)) != nil)
      // A null sink's microphone needs two seconds to begin.
      _ = alice.event("statistics", within: .seconds(5))
      _ = alice.event("statistics", within: .seconds(5))
      let first = try server.play(rig.speech, intoMouthOf: "A")
      #expect(first.wait(within: .seconds(15)) == .exited(0))
      if !processed {
        let second = try server.play(rig.speech, intoMouthOf: "B")
        #expect(second.wait(within: .seconds(15)) == .exited(0))
      }
      #expect(alice.exitCode(within: .seconds(40)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      recorder.signal(SIGINT)
      _ = recorder.wait(within: .seconds(5))
      // Channels: mouth A, ear A, mouth B, ear B.
      let ears = processed ? [("A to B", 3)] : [("A to B", 3), ("B to A", 1)]
      return try ears.map { name, channel in
        Heard(
          name: name, comparison: try compare(said: rig.speech, heard: recording, channel: channel))
      }
    }
  }
}

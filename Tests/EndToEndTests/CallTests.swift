import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Calls placed and taken on the command line.
  @Suite("Calls on the command line")
  struct CallTests {
    @Test("Echo repeats what is said a second later, with no server running")
    func echo() throws {
      let rig = try Rig()
      let heard = rig.folder["out.wav"]
      let phone = try rig.start(
        [
          "call", "Echo", "--capture", "file:\(rig.speech)", "--playback", "file:\(heard)",
          "--duration", "8s", "--json",
        ], as: "alice")
      #expect(phone.exitCode(within: .seconds(30)) == 0)
      let events = try #require(phone.allEvents, "every line is JSON")
      #expect(events.last?["event"]?.string == "summary")
      let comparison = try compare(said: rig.speech, heard: heard)
      #expect(comparison.correlation > 0.85)
      #expect(comparison.delay > .milliseconds(900))
      #expect(comparison.delay < .milliseconds(1_800))
    }

    @Test("what one says arrives at the other's ear, and both end well")
    func sound() throws {
      let rig = try Rig()
      let (exchange, url) = try rig.startExchange()
      let heard = rig.folder["b.wav"]
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "silence",
          "--playback", "file:\(heard)", "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--exchange", url, "--as", "alice", "--capture", "file:\(rig.speech)",
          "--playback", "null", "--duration", "6s", "--record", rig.folder["both.wav"], "--json",
        ], as: "alice")
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      #expect(try compare(said: rig.speech, heard: heard).correlation > 0.9)
      // A recording begins with the first sound from the other side, a moment after one's own.
      let recorded = try compare(
        said: rig.speech, from: .seconds(0.5), heard: rig.folder["both.wav"])
      #expect(recorded.correlation > 0.95, "the recording has the caller at the left")
      exchange.process.signal(SIGTERM)
      #expect(exchange.exitCode(within: .seconds(5)) == 0)
    }

    @Test("a refused call gives 3, an unknown name 2 with a sentence, a dead server 6")
    func failures() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let silent = ["--capture", "silence", "--playback", "null", "--json"]
      let bob = try rig.start(
        ["answer", "--decline", "--once", "--exchange", url, "--as", "bob"] + silent, as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let refused = try rig.start(
        ["call", "bob", "--exchange", url, "--as", "alice"] + silent, as: "alice")
      #expect(refused.exitCode(within: .seconds(20)) == 3)

      let unknown = try rig.start(
        ["call", "nobody", "--exchange", url, "--as", "alice"] + silent, as: "alice")
      #expect(unknown.exitCode(within: .seconds(20)) == 2)
      let sentence = unknown.allEvents?.last?["message"]?.string ?? ""
      #expect(sentence.contains("nobody"))

      let dead = try rig.start(
        ["call", "bob", "--exchange", "http://127.0.0.1:1", "--as", "alice"] + silent, as: "alice")
      #expect(dead.exitCode(within: .seconds(10)) == 6)
    }

    @Test("a caller who gives up leaves a missed call behind, and Ctrl-C gives 130")
    func missed() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let silent = ["--capture", "silence", "--playback", "null", "--json"]
      let bob = try rig.start(
        ["answer", "--auto=50s", "--once", "--exchange", url, "--as", "bob"] + silent, as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        ["call", "bob", "--exchange", url, "--as", "alice"] + silent, as: "alice")
      #expect(bob.state("incoming", within: .seconds(10)) != nil)
      alice.process.signal(SIGINT)
      #expect(alice.exitCode(within: .seconds(10)) == 130)
      #expect(bob.exitCode(within: .seconds(10)) == 5)
      let history = try rig.start(["history", "--missed", "--json"], as: "bob")
      #expect(history.exitCode(within: .seconds(5)) == 0)
      #expect(history.allEvents?.first?["party"]?.string == "alice")
    }

    @Test("sound goes on while the exchange is killed, and the phones find it again")
    func exchangeDies() throws {
      let rig = try Rig()
      let (first, url) = try rig.startExchange()
      let heard = rig.folder["b.wav"]
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "silence",
          "--playback", "file:\(heard)", "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--exchange", url, "--as", "alice", "--capture", "tone:440", "--playback",
          "null", "--duration", "9s", "--json",
        ], as: "alice")
      #expect(alice.state("active", within: .seconds(15)) != nil)
      first.process.kill()
      let (second, _) = try rig.startExchange(listen: String(url.dropFirst("http://".count)))
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      let recording = try Sound(wav: heard)
      // From one second after the beginning to one second before the end there is no quiet moment.
      let middle = recording.part(from: .seconds(1.5), lasting: .seconds(6)).envelope(
        window: .milliseconds(60))
      #expect((middle.min() ?? 0) > 0.02)
      let history = try rig.start(["history", "--json"], as: "alice")
      #expect(history.exitCode(within: .seconds(5)) == 0)
      #expect(history.allEvents?.first?["outcome"]?.string == "answered")
      second.process.signal(SIGTERM)
      #expect(second.exitCode(within: .seconds(5)) == 0)
    }
  }
}

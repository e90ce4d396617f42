import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Programs whose accounts speak Nexacon, on one exchange.
  @Suite("Nexacon between whole programs")
  struct NexaconTests {
    @Test("what one says arrives at the other's ear, and both end well")
    func sound() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob"] { account(of: user, at: url, rig) }
      let heard = rig.folder["b.wav"]
      let bob = try rig.start(
        [
          "answer", "--auto", "--once", "--capture", "silence", "--playback", "file:\(heard)",
          "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--capture", "file:\(rig.speech)", "--playback", "null", "--duration",
          "6s", "--json",
        ], as: "alice")
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      // A caller speaks from the acceptance on, a moment before there is a way to the other.
      let comparison = try compare(said: rig.speech, from: .seconds(1.5), heard: heard)
      #expect(comparison.correlation > 0.85)
    }

    @Test("Echo, who speaks no Nexacon, repeats what is said")
    func echo() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      account(of: "alice", at: url, rig)
      let heard = rig.folder["a.wav"]
      let alice = try rig.start(
        [
          "call", "Echo", "--capture", "file:\(rig.speech)", "--playback", "file:\(heard)",
          "--duration", "8s", "--json",
        ], as: "alice")
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(try compare(said: rig.speech, from: .seconds(1.5), heard: heard).correlation > 0.8)
    }

    @Test("a refused call gives 3, and one given up is missed at the other side")
    func endings() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob"] { account(of: user, at: url, rig) }
      let silent = ["--capture", "silence", "--playback", "null", "--json"]
      let refuser = try rig.start(["answer", "--decline", "--once"] + silent, as: "bob")
      #expect(refuser.event("ready", within: .seconds(10)) != nil)
      let refused = try rig.start(["call", "bob"] + silent, as: "alice")
      #expect(refused.exitCode(within: .seconds(20)) == 3)
      _ = refuser.exitCode(within: .seconds(10))

      let bob = try rig.start(["answer", "--auto=50s", "--once"] + silent, as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(["call", "bob"] + silent, as: "alice")
      #expect(bob.state("incoming", within: .seconds(20)) != nil)
      alice.process.signal(SIGINT)
      #expect(alice.exitCode(within: .seconds(10)) == 130)
      #expect(bob.exitCode(within: .seconds(10)) == 5)
    }

    private func account(of user: String, at url: String, _ rig: Rig) {
      let key = rig.folder.write("tipring\n", to: "\(user)/key")
      rig.folder.write(
        """
        [account nx]
        system = nexacon
        server = \(url)
        user = \(user)
        api-key-file = \(key)
        secret-key-file = \(key)

        """, to: "\(user)/config/tipring/tipring.conf")
    }
  }
}

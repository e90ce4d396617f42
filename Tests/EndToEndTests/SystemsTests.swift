import Basics
import EndToEnd
import Formats
import Glibc
import Testing

/// A call system in which people call each other.
enum PeopleSystem: String, CaseIterable, CustomTestStringConvertible {
  case botserver, zulip, nexacon

  var testDescription: String { rawValue }

  /// Whether a second caller is told that somebody is busy; elsewhere the call waits.
  var hasBusy: Bool { self == .zulip }
}

extension WholePrograms {
  /// The same calls over every call system, each between two programs of their own.
  @Suite("Calls over every system")
  struct SystemsTests {
    @Test(
      "a call is heard on both sides, hung up by either, declined, given up, and in the history",
      arguments: PeopleSystem.allCases)
    func calls(system: PeopleSystem) throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob"] { rig.writeAccounts(of: user, at: url) }
      let bob = try rig.startPhone(
        of: "bob", system,
        sound: [
          "--capture", "tone:500", "--playback", "file:\(rig.folder["bob.wav"])",
        ])

      // Answered; who was called hangs up.
      let answered = try rig.startCall(system)
      #expect(bob.state("incoming", within: .seconds(20)) != nil)
      bob.process.send("answer")
      #expect(bob.state("active", within: .seconds(10)) != nil)
      #expect(answered.state("active", within: .seconds(10)) != nil)
      bob.process.send("hangup")
      #expect(answered.exitCode(within: .seconds(15)) == 0)
      #expect(bob.state("ended", within: .seconds(10)) != nil)

      // Declined with a reason.
      let declined = try rig.startCall(system)
      #expect(bob.state("incoming", within: .seconds(20)) != nil)
      bob.process.send("decline in a meeting")
      #expect(declined.exitCode(within: .seconds(15)) == 3)
      let words = declined.allEvents?.last?["message"]?.string ?? ""
      #expect(words.contains("in a meeting") || system != .botserver, "\(words)")
      #expect(bob.state("ended", within: .seconds(10)) != nil)

      // Given up by the caller.
      let cancelled = try rig.startCall(system)
      #expect(bob.state("incoming", within: .seconds(20)) != nil)
      // The server's name of a call may come after it rings there, or never.
      _ = cancelled.event("state", within: .seconds(1)) { $0["remoteCall"]?.string != nil }
      cancelled.process.signal(SIGINT)
      #expect(cancelled.exitCode(within: .seconds(15)) == 130)
      #expect(bob.state("ended", within: .seconds(15)) != nil)

      // Answered; the caller hangs up. Sound goes into a file that each call begins anew.
      let last = try rig.startCall(
        system,
        sound: [
          "--capture", "tone:800", "--playback", "file:\(rig.folder["alice.wav"])", "--duration",
          "2s",
        ])
      let incoming = try #require(bob.state("incoming", within: .seconds(15)))
      #expect(incoming["party"]?.string == "alice")
      #expect(incoming["account"]?.string == system.rawValue)
      bob.process.send("answer")
      #expect(bob.state("active", within: .seconds(10)) != nil)
      #expect(last.exitCode(within: .seconds(15)) == 0)
      #expect(bob.state("ended", within: .seconds(10)) != nil)
      bob.process.send("quit")
      #expect(bob.exitCode(within: .seconds(10)) == 0)

      #expect(try rig.amplitude(of: 800, heardBy: "bob") > 0.02, "bob hears alice")
      #expect(try rig.amplitude(of: 500, heardBy: "alice") > 0.02, "alice hears bob")
      #expect(
        try rig.outcomes(of: "alice", system) == ["answered", "cancelled", "declined", "answered"])
      #expect(
        try rig.outcomes(of: "bob", system) == ["answered", "missed", "declined", "answered"])
    }

    @Test("a call that came while the phone was off stands as missed when it is on again")
    func missedWhileAway() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      rig.writeAccounts(of: "alice", at: url)
      let token = try rig.command(
        ["serve", "adduser", "bob", "--data", rig.folder["exchange"]], as: "exchange")
      rig.folder.write(token + "\n", to: "bob/token")
      rig.folder.write(
        """
        [account botserver]
        system = botserver
        server = \(url)
        user = bob
        password-file = \(rig.folder["bob/token"])
        """, to: "bob/config/tipring/tipring.conf")
      let alice = try rig.startCall(.botserver)
      #expect(alice.state("outgoing", within: .seconds(15)) != nil)
      // Nothing tells that the server has the call, since it rings nowhere.
      let _: Bool? = Deadline(within: .seconds(1)).poll { nil }
      alice.process.signal(SIGINT)
      #expect(alice.exitCode(within: .seconds(15)) == 130)
      let bob = try rig.startPhone(of: "bob", .botserver)
      let record: JSONValue? = Deadline(within: .seconds(15)).poll(every: .milliseconds(200)) {
        bob.process.send("history")
        return bob.event("record", within: .seconds(1))
      }
      #expect(record?["record"]?["outcome"]?.string == "missed")
      #expect(record?["record"]?["party"]?.string == "alice")
      bob.process.send("quit")
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      let missed = try rig.command(["history", "--missed", "--json"], as: "bob")
      #expect(missed.contains("\"alice\""), "\(missed)")
    }

    @Test(
      "who is called while in a call is busy, which gives 4",
      arguments: PeopleSystem.allCases.filter(\.hasBusy))
    func busy(system: PeopleSystem) throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob", "carol"] { rig.writeAccounts(of: user, at: url) }
      let bob = try rig.startPhone(of: "bob", system)
      let alice = try rig.startCall(system)
      #expect(bob.state("incoming", within: .seconds(15)) != nil)
      bob.process.send("answer")
      #expect(alice.state("active", within: .seconds(10)) != nil)
      let carol = try rig.startCall(system, as: "carol")
      #expect(carol.exitCode(within: .seconds(20)) == 4)
      #expect(alice.process.isRunning, "the first call goes on")
      alice.process.signal(SIGINT)
      #expect(alice.exitCode(within: .seconds(10)) == 130)
    }

    @Test("accounts test signs in to all systems, and contacts are listed with their accounts")
    func accounts() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob"] { rig.writeAccounts(of: user, at: url) }
      _ = try rig.startPhone(of: "bob", .zulip)
      let test = try rig.start(["accounts", "test"], as: "alice")
      #expect(test.exitCode(within: .seconds(30)) == 0)
      for (name, title) in [
        ("botserver", "BotServer"), ("zulip", "Zulip"), ("nexacon", "Nexacon"), ("buzzi", "Buzzi"),
      ] {
        #expect(test.process.lines.contains("\(name): signed in to \(title) as alice."))
      }
      #expect(test.process.lines.contains("zulip: can call 1 person; 0 calls in the history."))
      let contacts = try rig.start(["contacts"], as: "alice")
      #expect(contacts.exitCode(within: .seconds(15)) == 0)
      #expect(contacts.process.lines.contains { $0.contains("bob") && $0.contains(" zulip ") })
      #expect(contacts.process.lines.contains { $0.contains("parrot") && $0.contains(" buzzi ") })
      let plain = try rig.start(["contacts"], as: "alice", by: ["env", "LC_ALL=C"])
      #expect(plain.exitCode(within: .seconds(15)) == 0)
      #expect(plain.process.lines.contains { $0.hasPrefix("* bob ") }, "\(plain.process.lines)")
      #expect(plain.process.lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test("an account that is not there, and a setting that is none, are told in a sentence")
    func wrongAccounts() throws {
      let rig = try Rig()
      let history = try rig.start(["history", "--account", "wrok"], as: "alice")
      #expect(history.exitCode(within: .seconds(10)) == 2)
      #expect(history.process.errorText.contains("There is no account wrok in the settings"))
      let account = ["--system", "botserver", "--server", "http://127.0.0.1:1", "--user", "a"]
      let add = try rig.start(["accounts", "add", "work"] + account + ["stun=x"], as: "alice")
      #expect(add.exitCode(within: .seconds(10)) == 2)
      #expect(
        add.process.errorText.hasPrefix("tipring: There is no setting “stun” in [account work]"))
    }
  }
}

extension Rig {
  /// Gives a user an account of every call system, named as the systems are.
  ///
  /// - Parameter urls: the exchange of each system, in the order of the accounts; the last one's for the rest.
  func writeAccounts(of user: String, at urls: String...) {
    let special = [
      "nexacon": ["api-key-command = echo tipring", "secret-key-command = echo tipring"],
      "buzzi": ["chatbot-id = parrot, echo"],
    ]
    var lines: [String] = []
    for (index, name) in ["botserver", "zulip", "nexacon", "buzzi"].enumerated() {
      let url = urls[min(index, urls.count - 1)]
      lines += ["[account \(name)]", "system = \(name)", "server = \(url)", "user = \(user)"]
      lines += special[name] ?? []
    }
    folder.write(
      lines.joined(separator: "\n") + "\n", to: "\(user)/config/tipring/tipring.conf")
  }

  private static var silence: [String] { ["--capture", "silence", "--playback", "null"] }

  /// Starts a phone without a screen that waits for calls of one system.
  fileprivate func startPhone(
    of user: String, _ system: PeopleSystem, sound: [String]? = nil
  ) throws -> Phone {
    let phone = try start(
      ["--plain", "--json", "--account", system.rawValue] + (sound ?? Self.silence), as: user)
    #expect(phone.event("ready", within: .seconds(15)) != nil)
    return phone
  }

  /// Calls bob.
  func startCall(
    _ system: PeopleSystem, as user: String = "alice", sound: [String]? = nil
  ) throws -> Phone {
    try start(
      ["call", "bob", "--json", "--account", system.rawValue] + (sound ?? Self.silence), as: user)
  }

  /// The ends of a user's calls, newest first.
  fileprivate func outcomes(of user: String, _ system: PeopleSystem) throws -> [String] {
    let history = try start(["history", "--json"], as: user)
    #expect(history.exitCode(within: .seconds(10)) == 0)
    return (history.allEvents ?? []).filter { $0["system"]?.string == system.rawValue }
      .compactMap { $0["outcome"]?.string }
  }

  /// How strong a tone is in the loudest half second of what a user heard, from 0 to 1 (Goertzel).
  fileprivate func amplitude(of frequency: Double, heardBy user: String) throws -> Double {
    let sound = try Sound(wav: folder["\(user).wav"])
    let length = sound.rate / 2
    let factor = 2 * cos(2 * Double.pi * frequency / Double(sound.rate))
    var best = 0.0
    for start in stride(from: 0, to: max(1, sound.samples.count - length), by: length / 2) {
      var (last, previous) = (0.0, 0.0)
      for sample in sound.samples.dropFirst(start).prefix(length) {
        (last, previous) = (Double(sample) + factor * last - previous, last)
      }
      let power = last * last + previous * previous - factor * last * previous
      best = max(best, 2 * max(0, power).squareRoot() / Double(length))
    }
    return best
  }
}

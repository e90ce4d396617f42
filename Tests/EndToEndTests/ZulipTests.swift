import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// The exchange as a Zulip server: asked by curl, and by phones with accounts of it.
  @Suite("Zulip")
  struct ZulipTests {
    @Test(
      "the guide's curl lines create, answer and list calls", arguments: ["3", "seed-b", "seed-c"])
    func curl(dialect: String) throws {
      let rig = try Rig()
      rig.folder.write(
        "[exchange]\nzulip-dialect = \(dialect)\n", to: "exchange/config/tipring/tipring.conf")
      let users = try ["caller", "recipient"].map { try addUser($0, rig) }
      let (_, url) = try rig.startExchange()
      let created = try curl(
        [
          "-X", "POST", "\(url)/api/v1/calls/create", "-u", users[0],
          "-d", "recipient_email=recipient@domain.com", "-d", "is_video_call=true",
        ])
      #expect(created["result"]?.string == "success")
      let id = try #require(created["call_id"]?.string, "\(created.text)")
      #expect(created["call_url"]?.string?.hasPrefix("\(url)/zulip-call-") == true)
      let answered = try curl(
        [
          "-X", "POST", "\(url)/api/v1/calls/\(id)/respond", "-u", users[1], "-d",
          "response=accept",
        ])
      #expect(answered["action"]?.string == (dialect == "seed-b" ? "accepted" : "accept"))
      #expect(answered["call_url"]?.string?.contains("/zulip-call-") == true)
      guard dialect != "seed-b" else { return }
      let history = try curl(
        ["-X", "GET", "\(url)/api/v1/calls/history?limit=10", "-u", users[0]])
      let entry = try #require(history["calls"]?.array?.first)
      #expect(entry["call_id"]?.string == id)
      #expect(entry["call_type"]?.string == "video")
      #expect(entry["other_user"]?["email"]?.string == "recipient@tipring.local")
    }

    @Test("option A's curl line makes a room, and a wrong key is refused")
    func optionA() throws {
      let rig = try Rig()
      rig.folder.write(
        "[exchange]\nzulip-dialect = seed-a\n", to: "exchange/config/tipring/tipring.conf")
      let user = try addUser("your-email", rig)
      _ = try addUser("recipient", rig)
      let (_, url) = try rig.startExchange()
      let line = ["-X", "POST", "\(url)/api/v1/calls/initiate", "-d", "is_video_call=true"]
      let recipient = ["-d", "recipient_email=recipient@domain.com"]
      let created = try curl(line + recipient + ["-u", user])
      #expect(created["message"]?.string == "Call initiated successfully")
      let room = try #require(created["room_id"]?.string)
      #expect(created["call_url"]?.string?.hasPrefix("\(url)/zulip-call-\(room)") == true)
      let refused = try curl(line + recipient + ["-u", "your-email@domain.com:api-key"])
      #expect(refused["code"]?.string == "INVALID_API_KEY")
      let missing = try curl(line + ["-u", user])
      #expect(missing["message"]?.string == "recipient_email is required")
    }

    @Test("a poll for events waits until something happens")
    func longPoll() throws {
      let rig = try Rig()
      let users = try ["ann", "bob"].map { try addUser($0, rig) }
      let (_, url) = try rig.startExchange()
      let queue = try curl([
        "-d", "event_types=[\"call\"]", "-u", users[1], "\(url)/api/v1/register",
      ])
      let id = try #require(queue["queue_id"]?.string)
      let poll = try ChildProcess(
        "curl",
        [
          "-s", "-w", "\n", "-u", users[1], "\(url)/api/v1/events?queue_id=\(id)&last_event_id=-1",
        ])
      #expect(poll.wait(within: .seconds(1)) == nil)
      _ = try curl(["-u", users[0], "-d", "recipient_email=bob@x", "\(url)/api/v1/calls/create"])
      #expect(poll.wait(within: .seconds(5)) == .exited(0))
      let answer = try JSONValue(decoding: poll.lines.joined())
      #expect(answer["events"]?.array?.first?["op"]?.string == "incoming_call")
    }

    @Test(
      "what one says arrives at the other's ear, in each generation", arguments: ["3", "stock"])
    func sound(dialect: String) throws {
      let rig = try Rig()
      rig.folder.write(
        "[exchange]\nzulip-dialect = \(dialect)\n", to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob"] { account(of: user, at: url, rig) }
      let heard = rig.folder["b.wav"]
      let bob = try rig.start(
        [
          "answer", "--auto", "--once", "--capture", "tone:500", "--playback", "file:\(heard)",
          "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "call", "bob", "--capture", "file:\(rig.speech)", "--playback",
          "file:\(rig.folder["a.wav"])", "--duration", "6s", "--json",
        ], as: "alice")
      #expect(alice.exitCode(within: .seconds(30)) == 0)
      #expect(bob.exitCode(within: .seconds(15)) == 0)
      // A caller speaks from the acceptance on, a moment before there is a way to the other and a steady
      // delay on it.
      let comparison = try compare(said: rig.speech, from: .seconds(1.5), heard: heard)
      #expect(comparison.correlation > 0.85)
      let tone = try Sound(wav: rig.folder["a.wav"]).part(from: .seconds(2), lasting: .seconds(3))
      #expect((tone.envelope(window: .milliseconds(60)).min() ?? 0) > 0.02)
    }

    @Test("a refused call gives 3, a busy one 4, and one given up leaves a missed call behind")
    func endings() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for user in ["alice", "bob", "carol"] { account(of: user, at: url, rig) }
      let silent = ["--capture", "silence", "--playback", "null", "--json"]
      let refuser = try rig.start(["answer", "--decline", "--once"] + silent, as: "bob")
      #expect(refuser.event("ready", within: .seconds(10)) != nil)
      let refused = try rig.start(["call", "bob"] + silent, as: "alice")
      #expect(refused.exitCode(within: .seconds(20)) == 3)
      _ = refuser.exitCode(within: .seconds(10))

      let bob = try rig.start(["answer", "--auto=50s", "--once"] + silent, as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(["call", "bob"] + silent, as: "alice")
      // The server asks a caller to wait a moment after a call, which the phone does.
      #expect(bob.state("incoming", within: .seconds(20)) != nil)
      let carol = try rig.start(["call", "bob"] + silent, as: "carol")
      #expect(carol.exitCode(within: .seconds(20)) == 4)
      alice.process.signal(SIGINT)
      #expect(alice.exitCode(within: .seconds(10)) == 130)
      #expect(bob.exitCode(within: .seconds(10)) == 5)
      let test = try rig.start(["accounts", "test", "z"], as: "alice")
      #expect(test.exitCode(within: .seconds(15)) == 0)
      #expect(test.process.lines.last?.contains("2 calls in the history") == true)
    }

    // MARK: Helpers

    private func account(of user: String, at url: String, _ rig: Rig) {
      rig.folder.write(
        "[account z]\nsystem = zulip\nserver = \(url)\nuser = \(user)\n",
        to: "\(user)/config/tipring/tipring.conf")
    }

    /// Adds a user to the exchange, and returns what `curl -u` takes.
    private func addUser(_ name: String, _ rig: Rig) throws -> String {
      let adding = try rig.start(
        ["serve", "adduser", name, "--data", rig.folder["exchange"]], as: "exchange")
      #expect(adding.exitCode(within: .seconds(10)) == 0)
      return "\(name)@domain.com:\(try #require(adding.process.lines.last))"
    }

    private func curl(_ arguments: [String]) throws -> JSONValue {
      let process = try ChildProcess("curl", ["-s", "-w", "\n", "--max-time", "10"] + arguments)
      #expect(process.wait(within: .seconds(15)) == .exited(0))
      return try JSONValue(decoding: process.lines.joined())
    }
  }
}

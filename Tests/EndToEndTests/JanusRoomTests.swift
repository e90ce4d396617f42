import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Rooms of the exchange whose sound a Janus server mixes, as Debian has it.
  @Suite("Rooms that Janus mixes", .enabled(if: JanusServer.isInstalled))
  struct JanusRoomTests {
    private static let voices = [("alice", 440.0), ("bob", 700.0), ("carl", 1_100.0)]

    @Test("three meet behind a password, hear and see one another, and leave")
    func three() throws {
      let janus = try JanusServer()
      defer { janus.stop() }
      let rig = try Rig()
      rig.folder.write("key\n", to: "janus-key")
      rig.folder.write("sesame\n", to: "password")
      rig.folder.write("simsim\n", to: "wrong")
      rig.folder.write(
        """
        [exchange]
        rooms = janus
        janus-url = \(janus.url)
        janus-key-file = \(rig.folder["janus-key"])
        """, to: "exchange/config/tipring/tipring.conf")
      let (exchange, url) = try rig.startExchange()
      for (name, password) in [
        ("alice", "password"), ("bob", "password"), ("carl", "password"), ("dave", "wrong"),
      ] {
        rig.folder.write(
          """
          [account work]
          system = botserver
          server = \(url)
          user = \(name)
          room-password-file = \(rig.folder[password])
          """, to: "\(name)/config/tipring/tipring.conf")
      }
      _ = try rig.command(
        ["rooms", "create", "Standup", "--room-password-file", rig.folder["password"]], as: "alice")

      var phones: [String: Phone] = [:]
      var call = ""
      for (name, frequency) in Self.voices {
        let phone = try rig.start(
          [
            "--plain", "--json", "--capture", "tone:\(Int(frequency))", "--playback",
            "file:\(rig.folder["\(name).wav"])",
          ], as: name)
        phones[name] = phone
        #expect(phone.event("ready", within: .seconds(15)) != nil)
        phone.process.send("call room:Standup")
        let active = phone.state("active", within: .seconds(30))
        call = try #require(active?["remoteCall"]?.string, "\(phone.process.lines)")
      }
      let alice = try #require(phones["alice"])
      #expect(
        alice.event("note", within: .seconds(15)) {
          $0["message"]?.string == "carl is in the call."
        } != nil)
      let members = try rig.command(["rooms", "participants", "Standup", "--json"], as: "bob")
      for (name, _) in Self.voices { #expect(members.contains("\"\(name)\""), "\(members)") }
      #expect(
        alice.event("speaker", within: .seconds(15)) { event in
          event["speakers"]?.array?.contains { $0["name"]?.string == "bob" } == true
        } != nil, "who speaks is shown")

      // The wrong word does not open.
      let dave = try rig.start(
        ["call", "room:Standup", "--json", "--capture", "silence", "--playback", "null"],
        as: "dave")
      #expect(dave.exitCode(within: .seconds(20)) == 6)
      let refusal = dave.allEvents?.last?["message"]?.string ?? ""
      #expect(refusal.contains("room-password"), "\(refusal)")

      // The exchange does not hear what Janus mixes, and says so.
      let recording = try rig.start(["calls", "record", "start", call], as: "alice")
      #expect(recording.exitCode(within: .seconds(15)) == 6)
      #expect(recording.process.errorText.contains("Janus"), "\(recording.process.errorText)")

      let _: Bool? = Deadline(within: .seconds(4)).poll { nil }
      let carl = try #require(phones["carl"])
      carl.process.send("hangup")
      #expect(carl.state("ended", within: .seconds(10))?["reason"]?.string == "hangup")
      #expect(
        alice.event("note", within: .seconds(15)) {
          $0["message"]?.string == "carl has left the call."
        } != nil)
      let rest = try rig.command(["rooms", "participants", "Standup", "--json"], as: "bob")
      #expect(!rest.contains("\"carl\""), "\(rest)")
      for (name, _) in Self.voices {
        let phone = try #require(phones[name])
        if name != "carl" {
          phone.process.send("hangup")
          #expect(phone.state("ended", within: .seconds(10)) != nil)
        }
        phone.process.send("quit")
        #expect(phone.exitCode(within: .seconds(10)) == 0)
      }
      for (name, _) in Self.voices {
        for (other, frequency) in Self.voices {
          let amplitude = try strength(of: frequency, in: rig.folder["\(name).wav"])
          if other == name {
            #expect(amplitude < 0.01, "\(name) hears itself: \(amplitude)")
          } else {
            #expect(amplitude > 0.05, "\(name) does not hear \(other): \(amplitude)")
          }
        }
      }
      exchange.process.signal(SIGTERM)
      #expect(exchange.exitCode(within: .seconds(10)) == 0)
    }

    @Test("a Janus server that is not there is told in words, and the room stays usable")
    func away() throws {
      let rig = try Rig()
      rig.folder.write(
        """
        [exchange]
        rooms = janus
        janus-url = ws://127.0.0.1:\(LoopbackSocket.freePort())
        """, to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      for _ in 0..<2 {
        let phone = try rig.start(
          [
            "call", "room:lobby", "--exchange", url, "--as", "alice", "--json", "--capture",
            "silence", "--playback", "null",
          ], as: "alice")
        #expect(phone.exitCode(within: .seconds(60)) == 6)
        let words = phone.allEvents?.last?["message"]?.string ?? ""
        #expect(words.contains("media server") || words.contains("Janus"), "\(words)")
      }
    }
  }
}

extension Rig {
  /// Runs a command that ends by itself and returns what it printed.
  func command(_ words: [String], as user: String) throws -> String {
    let command = try start(words, as: user)
    let code = command.exitCode(within: .seconds(20))
    let text = command.process.lines.joined(separator: "\n")
    #expect(code == 0, "\(words): \(text) \(command.process.errorText)")
    return text
  }
}

import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  @Suite("The doctor")
  struct DoctorTests {
    /// The findings by their name; the last of those with the same.
    private func examine(
      _ arguments: [String], environment: [String: String] = [:], settings: String = ""
    ) throws -> (findings: [String: JSONValue], code: Int32?, text: String) {
      let rig = try Rig(environment: environment)
      if !settings.isEmpty {
        rig.folder.write(settings, to: "you/config/tipring/tipring.conf")
      }
      let phone = try rig.start(["doctor", "--json"] + arguments, as: "you")
      let code = phone.exitCode(within: .seconds(60))
      let lines = try #require(phone.allEvents)
      return (
        Dictionary(lines.map { ($0["name"]?.string ?? "", $0) }, uniquingKeysWith: { $1 }), code,
        phone.process.lines.joined(separator: "\n")
      )
    }

    @Test("measures mouth to ear where the microphone hears the loudspeaker")
    func measures() throws {
      let server = try PulseDaemon(phones: ["A"])
      let (found, _, _) = try examine(
        ["--capture", "loopA", "--playback", "loopA"], environment: server.environment)
      let figures = try #require(found["mouth to ear"]?["figures"])
      let devices = try #require(figures["devicesMilliseconds"]?.double)
      let measured = try #require(figures["measuredMilliseconds"]?.double)
      // Longer than the devices alone by at least the frame that is collected.
      #expect(measured > 20 && measured > devices - 20 && measured < 500)
      #expect(found["level"]?["verdict"]?.string == "good")
      #expect(found["microphone"]?["figures"]?["rateHertz"]?.integer == 48_000)
      let drift = found["clock"]?["figures"]
      #expect(drift?["capturePartsPerMillion"] != nil && drift?["playbackPartsPerMillion"] != nil)
    }

    @Test("finds a dead microphone, an odd setting and a server that is not there, without secrets")
    func bad() throws {
      let server = try PulseDaemon(phones: ["A"])
      let (found, code, text) = try examine(
        ["--capture", "phoneA", "--playback", "phoneA", "--silent"],
        environment: server.environment.merging(["TOKEN": "s3cret"]) { $1 },
        settings: """
          [phone]
          mous = yes
          [account work]
          system = botserver
          server = http://127.0.0.1:9
          user = amina
          password-env = TOKEN
          stun-server = 127.0.0.1:9
          """)
      #expect(code == 1)
      #expect(found["level"]?["verdict"]?.string == "bad")
      #expect(found["level"]?["advice"]?.string?.contains("Unmute") == true)
      #expect(found["settings"]?["verdict"]?.string == "look at")
      #expect(found["work"]?["verdict"]?.string == "bad")
      #expect(found["UDP"]?["verdict"]?.string == "bad")
      #expect(found["secrets"]?["verdict"]?.string == "good")
      #expect(found["screen"]?["verdict"]?.string == "good")
      #expect(!text.contains("s3cret"))
    }

    @Test("has a table for people, and 0 when nothing is bad")
    func table() throws {
      let rig = try Rig()
      let phone = try rig.start(
        ["doctor", "--capture", "silence", "--playback", "null", "--silent"], as: "you")
      #expect(phone.exitCode(within: .seconds(60)) == 0)
      let lines = phone.process.lines
      for title in ["Sound", "Terminal", "Network", "Servers", "Files"] {
        #expect(lines.contains(title), "\(title)")
      }
      #expect(lines.contains { $0.contains("good") && $0.contains("exchange") })
      #expect(lines.last?.contains("0 bad.") == true)
    }

    @Test("ends at once when it is interrupted, with 130")
    func interrupted() throws {
      let rig = try Rig()
      let phone = try rig.start(
        ["doctor", "--capture", "tone:440", "--playback", "null"], as: "you")
      usleep(700_000)
      phone.process.signal(SIGINT)
      #expect(phone.exitCode(within: .seconds(10)) == 130)
      #expect(phone.process.lines.isEmpty)
    }
  }
}

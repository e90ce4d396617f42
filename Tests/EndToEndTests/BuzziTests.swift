import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Calls with voice bots over Buzzi's API.
  @Suite("Buzzi's bots")
  struct BuzziTests {
    /// A rig whose user `alice` has an account of Buzzi at the exchange.
    private func rig() throws -> (rig: Rig, exchange: Phone, url: String) {
      let rig = try Rig()
      let (exchange, url) = try rig.startExchange()
      rig.folder.write(
        """
        [account bots]
        system = buzzi
        server = \(url)
        user = alice
        chatbot-id = parrot, echo
        """, to: "alice/config/tipring/tipring.conf")
      return (rig, exchange, url)
    }

    @Test("sound goes out and comes back in samples, and the call is in the history")
    func echo() throws {
      let (rig, exchange, _) = try rig()
      let heard = rig.folder["heard.wav"]
      let phone = try rig.start(
        [
          "call", "bot:echo", "--capture", "file:\(rig.speech)", "--playback", "file:\(heard)",
          "--duration", "8s", "--json",
        ], as: "alice")
      #expect(phone.exitCode(within: .seconds(30)) == 0)
      #expect(try compare(said: rig.speech, heard: heard).correlation > 0.85)
      let history = try rig.start(["history", "--json"], as: "alice")
      #expect(history.exitCode(within: .seconds(5)) == 0)
      #expect(history.allEvents?.first?["outcome"]?.string == "answered")
      #expect(history.allEvents?.first?["system"]?.string == "buzzi")
      exchange.process.signal(SIGTERM)
      #expect(exchange.exitCode(within: .seconds(5)) == 0)
    }

    @Test("Parrot greets, says what it does and what was said")
    func parrot() throws {
      let (rig, _, _) = try rig()
      let phone = try rig.start(
        [
          "call", "bot:parrot", "--capture", "file:\(rig.speech)", "--loop", "--playback", "null",
          "--duration", "9s", "--json",
        ], as: "alice")
      #expect(phone.exitCode(within: .seconds(30)) == 0)
      let events = try #require(phone.allEvents)
      let lines = events.filter { $0["event"]?.string == "transcript" }
      #expect(lines.contains { $0["isSelf"]?.boolean == false })
      #expect(events.contains { $0["event"]?.string == "speaker" })
    }

    @Test("a caller who asks for a person is heard by the seat, and the seat by the caller")
    func person() throws {
      let (rig, _, url) = try rig()
      let (atSeat, atCaller) = (rig.folder["seat.wav"], rig.folder["caller.wav"])
      let seat = try rig.start(
        [
          "answer", "--exchange", url, "--as", "sue", "--auto", "--once", "--capture", "tone:700",
          "--playback", "file:\(atSeat)", "--json",
        ], as: "sue")
      #expect(seat.event("ready", within: .seconds(10)) != nil)
      let phone = try rig.start(
        [
          "--plain", "--capture", "tone:300", "--playback", "file:\(atCaller)", "--json",
        ], as: "alice")
      #expect(phone.event("ready", within: .seconds(10)) != nil)
      phone.process.send("call bot:parrot")
      #expect(phone.state("active", within: .seconds(10)) != nil)
      phone.process.send("person")
      #expect(seat.state("active", within: .seconds(15)) != nil)
      #expect(
        phone.event("transcript", within: .seconds(10)) {
          $0["text"]?.string == "sue is on the line."
        } != nil)
      // Three seconds of talk.
      let _: Bool? = Deadline(within: .seconds(3)).poll { nil }
      phone.process.send("hangup")
      #expect(seat.exitCode(within: .seconds(10)) == 0)
      phone.process.send("quit")
      #expect(phone.exitCode(within: .seconds(10)) == 0)
      #expect(try strength(of: 300, in: atSeat) > 0.02)
      #expect(try strength(of: 700, in: atCaller) > 0.02)
    }

    @Test("the company's figures are asked for on the command line")
    func analytics() throws {
      let (rig, _, url) = try rig()
      try rig.writeBotAccount(at: url)
      let call = try rig.start(
        [
          "call", "bot:parrot", "--capture", "silence", "--playback", "null", "--duration", "2s",
        ], as: "alice")
      #expect(call.exitCode(within: .seconds(20)) == 0)
      let figures = try rig.start(["buzzi", "analytics", "--days", "7", "--json"], as: "alice")
      #expect(figures.exitCode(within: .seconds(10)) == 0)
      #expect(figures.allEvents?.last?["summary"]?["completedCalls"]?.integer == 1)
    }

    @Test("a bot is taken out of use and back on the command line, and what is wrong is told")
    func setUp() throws {
      let (rig, _, url) = try rig()
      try rig.writeBotAccount(at: url)
      let off = try rig.command(
        ["buzzi", "bot", "set", "parrot", "enabledCall=false"], as: "alice")
      #expect(off == "Chatbot parrot was changed.")
      let refused = try rig.start(
        ["call", "bot:parrot", "--json", "--capture", "silence", "--playback", "null"], as: "alice")
      #expect(refused.exitCode(within: .seconds(20)) == 6)
      #expect(refused.allEvents?.last?["message"]?.string?.isEmpty == false)
      let wrong = try rig.start(
        ["buzzi", "bot", "set", "parrot", "voiceConfig.openaiVoice=bass"], as: "alice")
      #expect(wrong.exitCode(within: .seconds(15)) == 6)
      #expect(wrong.process.errorText.contains("openaiVoice"), "\(wrong.process.errorText)")
      let on = try rig.command(
        [
          "buzzi", "bot", "set", "parrot", "enabledCall=true", "voiceConfig.openaiVoice=ash",
          "voiceConfig.silenceDurationMs=500", "callWidgetConfig.enabled=true", "--json",
        ], as: "alice")
      let bot = try JSONValue(decoding: on)["chatbot"]
      #expect(bot?["voiceConfig"]?["openaiVoice"]?.string == "ash")
      #expect(bot?["voiceConfig"]?["silenceDurationMs"]?.integer == 500)
      let call = try rig.start(
        [
          "call", "bot:parrot", "--capture", "silence", "--playback", "null", "--duration", "1s",
        ], as: "alice")
      #expect(call.exitCode(within: .seconds(20)) == 0)
    }
  }
}

import EndToEnd
import Formats
import Testing

extension WholePrograms {
  /// Bots whose voice is a service's, over real sockets to a service that follows the documents.
  @Suite("Bots with a service's voice")
  struct VoiceServiceTests {
    @Test(
      "a caller hears the service's voice, interrupts it, is heard, and is answered",
      arguments: ["openai", "gemini"])
    func conversation(api: String) throws {
      let python: String
      do {
        python = try VoiceServices.interpreter()
      } catch {
        // Without a network there is no foreign server to be had.
        print("Bots with a service's voice were not tested: \(error)")
        return
      }
      let rig = try Rig()
      let script = rig.folder.write(VoiceServices.script, to: "services.py")
      let service = Phone(try ChildProcess(python, [script]))
      defer { service.process.kill() }
      let port = try #require(service.event("ready", within: .seconds(30))?["port"]?.integer)
      rig.folder.write(VoiceServices.openAIKey + "\n", to: "openai-key")
      rig.folder.write(VoiceServices.geminiKey + "\n", to: "gemini-key")
      rig.folder.write(
        """
        [exchange]
        openai-url = ws://127.0.0.1:\(port)/v1/realtime
        openai-model = gpt-test
        openai-key-file = \(rig.folder["openai-key"])
        gemini-url = ws://127.0.0.1:\(port)/ws/google.ai.generativelanguage.v1beta
        gemini-model = models/live-test
        gemini-key-file = \(rig.folder["gemini-key"])
        """, to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      try rig.writeBotAccount(at: url)
      let set = try rig.start(
        [
          "buzzi", "bot", "set", "parrot", "callAiProvider=\(api.uppercased())",
          "voiceConfig.openaiVoice=ash", "voiceConfig.geminiVoice=Puck",
          "voiceConfig.callGreeting=\(VoiceServices.greeting)", "--json",
        ], as: "alice")
      #expect(set.exitCode(within: .seconds(15)) == 0, "\(set.process.errorText)")

      let heard = rig.folder["heard.wav"]
      let phone = try rig.start(
        ["--plain", "--json", "--capture", "tone:300", "--playback", "file:\(heard)"], as: "alice")
      #expect(phone.event("ready", within: .seconds(15)) != nil)
      phone.process.send("mute")
      phone.process.send("call bot:parrot")
      #expect(phone.state("active", within: .seconds(15)) != nil)
      #expect(service.event("opened", within: .seconds(10))?["api"]?.string == api)
      #expect(
        phone.says(VoiceServices.greeting, isSelf: false), "the greeting is in the transcript")
      let _: Bool? = Deadline(within: .seconds(2)).poll { nil }
      phone.process.send("unmute")
      #expect(phone.says("Three hundred hertz.", isSelf: true), "the caller's words are, too")
      let report = service.event("heard", within: .seconds(15))
      #expect((report?["seconds"]?.double ?? 0) > 0.8, "the caller is heard")
      #expect(phone.says("Nine hundred then.", isSelf: false))
      let _: Bool? = Deadline(within: .seconds(3)).poll { nil }
      phone.process.send("hangup")
      #expect(phone.state("ended", within: .seconds(10)) != nil)
      phone.process.send("quit")
      #expect(phone.exitCode(within: .seconds(10)) == 0)
      let complaints = (service.allEvents ?? []).filter { $0["event"]?.string == "complaint" }
      #expect(complaints == [], "what the documents do not allow")

      let sound = try Sound(wav: heard)
      let (first, second) = (sound.seconds(of: 600), sound.seconds(of: 900))
      #expect(first.total > 0.5, "the greeting is heard")
      #expect(first.total < 15, "its twenty seconds are not heard to their end")
      #expect(second.total > 1, "the answer is heard")
      #expect(first.last < second.first, "nothing of the greeting follows the interruption")
    }

    @Test("a key that is refused lets the scripted bot answer")
    func refused() throws {
      let rig = try Rig()
      // Nobody listens there.
      let port = LoopbackSocket.freePort()
      rig.folder.write("key\n", to: "key")
      rig.folder.write(
        """
        [exchange]
        openai-url = ws://127.0.0.1:\(port)/v1/realtime
        openai-key-file = \(rig.folder["key"])
        """, to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      try rig.writeBotAccount(at: url)
      let phone = try rig.start(
        ["call", "bot:parrot", "--json", "--capture", "silence", "--playback", "null"], as: "alice")
      #expect(phone.state("active", within: .seconds(15)) != nil)
      #expect(phone.says("Hello, I am Parrot. Say anything, and I say it back.", isSelf: false))
      phone.process.signal(2)
      #expect(phone.exitCode(within: .seconds(10)) == 130)
    }
  }
}

extension Rig {
  /// Gives alice an account of Buzzi at the exchange that may use the company's commands.
  func writeBotAccount(at url: String) throws {
    let user = try start(
      ["serve", "adduser", "carol", "--data", folder["exchange"]], as: "exchange")
    #expect(user.exitCode(within: .seconds(10)) == 0)
    folder.write(user.process.lines.first ?? "", to: "alice/token")
    folder.write(
      """
      [account bots]
      system = buzzi
      server = \(url)
      user = alice
      chatbot-id = parrot, echo
      session-file = \(folder["alice/token"])
      """, to: "alice/config/tipring/tipring.conf")
  }
}

extension Phone {
  /// Waits until somebody has said that, as the transcript tells it.
  fileprivate func says(_ text: String, isSelf: Bool) -> Bool {
    event("transcript", within: .seconds(15)) {
      $0["text"]?.string?.contains(text) == true && $0["isSelf"]?.boolean == isSelf
    } != nil
  }
}

extension Sound {
  /// How long a tone is heard in all, and the first and last second of it, by pieces of 100 ms.
  fileprivate func seconds(of frequency: Double) -> (total: Double, first: Double, last: Double) {
    let size = rate / 10
    let pieces = (0..<samples.count / size).filter { piece in
      Sound(rate: rate, samples: Array(samples[piece * size..<(piece + 1) * size]))
        .amplitude(at: frequency) > 0.05
    }
    return (
      Double(pieces.count) / 10, Double(pieces.first ?? 0) / 10, Double(pieces.last ?? 0) / 10
    )
  }
}

import Basics
import BuzziWire
import Formats
import Testing

@Suite("Buzzi: messages")
struct WireTests {
  @Test("a client's message comes back as it was written")
  func clientMessages() throws {
    for message: ClientMessage in [
      .startCall(sessionID: "s", name: "n", email: nil), .audioData([1, 2, 3, 4]),
      .endCall(.timeout), .escalate(reason: "r"),
    ] {
      #expect(try ClientMessage(decoding: message.encoded()) == message)
    }
    #expect(
      try ClientMessage(decoding: ClientMessage.audioData(of: [1, -2]))
        == .audioData([1, 0, 254, 255]))
    #expect(try ClientMessage(decoding: #"{"type":"ping"}"#) == nil)
  }

  @Test("a past call's dates are read however they are written")
  func dates() throws {
    for date: JSONValue in ["2026-11-22T00:00:00Z", 1_795_305_600, 1_795_305_600_000] {
      let entry = try CallEntry(
        decoding: ["id": "c", "status": "completed", "createdAt": date, "endedAt": date])
      #expect(entry.startedAt == WallTime(milliseconds: 1_795_305_600_000))
      #expect(entry.endedAt == entry.startedAt)
    }
  }

  @Test("a server's message comes back in each revision", arguments: Revision.allCases)
  func serverMessages(revision: Revision) throws {
    for message: ServerMessage in [
      .callStarted(callID: "c"), .audioResponse([1, 2, 3]),
      .transcript(isCaller: true, text: "t", isFinal: false), .agent(.speaking),
      .stopAudio(reason: "user_interrupted"), .callEnded(reason: "r", durationSeconds: 7),
      .error(message: "m", code: .timeout),
      .escalationStarted(reason: "r", urgency: nil, summary: "s", message: "m"),
    ] {
      let texts = message.encoded(as: revision)
      #expect(!texts.isEmpty)
      for text in texts { #expect(try ServerMessage(decoding: text) == message) }
    }
    let greeting = try ServerMessage.ready(sessionID: "s").encoded(as: revision)
      .map { try ServerMessage(decoding: $0) }
    #expect(greeting.count == (revision == .both ? 2 : 1))
  }

  @Test("sound that is no base64, or no whole samples from a caller, is refused")
  func badSound() {
    for letters in ["A", "AAAA", "é", "AAA"] where letters != "AAA" {
      #expect(throws: WireError.notSound) {
        try ClientMessage(decoding: "{\"type\":\"audio_data\",\"data\":{\"audio\":\"\(letters)\"}}")
      }
    }
  }

  @Test("samples go over in little-endian order and come back over any cuts")
  func samples() throws {
    let samples: [Int16] = [0, 1, -1, 0x1234, .min, .max]
    let all = try #require(Base64.decode(PCM16.encode(samples)))
    #expect(all[6...7] == [0x34, 0x12])
    for cut in 0...all.count {
      var reader = PCM16Reader()
      #expect(reader.take(Array(all[..<cut])) + reader.take(Array(all[cut...])) == samples)
    }
  }

  @Test("both spellings of a voice's settings are read, and wrong ones are named")
  func voiceConfig() {
    let snake = VoiceConfig(decoding: [
      "openai_voice": "ash", "vad_threshold": 0.3, "silence_duration_ms": 400,
      "call_greeting": "Hi",
    ])
    let camel = VoiceConfig(decoding: [
      "openaiVoice": "ash", "vadThreshold": "0.3", "silenceDurationMs": 400, "callGreeting": "Hi",
    ])
    #expect(snake == camel)
    var config = VoiceConfig()
    #expect(
      config.change(by: ["openaiVoice": "nobody", "vadThreshold": 2, "prefixPaddingMs": -1])
        == ["openaiVoice", "vadThreshold", "prefixPaddingMs"])
    #expect(config == VoiceConfig())
  }

  @Test("the socket's address holds the session's name once")
  func address() {
    let plain = "wss://h/api/widget/call/ws"
    #expect(
      BuzziPath.socketURL(plain, sessionID: "s", isReconnect: false) == plain + "?sessionId=s")
    #expect(
      BuzziPath.socketURL(plain + "?x=1", sessionID: "s", isReconnect: true)
        == plain + "?x=1&sessionId=s&reconnect=true")
    #expect(
      BuzziPath.socketURL(plain + "?sessionId=s", sessionID: "s", isReconnect: true)
        == plain + "?sessionId=s&reconnect=true")
  }

  @Test("an account shows no credentials, whatever it was made with")
  func account() throws {
    let account = try IntegrationAccount(decoding: [
      "id": "a", "provider": "twilio", "credentials": ["access_token": "x"],
    ])
    #expect(!account.encoded().text.contains("credentials"))
  }
}

import Basics
import BotServerWire
import BuzziWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

/// A service that says what the test writes down, and a caller who talks to it.
private final class Service {
  let bench: ExchangeBench
  let session: SessionResponse
  let caller: Int
  private(set) var socket = SocketID(0)
  private(set) var request = SocketRequest("")

  init(_ provider: AIProvider, greeting: String? = nil) throws {
    bench = ExchangeBench.buzzi { settings in
      settings.openAI = ProviderSettings(
        url: "wss://openai.example/v1/realtime", model: "gpt-realtime", key: Secret("key-1"))
      settings.gemini = ProviderSettings(
        url: "wss://gemini.example/ws", model: "models/live", key: Secret("key-2"))
    }
    let token = try bench.signIn("admin")
    var voice: [String: JSONValue] = ["systemPromptCall": "Be kind."]
    voice["callGreeting"] = greeting.map { .string($0) }
    _ = try bench.patch(
      BuzziPath.chatbot("parrot"),
      ["callAiProvider": .string(provider.rawValue), "voiceConfig": .object(voice)], token: token)
    session = try bench.session()
    caller = try bench.openCall(session)
    try bench.say(.startCall(sessionID: session.sessionID, name: nil, email: nil), over: caller)
    _ = bench.heard(over: caller)
    guard case .open(let socket, let request)? = bench.outgoing.first else {
      throw CaseFailure("no service was asked")
    }
    self.socket = socket
    self.request = request
    bench.outgoing = []
  }

  func open() { bench.feed(.transport(.opened(socket))) }

  func push(_ message: JSONValue, binary: Bool = false) {
    let message: SocketMessage =
      binary ? .binary(Array(message.text.utf8)) : .text(message.text)
    bench.feed(.transport(.received(socket, message)))
  }

  /// What the service has been told.
  func takeSent() -> [JSONValue] {
    defer { bench.outgoing = [] }
    return bench.outgoing.compactMap { effect in
      guard case .send(socket, .text(let text)) = effect else { return nil }
      return try? JSONValue(decoding: text)
    }
  }

  func heard() -> [ServerMessage] { bench.heard(over: caller) }

  /// Whether the scripted bot has taken over.
  func botTookOver() -> Bool {
    bench.takeOrders().contains { order in
      if case .talkWithSamples = order { return true }
      return false
    }
  }
}

private let sound = PCM16.encode([1, 2])

@Suite("Exchange: OpenAI's Realtime API behind a bot")
struct OpenAITests {
  private func ready(greeting: String? = nil) throws -> Service {
    let service = try Service(.openAI, greeting: greeting)
    service.open()
    _ = service.takeSent()
    service.push(["type": "session.created"])
    service.push(["type": "session.updated"])
    return service
  }

  @Test("is asked with the key, set up as released, and told to greet")
  func setup() throws {
    let service = try Service(.openAI, greeting: "Good day")
    #expect(service.request.url == "wss://openai.example/v1/realtime?model=gpt-realtime")
    #expect(service.request.fields["Authorization"] == "Bearer key-1")
    service.open()
    let update = try #require(service.takeSent().first)
    #expect(update["type"] == "session.update")
    let session = update["session"]
    #expect(session?["type"] == "realtime")
    #expect(session?["instructions"] == "Be kind.")
    #expect(session?["audio"]?["output"]?["voice"] == "alloy")
    #expect(session?["audio"]?["input"]?["turn_detection"]?["silence_duration_ms"] == 700)
    service.push(["type": "session.updated"])
    let wish = try #require(service.takeSent().first)
    #expect(wish["type"] == "response.create")
    #expect(wish["response"]?["instructions"]?.string?.contains("Good day") == true)
    #expect(!service.botTookOver())
  }

  @Test("a server that refuses the released words is told the beta's")
  func beta() throws {
    let service = try Service(.openAI)
    service.open()
    _ = service.takeSent()
    service.push(["type": "error", "error": ["message": "Unknown parameter: session.type"]])
    let update = try #require(service.takeSent().first)
    #expect(update["session"]?["input_audio_format"] == "pcm16")
    service.push(["type": "session.updated"])
    try service.bench.send(ClientMessage.audioData(of: [3]), over: service.caller)
    #expect(service.takeSent().first?["type"] == "input_audio_buffer.append")
    service.push(["type": "response.audio.delta", "delta": .string(sound)])
    #expect(service.heard().last == .audioResponse([1, 0, 2, 0]))
  }

  @Test("sound goes both ways, once the service is ready")
  func audio() throws {
    let service = try Service(.openAI)
    service.open()
    _ = service.takeSent()
    try service.bench.send(ClientMessage.audioData(of: [3, 4]), over: service.caller)
    #expect(service.takeSent().isEmpty)
    service.push(["type": "session.updated"])
    try service.bench.send(ClientMessage.audioData(of: [3, 4]), over: service.caller)
    #expect(
      service.takeSent() == [
        ["type": "input_audio_buffer.append", "audio": .string(PCM16.encode([3, 4]))]
      ])
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    #expect(service.heard() == [.audioResponse([1, 0, 2, 0])])
  }

  @Test("what is said is told as it grows, and when it is whole")
  func transcripts() throws {
    let service = try ready()
    service.push(["type": "response.output_audio_transcript.delta", "delta": "Hel"])
    service.push(["type": "response.output_audio_transcript.delta", "delta": "lo"])
    service.push(["type": "response.output_audio_transcript.done", "transcript": "Hello."])
    service.push([
      "type": "conversation.item.input_audio_transcription.completed", "transcript": "Hi",
    ])
    #expect(
      service.heard() == [
        .transcript(isCaller: false, text: "Hel", isFinal: false),
        .transcript(isCaller: false, text: "Hello", isFinal: false),
        .transcript(isCaller: false, text: "Hello.", isFinal: true),
        .transcript(isCaller: true, text: "Hi", isFinal: true),
      ])
  }

  @Test("a caller who speaks stops what is being said, and the rest of it is dropped")
  func interruption() throws {
    let service = try ready()
    service.push(["type": "response.created"])
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    _ = service.heard()
    service.push(["type": "input_audio_buffer.speech_started"])
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    #expect(
      service.heard() == [
        .stopAudio(reason: "user_interrupted"), .agent(.listening), .agent(.listening),
      ])
    service.push(["type": "response.created"])
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    #expect(service.heard().last == .audioResponse([1, 0, 2, 0]))
  }

  @Test("what fails is told as PROVIDER_ERROR, and the scripted bot takes over", arguments: 0..<5)
  func failures(kind: Int) throws {
    let service = try ready()
    _ = service.heard()
    switch kind {
    case 0: service.bench.feed(.transport(.closed(service.socket, code: 1011, reason: "")))
    case 1: service.bench.feed(.transport(.failed(service.socket, .broken("reset"))))
    case 2: service.push(["type": "error", "error": ["type": "server_error", "message": "x"]])
    case 3: service.push(["type": "error", "error": ["code": "insufficient_quota"]])
    default:
      service.push([
        "type": "response.done",
        "response": ["status": "failed", "status_details": ["error": ["message": "no"]]],
      ])
    }
    #expect(
      service.heard().first
        == .error(message: ErrorCode.providerError.sentence, code: .providerError))
    #expect(service.botTookOver())
    // What the service still says is of no interest.
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    #expect(service.heard().isEmpty)
  }

  @Test(
    "a service that cannot be reached, or is not ready in time, is replaced",
    arguments: [true, false])
  func unreachable(isRefused: Bool) throws {
    let service = try Service(.openAI)
    if isRefused {
      service.bench.feed(.transport(.failed(service.socket, .refused(status: 401))))
    } else {
      service.open()
      service.bench.advance(.milliseconds(14_999))
      #expect(!service.botTookOver())
      service.bench.advance(.milliseconds(1))
    }
    #expect(service.botTookOver())
  }

  @Test("an error about one message does not end the conversation")
  func smallErrors() throws {
    let service = try ready()
    service.push(["type": "error", "error": ["code": "response_cancel_not_active"]])
    #expect(service.heard().isEmpty)
    #expect(!service.botTookOver())
  }

  @Test("the model can call a person; refused, the caller talks to it again")
  func escalation() throws {
    let service = try ready()
    let bench = service.bench
    let token = try bench.signIn("sue")
    let seat = try bench.connect(token)
    _ = (try bench.news(of: seat), bench.takeOrders(), service.heard())
    service.push([
      "type": "response.output_item.done",
      "item": [
        "type": "function_call", "name": "escalate",
        "arguments": .string(#"{"reason":"Wants a refund."}"#),
      ],
    ])
    guard case .incomingCall(let call, _) = try bench.news(of: seat).last else {
      Issue.record("nothing rings")
      return
    }
    #expect(call.summary?.hasPrefix("Wants a refund.") == true)
    // While a person is called, the service is not heard and does not hear.
    service.push(["type": "response.output_audio.delta", "delta": .string(sound)])
    try bench.send(ClientMessage.audioData(of: [3]), over: service.caller)
    #expect(service.takeSent().isEmpty)
    #expect(service.heard().count == 1)
    _ = try bench.respond(call.callID, .decline, token: token)
    try bench.send(ClientMessage.audioData(of: [3]), over: service.caller)
    #expect(service.takeSent().count == 1)
    #expect(bench.exchange.legs.isEmpty)
  }

  @Test("the end of the call closes the service's socket")
  func ends() throws {
    let service = try ready()
    service.bench.outgoing = []
    try service.bench.say(.endCall(.userEnded), over: service.caller)
    #expect(service.bench.outgoing == [.close(service.socket, code: 1000)])
    #expect(service.bench.exchange.outgoing.sockets.isEmpty)
  }

  @Test("damaged messages of the service do no harm", arguments: 0..<4)
  func damaged(seed: UInt64) throws {
    let models: [JSONValue] = [
      ["type": "response.output_audio.delta", "delta": .string(sound)],
      ["type": "response.output_audio_transcript.delta", "delta": "word "],
      ["type": "conversation.item.input_audio_transcription.completed", "transcript": "Hi"],
      ["type": "response.created"], ["type": "input_audio_buffer.speech_started"],
    ]
    let service = try ready()
    var mutator = Mutator(seed: seed)
    for index in 0..<2_500 {
      let text = mutator.mutate(models[index % models.count].text)
      service.bench.feed(.transport(.received(service.socket, .text(text))))
      if index % 100 == 0 { _ = service.heard() }
    }
    #expect(service.bench.exchange.buzzi.sessions.count == 1)
    #expect((service.bench.exchange.buzzi.sessions.values.first?.lines.count ?? 0) <= 10)
  }
}

@Suite("Exchange: Gemini Live behind a bot")
struct GeminiTests {
  @Test("is asked with the key, set up, and told to greet; its JSON comes in binary messages")
  func setup() throws {
    let service = try Service(.gemini, greeting: "Good day")
    #expect(service.request.url == "wss://gemini.example/ws")
    #expect(service.request.fields["x-goog-api-key"] == "key-2")
    service.open()
    let setup = try #require(service.takeSent().first?["setup"])
    #expect(setup["model"] == "models/live")
    #expect(
      setup["generationConfig"]?["speechConfig"]?["voiceConfig"]?["prebuiltVoiceConfig"]?[
        "voiceName"]
        == "Kore")
    service.push(["setupComplete": [:]], binary: true)
    #expect(service.takeSent().first?["clientContent"]?["turnComplete"] == true)
    try service.bench.send(ClientMessage.audioData(of: [3]), over: service.caller)
    #expect(
      service.takeSent() == [
        [
          "realtimeInput": [
            "audio": ["data": .string(PCM16.encode([3])), "mimeType": "audio/pcm;rate=16000"]
          ]
        ]
      ])
  }

  @Test("a turn: words of both, sound, and its end")
  func turn() throws {
    let service = try Service(.gemini)
    service.open()
    service.push(["setupComplete": [:]])
    service.push(["serverContent": ["inputTranscription": ["text": "Hi"]]])
    let part: JSONValue = [
      "inlineData": ["mimeType": "audio/pcm;rate=24000", "data": .string(sound)]
    ]
    service.push(["serverContent": ["modelTurn": ["parts": [part]]]], binary: true)
    service.push(["serverContent": ["outputTranscription": ["text": "Hello."]]])
    service.push(["serverContent": ["turnComplete": true]])
    #expect(
      service.heard() == [
        .transcript(isCaller: true, text: "Hi", isFinal: false),
        .transcript(isCaller: true, text: "Hi", isFinal: true), .agent(.speaking),
        .agent(.speaking), .audioResponse([1, 0, 2, 0]),
        .transcript(isCaller: false, text: "Hello.", isFinal: false),
        .transcript(isCaller: false, text: "Hello.", isFinal: true), .agent(.listening),
        .agent(.listening),
      ])
  }

  @Test("an interruption stops what is being said")
  func interrupted() throws {
    let service = try Service(.gemini)
    service.open()
    service.push(["setupComplete": [:]])
    service.push(["serverContent": ["interrupted": true]])
    #expect(service.heard().first == .stopAudio(reason: "user_interrupted"))
  }

  @Test("a tool call of the model calls a person; an error brings the scripted bot")
  func toolCallAndError() throws {
    let service = try Service(.gemini)
    service.open()
    service.push(["setupComplete": [:]])
    service.push([
      "toolCall": ["functionCalls": [["id": "1", "name": "escalate", "args": ["reason": "r"]]]]
    ])
    #expect(
      service.heard().last
        == .transcript(
          isCaller: false, text: "Nobody is free to take the call just now.", isFinal: true))
    service.push(["error": ["message": "quota"]])
    #expect(service.botTookOver())
  }
}

@Suite("Exchange: bots without a key")
struct ScriptedBotTests {
  @Test(
    "the scripted bot answers, whatever service the chatbot is set up with",
    arguments: AIProvider.allCases)
  func scripted(provider: AIProvider) throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("admin")
    _ = try bench.patch(
      BuzziPath.chatbot("parrot"), ["callAiProvider": .string(provider.rawValue)], token: token)
    _ = try bench.buzziCall()
    #expect(bench.outgoing.isEmpty)
  }
}

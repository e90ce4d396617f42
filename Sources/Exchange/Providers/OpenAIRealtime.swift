import Basics
import BuzziWire
import Formats
import Transport

/// A conversation with OpenAI's Realtime API.
///
/// Set up in the words of the API as it is released; a server that refuses them is told those of the
/// beta. The events of both are understood.
///
/// - Source: OpenAI, Realtime API reference; protocols.md E.3.
struct OpenAIRealtime: VoiceProvider {
  private enum Setup: Equatable, Sendable {
    case released, beta, done
  }

  private let voice: VoiceConfig
  private var setup = Setup.released
  private var own = UtteranceBuilder(isOwn: true)
  private var callers = UtteranceBuilder(isOwn: false)
  private var isSpeaking = false
  /// Whether what still arrives of a response was interrupted.
  private var isCancelled = false

  init(_ voice: VoiceConfig) { self.voice = voice }

  static func request(_ settings: ProviderSettings) -> SocketRequest {
    let mark = settings.url.contains("?") ? "&" : "?"
    return SocketRequest(
      "\(settings.url)\(mark)model=\(settings.model)",
      fields: ["Authorization": "Bearer \(settings.key.exposed)"])
  }

  mutating func opened() -> [String] { [releasedSetup] }

  func audio(_ samples: [Int16]) -> String {
    "{\"type\":\"input_audio_buffer.append\",\"audio\":\"\(PCM16.encode(samples))\"}"
  }

  mutating func received(_ message: JSONValue) -> (sent: [String], events: [ProviderEvent]) {
    switch message["type"]?.string {
    case "session.updated": return ready()
    case "response.output_audio.delta", "response.audio.delta":
      let samples = isCancelled ? [] : providerSamples(message["delta"]?.string)
      return ([], samples.isEmpty ? [] : [.audio(samples)])
    case "response.output_audio_transcript.delta", "response.audio_transcript.delta":
      guard !isCancelled, let piece = message["delta"]?.string else { return ([], []) }
      return ([], [.said(own.add(piece))])
    case "response.output_audio_transcript.done", "response.audio_transcript.done":
      return ([], own.finish(message["transcript"]?.string).map { [.said($0)] } ?? [])
    case "conversation.item.input_audio_transcription.delta":
      return ([], message["delta"]?.string.map { [.said(callers.add($0))] } ?? [])
    case "conversation.item.input_audio_transcription.completed":
      return ([], callers.finish(message["transcript"]?.string).map { [.said($0)] } ?? [])
    case "response.created":
      (isSpeaking, isCancelled) = (true, false)
      return ([], [.agent(.speaking)])
    case "response.done": return ([], responseDone(message["response"]))
    case "response.output_item.done": return ([], itemDone(message["item"]))
    case "input_audio_buffer.speech_started": return ([], speechStarted())
    case "error": return failed(message["error"])
    default: return ([], [])
    }
  }

  private mutating func ready() -> (sent: [String], events: [ProviderEvent]) {
    guard setup != .done else { return ([], []) }
    setup = .done
    guard let greeting = voice.callGreeting, !greeting.isEmpty else { return ([], [.ready]) }
    let wish: JSONValue = [
      "type": "response.create",
      "response": ["instructions": .string(Self.greetingWish(greeting))],
    ]
    return ([wish.text], [.ready])
  }

  private mutating func responseDone(_ response: JSONValue?) -> [ProviderEvent] {
    isSpeaking = false
    let error = response?["status_details"]?["error"]
    guard response?["status"]?.string == "failed" else { return [.agent(.listening)] }
    return [.failed(words(error))]
  }

  private func itemDone(_ item: JSONValue?) -> [ProviderEvent] {
    guard item?["type"]?.string == "function_call", item?["name"]?.string == Self.escalateName
    else { return [] }
    let arguments = item?["arguments"]?.string.flatMap { try? JSONValue(decoding: $0) }
    return [.escalate(reason: arguments?["reason"]?.string ?? "The bot asks for a person.")]
  }

  private mutating func speechStarted() -> [ProviderEvent] {
    let wasSpeaking = isSpeaking
    (isSpeaking, isCancelled) = (false, wasSpeaking)
    // Much of a response is played after the service has finished it.
    return [.interrupted, .agent(.listening)]
  }

  private mutating func failed(_ error: JSONValue?) -> (sent: [String], events: [ProviderEvent]) {
    switch setup {
    case .released:
      setup = .beta
      return ([betaSetup], [])
    case .beta: return ([], [.failed(words(error))])
    case .done:
      let isFatal =
        error?["type"]?.string == "server_error"
        || ["session_expired", "insufficient_quota", "invalid_api_key", "rate_limit_exceeded"]
          .contains(error?["code"]?.string ?? "")
      // Others are about one message of ours, and the conversation goes on.
      return ([], isFatal ? [.failed(words(error))] : [])
    }
  }

  private func words(_ error: JSONValue?) -> String {
    HarmlessText.line(error?["message"]?.string ?? "The service failed.", limit: 200)
  }

  // MARK: Setting up

  private var turnDetection: JSONValue {
    [
      "type": "server_vad", "threshold": .number(voice.vadThreshold),
      "prefix_padding_ms": .integer(Int64(voice.prefixPaddingMilliseconds)),
      "silence_duration_ms": .integer(Int64(voice.silenceDurationMilliseconds)),
      "create_response": true, "interrupt_response": true,
    ]
  }

  private var tools: JSONValue {
    [
      [
        "type": "function", "name": .string(Self.escalateName),
        "description": .string(Self.escalateAbout), "parameters": Self.escalateParameters,
      ]
    ]
  }

  private var releasedSetup: String {
    let format: JSONValue = ["type": "audio/pcm", "rate": 24_000]
    let session = JSONValue.members([
      "type": "realtime", "output_modalities": ["audio"],
      "instructions": voice.systemPrompt.map { .string($0) },
      "audio": [
        "input": [
          "format": format, "transcription": ["model": "gpt-4o-mini-transcribe"],
          "turn_detection": turnDetection,
        ], "output": ["format": format, "voice": .string(voice.openAIVoice)],
      ], "tools": tools, "tool_choice": "auto",
    ])
    return JSONValue.object(["type": "session.update", "session": session]).text
  }

  private var betaSetup: String {
    let session = JSONValue.members([
      "modalities": ["text", "audio"], "voice": .string(voice.openAIVoice),
      "instructions": voice.systemPrompt.map { .string($0) }, "input_audio_format": "pcm16",
      "output_audio_format": "pcm16", "input_audio_transcription": ["model": "whisper-1"],
      "turn_detection": turnDetection, "tools": tools, "tool_choice": "auto",
    ])
    return JSONValue.object(["type": "session.update", "session": session]).text
  }
}

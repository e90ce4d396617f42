import Basics
import BuzziWire
import Formats
import Transport

/// A conversation with Google's Gemini Live API.
///
/// - Source: Google, Live API WebSockets reference; protocols.md E.3.
struct GeminiLive: VoiceProvider {
  private let voice: VoiceConfig
  private let model: String
  /// Samples a second that callers send.
  private let rate: Int
  private var isReady = false
  private var isSpeaking = false
  private var own = UtteranceBuilder(isOwn: true)
  private var callers = UtteranceBuilder(isOwn: false)

  init(_ voice: VoiceConfig, model: String, rate: Int) {
    self.voice = voice
    self.model = model
    self.rate = rate
  }

  static func request(_ settings: ProviderSettings) -> SocketRequest {
    SocketRequest(settings.url, fields: ["x-goog-api-key": settings.key.exposed])
  }

  mutating func opened() -> [String] {
    let detection: JSONValue = [
      "prefixPaddingMs": .integer(Int64(voice.prefixPaddingMilliseconds)),
      "silenceDurationMs": .integer(Int64(voice.silenceDurationMilliseconds)),
    ]
    let setup = JSONValue.members([
      "model": .string(model),
      "generationConfig": [
        "responseModalities": ["AUDIO"],
        "speechConfig": [
          "voiceConfig": ["prebuiltVoiceConfig": ["voiceName": .string(voice.geminiVoice)]]
        ],
      ],
      "systemInstruction": voice.systemPrompt.map { ["parts": [["text": .string($0)]]] },
      "realtimeInputConfig": ["automaticActivityDetection": detection],
      "inputAudioTranscription": [:], "outputAudioTranscription": [:],
      "tools": [
        [
          "functionDeclarations": [
            [
              "name": .string(Self.escalateName), "description": .string(Self.escalateAbout),
              "parameters": Self.escalateParameters,
            ]
          ]
        ]
      ],
    ])
    return [JSONValue.object(["setup": setup]).text]
  }

  func audio(_ samples: [Int16]) -> String {
    "{\"realtimeInput\":{\"audio\":{\"data\":\"\(PCM16.encode(samples))\","
      + "\"mimeType\":\"audio/pcm;rate=\(rate)\"}}}"
  }

  mutating func received(_ message: JSONValue) -> (sent: [String], events: [ProviderEvent]) {
    if message["setupComplete"] != nil { return ready() }
    if let calls = message["toolCall"]?["functionCalls"]?.array {
      let call = calls.first { $0["name"]?.string == Self.escalateName }
      let reason = call?["args"]?["reason"]?.string ?? "The bot asks for a person."
      return ([], call == nil ? [] : [.escalate(reason: reason)])
    }
    if let error = message["error"] {
      let words = error["message"]?.string ?? "The service failed."
      return ([], [.failed(HarmlessText.line(words, limit: 200))])
    }
    return ([], message["serverContent"].map { take($0) } ?? [])
  }

  private mutating func ready() -> (sent: [String], events: [ProviderEvent]) {
    guard !isReady else { return ([], []) }
    isReady = true
    guard let greeting = voice.callGreeting, !greeting.isEmpty else { return ([], [.ready]) }
    let wish: JSONValue = [
      "clientContent": [
        "turns": [
          ["role": "user", "parts": [["text": .string(Self.greetingWish(greeting))]]]
        ], "turnComplete": true,
      ]
    ]
    return ([wish.text], [.ready])
  }

  private mutating func take(_ content: JSONValue) -> [ProviderEvent] {
    var events: [ProviderEvent] = []
    if let piece = content["inputTranscription"]?["text"]?.string {
      events.append(.said(callers.add(piece)))
    }
    if content["interrupted"]?.boolean == true {
      isSpeaking = false
      events += [.interrupted] + finish(&own) + [.agent(.listening)]
      return events
    }
    for part in (content["modelTurn"]?["parts"]?.array ?? []).prefix(64) {
      let samples = providerSamples(part["inlineData"]?["data"]?.string)
      guard !samples.isEmpty else { continue }
      if !isSpeaking {
        isSpeaking = true
        // The model answers: the caller has finished.
        events += finish(&callers) + [.agent(.speaking)]
      }
      events.append(.audio(samples))
    }
    if let piece = content["outputTranscription"]?["text"]?.string {
      events.append(.said(own.add(piece)))
    }
    if content["turnComplete"]?.boolean == true {
      isSpeaking = false
      events += finish(&callers) + finish(&own) + [.agent(.listening)]
    }
    return events
  }

  private func finish(_ builder: inout UtteranceBuilder) -> [ProviderEvent] {
    builder.finish().map { [.said($0)] } ?? []
  }
}

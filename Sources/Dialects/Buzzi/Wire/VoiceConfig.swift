package import Formats

/// Who gives the bot its voice.
package enum AIProvider: String, CaseIterable, Sendable {
  case openAI = "OPENAI"
  case gemini = "GEMINI"
}

/// How a chatbot listens and speaks. The document writes the members' names in one way, the database
/// behind the code in another; both are read.
package struct VoiceConfig: Equatable, Sendable {
  package var openAIVoice = "alloy"
  package var geminiVoice = "Kore"
  /// 0–1.
  package var vadThreshold = 0.5
  package var silenceDurationMilliseconds = 700
  package var prefixPaddingMilliseconds = 300
  package var callGreeting: String?
  package var systemPrompt: String?

  package init() {}

  /// What is missing or makes no sense stays as usual.
  package init(decoding value: JSONValue) {
    self.init()
    _ = change(by: value)
  }

  /// Takes over the members that are there.
  ///
  /// - Returns: the names of those that have a wrong value.
  package mutating func change(by value: JSONValue) -> [String] {
    var wrong: [String] = []
    func member<Value>(
      _ names: [String], _ read: (JSONValue) -> Value?, _ take: (Value) -> Void
    ) {
      for name in names {
        guard let found = value[name] else { continue }
        if let value = read(found) { take(value) } else { wrong.append(name) }
      }
    }
    func text(_ limit: Int) -> (JSONValue) -> String? {
      { value in value.string.flatMap { $0.utf8.count <= limit ? $0 : nil } }
    }
    func whole(_ range: ClosedRange<Int>) -> (JSONValue) -> Int? {
      { value in value.integer.flatMap { range.contains($0) ? $0 : nil } }
    }
    func voice(of voices: [String]) -> (JSONValue) -> String? {
      { value in value.string.flatMap { voices.contains($0) ? $0 : nil } }
    }
    member(["openai_voice", "openaiVoice"], voice(of: Self.openAIVoices)) { openAIVoice = $0 }
    member(["gemini_voice", "geminiVoice"], voice(of: Self.geminiVoices)) { geminiVoice = $0 }
    member(["vad_threshold", "vadThreshold"]) { value in
      value.double.flatMap { (0...1).contains($0) ? $0 : nil }
    } _: {
      vadThreshold = $0
    }
    member(["silence_duration_ms", "silenceDurationMs"], whole(100...10_000)) {
      silenceDurationMilliseconds = $0
    }
    member(["prefix_padding_ms", "prefixPaddingMs"], whole(0...5_000)) {
      prefixPaddingMilliseconds = $0
    }
    member(["call_greeting", "callGreeting"], text(2_000)) { callGreeting = $0 }
    member(["system_prompt_call", "systemPromptCall"], text(16_000)) { systemPrompt = $0 }
    return wrong
  }

  /// As the company's endpoint shows it.
  package func encoded() -> JSONValue {
    .members([
      "openaiVoice": .string(openAIVoice), "geminiVoice": .string(geminiVoice),
      "vadThreshold": .number(vadThreshold),
      "silenceDurationMs": .integer(Int64(silenceDurationMilliseconds)),
      "prefixPaddingMs": .integer(Int64(prefixPaddingMilliseconds)),
      "callGreeting": callGreeting.map { .string($0) },
      "systemPromptCall": systemPrompt.map { .string($0) },
    ])
  }

  /// As a caller is told it.
  func encodedForSession(_ provider: AIProvider?) -> JSONValue {
    [
      "voice": .string(provider == .gemini ? geminiVoice : openAIVoice),
      "vadThreshold": .number(vadThreshold),
      "silenceDurationMs": .integer(Int64(silenceDurationMilliseconds)),
    ]
  }

  package static let openAIVoices = [
    "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse",
  ]
  package static let geminiVoices = ["Kore", "Aoede", "Puck", "Charon", "Fenrir"]
}

import Basics

/// In whose words Buzzi's API is served.
package enum BuzziServing: String, CaseIterable, Sendable {
  case document = "doc"
  case code, both
}

/// The part of `[exchange]` that is about voice bots, and the people and carriers behind them.
package struct BotSettings: Equatable, Sendable {
  /// In whose words Buzzi's API is served.
  package var revision = BuzziServing.both
  /// The only company there is; `nil` takes any.
  package var company: String?
  /// Sessions a minute, and sockets at once, of one address.
  package var sessionsPerMinute = 10
  package var socketsPerAddress = 5
  /// Who is called when a bot hands a call over; `nil` takes whoever is there and free.
  package var seat: String?
  package var openAI = Provider(url: "wss://api.openai.com/v1/realtime", model: "gpt-realtime")
  package var gemini = Provider(
    url: "wss://generativelanguage.googleapis.com/ws/"
      + "google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
    model: "models/gemini-2.5-flash-native-audio-preview-09-2025")
  package var whatsApp = WhatsApp()

  package init() {}

  /// A service that gives bots their voice.
  package struct Provider: Equatable, Sendable {
    package var url: String
    package var model: String
    package var key: SecretReference?
  }

  /// Meta's app for calls over WhatsApp.
  package struct WhatsApp: Equatable, Sendable {
    /// The id of the business's number; `nil` takes no calls.
    package var number: String?
    package var url = "https://graph.facebook.com/v23.0"
    package var callee: String?
    package var token: SecretReference?
    package var appSecret: SecretReference?
    package var verifyToken: SecretReference?
  }
}

extension SettingsTable {
  private static let standard = BotSettings()

  static let bots: [SettingEntry<Settings>] =
    [
      .choice(
        "buzzi-dialect", \.exchange.bots.revision, in: Settings(),
        "In whose words Buzzi's API is served: the document's, the running code's, or both."),
      .value(
        "buzzi-company", \.exchange.bots.company, expected: "at most 128 characters",
        "The only company that Buzzi's callers may name; any if empty."
      ) { $0.count <= 128 ? $0 : nil },
      .value(
        "buzzi-sessions-per-minute", \.exchange.bots.sessionsPerMinute,
        expected: "a number from 1 to 100000", standard: String(standard.sessionsPerMinute),
        "How many sessions one address may ask for."
      ) { number($0, 1...100_000) },
      .value(
        "buzzi-sockets", \.exchange.bots.socketsPerAddress, expected: "a number from 1 to 1000",
        standard: String(standard.socketsPerAddress),
        "How many calls with Buzzi's bots one address may have at once."
      ) { number($0, 1...1_000) },
      .value(
        "support-seat", \.exchange.bots.seat, expected: "a user's name",
        "Who is called when a bot hands a call over; whoever is there and free if empty."
      ) { $0.count <= 64 ? $0 : nil },
    ]
    + provider(
      "openai", "OpenAI's Realtime API", standard.openAI, model: \.exchange.bots.openAI.model,
      url: \.exchange.bots.openAI.url, key: \.exchange.bots.openAI.key)
    + provider(
      "gemini", "Google's Gemini Live API", standard.gemini, model: \.exchange.bots.gemini.model,
      url: \.exchange.bots.gemini.url, key: \.exchange.bots.gemini.key) + [
      .value(
        "whatsapp-number", \.exchange.bots.whatsApp.number, expected: "the id of a number: digits",
        "The id of the business's number; with it, calls over WhatsApp are taken."
      ) { text in
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
          ? text : nil
      },
      .value(
        "whatsapp-callee", \.exchange.bots.whatsApp.callee, expected: "a user's or a bot's name",
        "Who is called for WhatsApp's callers; the support seat if empty."
      ) { $0.count <= 64 ? $0 : nil },
      .value(
        "whatsapp-url", \.exchange.bots.whatsApp.url, expected: "a URL without user or password",
        standard: standard.whatsApp.url, "Meta's Graph API, with its version."
      ) { ServerAddress.normalized($0) },
    ]
    + SettingEntry.secret(
      "whatsapp-token", \.exchange.bots.whatsApp.token, "the access token for the Graph API")
    + SettingEntry.secret(
      "whatsapp-secret", \.exchange.bots.whatsApp.appSecret,
      "the app's secret, which signs webhooks")
    + SettingEntry.secret(
      "whatsapp-verify", \.exchange.bots.whatsApp.verifyToken,
      "the word that proves the webhook ours")

  private static func provider(
    _ name: String, _ title: String, _ standard: BotSettings.Provider,
    model: any WritableKeyPath<Settings, String> & Sendable,
    url: any WritableKeyPath<Settings, String> & Sendable,
    key: any WritableKeyPath<Settings, SecretReference?> & Sendable
  ) -> [SettingEntry<Settings>] {
    [
      .value(
        "\(name)-model", model, expected: "a model's name", standard: standard.model,
        "The model that \(title) speaks with."
      ) { (1...128).contains($0.count) ? $0 : nil },
      .value(
        "\(name)-url", url, expected: "a ws: or wss: URL", standard: standard.url,
        "Where \(title) is."
      ) { $0.hasPrefix("wss://") || $0.hasPrefix("ws://") ? $0 : nil },
    ] + SettingEntry.secret("\(name)-key", key, "the key of \(title)")
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }
}

import Basics
import BuzziWire

/// What the exchange remembers as Buzzi.
struct BuzziState: Sendable {
  /// By their names; at most ``sessionLimit``.
  var sessions: [String: BuzziSession] = [:]
  var sessionOfSocket: [ExchangeSocketID: String] = [:]
  var sessionOfLeg: [String: String] = [:]
  /// Those whose company has changed them.
  var chatbots: [String: BuzziChatbot] = [:]
  var integrations: [String: BuzziIntegration] = [:]
  var ledger = BuzziLedger()
  var sessionRates: RateLimiter
  var analyticsRates: RateLimiter
  /// By the sessions' names.
  var timers = DeadlineTable<String>()
  var legCount = 0

  init(_ settings: BuzziSettings) {
    sessionRates = RateLimiter(
      perSecond: settings.sessionsPerMinute / 60, burst: settings.sessionsPerMinute)
    analyticsRates = RateLimiter(
      perSecond: settings.analyticsPerMinute / 60, burst: settings.analyticsPerMinute)
  }

  /// A new leg's name.
  mutating func nextLeg() -> String {
    legCount += 1
    return "buzzi-\(legCount)"
  }

  static let sessionLimit = 4_096
}

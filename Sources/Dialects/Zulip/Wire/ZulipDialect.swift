/// Which revision of the calls API a server speaks (protocols A.1), by its name in the settings.
package enum ZulipDialect: String, CaseIterable, Sendable {
  /// The newest: events, acknowledgement, heartbeats, group calls.
  case three = "3"
  /// A busy callee's calls are queued, and events have the older form.
  case two = "2"
  /// Option A: one endpoint that makes a room.
  case seedA = "seed-a"
  /// Option B: calls with an answer, kept in memory.
  case seedB = "seed-b"
  /// Option C: option B with history.
  case seedC = "seed-c"
  /// A Zulip without the calls API: calls are links in direct messages.
  case stock

  /// Whether calls are told by events, acknowledged, and kept alive by heartbeats.
  package var hasCallEvents: Bool { self == .three || self == .two }

  /// Whether a call can be answered, ended and looked at.
  package var hasAnswers: Bool {
    switch self {
    case .three, .two, .seedB, .seedC: true
    case .seedA, .stock: false
    }
  }

  package var hasHistory: Bool { hasCallEvents || self == .seedC }

  /// How long a call may go unanswered before its server counts it as missed.
  package var answerTime: Duration { hasCallEvents ? .seconds(90) : .seconds(60) }
}

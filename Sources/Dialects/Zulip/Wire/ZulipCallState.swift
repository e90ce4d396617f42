/// Where a call stands at its server.
package enum ZulipCallState: String, CaseIterable, Sendable {
  case calling, ringing, accepted, rejected, timeout, ended, missed, cancelled
  case networkFailure = "network_failure"

  /// Reads the words of all generations.
  package init?(word: String) {
    switch word.lowercased() {
    case "initiated", "created", "queued": self = .calling
    case "active": self = .accepted
    case "declined": self = .rejected
    default: self.init(rawValue: word.lowercased())
    }
  }

  /// The word of a dialect.
  package func word(in dialect: ZulipDialect) -> String {
    switch (dialect, self) {
    case (.three, _), (.two, _), (.stock, _): rawValue
    case (_, .calling): "initiated"
    case (.seedC, .accepted): "active"
    case (_, .rejected): "declined"
    case (_, .timeout), (_, .networkFailure): "ended"
    default: rawValue
    }
  }

  /// The simpler word that `GET /calls/{id}/status` has beside the state.
  package var status: String {
    switch self {
    case .calling: "created"
    case .ringing, .accepted, .ended, .cancelled: rawValue
    case .rejected: "declined"
    case .timeout, .missed, .networkFailure: "ended"
    }
  }

  /// Whether it can still be answered.
  package var isPending: Bool { self == .calling || self == .ringing }

  /// Whether nothing can happen to the call any more.
  package var isOver: Bool { !isPending && self != .accepted }
}

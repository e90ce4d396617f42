import Basics

/// The search for another path while the one in use is broken, or feared to be.
///
/// The search goes on as long as the call does: signalling may be away as well, and what the other
/// side was told may be out of date before it has answered.
struct PathSearch: Equatable, Sendable {
  /// What made the path suspect.
  enum Cause: Equatable, Sendable {
    /// This machine's addresses are others than they were.
    case network
    /// The agent has lost the pair.
    case agent
    /// Nothing arrives, whatever the agent says.
    case silence
  }

  /// `nil` while the path is thought to work.
  private(set) var cause: Cause?
  private(set) var attemptCount = 0
  /// What is being agreed on is out of date already.
  var isOutdated = false
  /// An offer was given up; its answer, should it come, is of no use.
  var hasGivenUpOffer = false

  var isNeeded: Bool { cause != nil }

  /// - Returns: whether the path was not suspect before, or is so for a better reason.
  mutating func begin(_ cause: Cause) -> Bool {
    if cause == .network {
      attemptCount = 0
    } else if self.cause != nil {
      return false
    }
    self.cause = cause
    return true
  }

  /// Counts an attempt, and tells how long to wait for it to succeed.
  mutating func attempt() -> Duration {
    defer { attemptCount = min(attemptCount + 1, 8) }
    return min(Self.firstWait * (1 << min(attemptCount, 2)), Self.longestWait)
  }

  /// A path works.
  mutating func end() {
    cause = nil
    attemptCount = 0
    isOutdated = false
  }

  /// How long a first attempt may take; a good many round trips, and a reconnection of signalling.
  static let firstWait: Duration = .seconds(4)
  static let longestWait: Duration = .seconds(16)
  /// How long a pair that does not answer is given to come back by itself.
  static let agentPatience: Duration = .seconds(2)
  /// How much longer the answerer waits than the offerer, so that their offers do not cross.
  static let courtesy: Duration = .seconds(1)
}

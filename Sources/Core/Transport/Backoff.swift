import Basics

/// How long to wait before the next try: briefly at first, then 1 s doubling to 60 s, each ± 20 %.
///
/// The brief first wait finds a server again that was merely restarted.
package struct Backoff: Equatable, Sendable {
  /// How many tries have failed in a row.
  package private(set) var failureCount = 0

  package init() {}

  /// Counts a failure and tells how long to wait after it.
  package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
    let exponent = min(failureCount, Self.doublingCount)
    failureCount = min(failureCount + 1, 1_000)
    let delay =
      exponent == 0 ? Self.firstDelay : min(.seconds(1 << (exponent - 1)), Self.longestDelay)
    return delay.jittered(using: &generator)
  }

  /// A try has succeeded.
  package mutating func reset() { failureCount = 0 }

  /// Before the second try.
  package static let firstDelay: Duration = .milliseconds(300)
  /// Between the later tries at most, before chance.
  package static let longestDelay: Duration = .seconds(60)
  private static let doublingCount = 7
}

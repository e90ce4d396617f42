import Basics

/// From when on a packet that has not come counts as overdue: when it is later than what comes before it
/// lets expect.
///
/// - Units: samples, 48 000 a second, later than usual.
package struct Punctuality: Equatable, Sendable {
  /// With sound enough to play: later than nineteen of twenty packets were.
  package private(set) var limit = Self.least
  /// With hardly any sound left: later than four of five were.
  package private(set) var limitWhenLow = Self.least

  /// Nothing is known yet.
  package init() {}

  /// Judges by the packets that came.
  ///
  /// - Parameter excess: how much later than usual packets came, in any order.
  package init(excess: [Int64]) {
    guard !excess.isEmpty else { return }
    let sorted = excess.sorted()
    limit = max(Self.least, sorted[sorted.count * 95 / 100])
    limitWhenLow = max(Self.least, sorted[sorted.count * 80 / 100])
  }

  /// Our own clockwork is uneven, too.
  private static let least = Duration.milliseconds(12).samples
}

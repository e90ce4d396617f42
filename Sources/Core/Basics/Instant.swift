/// A point on the monotonic clock, in nanoseconds from an arbitrary start.
///
/// Comparable only within one run of the program. Pure modules are given instants and never ask.
package struct Instant: InstantProtocol, Hashable, Sendable {
  package static let zero = Instant(nanoseconds: 0)

  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  package func advanced(by duration: Duration) -> Instant {
    Instant(nanoseconds: nanoseconds + duration.nanoseconds)
  }

  package func duration(to other: Instant) -> Duration {
    .nanoseconds(other.nanoseconds - nanoseconds)
  }

  package static func < (earlier: Instant, later: Instant) -> Bool {
    earlier.nanoseconds < later.nanoseconds
  }

  /// This instant in ticks of a clock of `rate` ticks per second, rounded toward zero.
  ///
  /// Whole seconds are converted apart from the rest so that the product cannot overflow.
  package func ticks(at rate: Int) -> Int64 {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return seconds * Int64(rate) + rest * Int64(rate) / 1_000_000_000
  }
}

extension Duration {
  /// The whole nanoseconds of this duration, rounded toward zero.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// This duration in seconds, for display and arithmetic with measured quantities.
  package var seconds: Double { Double(nanoseconds) / 1_000_000_000 }

  /// This duration in milliseconds, for display and arithmetic with measured quantities.
  package var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
}

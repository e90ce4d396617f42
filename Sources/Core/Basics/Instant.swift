/// A point on the monotonic clock, in nanoseconds from an arbitrary start.
///
/// Comparable only within one run of the program. Pure modules are given instants and never ask.
package struct Instant: InstantProtocol, Hashable, Sendable {
  package static let zero = Instant(nanoseconds: 0)

  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The instant that much later; the last one there is, when a duration from elsewhere is beyond it.
  package func advanced(by duration: Duration) -> Instant {
    Instant(nanoseconds: nanoseconds.addingSaturated(duration.nanoseconds))
  }

  package func duration(to other: Instant) -> Duration {
    .nanoseconds(other.nanoseconds.subtractingSaturated(nanoseconds))
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
  /// The whole nanoseconds of this duration, rounded toward zero; at most some 292 years.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflows else { return seconds < 0 ? .min : .max }
    return whole.addingSaturated(attoseconds / 1_000_000_000)
  }

  /// This duration in seconds, for display and arithmetic with measured quantities.
  package var seconds: Double { Double(nanoseconds) / 1_000_000_000 }

  /// This duration in milliseconds, for display and arithmetic with measured quantities.
  package var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
}

extension Int64 {
  /// The sum, or the nearest number there is.
  package func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the nearest number there is.
  package func subtractingSaturated(_ other: Int64) -> Int64 {
    let (difference, overflows) = subtractingReportingOverflow(other)
    return overflows ? (other < 0 ? .max : .min) : difference
  }
}

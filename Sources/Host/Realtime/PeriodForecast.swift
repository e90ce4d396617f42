/// When something that comes in periods is there the next time, learned from when it came.
///
/// Who looks then finds it, and need not be woken by it, nor by what comes in between, at the price of a little
/// delay. Each time that it was there the next look is a little earlier, until it is too early: then
/// one is woken by it, and knows when it comes.
///
/// - Units: nanoseconds of the monotonic clock.
package struct PeriodForecast {
  /// When to look; `nil` while that is not known.
  package private(set) var next: Int64?

  package init() {}

  /// It came.
  ///
  /// - Parameters:
  ///   - wasFound: whether one looked and it was there; otherwise one was woken by it.
  ///   - period: how long it takes until more is to come.
  package mutating func came(at now: Int64, wasFound: Bool, again period: Int64) {
    guard wasFound, let looked = next else {
      next = now + period + Self.slack
      return
    }
    let following = looked + period - Self.creep
    // What is long overdue came at a time that nobody knows.
    next = following > now ? following : nil
  }

  /// 300 µs: how much later than it came the last time one looks.
  package static var slack: Int64 { 300_000 }
  /// 20 µs, which is more than clocks drift in a period.
  package static var creep: Int64 { 20_000 }
}

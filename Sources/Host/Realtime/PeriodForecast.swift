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
    guard wasFound, let next else {
      next = now + period + Self.slack
      return
    }
    // What is long overdue came at a time that nobody knows. Who looked for something else and found this did
    // so before it was time.
    self.next = now - next < Self.overdue ? min(next, now) + period - Self.creep : nil
  }

  /// 300 µs: how much later than it came the last time one looks.
  package static var slack: Int64 { 300_000 }
  /// 2 ms.
  package static var overdue: Int64 { 2_000_000 }
  /// 20 µs, which is more than clocks drift in a period.
  package static var creep: Int64 { 20_000 }
}

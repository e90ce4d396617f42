/// Puts off going down to a shorter delay until it has proved best for a while.
///
/// What was late a minute ago is forgotten now, and something as late may come a moment later: going down
/// and up again is heard, and two seconds of a longer delay are not.
struct Descent: Equatable {
  /// How often in a row a shorter delay has proved best.
  private var count = 0
  /// The longest of those delays, in samples.
  private var longest: Int64 = 0

  /// The plan to follow now.
  ///
  /// - Parameters:
  ///   - best: what proves best now.
  ///   - current: what is followed so far.
  mutating func plan(
    towards best: PlayoutRehearsal.Plan, from current: PlayoutRehearsal.Plan
  ) -> PlayoutRehearsal.Plan {
    guard best.aim < current.aim else {
      self = Descent()
      return best
    }
    count += 1
    longest = max(longest, best.aim)
    guard count == Self.evidentCount else {
      return PlayoutRehearsal.Plan(aim: current.aim, hold: best.hold)
    }
    defer { self = Descent() }
    return PlayoutRehearsal.Plan(aim: longest, hold: best.hold)
  }

  /// Two seconds of rehearsals.
  private static let evidentCount = 4
}

import Glibc

/// A moment that waiting does not go beyond.
package struct Deadline: Sendable {
  private let moment: ContinuousClock.Instant

  package init(within limit: Duration) {
    moment = .now + limit
  }

  package var hasPassed: Bool { ContinuousClock.now >= moment }

  /// What is left, for `poll`; at most `limit`, never negative.
  package func milliseconds(atMost limit: Int32) -> Int32 {
    let left = (moment - ContinuousClock.now) / .milliseconds(1)
    return Int32(max(0, min(Double(limit), left.rounded(.up))))
  }

  /// Asks again and again, every few milliseconds, until there is an answer or the time is over.
  package func poll<Answer>(
    every pause: Duration = .milliseconds(10), _ question: () throws -> Answer?
  ) rethrows -> Answer? {
    while true {
      if let answer = try question() { return answer }
      if hasPassed { return nil }
      usleep(UInt32(pause / .microseconds(1)))
    }
  }
}

/// The wall clock as seen from the monotonic one: what it showed at one instant, and so what it shows at
/// any other.
package struct WallClock: Equatable, Sendable {
  private let time: WallTime
  private let instant: Instant

  package init(_ time: WallTime, at now: Instant) {
    self.time = time
    instant = now
  }

  package func time(at now: Instant) -> WallTime { time.advanced(by: instant.duration(to: now)) }
}

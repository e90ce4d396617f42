import Basics

/// Whether anybody listens: where there is no loudspeaker, or while the process stands, nobody pulls.
///
/// What comes meanwhile is old when somebody listens again, and when it came says nothing of the network:
/// a process that stood finds at once what has waited at its door.
struct Attendance: Equatable, Sendable {
  /// Until when what was pulled last.
  private var heardUntil: Instant?
  private var returnedAt: Instant?

  /// There is something to listen to.
  mutating func begin(at now: Instant) {
    if heardUntil == nil { heardUntil = now }
  }

  /// Somebody listens for so long.
  mutating func pulled(for duration: Duration, at now: Instant) {
    if hasLeft(at: now) { returnedAt = now }
    heardUntil = now.advanced(by: duration)
  }

  /// Whether somebody has come back just now.
  func isReturning(at now: Instant) -> Bool {
    returnedAt.map { $0.duration(to: now) < Self.returning } ?? false
  }

  /// Whether nobody listens, or hardly again.
  func isAway(at now: Instant) -> Bool { hasLeft(at: now) || isReturning(at: now) }

  private func hasLeft(at now: Instant) -> Bool {
    heardUntil.map { $0.duration(to: now) > Self.limit } ?? false
  }

  /// Somebody who is only late shall not miss a word.
  static let limit: Duration = .milliseconds(300)
  /// How long it takes to find all that has waited.
  private static let returning: Duration = .milliseconds(500)
}

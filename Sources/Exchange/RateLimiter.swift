import Basics

/// One client's allowance: refilled at a steady pace up to a burst.
struct RateBucket: Equatable, Sendable {
  private var allowance: Double
  private var updatedAt: Instant

  init(burst: Double, at now: Instant) {
    allowance = burst
    updatedAt = now
  }

  /// Takes one from the allowance.
  ///
  /// - Returns: `nil` when it was there; else how long until the next one is.
  mutating func take(perSecond: Double, burst: Double, at now: Instant) -> Duration? {
    refill(perSecond: perSecond, burst: burst, at: now)
    guard allowance >= 1 else { return .seconds((1 - allowance) / perSecond) }
    allowance -= 1
    return nil
  }

  /// Whether nothing has been taken for so long that the bucket is as new.
  func isFull(perSecond: Double, burst: Double, at now: Instant) -> Bool {
    allowance + updatedAt.duration(to: now).seconds * perSecond >= burst
  }

  private mutating func refill(perSecond: Double, burst: Double, at now: Instant) {
    guard now > updatedAt else { return }
    allowance = min(burst, allowance + updatedAt.duration(to: now).seconds * perSecond)
    updatedAt = now
  }
}

/// The allowances of all clients; at most ``capacity`` are remembered.
struct RateLimiter: Equatable, Sendable {
  private var buckets: [String: RateBucket] = [:]
  private let perSecond: Double
  private let burst: Double

  static let capacity = 4_096

  init(perSecond: Double, burst: Double) {
    self.perSecond = perSecond
    self.burst = burst
  }

  var count: Int { buckets.count }

  /// - Returns: `nil` when the client may go on; else when it should come again.
  mutating func take(_ client: String, at now: Instant) -> Duration? {
    if buckets[client] == nil {
      makeRoom(at: now)
      // With every bucket in use, a newcomer shares one with all other newcomers.
      let name = buckets.count < Self.capacity ? client : "*"
      return buckets[name, default: RateBucket(burst: burst, at: now)]
        .take(perSecond: perSecond, burst: burst, at: now)
    }
    return buckets[client]?.take(perSecond: perSecond, burst: burst, at: now)
  }

  private mutating func makeRoom(at now: Instant) {
    guard buckets.count >= Self.capacity else { return }
    buckets = buckets.filter { !$0.value.isFull(perSecond: perSecond, burst: burst, at: now) }
  }
}

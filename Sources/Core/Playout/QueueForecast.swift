/// How late packets will be that wait in a queue which others fill, as a download does.
///
/// Even the quickest packets wait in a queue, and while it fills each waits longer than the one before.
/// Jitter leaves the quickest of a few packets where it was, and a stall or another route lifts it but
/// once. What has grown twice in a row is a queue, and will go on growing for a while.
///
/// - Units: samples, 48 000 a second.
struct QueueForecast: Equatable {
  /// The transit of the quickest packet to come.
  private let transit: Int64

  /// Fails unless a queue fills.
  ///
  /// - Parameter arrivals: the last ones; too few of them tell nothing.
  init?(after arrivals: [ArrivalHistory.Arrival]) {
    guard arrivals.count >= 3 * Self.groupCount else { return nil }
    let last = Self.leastTransit(of: arrivals, before: 0)
    let middle = Self.leastTransit(of: arrivals, before: 1)
    guard last > middle else { return nil }
    let growth = min(last &- middle, middle &- Self.leastTransit(of: arrivals, before: 2))
    guard growth > 0 else { return nil }
    transit = last &+ growth &* Self.groupsAhead
  }

  /// The lateness to be ready for, counted from that base; zero for a queue not worth speaking of.
  func lateness(from base: Int64) -> Int64 {
    let queue = transit &- base
    return queue >= Self.reserve ? queue &+ Self.reserve : 0
  }

  /// - Parameter groups: how many groups have come since.
  private static func leastTransit(
    of arrivals: [ArrivalHistory.Arrival], before groups: Int
  ) -> Int64 {
    let end = arrivals.count - groups * groupCount
    var least = Int64.max
    for index in end - groupCount..<end { least = min(least, arrivals[index].transit) }
    return least
  }

  /// How many packets show where a queue stands.
  private static let groupCount = 8
  /// For how long it is taken to go on growing: sound is stretched in pitch periods, not at will.
  private static let groupsAhead: Int64 = 2
  /// 20 ms: the jitter that comes on top, and how far playing may lag behind what is wanted of it.
  private static let reserve: Int64 = 960
}

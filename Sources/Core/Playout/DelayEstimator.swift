package import Basics

/// Learns how late packets come, and how long it is worth waiting for them.
///
/// A packet's *transit* is its arrival less its timestamp; its offset is unknown, but differences
/// between packets are differences of delay. The quickest packet of the last ten seconds is the base
/// that *lateness* counts from. The target is the lateness at which waiting any longer would cost more
/// than the packets it would save, at the price that the settings put on a packet.
///
/// Forgetting what is older than ten seconds lets the base follow a drifting clock: at 300 parts in a
/// million it lags behind by 3 ms.
///
/// - Units: samples, 48 000 a second.
/// - Bound: the last ``packetLimit`` packets.
package struct DelayEstimator: Equatable, Sendable {
  private let settings: PlayoutSettings
  /// In the order of arrival.
  private var arrivals: [Arrival] = []
  /// The same transits in ascending order.
  private var transits: [Int64] = []
  /// The lateness that is waited for.
  private var worthwhile: Int64 = 0

  private struct Arrival: Equatable {
    var time: Instant
    var transit: Int64
  }

  package init(settings: PlayoutSettings) {
    self.settings = settings
  }

  /// Takes one packet's arrival into account.
  ///
  /// - Parameter timestamp: unwrapped, in samples.
  package mutating func packetArrived(timestamp: Int64, at now: Instant) {
    let transit = now.ticks(at: 48_000) &- timestamp
    if let base = transits.first, transit &- base > Self.resynchronizationLateness {
      // Not a late packet, but another beginning of the sender's timestamps.
      arrivals.removeAll()
      transits.removeAll()
    }
    forget(before: now.advanced(by: .zero - Self.memory))
    arrivals.append(Arrival(time: now, transit: transit))
    transits.insert(transit, at: transits.partitioningIndex { $0 > transit })
    worthwhile = findWorthwhileLateness()
  }

  /// The transit of the quickest packet; `nil` before the first.
  package var baseTransit: Int64? { transits.first }

  /// How long after its timestamp a sample is to be played, on the same scale as transits.
  package var targetTransit: Int64? { baseTransit.map { $0 &+ targetDelay } }

  /// How much later than the quickest packet would allow a sample is to be played.
  package var targetDelay: Int64 {
    let reserve = settings.minimumDelay.samples
    let learned = worthwhile + reserve
    let isKnown = arrivals.count >= Self.knownCount
    return min(
      isKnown ? learned : max(learned, settings.initialDelay.samples),
      settings.maximumDelay.samples)
  }

  private mutating func forget(before limit: Instant) {
    let surplus = max(0, arrivals.count - Self.packetLimit + 1)
    let aged = arrivals.prefix { $0.time < limit }.count
    for arrival in arrivals.prefix(max(surplus, aged)) {
      transits.remove(at: transits.partitioningIndex { $0 >= arrival.transit })
    }
    arrivals.removeFirst(max(surplus, aged))
  }

  /// Waiting for the packet at an index costs its lateness and loses all packets behind it.
  private func findWorthwhileLateness() -> Int64 {
    guard let base = transits.first else { return 0 }
    let worth = settings.latePacketWorth.samples
    let limit = settings.maximumDelay.samples
    var best: (lateness: Int64, cost: Int64) = (0, .max)
    // Half a thousand rounds for every packet: plain counting spares unoptimised builds a lot.
    var index = 0
    while index < transits.count {
      let lateness = transits[index] &- base
      if lateness > limit { break }
      let cost = lateness + worth * Int64(transits.count - 1 - index)
      if cost < best.cost { best = (lateness, cost) }
      index += 1
    }
    return best.lateness
  }

  /// How many packets are remembered: ten seconds of 20 ms packets.
  package static let packetLimit = 500
  private static let memory: Duration = .seconds(10)
  /// From how many packets on the initial delay has no say any more.
  private static let knownCount = 25
  private static let resynchronizationLateness = Duration.seconds(2).samples
}

extension [Int64] {
  /// The first index whose element satisfies `belongsToSecond`; all before it do not.
  fileprivate func partitioningIndex(where belongsToSecond: (Int64) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

package import Basics

/// Learns how late packets come, and how long it is worth waiting for them.
///
/// A packet's *transit* is its arrival less its timestamp; its offset is unknown, but differences
/// between packets are differences of delay. The quickest packet that is remembered is the base that
/// *lateness* counts from. Five times a second the remembered arrivals are played through in thought,
/// once for each delay that might be aimed at; the one that the E-model rates best becomes the target
/// (``PlayoutRehearsal``).
///
/// Forgetting what is old lets the base follow a drifting clock: at 300 parts in a million it lags
/// behind by 6 ms.
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
  private var rehearsedAt: Instant?
  /// When the first packet came.
  private var beganAt: Instant?

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
      beganAt = nil
    }
    beganAt = beganAt ?? now
    forget(before: now.advanced(by: .zero - Self.memory))
    arrivals.append(Arrival(time: now, transit: transit))
    transits.insert(transit, at: transits.partitioningIndex { $0 > transit })
    rehearseIfDue(at: now)
  }

  /// The transit of the quickest packet; `nil` before the first.
  package var baseTransit: Int64? { transits.first }

  /// How long after its timestamp a sample is to be played, on the same scale as transits.
  package var targetTransit: Int64? { baseTransit.map { $0 &+ targetDelay } }

  /// How much later than the quickest packet would allow a sample is to be played: what has proved best,
  /// but not less than the last few packets need.
  package var targetDelay: Int64 {
    let learned = max(worthwhile, recentLateness) + settings.minimumDelay.samples
    let isKnown = arrivals.count >= Self.knownCount
    return min(
      isKnown ? learned : max(learned, settings.initialDelay.samples),
      settings.maximumDelay.samples)
  }

  /// The latest of the last few packets, and where the lateness will soon be when it grows steadily.
  private var recentLateness: Int64 {
    guard let base = transits.first, let last = arrivals.last else { return 0 }
    if let beganAt, beganAt.duration(to: last.time) < Self.beginning {
      // A way that begins with a stall is likely to have another.
      return (transits.dropLast().last ?? base) &- base
    }
    let recent = arrivals.suffix(Self.recentCount).map(\.transit)
    let growth = zip(recent.dropFirst(), recent).map { $0 &- $1 }.min() ?? 0
    let isSteady = recent.count == Self.recentCount
    // One packet alone may have been held up; what two need is how it is.
    let needed = recent.sorted().dropLast().last ?? base
    return needed &- base + (isSteady ? max(0, growth) * 4 : 0)
  }

  private mutating func forget(before limit: Instant) {
    let surplus = max(0, arrivals.count - Self.packetLimit + 1)
    let aged = arrivals.prefix { $0.time < limit }.count
    for arrival in arrivals.prefix(max(surplus, aged)) {
      transits.remove(at: transits.partitioningIndex { $0 >= arrival.transit })
    }
    arrivals.removeFirst(max(surplus, aged))
  }

  private mutating func rehearseIfDue(at now: Instant) {
    if let rehearsedAt, rehearsedAt.duration(to: now) < Self.rehearsalInterval,
      arrivals.count != Self.knownCount
    {
      return
    }
    rehearsedAt = now
    guard let base = transits.first else { return }
    let rehearsal = PlayoutRehearsal(
      lateness: arrivals.map { $0.transit &- base }, concealmentWeight: settings.concealmentWeight)
    worthwhile = rehearsal.bestDelay(
      than: worthwhile, atMost: settings.maximumDelay.samples - settings.minimumDelay.samples)
  }

  /// How many packets are remembered: twenty seconds of 20 ms packets.
  package static let packetLimit = 1_000
  private static let memory: Duration = .seconds(20)
  /// From how many packets on the initial delay has no say any more.
  private static let knownCount = 25
  /// How many packets show where the lateness stands at present.
  static let recentCount = 6
  private static let beginning: Duration = .seconds(1)
  private static let rehearsalInterval: Duration = .milliseconds(200)
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

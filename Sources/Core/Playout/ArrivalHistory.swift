import Basics

/// When the packets of a stream came: the recent ones exactly, the older ones by how late they were.
///
/// A packet's *transit* is its arrival less its timestamp; its offset is unknown, but differences
/// between packets are differences of delay. The quickest packet of the last twenty seconds is the
/// *base* that lateness counts from, so that a drifting clock is followed: at 300 parts in a million the
/// base lags behind by 6 ms. Lateness that is remembered for longer is counted from the base that was in
/// force around it: after a change of the route, what was on time stays on time.
///
/// - Units: samples, 48 000 a second.
/// - Bound: ``recentLimit`` packets and ``portion``, and ``pastLimit`` older ones.
struct ArrivalHistory: Equatable {
  struct Arrival: Equatable {
    var time: Instant
    var timestamp: Int64
    var transit: Int64
    /// The base when it came, itself included; `nil` before the stream was known.
    var base: Int64?
    /// How much later it was than was usual just before.
    var excess: Int64 = 0
    /// What was foreseen just before.
    var forecast: QueueForecast?
  }

  /// How much later than the quickest around it a packet was, and was foreseen to be.
  struct Lateness: Equatable {
    var actual: Int64
    var foreseen: Int64
  }

  /// In the order of arrival.
  private(set) var recent: [Arrival] = []
  /// Of packets that are no longer recent, in the order of arrival.
  private var past: [Lateness] = []
  /// The arrivals that no later one undercuts, by transit.
  private var minima: [Arrival] = []
  /// When the first packet came.
  private(set) var beganAt: Instant?

  /// How late packets usually are: the median of the last few; `nil` before the first. Kept, because it
  /// is asked for more often than it changes.
  private(set) var usualTransit: Int64?
  /// Where a queue will be that fills on the way; `nil` while none does.
  private(set) var forecast: QueueForecast?

  /// The transit of the quickest packet; `nil` before the first.
  var base: Int64? { minima.first?.transit }

  var count: Int { past.count + recent.count }

  /// - Returns: whether the packet was new; what has come in another way already is not waited for.
  mutating func packetArrived(timestamp: Int64, at now: Instant) -> Bool {
    guard !recent.suffix(Self.copyReach).contains(where: { $0.timestamp == timestamp }) else {
      return false
    }
    let transit = now.ticks(at: 48_000) &- timestamp
    if let base, transit &- base > Self.resynchronizationLateness {
      // Not a late packet, but another beginning of the sender's timestamps.
      self = ArrivalHistory()
    }
    let began = beganAt ?? now
    beganAt = began
    forget(before: now.advanced(by: .zero - Self.memory))
    var arrival = Arrival(time: now, timestamp: timestamp, transit: transit)
    while let last = minima.last, last.transit >= transit { minima.removeLast() }
    minima.append(arrival)
    if began.duration(to: now) >= Self.beginning { arrival.base = base }
    if let usualTransit { arrival.excess = transit &- usualTransit }
    arrival.forecast = forecast
    recent.append(arrival)
    findUsualTransit()
    forecast = QueueForecast(after: recent)
    return true
  }

  /// Of each packet, in the order of arrival.
  var lateness: [Lateness] {
    guard let base else { return [] }
    return past + settled(recent[...]).map { Self.lateness($0, base) }
  }

  /// Those that tell how it will go on: while a call is set up, both sides have much else to do.
  private func settled(_ arrivals: ArraySlice<Arrival>) -> ArraySlice<Arrival> {
    guard let began = beganAt, let last = recent.last,
      began.duration(to: last.time) >= Self.beginning
    else { return arrivals }
    return arrivals.drop { began.duration(to: $0.time) < Self.settling }
  }

  private static func lateness(_ arrival: Arrival, _ base: Int64) -> Lateness {
    // Before a change to a quicker way a packet was not late for being slower.
    let base = max(base, arrival.base ?? base)
    return Lateness(
      actual: max(0, arrival.transit &- base), foreseen: arrival.forecast?.lateness(from: base) ?? 0
    )
  }

  private mutating func findUsualTransit() {
    let transits = recent.suffix(Self.usualCount).map(\.transit).sorted()
    usualTransit = transits.isEmpty ? nil : transits[transits.count / 2]
  }

  private mutating func forget(before limit: Instant) {
    let surplus = max(0, recent.count - Self.recentLimit)
    let aged = recent.prefix { $0.time < limit }.count
    let count = max(surplus, aged)
    // Several at a time, for each time all others move.
    guard count >= Self.portion || aged > 0 && aged == recent.count, let base else { return }
    past += settled(recent[..<count]).map { Self.lateness($0, base) }
    recent.removeFirst(count)
    findUsualTransit()
    if past.count > Self.pastLimit { past.removeFirst(past.count - Self.pastLimit) }
    if let oldest = recent.first?.time {
      minima.removeFirst(minima.prefix { $0.time < oldest }.count)
    } else {
      minima.removeAll()
    }
  }

  /// Twenty seconds of 20 ms packets.
  static let recentLimit = 1_000
  /// One second of them.
  static let portion = 50
  /// Forty seconds more.
  static let pastLimit = 2_000
  /// How many packets show what is usual at present.
  private static let usualCount = 6
  private static let memory: Duration = .seconds(20)
  /// How long a stream must be known before its base is trusted, and what came with its first packets is
  /// forgotten.
  private static let beginning: Duration = .seconds(3)
  private static let settling: Duration = .seconds(1)
  /// How far back a packet may have come in another way.
  private static let copyReach = 64
  private static let resynchronizationLateness = Duration.seconds(2).samples
}

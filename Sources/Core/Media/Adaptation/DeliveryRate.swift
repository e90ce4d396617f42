import Basics

/// How much arrives at the peer, by its own clock.
struct DeliveryRate {
  private var arrivals: [SentPackets.Arrival] = []

  mutating func arrived(_ arrival: SentPackets.Arrival) {
    arrivals.append(arrival)
    while arrivals.count > Self.limit
      || arrivals.count > 2 && arrivals[0].arrived + Self.window < arrival.arrived
    {
      arrivals.removeFirst()
    }
  }

  /// In bits a second, headers included; `nil` until enough has arrived.
  var bitsPerSecond: Double? {
    guard arrivals.count >= Self.leastCount, let first = arrivals.first, let last = arrivals.last
    else { return nil }
    let span = last.arrived - first.arrived
    guard span >= Self.leastSpan else { return nil }
    // The first only begins the span.
    let byteCount = arrivals.dropFirst().reduce(0) { $0 + $1.byteCount }
    return Double(byteCount * 8) / span.seconds
  }

  private static let window: Duration = .milliseconds(500)
  private static let leastSpan: Duration = .milliseconds(200)
  private static let leastCount = 5
  private static let limit = 256
}

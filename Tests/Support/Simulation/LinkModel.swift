package import Basics

/// A way for datagrams in one direction, as good or bad as its seed and settings make it.
package struct LinkModel: Sendable {
  /// How a link behaves; shares are 0–1.
  package struct Quality: Sendable {
    package var delay: Duration
    /// Added to the delay, evenly between nothing and this.
    package var jitter: Duration
    package var loss: Double
    package var duplication: Double
    /// The share of datagrams that wait another two to three times the delay.
    package var reordering: Double

    package init(
      delay: Duration = .milliseconds(10), jitter: Duration = .zero, loss: Double = 0,
      duplication: Double = 0, reordering: Double = 0
    ) {
      self.delay = delay
      self.jitter = jitter
      self.loss = loss
      self.duplication = duplication
      self.reordering = reordering
    }

    package static let perfect = Quality()
  }

  package var quality: Quality
  private var generator: SeededGenerator

  package init(_ quality: Quality = .perfect, seed: UInt64) {
    self.quality = quality
    generator = SeededGenerator(seed: seed)
  }

  /// When a datagram sent now arrives: never, once or twice.
  package mutating func arrivals(sentAt now: Instant) -> [Instant] {
    guard !happens(quality.loss) else { return [] }
    var arrivals = [now.advanced(by: delay())]
    if happens(quality.duplication) { arrivals.append(now.advanced(by: delay())) }
    return arrivals
  }

  private mutating func delay() -> Duration {
    let jitter = Int64.random(in: 0...max(0, quality.jitter.nanoseconds), using: &generator)
    let extra =
      happens(quality.reordering)
      ? Int64.random(
        in: quality.delay.nanoseconds * 2...quality.delay.nanoseconds * 3, using: &generator) : 0
    return .nanoseconds(quality.delay.nanoseconds + jitter + extra)
  }

  private mutating func happens(_ share: Double) -> Bool {
    share > 0 && Double.random(in: 0..<1, using: &generator) < share
  }
}

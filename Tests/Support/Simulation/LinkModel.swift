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
    /// What passes in a second, after a queue; everything at once, if `nil`.
    package var bitsPerSecond: Int?
    /// What would wait longer in the queue is lost.
    package var mostWaiting: Duration = .milliseconds(600)

    package init(
      delay: Duration = .milliseconds(10), jitter: Duration = .zero, loss: Double = 0,
      duplication: Double = 0, reordering: Double = 0, bitsPerSecond: Int? = nil
    ) {
      self.delay = delay
      self.jitter = jitter
      self.loss = loss
      self.duplication = duplication
      self.reordering = reordering
      self.bitsPerSecond = bitsPerSecond
    }

    package static let perfect = Quality()
  }

  package var quality: Quality
  private var generator: SeededGenerator
  /// When the last of the queue has passed.
  private var queueEnd = Instant.zero

  package init(_ quality: Quality = .perfect, seed: UInt64) {
    self.quality = quality
    generator = SeededGenerator(seed: seed)
  }

  /// How long what is sent now waits until it passes.
  package func waiting(at now: Instant) -> Duration { max(.zero, now.duration(to: queueEnd)) }

  /// When a datagram sent now arrives: never, once or twice.
  ///
  /// - Parameter byteCount: with all headers.
  package mutating func arrivals(sentAt now: Instant, byteCount: Int = 0) -> [Instant] {
    guard !happens(quality.loss) else { return [] }
    var now = now
    if let bitsPerSecond = quality.bitsPerSecond {
      guard waiting(at: now) <= quality.mostWaiting else { return [] }
      queueEnd = max(queueEnd, now).advanced(
        by: .nanoseconds(Int64(byteCount) * 8 * 1_000_000_000 / Int64(bitsPerSecond)))
      now = queueEnd
    }
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

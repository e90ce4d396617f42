import Basics

/// How a stream's playout weighs delay against late packets.
package struct PlayoutSettings: Equatable, Sendable {
  /// Kept in reserve beyond the lateness that is expected, for the unevenness of our own clockwork.
  package var minimumDelay: Duration
  /// The delay to begin with, until the stream is known.
  package var initialDelay: Duration
  /// More than this is never waited for.
  package var maximumDelay: Duration
  /// How much worse than the E-model a listener is taken to find concealment; 1 for the model's own
  /// judgement, which knows nothing of a voice that comes early or late after a gap.
  package var concealmentWeight: Double

  package init(
    minimumDelay: Duration = .milliseconds(5), initialDelay: Duration = .milliseconds(20),
    maximumDelay: Duration = .milliseconds(400), concealmentWeight: Double = 1
  ) {
    precondition(
      .zero <= minimumDelay && minimumDelay <= initialDelay && initialDelay <= maximumDelay,
      "the initial delay lies between the least and the most")
    self.minimumDelay = minimumDelay
    self.initialDelay = initialDelay
    self.maximumDelay = maximumDelay
    self.concealmentWeight = concealmentWeight
  }

  /// For talking to and fro.
  package static let normal = PlayoutSettings()
  /// For the shortest delay, at the cost of a gap now and then.
  package static let low = PlayoutSettings(concealmentWeight: 0.3)
  /// For bad networks, at the cost of delay.
  package static let robust = PlayoutSettings(
    minimumDelay: .milliseconds(10), initialDelay: .milliseconds(60),
    concealmentWeight: 3)
}

extension Duration {
  /// This duration in samples, at the rate of all sound here.
  var samples: Int64 { nanoseconds * 48 / 1_000_000 }

  /// How long so many samples last.
  static func samples(_ count: Int) -> Duration { .nanoseconds(Int64(count) * 1_000_000 / 48) }
}

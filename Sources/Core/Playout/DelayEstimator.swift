package import Basics

/// Learns how late packets come, and how long it is worth waiting for them.
///
/// Twice a second the remembered arrivals are played through in thought with other plans, each a delay to
/// aim at and a time to keep what a stall has added to it; the one that the E-model rates best is
/// followed (``PlayoutRehearsal``), a shorter delay only after a while (``Descent``).
///
/// - Units: samples, 48 000 a second.
/// - Bound: that of its history.
package struct DelayEstimator: Equatable, Sendable {
  private let settings: PlayoutSettings
  private var history = ArrivalHistory()
  private var plan = PlayoutRehearsal.Plan()
  private var punctuality = Punctuality()
  private var descent = Descent()
  private var rehearsedAt: Instant?
  /// What a stall has called for.
  private var held: Int64 = 0
  private var heldUntil: Instant?
  private var now = Instant.zero

  package init(settings: PlayoutSettings) {
    self.settings = settings
  }

  /// Takes one packet's arrival into account.
  ///
  /// - Parameter timestamp: unwrapped, in samples.
  package mutating func packetArrived(timestamp: Int64, at now: Instant) {
    guard history.packetArrived(timestamp: timestamp, at: now) else { return }
    self.now = now
    rehearseIfDue(at: now)
    let lateness = recentLateness
    if lateness >= max(plan.aim, held) {
      held = lateness
      heldUntil = now.advanced(by: plan.hold)
    } else if let heldUntil, heldUntil <= now {
      held = 0
    }
  }

  /// The transit of the quickest packet; `nil` before the first.
  package var baseTransit: Int64? { history.base }

  /// How long after its timestamp a sample is to be played, on the same scale as transits.
  package var targetTransit: Int64? { baseTransit.map { $0 &+ targetDelay } }

  /// How much later than the quickest packet would allow a sample is to be played: what has proved best,
  /// but not less than the last few packets need, nor than a queue that fills will.
  package var targetDelay: Int64 {
    let learned =
      max(plan.aim, held, recentLateness + growth, foreseenLateness)
      + settings.minimumDelay.samples
    let isKnown = history.count >= Self.knownCount
    return min(
      isKnown ? learned : max(learned, settings.initialDelay.samples),
      settings.maximumDelay.samples)
  }

  /// How late packets usually are: the median of the last few; `nil` before the first.
  package var usualTransit: Int64? { history.usualTransit }

  /// Whether sound will run out before a packet that is so much later than usual comes.
  package func runsOut(lateness: Int64, heldCount: Int) -> Bool {
    punctuality.runsOut(lateness: lateness, heldCount: heldCount)
  }

  /// What the last few packets needed.
  private var recentLateness: Int64 {
    guard let base = history.base, let began = history.beganAt else { return 0 }
    // A way that begins with a stall is likely to have another.
    let isBeginning = began.duration(to: now) < Self.beginning
    let recent = isBeginning ? history.recent[...] : history.recent.suffix(Self.recentCount)
    // One packet alone may have been held up; what two need is how it is.
    var (latest, second) = (base, base)
    for arrival in recent {
      second = max(second, min(latest, arrival.transit))
      latest = max(latest, arrival.transit)
    }
    return second &- base
  }

  /// How much later the next few packets will be when the lateness grows steadily.
  private var growth: Int64 {
    let recent = history.recent.suffix(Self.recentCount)
    guard recent.count == Self.recentCount else { return 0 }
    var least = Int64.max
    for index in recent.indices.dropFirst() {
      least = min(least, recent[index].transit &- recent[index - 1].transit)
    }
    return max(0, least) * 4
  }

  /// What the next packets need when they wait in a queue.
  private var foreseenLateness: Int64 {
    guard let base = history.base, let forecast = history.forecast else { return 0 }
    return forecast.lateness(from: base)
  }

  private mutating func rehearseIfDue(at now: Instant) {
    if let rehearsedAt, rehearsedAt.duration(to: now) < Self.rehearsalInterval,
      history.count != Self.knownCount
    {
      return
    }
    rehearsedAt = now
    punctuality = Punctuality(excess: history.recent.map(\.excess))
    let rehearsal = PlayoutRehearsal(
      lateness: history.lateness, overdueLateness: punctuality.limit,
      concealmentWeight: settings.concealmentWeight)
    let best = rehearsal.bestPlan(
      than: plan, atMost: settings.maximumDelay.samples - settings.minimumDelay.samples)
    plan = history.count > Self.knownCount ? descent.plan(towards: best, from: plan) : best
  }

  /// From how many packets on the initial delay has no say any more.
  private static let knownCount = 25
  /// How many packets show where the lateness stands at present.
  private static let recentCount = 6
  private static let beginning: Duration = .seconds(1)
  private static let rehearsalInterval: Duration = .milliseconds(500)
}

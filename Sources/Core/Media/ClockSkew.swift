/// By how much sound has to be read faster than it is needed, since it comes by another clock.
///
/// A loop of second order: what has piled up is answered by a little more pace, and what keeps piling up
/// by pace that stays. Nothing is done while the clocks are as good as equal, so that sound of one
/// clock passes unchanged.
///
///     learning what is usual ──1 s──▶ watching ──1 ms has piled up──▶ steering
///             ▲───────── rebase ─────────┴───────────────────────────────┘
///
/// - Units: samples of ``Sound/sampleRate``.
/// - Bound: ``pace`` is within ``limit`` of 1, and changes by ``slew`` a second; nobody hears either.
package struct ClockSkew: Equatable, Sendable {
  /// Samples read for each that is needed.
  package private(set) var pace = 1.0

  /// How much waits if all is well, as far as it is known.
  private var usual = Mean()
  /// What has piled up, evened out.
  private var surplus = 0.0
  /// What piles up by the clocks' difference, each second.
  private var drift = 0.0
  private var seconds = 0.0
  /// Since when, by ``seconds``, the pace is steered.
  private var begin: Double?

  package init() {}

  /// Looks at how much waits.
  ///
  /// - Parameters:
  ///   - level: in samples; may be as uneven as frames and periods make it.
  ///   - samples: how many have been needed since the last look.
  package mutating func observe(level: Double, after samples: Int) {
    let step = Double(samples) / Double(Sound.sampleRate)
    guard usual.seconds >= Self.learning else { return usual.add(level, for: step) }
    let seen = min(max(level - usual.value, -Self.mostSurplus), Self.mostSurplus)
    seconds += step
    surplus += (seen - surplus) * min(1, step / Self.smoothing)
    if begin == nil, abs(surplus) > Self.tolerance, seconds > Self.smoothing {
      begin = seconds
      drift = surplus / seconds
    }
    if let begin { steer(for: step, since: begin) }
  }

  /// What waits from now on is usual; what was learned of the clocks stays.
  package mutating func rebase() {
    usual = Mean()
    surplus = 0
  }

  private mutating func steer(for step: Double, since begin: Double) {
    let speed = max(Self.slowest, Self.fastest * 10 / (10 + seconds - begin))
    let most = Self.limit * Double(Sound.sampleRate)
    drift = min(max(drift + speed * speed * surplus * step, -most), most)
    let wanted = min(max(drift + 2 * speed * surplus, -most), most) / Double(Sound.sampleRate)
    let change = wanted - (pace - 1)
    pace += min(max(change, -Self.slew * step), Self.slew * step)
  }

  private struct Mean: Equatable {
    private(set) var seconds = 0.0
    private var sum = 0.0
    var value: Double { seconds > 0 ? sum / seconds : 0 }

    mutating func add(_ number: Double, for step: Double) {
      seconds += step
      sum += number * step
    }
  }

  /// 1 000 ppm: sound cards keep within 300, and an ear hears 3 000.
  package static let limit = 0.001
  /// 100 ppm a second.
  package static let slew = 0.000_1
  /// 1 ms.
  private static let tolerance = 48.0
  /// More at once is an accident and not a clock.
  private static let mostSurplus = 1_920.0
  // In seconds.
  private static let learning = 1.0
  private static let smoothing = 2.0
  // How fast what has piled up is worked off, in parts a second.
  private static let fastest = 0.1
  private static let slowest = 0.03
}

/// What a listener would say of a call, from its delay and loss.
///
/// - Source: ITU-T G.107, with the terms that a packet call has; ITU-T G.113 for the robustness.
package struct EModel: Equatable, Sendable {
  /// From mouth to ear as far as the network and the codec go, in milliseconds.
  package var delayMilliseconds: Double
  /// What was missing after redundancy had helped, and what came too late, 0–100.
  package var lossPercent: Double
  /// Bpl: how well the codec bears loss.
  package var lossRobustness: Double
  /// BurstR: 1 for loss that strikes at random, more when it strikes in groups.
  package var burstRatio: Double

  package init(
    delayMilliseconds: Double, lossPercent: Double, lossRobustness: Double, burstRatio: Double = 1
  ) {
    self.delayMilliseconds = max(0, delayMilliseconds)
    self.lossPercent = min(max(0, lossPercent), 100)
    self.lossRobustness = max(0.1, lossRobustness)
    self.burstRatio = max(1, burstRatio)
  }

  /// Id: what the delay costs.
  package var delayImpairment: Double {
    0.024 * delayMilliseconds + 0.11 * max(0, delayMilliseconds - 177.3)
  }

  /// Ie,eff: what the loss costs. Opus itself costs nothing.
  package var lossImpairment: Double {
    95 * lossPercent / (lossPercent / burstRatio + lossRobustness)
  }

  /// R, before it is limited.
  package var rating: Double { 93.2 - delayImpairment - lossImpairment }

  /// The mean opinion score, 1–4.5.
  package var meanOpinionScore: Double {
    switch rating {
    case ..<0: return 1
    case 100...: return 4.5
    default:
      // The polynomial dips below 1 for ratings under 6.5 (G.107 Annex B).
      return max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
    }
  }

  /// Bpl of Opus, as assumed in the absence of published figures.
  package static let opusRobustness = 10.0
  package static let opusRobustnessWithFEC = 20.0
  /// What Opus adds at 20 ms frames, look-ahead included, in milliseconds.
  package static let opusDelayMilliseconds = 26.5
}

/// Past arrivals, played through in thought with another delay, and what a listener would say of it.
///
/// Playing keeps to the delay that is aimed at; where a packet comes later than that, the gap is concealed,
/// the packet is played when it comes, and playing hurries back afterwards, as the jitter buffer does. The
/// rating is that of the E-model (ITU-T G.107): delay and concealment on one scale, so that nothing is to be
/// tuned but how much worse than the model a listener finds concealment.
struct PlayoutRehearsal {
  /// Of each packet, in the order of arrival: how much later than the quickest, in samples.
  private let lateness: [Int64]
  /// The latest of each packet and the few before it: playing does not hurry to a lesser delay.
  private let floors: [Int64]
  /// 1 for the model's own judgement.
  private let concealmentWeight: Double

  init(lateness: [Int64], concealmentWeight: Double) {
    self.lateness = lateness
    self.concealmentWeight = concealmentWeight
    floors = lateness.indices.map { index in
      var latest: Int64 = 0
      for earlier in max(0, index - DelayEstimator.recentCount + 1)...index {
        latest = max(latest, lateness[earlier])
      }
      return latest
    }
  }

  /// The delay, in samples, that would have served best; the one in force unless another is clearly better.
  func bestDelay(than current: Int64, atMost limit: Int64) -> Int64 {
    guard let latest = lateness.max(), latest > 0 else { return 0 }
    var best = (delay: current, cost: cost(of: current) - Self.advantage)
    var delay: Int64 = 0
    while delay <= limit {
      if delay != current {
        let cost = cost(of: delay)
        if cost < best.cost { best = (delay, cost) }
      }
      if delay >= latest { break }
      // Finer steps would cost more than they gain.
      delay += max(Self.step, delay / 8)
    }
    return best.delay
  }

  /// What the model takes off for playing with that delay.
  private func cost(of aim: Int64) -> Double {
    // What comes before the first packet is nobody's loss.
    var delay = max(aim, lateness.first ?? 0)
    var concealed: Int64 = 0
    var total: Int64 = 0
    var index = 0
    while index < lateness.count {
      let late = lateness[index]
      if late > delay {
        concealed += late - delay
        delay = late
      } else if delay > aim {
        let hurry = delay - aim > Self.urgency ? Self.greatHurry : Self.hurry
        delay = max(aim, floors[index], delay - hurry)
      }
      total += delay
      index += 1
    }
    let count = Double(lateness.count)
    let milliseconds = Self.otherDelay + Double(total) / count / 48
    let percent = Double(concealed) * 100 / (count * Self.usualPacket)
    let delayImpairment = 0.024 * milliseconds + 0.11 * max(0, milliseconds - 177.3)
    return delayImpairment + concealmentWeight * 95 * percent / (percent + 10)
  }

  /// What everything but the buffer adds, in milliseconds.
  private static let otherDelay = 60.0
  /// 20 ms.
  private static let usualPacket = 960.0
  /// 5 ms.
  private static let step: Int64 = 240
  /// How much delay is made up for with each packet, and with a great deal to make up for.
  private static let hurry: Int64 = 120
  private static let greatHurry: Int64 = 480
  private static let urgency: Int64 = 960
  /// A change must be worth so much of the model's rating.
  private static let advantage = 0.1
}

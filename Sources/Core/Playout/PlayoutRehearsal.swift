/// Past arrivals, played through in thought by another plan, and what a listener would say of it.
///
/// Playing keeps to the delay that is aimed at, and slows down in time for a queue that was foreseen; where a
/// packet comes later than that, playing slows down as soon as it is overdue, the gap that is left is
/// concealed, the packet is played when it comes, and after a while playing hurries back, as the jitter
/// buffer does.
/// The rating is that of the E-model (ITU-T G.107): delay and concealment on one scale, so that little is
/// to be tuned: how much worse than the model a listener finds concealment, how bad stretching is, and what
/// one notices of a gap, of which the model knows nothing: short ones are noticed as well, and in long ones
/// words are lost.
struct PlayoutRehearsal {
  /// How to play.
  struct Plan: Equatable, Sendable {
    /// The delay to aim at, in samples.
    var aim: Int64 = 0
    /// How long to keep a greater delay that a stall has brought.
    var hold = Duration.seconds(2)
  }

  /// Of each packet, in the order of arrival, in samples.
  private let lateness: [ArrivalHistory.Lateness]
  /// Of each ``portion`` of them, the most that any of it was late, or was foreseen to be.
  private let mostLateness: [Int64]
  /// By how much a packet must be later than the one before it to be overdue.
  private let overdueLateness: Int64
  /// 1 for the model's own judgement.
  private let concealmentWeight: Double

  init(
    lateness: [ArrivalHistory.Lateness], overdueLateness: Int64, concealmentWeight: Double
  ) {
    self.lateness = lateness
    mostLateness = stride(from: 0, to: lateness.count, by: Self.portion).map { start in
      var most = Int64.min
      for packet in lateness[start..<min(start + Self.portion, lateness.count)] {
        most = max(most, packet.actual, packet.foreseen)
      }
      return most
    }
    self.overdueLateness = overdueLateness
    self.concealmentWeight = concealmentWeight * Self.hindsight
  }

  /// The plan that would have served best; the one in force unless another is clearly better.
  func bestPlan(than current: Plan, atMost limit: Int64) -> Plan {
    let latest = lateness.reduce(0) { max($0, $1.actual) }
    guard latest > 0 else { return Plan(aim: 0, hold: current.hold) }
    var best = (plan: current, cost: cost(of: current) - Self.advantage)
    for hold in Self.holds where latest > Self.urgency && hold != current.hold {
      let plan = Plan(aim: current.aim, hold: hold)
      let cost = cost(of: plan, ifLessThan: best.cost)
      if cost < best.cost { best = (plan, cost) }
    }
    func consider(aim: Int64) {
      guard aim != current.aim, 0...limit ~= aim else { return }
      let plan = Plan(aim: aim, hold: best.plan.hold)
      let cost = cost(of: plan, ifLessThan: best.cost)
      if cost < best.cost { best = (plan, cost) }
    }
    var aim: Int64 = 0
    while aim <= limit {
      consider(aim: aim)
      if aim >= latest { break }
      aim += Self.step(from: aim)
    }
    // Halfway to its neighbours, and again, there may be a better one yet.
    for part: Int64 in [2, 4] {
      let centre = best.plan.aim
      consider(aim: centre - Self.step(from: centre) / part)
      consider(aim: centre + Self.step(from: centre) / part)
    }
    return best.plan
  }

  /// How far the next delay to be tried is from that one.
  private static func step(from aim: Int64) -> Int64 { max(leastStep, aim / 8) }

  /// What the model takes off for playing by that plan. One that costs `limit` or more is not played to its
  /// end, and is said to cost something between.
  func cost(of plan: Plan, ifLessThan limit: Double = .infinity) -> Double {
    let aim = plan.aim
    let holdCount = Int(plan.hold.samples / Int64(Self.usualPacket))
    // What comes before the first packet is nobody's loss, nor is it to come down from there.
    var delay = max(aim, lateness.first?.actual ?? 0)
    var concealed: Int64 = 0
    // What more than that a listener notices of stalls.
    var noticed: Int64 = 0
    var stretched = aim - delay
    var total: Int64 = 0
    var wait = holdCount
    var previous = delay
    var stallCount = 0
    var calmCount = Self.calmCount
    var index = 0
    var lookIndex = 0
    while index < lateness.count {
      if index >= lookIndex {
        // Whatever comes, the delay never falls below the aim, and what is spoilt stays so. That the model does
        // not care for one stall is only known at the end.
        let least = cost(
          total: total + aim * Int64(lateness.count - index), concealed: concealed,
          noticed: stallCount > 1 ? noticed : 0, stretched: stretched, isDoubtful: stallCount < 2)
        if least > limit + Self.inexactness { return least }
        lookIndex += Self.lookInterval
      }
      // Where all comes in time nothing happens, and most does.
      if delay == aim, index.isMultiple(of: Self.portion),
        mostLateness[index / Self.portion] <= aim
      {
        let end = min(index + Self.portion, lateness.count)
        calmCount += end - index
        total += aim * Int64(end - index)
        previous = lateness[end - 1].actual
        index = end
        continue
      }
      let packet = lateness[index]
      index += 1
      let late = packet.actual
      let wanted = max(aim, packet.foreseen)
      if wanted > delay {
        let gained = min(wanted - delay, Self.ascent)
        // Ahead of time there is a choice of places where nobody hears it.
        stretched += gained / 2
        delay += gained
      }
      if late > delay {
        // What was there when the packet became overdue has been played more slowly.
        let slowed = max(0, delay - previous - overdueLateness)
        let gained = min(late - delay, slowed / Self.slowing)
        stretched += gained
        let gap = late - delay - gained
        concealed += gap
        noticed += max(0, gap - Self.noticedGap) / 2
        if calmCount >= Self.calmCount {
          stallCount += 1
          if gap > Self.reserve { noticed += max(0, Self.noticedGap - gap) }
        }
        calmCount = 0
        delay = late
        wait = holdCount
      } else if delay > wanted {
        if wait > 0 {
          wait -= 1
        } else {
          let hurry = delay - wanted > Self.urgency ? Self.greatHurry : Self.hurry
          let hurried = max(wanted, late, delay - hurry)
          stretched += delay - hurried
          delay = hurried
        }
      }
      calmCount += 1
      total += delay
      previous = late
    }
    return cost(
      total: total, concealed: concealed, noticed: stallCount == 1 ? 0 : noticed,
      stretched: stretched, isDoubtful: stallCount == 1)
  }

  /// - Parameters:
  ///   - total: the delays of all packets.
  ///   - isDoubtful: whether there was one stall, which may not happen again.
  private func cost(
    total: Int64, concealed: Int64, noticed: Int64, stretched: Int64, isDoubtful: Bool
  ) -> Double {
    let count = Double(lateness.count)
    let milliseconds = Self.otherDelay + Double(total) / count / 48
    let spoilt =
      Double(concealed + noticed) + Self.stretchingWeight * Double(max(0, stretched))
    let span = count + (isDoubtful ? Self.doubt : 0)
    let percent = spoilt * 100 / (span * Self.usualPacket)
    let delayImpairment = 0.024 * milliseconds + 0.11 * max(0, milliseconds - 177.3)
    return delayImpairment + concealmentWeight * 95 * percent / (percent + 10)
  }

  private static let holds: [Duration] = [
    .milliseconds(120), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4),
  ]
  /// How many packets are looked at together.
  private static let portion = 16
  /// After how many packets it is asked whether a plan can still be the best.
  private static let lookInterval = 128
  /// More than what rounding does to a rating, and less than anybody notices.
  private static let inexactness = 1e-6
  /// What everything but the buffer adds, in milliseconds.
  private static let otherDelay = 60.0
  /// 20 ms.
  private static let usualPacket = 960.0
  /// 5 ms.
  private static let leastStep: Int64 = 240
  /// For how many packets no more sound is missing when one stall has ended: half a second.
  private static let calmCount = 25
  /// 40 ms: a new gap counts for as much at least, and what is beyond counts half as much again.
  private static let noticedGap: Int64 = 1_920
  /// 5 ms, which playing always has in reserve.
  private static let reserve: Int64 = 240
  /// How many packets without a stall are added in thought when there was but one: what has happened once
  /// may not happen again for long.
  private static let doubt = 3_500.0
  /// A fourth is gained by playing slowly: stretching does not succeed everywhere.
  private static let slowing: Int64 = 4
  /// By how much a packet is lengthened at most ahead of a queue that fills.
  private static let ascent: Int64 = 240
  /// How much more is spoilt than was in the past by the plan that would have served it best: it was chosen
  /// knowing what came.
  private static let hindsight = 1.05
  /// How much of the harm of concealment stretching does.
  private static let stretchingWeight = 0.5
  /// How much delay is made up for with each packet, and with a great deal to make up for.
  private static let hurry: Int64 = 120
  private static let greatHurry: Int64 = 480
  private static let urgency: Int64 = 960
  /// A change must be worth so much of the model's rating.
  private static let advantage = 0.1
}

import Basics
import RTP

/// How sound is sent: bitrate, packet time and redundancy follow what the way to the peer carries.
///
///     steady ──a queue stands, or much is lost──▶ easing ──it has gone──▶ steady, with less
///        ▲                                          │
///        │                                          └─no better for it──▶ steady, as before
///        └── while all is calm, more is sent by and by
///
/// A queue halves what is sent, so that it drains at once; when it has gone, a little less is sent
/// than what arrived. One that hardly grows is as likely to be others': it is suffered for longer, and a
/// little less is sent to see whether it minds. Trouble that does not mind how much is sent is not ours to
/// mend: it is put up with. What was taken back returns slowly, and later each time that its return led
/// to trouble.
///
/// What the peer believes that the way there carries (draft-alvestrand-rmcat-remb-03 §2.1) is a limit
/// at once, in trouble or not. One that grows is approached like any room that there is: after some
/// calm, by 8 % a second. The draft does not say how long a limit holds; here it is forgotten when it
/// is not renewed, as those who measure do all the time, lest a peer that stopped hold a call down.
///
/// Loss that is not ours is answered by redundancy within the same budget: the encoder's own for the
/// loss that is reported, and copies of earlier packets (RFC 2198) when there is much of it.
struct Adaptation {
  private enum State: Equatable {
    /// More may be sent from then on.
    case steady(growAt: Instant?)
    case easing(Easing)
  }

  /// What was done about trouble, to be judged by its effect.
  private struct Easing: Equatable {
    var trouble: PathTrouble
    var budgetBefore: Double
    /// What is sent when the trouble has gone.
    var budgetAfter: Double
    var judgeAt: Instant
    /// Reports to come before it can be judged.
    var reportCount: Int
  }

  private(set) var plan: SendingPlan
  private(set) var watch = PathWatch()
  private(set) var bounds: SendingBounds

  private var state = State.steady(growAt: nil)
  private var budget: Double
  private var copies = CopyPattern.none
  private var excusedLoss = 0.0
  private var patience = Self.leastPatience
  private var lastGrowth: Instant?
  /// What the peer believes that the way there carries, and when it last said so.
  private var estimate: (bitsPerSecond: Double, at: Instant)?
  /// What arrived when a queue stood last; `nil` when what is allowed is sent again.
  private var narrowest: Double?

  init(_ bounds: SendingBounds) {
    self.bounds = bounds
    budget = bounds.firstBudget
    copies = Self.leastCopies(bounds)
    plan = SendingPlan(budget: budget, copies: copies, bounds, after: nil)
  }

  // MARK: Verbs

  /// User or peer set other limits.
  mutating func change(_ bounds: SendingBounds) {
    guard bounds != self.bounds else { return }
    let isOtherRate =
      bounds.mostBitsPerSecond != self.bounds.mostBitsPerSecond
      || bounds.firstBitsPerSecond != self.bounds.firstBitsPerSecond
    // What the network took is not given back by a wish.
    if isOtherRate, narrowest == nil { budget = bounds.firstBudget }
    self.bounds = bounds
    chooseCopies()
    adjust()
  }

  /// Notes a packet that is sent now, and returns its number for the header extension.
  mutating func send(byteCount: Int, at now: Instant) -> UInt16 {
    watch.send(byteCount: byteCount, at: now)
  }

  /// What the peer reports of our stream.
  ///
  /// - Parameter sentBytes: sent so far, headers included.
  mutating func reported(
    _ block: ReportBlock, roundTripTime: Duration?, sentBytes: Int, at now: Instant
  ) {
    watch.reported(block, roundTripTime: roundTripTime, sentBytes: sentBytes, at: now)
    excusedLoss = min(excusedLoss, watch.loss)
    if case .easing(var easing) = state, easing.reportCount > 0 {
      easing.reportCount -= 1
      state = .easing(easing)
    }
    act(at: now)
  }

  /// What the peer tells of single packets.
  mutating func feedbackArrived(_ feedback: TransportFeedback, at now: Instant) {
    watch.feedbackArrived(feedback, at: now)
    act(at: now)
  }

  /// The peer tells how much it believes that the way there carries, headers included.
  mutating func estimateArrived(bitsPerSecond: Double, at now: Instant) {
    estimate = (bitsPerSecond, now)
    adjust()
  }

  /// How much loss the encoder's own redundancy shall be ready for, in percent.
  ///
  /// - Parameter least: as long as the way there has not proved to lose next to nothing.
  func expectedLossPercent(atLeast least: Int) -> Int {
    guard !watch.isClean else { return 0 }
    return min(max(least, Int(watch.loss * 100 + 0.5)), Self.mostLossPercent)
  }

  /// What was done, and why.
  var account: AdaptationAccount {
    var reason = AdaptationAccount.Reason.nothing
    switch state {
    case .easing(let easing):
      switch easing.trouble {
      case .queue(let delay): reason = .queue(delay)
      case .loss(let share): reason = .loss(share)
      }
    case .steady:
      if let narrowest, budget < mostBudget {
        reason = .narrow(bitsPerSecond: Int(narrowest))
      } else if let estimate, mostBudget < bounds.mostBudget {
        reason = .estimate(bitsPerSecond: Int(min(estimate.bitsPerSecond, 1e9)))
      } else if case .loss(let share)? = copyCause {
        reason = .loss(share)
      }
    }
    return AdaptationAccount(
      bitsPerSecond: plan.bitsPerSecond, packetTime: plan.packetTime,
      shortestPacketTime: bounds.shortestPacketTime, copyCount: plan.copies.count,
      copyDistance: plan.copies.distance, copyCause: copyCause, reason: reason)
  }

  /// Why copies are sent, if they are.
  private var copyCause: AdaptationAccount.CopyCause? {
    guard plan.copies.count > 0 else { return nil }
    if copies != Self.leastCopies(bounds) { return .loss(watch.loss) }
    return bounds.redundancy == .asked ? .peer : .settings
  }

  // MARK: Deciding

  private mutating func act(at now: Instant) {
    if let estimate, estimate.at.duration(to: now) >= Self.estimateTime { self.estimate = nil }
    switch state {
    case .easing(let easing): judge(easing, at: now)
    case .steady(let growAt):
      if let trouble = watch.trouble(
        excusedLoss: excusedLoss, isNearLimit ? .some : .little, at: now)
      {
        ease(trouble, at: now)
      } else {
        grow(from: growAt, at: now)
      }
    }
    chooseCopies()
    adjust()
  }

  private mutating func ease(_ trouble: PathTrouble, at now: Instant) {
    if let lastGrowth, lastGrowth.duration(to: now) < Self.growthMemory {
      patience = min(patience * 2, Self.mostPatience)
    }
    // What arrives may be little because little was said; one step is not to take all.
    let arriving = min(watch.deliveredBitsPerSecond(at: now) ?? budget, budget)
    let carried = max(arriving, budget * 0.4)
    var easing = Easing(
      trouble: trouble, budgetBefore: budget, budgetAfter: limited(carried * 0.85),
      judgeAt: now.advanced(by: Self.easingTime),
      reportCount: isTold(of: trouble, at: now) ? 0 : 2)
    switch trouble {
    case .queue where !watch.isQueueOurs(at: now):
      // Perhaps it is others' and will not mind.
      easing.budgetAfter = limited(budget * 0.9)
      budget = limited(budget * 0.8)
    case .queue:
      budget = limited(carried * 0.5)
      narrowest = arriving
    case .loss:
      budget = easing.budgetAfter  // No queue to be drained; copies still find room.
      narrowest = arriving
    }
    state = .easing(easing)
  }

  /// Whether feedback tells at once what becomes of it.
  private func isTold(of trouble: PathTrouble, at now: Instant) -> Bool {
    if case .queue = trouble { return watch.hasFeedback(at: now) }
    return false
  }

  private mutating func judge(_ easing: Easing, at now: Instant) {
    // Feedback that has come back tells sooner than reports, but of what had to queue up it tells late.
    let hasFeedback = isTold(of: easing.trouble, at: now)
    let isDue = (hasFeedback ? watch.toldUntil ?? now : now) >= easing.judgeAt
    guard easing.reportCount == 0 || isDue && hasFeedback else { return }
    guard let trouble = watch.trouble(excusedLoss: excusedLoss, .great, at: now) else {
      budget = easing.budgetAfter
      watch.forgetLoss()
      excusedLoss = watch.loss
      state = .steady(growAt: now.advanced(by: patience))
      return
    }
    guard isDue else { return }
    let isDraining = !trouble.isLoss && watch.isQueueDraining(at: now)
    if isDraining || easing.trouble.hasEased(to: trouble) {
      var easing = easing
      easing.trouble = trouble
      easing.judgeAt = now.advanced(by: Self.easingTime)
      easing.reportCount = isTold(of: trouble, at: now) ? 0 : 1
      state = .easing(easing)
      return
    }
    // It is the same however much is sent.
    budget = easing.budgetBefore
    narrowest = nil
    excusedLoss = max(watch.loss, watch.lastLoss)
    watch.acceptDelay()
    state = .steady(growAt: now.advanced(by: patience))
  }

  private mutating func grow(from growAt: Instant?, at now: Instant) {
    guard budget < mostBudget else {
      narrowest = nil
      if lastGrowth.map({ $0.duration(to: now) > Self.mostPatience }) ?? true {
        patience = Self.leastPatience
      }
      return
    }
    guard watch.isCalm(excusedLoss: excusedLoss, at: now) else { return }
    guard let growAt else {
      state = .steady(growAt: now.advanced(by: patience))
      return
    }
    guard now >= growAt else { return }
    let pause = lastGrowth.map { $0.duration(to: now) } ?? Self.growthTime
    guard pause >= Self.growthTime else { return }
    let growth = isNearLimit ? Self.growthNearLimit : Self.growth
    budget *= 1 + growth * min(pause.seconds, Self.mostGrowthSeconds)
    lastGrowth = now
  }

  /// Whether about as much is sent as once was too much.
  private var isNearLimit: Bool {
    narrowest.map { $0 * 0.9 < budget && budget < $0 * 1.5 } ?? false
  }

  private mutating func chooseCopies() {
    switch bounds.redundancy {
    case .unknown: copies = .none
    case .whenNeeded, .asked, .always: copies = neededCopies(least: Self.leastCopies(bounds))
    }
  }

  private static func leastCopies(_ bounds: SendingBounds) -> CopyPattern {
    switch bounds.redundancy {
    case .unknown, .whenNeeded: .none
    case .asked, .always: CopyPattern(count: 1)
    }
  }

  private func neededCopies(least: CopyPattern) -> CopyPattern {
    // Copies do not help against a queue that is too long: while that is tried, none are added.
    if case .easing = state { return copies }
    let loss = watch.loss
    let choices = CopyPattern.choices(mostDistance: bounds.mostCopyDistance)
    let most = choices[choices.count - 1]
    if loss >= (copies == most ? 0.1 : 0.15) { return most }
    guard loss >= (copies.count > 0 ? 0.01 : 0.03) else { return least }
    // The encoder's own redundancy or one copy restores single packets; runs of losses want more, and some are
    // longer than any copies reach.
    guard watch.knowsLossRuns else { return choices[0] }
    let present = choices.firstIndex(of: copies) ?? -1
    var best: CopyPattern?
    for (index, choice) in choices.enumerated()
    where isWorth(choice, insteadOf: best, isPresent: index <= present) {
      best = choice
    }
    return best ?? least
  }

  /// Whether copies would leave much missing that others would bring back.
  ///
  /// - Parameter pattern: `nil` for none, which leave bits for the encoder's own redundancy.
  private func isWorth(
    _ others: CopyPattern, insteadOf pattern: CopyPattern?, isPresent: Bool
  ) -> Bool {
    guard let missing = watch.lossRuns.missingShare(pattern ?? .none),
      let missingLess = watch.lossRuns.missingShare(others)
    else { return false }
    let bearable = pattern.map {
      Self.bearableShare(with: $0, insteadOf: others) * (isPresent ? 2 / 3 : 1)
    }
    return missing >= bearable ?? 0.01 && missingLess <= missing * 0.75
  }

  /// How much may be missing, 0–1, before it is worth changing to others.
  ///
  /// A copy two packets later brings back half of what one in the next packet leaves. What is left then varies
  /// by chance, and receivers go on waiting for the latest copies long after none come so late any more.
  private static func bearableShare(
    with pattern: CopyPattern, insteadOf others: CopyPattern
  ) -> Double {
    switch pattern.distance {
    case 1: others.count == 1 ? 0.015 : 0.02
    case 2: 0.03
    default: 0.02
    }
  }

  private mutating func adjust() {
    budget = min(budget, mostBudget)
    plan = SendingPlan(budget: budget, copies: copies, bounds, after: plan)
  }

  /// What the user and both sides allow.
  private var mostBudget: Double {
    guard let estimate else { return bounds.mostBudget }
    return min(bounds.mostBudget, max(estimate.bitsPerSecond, SendingPlan.leastBudget))
  }

  private func limited(_ budget: Double) -> Double {
    min(max(budget, SendingPlan.leastBudget), mostBudget)
  }

  /// How long an estimate counts that is not renewed.
  static let estimateTime: Duration = .seconds(30)
  /// How long what was done about trouble may take to show.
  private static let easingTime: Duration = .seconds(2)
  /// How long all must be calm before more is sent.
  private static let leastPatience: Duration = .seconds(5)
  private static let mostPatience: Duration = .seconds(60)
  /// Trouble so soon after more was sent comes of it.
  private static let growthMemory: Duration = .seconds(10)
  private static let growthTime: Duration = .seconds(1)
  /// What is added in a second, as a share.
  private static let growth = 0.08
  private static let growthNearLimit = 0.02
  private static let mostGrowthSeconds = 1.5
  /// Redundancy for more loss than this costs more than it saves.
  private static let mostLossPercent = 30
}

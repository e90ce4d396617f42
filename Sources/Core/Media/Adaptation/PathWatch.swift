import Basics
import RTP

/// What the peer's reports and feedback say of the way there.
///
/// Transport-wide feedback tells of every packet, soon; where there is none, round trips and the highest
/// sequence numbers in receiver reports tell less, later.
struct PathWatch {
  private(set) var sent = SentPackets()
  /// The share that is lost, 0–1: quick to rise and slow to fall.
  private(set) var loss = 0.0
  /// As the last report told it.
  private(set) var lastLoss = 0.0
  private var lossBefore = 0.0
  /// Whether next to nothing is lost on a way whose every packet is told of, or next to nothing of it could be
  /// restored by the encoder's own redundancy: what that takes from the sound would be heard, and what it
  /// restores would not. More loss will be known soon.
  private(set) var isClean = false
  /// Whether every packet was told of of late, and long enough to know how losses stand together.
  var knowsLossRuns: Bool { isTold && lossRuns.missingShare(.none) != nil }

  private var isTold = false
  private var hasLost = false
  private var losslessSince: Instant?

  /// How losses stand together, as far as every packet is told of.
  private(set) var lossRuns = LossRuns()
  private var feedbackDelay = PathDelay(window: .milliseconds(300), leastCount: 5)
  private var delivery = DeliveryRate()
  private var lastFeedback: Instant?
  private var roundTrip = PathDelay(window: .zero, leastCount: 2)
  private var lastReport: (highest: UInt32, sentBytes: Int, at: Instant)?
  private var reportedRate: Double?

  /// Notes a packet that is sent now, and returns its number for the header extension.
  mutating func send(byteCount: Int, at now: Instant) -> UInt16 {
    sent.send(byteCount: byteCount, at: now)
  }

  /// What the peer reports of our stream.
  ///
  /// - Parameter sentBytes: sent so far, headers included.
  mutating func reported(
    _ block: ReportBlock, roundTripTime: Duration?, sentBytes: Int, at now: Instant
  ) {
    lossBefore = lastLoss
    lastLoss = block.lossFraction
    loss += (lastLoss - loss) / (lastLoss > loss ? 2 : 4)
    let tripBefore = roundTrip.latest
    if let roundTripTime { roundTrip.measured(roundTripTime, at: now) }
    if let lastReport {
      let expected = block.highestSequence &- lastReport.highest
      let seconds = lastReport.at.duration(to: now).seconds
      if expected > 0, expected < 1 << 16, seconds > 0.5 {
        let rate = Double(max(0, sentBytes - lastReport.sentBytes) * 8) / seconds
        // While a queue grows by a second each second, half of what is sent leaves it.
        let growth = ((roundTrip.latest ?? .zero) - (tripBefore ?? .zero)).seconds / seconds
        reportedRate = rate * (1 - lastLoss) / (1 + max(0, growth))
      }
    }
    lastReport = (block.highestSequence, sentBytes, now)
    looked(foundLoss: lastLoss > 0, at: now)
  }

  mutating func feedbackArrived(_ feedback: TransportFeedback, at now: Instant) {
    lastFeedback = now
    lossRuns.told(feedback, from: sent.number(of: feedback.base))
    for arrival in sent.feedbackArrived(feedback) {
      delivery.arrived(arrival)
      feedbackDelay.measured(
        arrival.arrived - Instant.zero.duration(to: arrival.sent), at: arrival.sent)
    }
    looked(foundLoss: feedback.arrivals.contains(nil), at: now)
  }

  private mutating func looked(foundLoss: Bool, at now: Instant) {
    hasLost = hasLost || foundLoss
    isTold = hasFeedback(at: now)
    guard isTold else {
      losslessSince = nil
      isClean = false
      return
    }
    let since = foundLoss ? nil : losslessSince ?? now
    losslessSince = since
    if let lost = lossRuns.missingShare(.none), let restorable = lossRuns.restorableShare {
      // Reports tell sooner of more loss, but not how it stands together.
      let most = max(lost, loss / 2)
      let mostRestorable = lost > 0 ? max(restorable, loss / 2 * restorable / lost) : most
      isClean =
        most < (isClean ? Self.negligibleLossKept : Self.negligibleLoss)
        || mostRestorable < (isClean ? Self.negligibleRestorableKept : Self.negligibleRestorable)
    } else if let since {
      isClean = since.duration(to: now) >= (hasLost ? Self.cleanTimeAfterLoss : Self.cleanTime)
    } else {
      isClean = false
    }
  }

  /// What is wrong now; `nil` when nothing is.
  ///
  /// - Parameters:
  ///   - excusedLoss: the share whose cause is not that too much is sent.
  ///   - suspicion: how likely a queue is ours that does not grow as one of ours does.
  func trouble(excusedLoss: Double, _ suspicion: Suspicion, at now: Instant) -> PathTrouble? {
    if let queue = queue(isQueueOurs(at: now) ? .great : suspicion, at: now) {
      // After a stall all that has waited comes at once.
      let isEnding = suspicion != .great && hasFeedback(at: now) && feedbackDelay.isFalling
      if !isEnding { return .queue(queue) }
    }
    let persisting = min(lastLoss, lossBefore)
    let isMuch = persisting >= excusedLoss + Self.muchLoss || lastLoss >= excusedLoss + 0.25
    return isMuch ? .loss(lastLoss) : nil
  }

  /// Whether the way there has room, as far as it can be known.
  func isCalm(excusedLoss: Double, at now: Instant) -> Bool {
    let isQuick =
      hasFeedback(at: now) || (roundTrip.latest?.seconds ?? 0) <= roundTripLimit
    return queue(.great, at: now) == nil && isQuick
      && min(lastLoss, loss) <= excusedLoss + Self.littleLoss
  }

  /// What arrives at the peer, in bits a second, headers included.
  func deliveredBitsPerSecond(at now: Instant) -> Double? {
    hasFeedback(at: now) ? delivery.bitsPerSecond : reportedRate
  }

  /// When the last packet was sent that feedback has told of.
  var toldUntil: Instant? { feedbackDelay.latestAt }

  /// Whether every packet is told of.
  func hasFeedback(at now: Instant) -> Bool {
    lastFeedback.map { $0.duration(to: now) < Self.feedbackMemory } ?? false
  }

  /// What was lost had a cause that has gone.
  mutating func forgetLoss() { loss = min(loss, lastLoss) }

  /// What is measured from now on is the way itself.
  mutating func acceptDelay() {
    feedbackDelay.acceptAsWay()
    roundTrip.acceptAsWay()
  }

  /// Whether packets wait for those that are sent before them, as far as every packet is told of: a queue
  /// of others, and jitter that begins, grow more slowly.
  func isQueueOurs(at now: Instant) -> Bool {
    !hasFeedback(at: now) || feedbackDelay.growth >= evidentGrowth
  }

  /// Whether a queue becomes shorter, as far as every packet is told of.
  func isQueueDraining(at now: Instant) -> Bool {
    hasFeedback(at: now) && feedbackDelay.growth <= -evidentGrowth
  }

  /// What is no jitter, in seconds a second.
  private var evidentGrowth: Double { Self.ownGrowth + 2 * feedbackDelay.jitter }

  private func queue(_ suspicion: Suspicion, at now: Instant) -> Duration? {
    if hasFeedback(at: now) {
      return feedbackDelay.standing.flatMap {
        $0.seconds > suspicion.queueLimit + 1.5 * feedbackDelay.jitter ? $0 : nil
      }
    }
    // Where feedback has only stopped for a while, one late report is as likely to be a machine's as a
    // queue's.
    if lastFeedback == nil, let latest = roundTrip.latest, latest.seconds > roundTripLimit * 3 {
      return latest
    }
    return roundTrip.standing.flatMap { $0.seconds > roundTripLimit ? $0 : nil }
  }

  /// How much longer than the quickest a round trip may be, in seconds.
  private var roundTripLimit: Double {
    Self.leastRoundTripLimit * (1 + min(1, 20 * roundTrip.jitter))
  }

  /// What a queue grows by that is ours, in seconds a second.
  private static let ownGrowth = 0.1
  private static let leastRoundTripLimit = 0.08
  /// More than is lost by chance on most networks.
  private static let muchLoss = 0.1
  private static let littleLoss = 0.02
  /// Where no more is lost, in-band redundancy, which restores half of it, takes more from the sound.
  private static let negligibleLoss = 0.008
  private static let negligibleLossKept = 0.012
  /// Nor where it restores no more: at 0.4 % sound without it is as good, and at 0.8 % it is worse.
  private static let negligibleRestorable = 0.004
  private static let negligibleRestorableKept = 0.006
  private static let feedbackMemory: Duration = .seconds(2)
  /// How long nothing may be lost until nothing is expected to be: 250 packets.
  private static let cleanTime: Duration = .seconds(5)
  private static let cleanTimeAfterLoss: Duration = .seconds(60)
}

extension PathWatch {
  /// How likely it is that a queue comes of what is sent here.
  enum Suspicion {
    /// Others may send as well.
    case little
    /// About as much is sent as once was too much.
    case some
    /// It grew with what was sent.
    case great

    /// How long the quickest packets may wait, in seconds, before that is trouble.
    fileprivate var queueLimit: Double {
      switch self {
      case .little: 0.3
      case .some: 0.1
      case .great: 0.05
      }
    }
  }
}

import Basics

/// How the last few packets met their turns, and what would bring their delay to its target.
///
/// Sound leaves in whole pulls: what is queued before a turn can be taken out without making the turn
/// any earlier, and beyond that only whole pulls count. The least delay of the last few turns counts, so
/// that uneven pulls do not pass for a changed delay.
///
/// - Units: samples, 48 000 a second.
/// - Bound: ``limit`` turns.
package struct TurnHistory: Equatable, Sendable {
  /// How a packet met its turn.
  package struct Turn: Equatable, Sendable {
    /// From its timestamp to its turn.
    package var delay: Int64
    /// Samples that were still to be played before it: fewer than are pulled at a time.
    package var queued: Int64

    package init(delay: Int64, queued: Int64) {
      self.delay = delay
      self.queued = queued
    }
  }

  /// How many samples are pulled at a time; positive.
  package var pullCount: Int64 = 480

  private var turns: [Turn] = []

  package init() {}

  /// Another packet has met its turn.
  package mutating func append(_ turn: Turn) {
    turns.append(turn)
    if turns.count > Self.limit { turns.removeFirst() }
  }

  /// What was is no guide to what comes.
  package mutating func forget() { turns.removeAll(keepingCapacity: true) }

  /// Takes into account that sound has become longer (or, if negative, shorter) than its packet.
  package mutating func stretched(by sampleCount: Int) {
    for index in turns.indices {
      // What is queued grows until it is worth one more pull, which then comes before the turn.
      let (pulls, queued) = (turns[index].queued + Int64(sampleCount))
        .flooredQuotientAndRemainder(dividingBy: pullCount)
      turns[index].delay += pulls * pullCount
      turns[index].queued = queued
    }
  }

  /// By how many samples playing can be hurried so that packets still meet their turn with that delay;
  /// if negative, by how many it must be slowed.
  package func surplus(_ turn: Turn, over transit: Int64) -> Int64 {
    turn.queued
      + (turn.delay &- transit).flooredQuotientAndRemainder(dividingBy: pullCount).quotient
      * pullCount
  }

  /// What would bring the delay to its target.
  ///
  /// A delay that is too long waits for the voice's next pause to be shortened in; one that is too short can
  /// wait less, for sound may run out.
  package func stretch(target: Int64) -> Stretch {
    guard let delay = turns.map(\.delay).min(), let queued = turns.map(\.queued).min() else {
      return .none
    }
    let turn = Turn(delay: delay, queued: queued)
    let excess = max(-Int.max, Int(clamping: surplus(turn, over: target)))
    guard abs(excess) >= Self.evidentCount || turns.count >= Self.settledCount else {
      return .none
    }
    if excess >= Self.leastCount {
      return .accelerate(sampleCount: excess, haste: .patient)
    }
    let shortage = target &- delay
    guard shortage >= Self.leastCount else { return .none }
    let haste: Stretch.Haste =
      -excess >= Self.evidentCount
      ? .urgent : shortage >= Self.dangerousCount ? .steady : .patient
    return .decelerate(sampleCount: -excess, haste: haste)
  }

  package static let limit = 8
  /// From how many turns on the least delay is trusted.
  private static let settledCount = 4
  /// 2.5 ms: less is not worth a joint.
  private static let leastCount = 120
  /// 10 ms: the delay is too short to wait for a pause.
  private static let dangerousCount = 480
  /// 60 ms: one turn is evidence enough.
  private static let evidentCount = 2_880
}

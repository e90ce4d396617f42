package import Basics

/// The packets of one stream that wait to be played, and the decision what to play next.
///
///     waiting ──first packet is due──▶ playing ──nothing for a second──▶ waiting
///
/// A packet's *delay* is the time from its timestamp to its turn. The buffer compares the delay with
/// the estimator's target and asks for stretching, so that a drifting clock is followed without gaps.
/// When a packet is not there in its turn, something is made up without giving the packet up: if it
/// comes after all it is played late and the delay has grown; if the next comes instead, what was made
/// up has filled the gap. Sequence numbers tell loss from a pause; timestamps tell how long either was.
///
/// What has become old while nobody pulled is left out when somebody pulls again.
///
/// - Units: timestamps and counts in samples, 48 000 a second; unwrapped numbers.
/// - Bound: ``packetLimit`` packets and ``sampleLimit`` samples; then the oldest is dropped.
package struct JitterBuffer: Equatable, Sendable {
  /// What became of a packet.
  package enum InsertResult: Equatable, Sendable {
    case stored
    /// Its turn is over.
    case late
    case duplicate
    /// The buffer was full, and the oldest packet was dropped; it may have been this one.
    case overflow
  }

  package let settings: PlayoutSettings
  package private(set) var estimator: DelayEstimator
  /// Packets that came too late, or were dropped to keep a bound.
  package private(set) var discardedCount = 0
  /// Those among them whose turn came while nobody pulled.
  package private(set) var unheardCount = 0

  private var packets = PacketQueue()
  private var position: Position?
  /// Packets before this one have had their turn.
  private var firstWanted: Int64?
  private var firstSequence: Int64?
  private var highestSequence: Int64?
  private var turns = TurnHistory()
  private var relief = StallRelief()
  private var patience = Patience()
  private var attendance = Attendance()
  /// Packets were dropped since the last one that was played.
  private var hasJumped = false

  /// Where playing stands.
  private struct Position: Equatable {
    var sequence: Int64
    var timestamp: Int64
    /// How many samples have been made up since ``timestamp``.
    var covered: Int64 = 0
    /// The sender has said that it pauses.
    var isPaused = false
    /// The length of the last packet.
    var frameCount: Int
  }

  package init(settings: PlayoutSettings = .normal) {
    self.settings = settings
    estimator = DelayEstimator(settings: settings)
  }

  /// Stores a packet of sound.
  ///
  /// - Parameters:
  ///   - sampleCount: how long it lasts; positive.
  ///   - hasRedundancy: whether the packet before it can be recovered from it.
  ///   - isSilence: when nothing follows it in time, the sender pauses.
  package mutating func insert(
    _ payload: [UInt8], sequence: Int64, timestamp: Int64, sampleCount: Int,
    hasRedundancy: Bool = false, isSilence: Bool = false, at now: Instant
  ) -> InsertResult {
    precondition(sampleCount > 0, "a packet of sound lasts")
    packetArrived(timestamp: timestamp, at: now)
    if hasRedundancy, let highestSequence, sequence > highestSequence + 1 {
      // Redundancy is a lost packet that arrives with the next one.
      packetArrived(timestamp: timestamp &- Int64(sampleCount), at: now)
    }
    return store(
      Packet(
        sequence: sequence, timestamp: timestamp, sampleCount: sampleCount,
        hasRedundancy: hasRedundancy, isSilence: isSilence, payload: payload, arrival: now))
  }

  /// Stores a redundant copy of a packet, unless the packet or a copy of it is here or has had its turn.
  ///
  /// - Returns: whether it was missing.
  package mutating func insertRedundant(
    _ payload: [UInt8], sequence: Int64, timestamp: Int64, sampleCount: Int,
    isSilence: Bool = false,
    at now: Instant
  ) -> Bool {
    precondition(sampleCount > 0, "a packet of sound lasts")
    // What was before the first packet is not missed; what had its turn is of no more use.
    guard let firstSequence, sequence > firstSequence, sequence >= firstWanted ?? sequence,
      !packets.contains(sequence: sequence)
    else { return false }
    packetArrived(timestamp: timestamp, at: now)
    return store(
      Packet(
        sequence: sequence, timestamp: timestamp, sampleCount: sampleCount, isSilence: isSilence,
        isCopy: true, payload: payload, arrival: now)) == .stored
  }

  /// Notes a packet of the stream that is not sound, such as a keypad tone: its number is not missing,
  /// and while it lasts the sender pauses.
  package mutating func insertOther(sequence: Int64, timestamp: Int64, at now: Instant) {
    _ = store(
      Packet(
        sequence: sequence, timestamp: timestamp, sampleCount: 0, payload: [], arrival: now))
  }

  /// What to play now that the output has run dry.
  ///
  /// - Parameters:
  ///   - neededCount: how many samples are wanted at once; what is made up lasts about as long.
  ///   - queuedCount: how many samples will be played before those.
  package mutating func next(
    neededCount: Int, queuedCount: Int = 0, at now: Instant
  ) -> PlayoutDecision {
    precondition(neededCount > 0 && queuedCount >= 0, "something is wanted")
    turns.pullCount = Int64(neededCount + queuedCount)
    let clock = now.ticks(at: 48_000)
    attendance.pulled(for: .samples(neededCount + queuedCount), at: now)
    let isReturning = attendance.isReturning(at: now)
    dropStale(clock, isUnheard: isReturning)
    if isReturning { dropMissed(clock) }
    while true {
      guard let front = packets.first else { return underrun(neededCount) }
      guard let position else {
        if front.sampleCount == 0 {
          passOver(front)
          continue
        }
        guard isDue(front, clock, now) else { return .silence(sampleCount: neededCount) }
        jump(to: front)
        continue
      }
      let gap = max(0, front.timestamp &- position.timestamp)
      if front.sampleCount == 0,
        front.sequence == position.sequence || position.covered >= gap
      {
        passOver(front)
        continue
      }
      if position.covered < gap {
        guard isPause(position, before: front, gap: gap) else {
          return bridge(position, front, gap: gap, neededCount)
        }
        guard isDue(front, clock, now) else { return makeUp(neededCount, isPause: true) }
        jump(to: front)
        continue
      }
      let turn = TurnHistory.Turn(delay: clock &- front.timestamp, queued: Int64(queuedCount))
      if let decision = decode(front, turn, overhang: position.covered - gap, clock) {
        return decision
      }
    }
  }

  /// Tells how much longer (or, if negative, shorter) than the packet its sound has become.
  package mutating func stretched(by sampleCount: Int) {
    relief.stretched(by: sampleCount)
    turns.stretched(by: sampleCount)
  }

  /// Whether nothing is left to be played and the next packet ought to be here.
  package func isStalled(at now: Instant) -> Bool {
    packets.count == 0 && runsOut(now.ticks(at: 48_000), heldCount: 0)
  }

  /// Whether the packet after all that are here is so overdue that sound will run out before it comes.
  private func runsOut(_ clock: Int64, heldCount: Int) -> Bool {
    guard let position, position.covered == 0, !position.isPaused,
      let usual = estimator.usualTransit
    else { return false }
    let end = max(position.timestamp, packets.end ?? position.timestamp)
    return estimator.runsOut(lateness: clock &- end &- usual, heldCount: heldCount)
  }

  /// How much sound is held.
  package var sampleCount: Int { packets.sampleCount }

  package var packetCount: Int { packets.count }

  // MARK: - Storing

  private mutating func packetArrived(timestamp: Int64, at now: Instant) {
    attendance.begin(at: now)
    if attendance.isAway(at: now), let target = estimator.targetTransit,
      now.ticks(at: 48_000) &- timestamp > target
    {
      return
    }
    estimator.packetArrived(timestamp: timestamp, at: now)
  }

  private mutating func store(_ packet: Packet) -> InsertResult {
    firstSequence = firstSequence ?? packet.sequence
    highestSequence = max(highestSequence ?? packet.sequence, packet.sequence)
    if let firstWanted, packet.sequence < firstWanted {
      if packet.sampleCount > 0 { discardedCount += 1 }
      return .late
    }
    guard packets.insert(packet) else { return .duplicate }
    var result = InsertResult.stored
    while packets.count > Self.packetLimit || sampleCount > Self.sampleLimit {
      dropFirst(isUnheard: attendance.isAway(at: packet.arrival))
      result = .overflow
    }
    return result
  }

  private mutating func dropFirst(isUnheard: Bool) {
    let dropped = packets.removeFirst()
    if dropped.sampleCount > 0 {
      discardedCount += 1
      if isUnheard { unheardCount += 1 }
    }
    firstWanted = dropped.sequence + 1
    hasJumped = true
    if let front = packets.first, position != nil { jump(to: front) }
  }

  /// Drops what would be played with more delay than is allowed, as long as something follows it.
  private mutating func dropStale(_ clock: Int64, isUnheard: Bool) {
    guard let base = estimator.baseTransit else { return }
    while packets.count > 1, let front = packets.first,
      clock &- front.timestamp &- base > Self.staleLimit
    {
      dropFirst(isUnheard: isUnheard)
    }
  }

  /// Drops what should have been played while nobody listened; the very last only when it is old.
  private mutating func dropMissed(_ clock: Int64) {
    guard let target = estimator.targetTransit else { return }
    while let front = packets.first {
      let excess = clock &- front.timestamp &- Int64(front.sampleCount) &- target
      guard excess >= (packets.count > 1 ? 0 : Attendance.limit.samples) else { return }
      dropFirst(isUnheard: true)
      if packets.count == 0 { position = nil }
    }
  }

  /// Uses up the first packet, which is not sound.
  private mutating func passOver(_ front: Packet) {
    _ = packets.removeFirst()
    firstWanted = front.sequence + 1
    position?.sequence = front.sequence + 1
    position?.isPaused = true
  }

  // MARK: - Deciding

  /// Whether a packet that need not follow anything should be played.
  private func isDue(_ packet: Packet, _ clock: Int64, _ now: Instant) -> Bool {
    guard let target = estimator.targetTransit else { return true }
    return clock &- packet.timestamp >= target
      || packet.arrival.duration(to: now) >= settings.maximumDelay
  }

  private mutating func jump(to packet: Packet) {
    position = Position(
      sequence: packet.sequence, timestamp: packet.timestamp, frameCount: packet.sampleCount)
    turns.forget()
    hasJumped = true
  }

  /// Whether nothing was sent between position and packet, or too much is missing to make it up.
  private func isPause(_ position: Position, before packet: Packet, gap: Int64) -> Bool {
    position.isPaused || packet.sequence == position.sequence || gap > Self.stallLimit
  }

  /// Fills a gap that loss has left.
  private mutating func bridge(
    _ position: Position, _ front: Packet, gap: Int64, _ neededCount: Int
  ) -> PlayoutDecision {
    let missing = gap - position.covered
    let frame = Int64(front.sampleCount)
    guard front.hasRedundancy else { return makeUp(neededCount, atMost: missing) }
    guard missing <= frame else { return makeUp(neededCount, atMost: missing - frame) }
    self.position = Position(
      sequence: front.sequence, timestamp: front.timestamp, frameCount: front.sampleCount)
    firstWanted = front.sequence
    return .recover(
      Playable(
        payload: front.payload, sampleCount: front.sampleCount, arrival: front.arrival,
        skippedCount: Int(frame - missing), followsJump: position.covered > 0))
  }

  /// Plays the first packet, whose beginning may have been made up already.
  ///
  /// - Parameter overhang: how many samples were made up in its place.
  /// - Returns: `nil` when so much was made up that the packet is left out.
  private mutating func decode(
    _ front: Packet, _ turn: TurnHistory.Turn, overhang: Int64, _ clock: Int64
  ) -> PlayoutDecision? {
    // A short overhang replaces the packet's beginning, as far as that brings the delay to its target;
    // after a long one nothing more is to be lost, and stretching makes up for the delay.
    let surplus = estimator.targetTransit.map { turns.surplus(turn, over: $0) } ?? 0
    let skipped = overhang <= Self.replaceLimit ? min(max(0, surplus), overhang) : 0
    _ = packets.removeFirst()
    firstWanted = front.sequence + 1
    var following = Position(
      sequence: front.sequence + 1, timestamp: front.timestamp &+ Int64(front.sampleCount),
      frameCount: front.sampleCount)
    following.isPaused = front.isSilence || front.payload.count <= Self.pauseByteLimit
    guard skipped < front.sampleCount else {
      discardedCount += 1
      following.covered = overhang - Int64(front.sampleCount)
      position = following
      return nil
    }
    position = following
    if overhang > 0 { turns.forget() }
    turns.append(turn)
    // Leaving out samples tells on the turns to come.
    turns.stretched(by: -Int(skipped))
    let playable = Playable(
      payload: front.payload, sampleCount: front.sampleCount, arrival: front.arrival,
      isCopy: front.isCopy, skippedCount: Int(skipped), followsJump: overhang > 0 || hasJumped,
      stretch: stretch(of: front, clock))
    hasJumped = false
    return .decode(playable)
  }

  /// What would bring the delay to its target, or makes sound last that may run out.
  private mutating func stretch(of packet: Packet, _ clock: Int64) -> Stretch {
    guard runsOut(clock, heldCount: packet.sampleCount + packets.sampleCount) else {
      relief.end()
      return estimator.targetTransit.map {
        patience.wait(with: turns.stretch(target: $0), for: packet.sampleCount)
      } ?? .none
    }
    return relief.lengthening(of: packet.sampleCount, before: packets.sampleCount)
      .map { .decelerate(sampleCount: $0, haste: .urgent) } ?? .none
  }

  /// There is no packet at all.
  private mutating func underrun(_ neededCount: Int) -> PlayoutDecision {
    guard let position else { return .silence(sampleCount: neededCount) }
    guard position.covered < Self.stallLimit else {
      self.position = nil
      return .silence(sampleCount: neededCount)
    }
    return makeUp(neededCount, isPause: position.isPaused)
  }

  /// Makes up about as many samples as are needed, in steps that a decoder can conceal.
  private mutating func makeUp(
    _ neededCount: Int, atMost limit: Int64 = .max, isPause: Bool = false
  ) -> PlayoutDecision {
    let frame = position?.frameCount ?? Self.concealmentStep
    let step = min(Self.concealmentStep, max(Self.shortestStep, frame))
    let wanted = Int(min(Int64(neededCount), limit))
    let count = max(1, (wanted + step - 1) / step) * step
    position?.covered += Int64(count)
    return isPause ? .comfortNoise(sampleCount: count) : .conceal(sampleCount: count)
  }

  // MARK: - Bounds

  /// With so little sound held, or less, it may run out before the next packet.
  static let lowCount = 960
  /// How many packets are held at most.
  package static let packetLimit = 100
  /// How many samples are held at most: two seconds.
  package static let sampleLimit = 96_000
  /// What comes later than this behind the quickest packet is left out.
  private static let staleLimit = Duration.milliseconds(1_500).samples
  /// After so much that was made up, the stream counts as stopped.
  private static let stallLimit: Int64 = 48_000
  /// Up to here, what was made up stands for what comes late.
  private static let replaceLimit = Duration.milliseconds(60).samples
  /// The decoder's usual step of concealment; shorter frames are concealed in their own length.
  private static let concealmentStep = 480
  private static let shortestStep = 120
  /// A payload so short is an Opus encoder's last before a pause (RFC 7587 §3.1.3).
  private static let pauseByteLimit = 2
}

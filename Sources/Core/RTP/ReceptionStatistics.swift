package import Basics

/// What arrived of one stream, and what did not.
///
/// Also continues sequence numbers and timestamps to 64 bits, for the jitter buffer. When a sender
/// begins anew under the same SSRC, the counters begin anew with it, and the continued sequence
/// numbers go on upwards.
///
/// - Bound: duplicates are told from late packets over the last 128.
/// - Source: RFC 3550 §6.4.1, §A.1, §A.3. There is no probation (§A.1): packets are authenticated.
package struct ReceptionStatistics: Equatable, Sendable {
  /// What a packet turned out to be.
  package enum Arrival: Equatable, Sendable {
    /// The next one, or one after a gap.
    case inOrder(PacketPosition)
    /// One that others have overtaken.
    case reordered(PacketPosition)
    case duplicate
    /// Far from where the stream stood; to be dropped. If the next one follows it, the stream has
    /// begun anew.
    case outOfPlace
    /// The sender has begun anew with the packet before this one.
    case restarted(PacketPosition)
  }

  /// Where a packet stands in its stream, in numbers that do not roll over.
  package struct PacketPosition: Equatable, Sendable {
    package var sequence: Int64
    package var timestamp: Int64

    package init(sequence: Int64, timestamp: Int64) {
      self.sequence = sequence
      self.timestamp = timestamp
    }
  }

  package let ssrc: UInt32
  package private(set) var jitter: InterarrivalJitter
  /// All packets that were taken, duplicates too.
  package private(set) var receivedCount = 0
  package private(set) var reorderedCount = 0
  package private(set) var duplicateCount = 0
  /// How often one packet or more in a row had not come when one after them did.
  package private(set) var gapCount = 0

  private var timestamps = TimestampUnwrapper()
  private var first: Int64?
  private var highest: Int64 = 0
  /// Bit n: the packet n before the highest has arrived.
  private var arrived: UInt128 = 0
  private var expectedRestart: SequenceNumber?
  private var countsAtLastReport = Counts()
  private var lastSenderReport: SenderReportArrival?

  package init(ssrc: UInt32, clockRate: Int) {
    self.ssrc = ssrc
    jitter = InterarrivalJitter(clockRate: clockRate)
  }

  /// Counts one packet.
  ///
  /// - Parameter now: when it left the socket.
  package mutating func packetArrived(
    sequence: SequenceNumber, timestamp: UInt32, at now: Instant
  ) -> Arrival {
    guard first != nil else {
      begin(at: Int64(sequence.rawValue))
      return .inOrder(position(highest, timestamp, at: now))
    }
    let step = SequenceNumber(UInt16(truncatingIfNeeded: highest)).distance(to: sequence)
    switch step {
    case 1...Self.largestGap:
      highest += Int64(step)
      if step > 1 { gapCount += 1 }
      arrived = step < 128 ? arrived << UInt128(step) | 1 : 1
      return .inOrder(accepted(highest, timestamp, at: now))
    case -Self.largestDelay...0:
      let bit = UInt128(1) << UInt128(-step)
      guard arrived & bit == 0 else {
        receivedCount += 1
        duplicateCount += 1
        return .duplicate
      }
      arrived |= bit
      reorderedCount += 1
      return .reordered(accepted(highest + Int64(step), timestamp, at: now))
    default:
      guard sequence == expectedRestart else {
        expectedRestart = sequence.next
        return .outOfPlace
      }
      let forward = sequence.rawValue &- UInt16(truncatingIfNeeded: highest)
      restart(at: highest + Int64(forward))
      return .restarted(position(highest, timestamp, at: now))
    }
  }

  /// Remembers a report of the stream's sender, so that the next block can answer it.
  package mutating func senderReportArrived(_ report: SenderReport, at now: Instant) {
    lastSenderReport = SenderReportArrival(time: report.time.compact, arrival: now)
  }

  /// The block for the next report; it counts loss from the last call of this verb on.
  package mutating func makeReportBlock(at now: Instant) -> ReportBlock {
    let expected = expectedCount - countsAtLastReport.expected
    let lost = expected - (receivedCount - countsAtLastReport.received)
    countsAtLastReport = Counts(expected: expectedCount, received: receivedCount)
    let fraction = expected > 0 && lost > 0 ? lost * 256 / expected : 0
    let delay = lastSenderReport.map { $0.arrival.duration(to: now).nanoseconds } ?? 0
    return ReportBlock(
      ssrc: ssrc, fractionLost: UInt8(clamping: fraction),
      cumulativeLost: Int32(clamping: lostCount),
      highestSequence: UInt32(truncatingIfNeeded: highest),
      jitter: UInt32(min(jitter.estimate, Double(UInt32.max))),
      lastSenderReport: lastSenderReport?.time ?? 0,
      delaySinceLastSenderReport: UInt32(clamping: delay / 1_000 * 65_536 / 1_000_000))
  }

  /// How many packets the sender has sent, by its sequence numbers.
  package var expectedCount: Int {
    first.map { Int(highest - $0) + 1 } ?? 0
  }

  /// Expected less received; negative when packets came twice.
  package var lostCount: Int { expectedCount - receivedCount }

  private mutating func begin(at sequence: Int64) {
    first = sequence
    highest = sequence
    arrived = 1
    receivedCount += 1
  }

  /// Counts from the last packet on, and the one before it, which had been taken for a stray.
  private mutating func restart(at sequence: Int64) {
    expectedRestart = nil
    receivedCount = 0
    reorderedCount = 0
    duplicateCount = 0
    gapCount = 0
    countsAtLastReport = Counts()
    timestamps = TimestampUnwrapper()
    jitter.streamRestarted()
    begin(at: sequence)
  }

  private mutating func accepted(
    _ sequence: Int64, _ timestamp: UInt32, at now: Instant
  ) -> PacketPosition {
    expectedRestart = nil
    receivedCount += 1
    return position(sequence, timestamp, at: now)
  }

  private mutating func position(
    _ sequence: Int64, _ timestamp: UInt32, at now: Instant
  ) -> PacketPosition {
    let unwrapped = timestamps.unwrap(timestamp)
    jitter.packetArrived(timestamp: unwrapped, at: now)
    return PacketPosition(sequence: sequence, timestamp: unwrapped)
  }

  private struct Counts: Equatable {
    var expected = 0
    var received = 0
  }

  private struct SenderReportArrival: Equatable {
    var time: UInt32
    var arrival: Instant
  }

  /// RFC 3550's MAX_DROPOUT: a minute of 20 ms packets.
  private static let largestGap = 3_000
  /// RFC 3550's MAX_MISORDER.
  private static let largestDelay = 100
}

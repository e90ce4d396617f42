import Basics

/// What a receiver tells about one stream, in a sender or receiver report.
///
/// - Source: RFC 3550 §6.4.1.
package struct ReportBlock: Equatable, Sendable {
  /// The stream reported on.
  package var ssrc: UInt32
  /// Of the packets expected since the last report, in 1/256.
  package var fractionLost: UInt8
  /// Expected less received since the beginning, clamped to 24 bits; negative when packets came
  /// twice.
  package var cumulativeLost: Int32
  /// Count of roll-overs in the high 16 bits, the highest sequence number in the low.
  package var highestSequence: UInt32
  /// In timestamp units.
  package var jitter: UInt32
  /// `compact` of the last sender report's time; 0 if there was none.
  package var lastSenderReport: UInt32
  /// How long ago that one arrived, in 1/65 536 s.
  package var delaySinceLastSenderReport: UInt32

  package init(
    ssrc: UInt32, fractionLost: UInt8 = 0, cumulativeLost: Int32 = 0, highestSequence: UInt32,
    jitter: UInt32 = 0, lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativeLost = min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)
    self.highestSequence = highestSequence
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  init?(decoding reader: inout ByteReader) {
    guard let ssrc = reader.readUInt32(), let fractionLost = reader.readUInt8(),
      let lost = reader.readUInt24(), let highestSequence = reader.readUInt32(),
      let jitter = reader.readUInt32(), let lastSenderReport = reader.readUInt32(),
      let delay = reader.readUInt32()
    else { return nil }
    self.init(
      ssrc: ssrc, fractionLost: fractionLost,
      cumulativeLost: Int32(bitPattern: lost << 8) >> 8, highestSequence: highestSequence,
      jitter: jitter, lastSenderReport: lastSenderReport, delaySinceLastSenderReport: delay)
  }

  func encode(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: ssrc)
    bytes.append(fractionLost)
    bytes.append(bigEndian24: UInt32(bitPattern: cumulativeLost))
    bytes.append(bigEndian: highestSequence)
    bytes.append(bigEndian: jitter)
    bytes.append(bigEndian: lastSenderReport)
    bytes.append(bigEndian: delaySinceLastSenderReport)
  }

  /// How long a packet takes to the peer and back, if this block answers a sender report of ours.
  ///
  /// - Parameter now: when the block arrived, on the clock that stamped our report.
  /// - Returns: `nil` when it answers none, or when the figures are impossible: negative by more than
  ///   their rounding, or more than a minute.
  package func roundTripTime(at now: NTPTimestamp) -> Duration? {
    guard lastSenderReport != 0 else { return nil }
    let elapsed = now.compact &- lastSenderReport &- delaySinceLastSenderReport
    let ticks = Int64(Int32(bitPattern: elapsed))
    guard ticks >= -Self.roundingTicks, ticks <= 60 * 65_536 else { return nil }
    return .nanoseconds(max(0, ticks) * 1_000_000_000 / 65_536)
  }

  /// The fraction lost as a number from 0 to 1.
  package var lossFraction: Double { Double(fractionLost) / 256 }

  /// On a path of no length, the peer's rounding can make a trip look negative: 1 ms is allowed for.
  private static let roundingTicks: Int64 = 66
}

import Basics
import RTP

/// The control protocol beside one call's sound: our reports, and what the peer's say of us.
///
/// - Source: RFC 3550 §6; on one path with the sound (RFC 5761).
struct ControlReports {
  /// What a report of ours needs to know of the stream that we send.
  struct Sent {
    var ssrc: UInt32
    var timestamp: UInt32
    var packetCount: Int
    var payloadBytes: Int
  }

  /// As the peer's last report says; 0–1.
  private(set) var remoteFractionLost = 0.0
  /// In seconds.
  private(set) var remoteJitter = 0.0
  /// `nil` until a report came back.
  private(set) var roundTripTime: Duration?
  /// As the last report tells it; `nil` if it does not.
  private(set) var lastRoundTripTime: Duration?

  private var schedule: ReportSchedule
  private let canonicalName: String
  private let clock: NTPClock
  private let random: PortRandom
  private var packetCountAtLastReport = 0

  /// - Parameter canonicalName: names us across changes of SSRC (RFC 7022).
  init(
    canonicalName: String, sessionBitsPerSecond: Int, clock: NTPClock, random: PortRandom,
    at now: Instant
  ) {
    self.canonicalName = canonicalName
    self.clock = clock
    self.random = random
    var generator = random
    schedule = ReportSchedule(
      sessionBitsPerSecond: max(8_000, sessionBitsPerSecond), at: now, using: &generator)
  }

  /// When ``expire(_:receiving:at:)`` is next due.
  var deadline: Instant? { schedule.deadline }

  /// The compound to be sent if one is due.
  ///
  /// - Parameters:
  ///   - blocks: made only when there is a report to carry them.
  ///   - others: what follows in the compound, likewise.
  mutating func expire(
    _ sent: Sent, at now: Instant, blocks: (Instant) -> [ReportBlock],
    others: (Instant) -> [RTCPPacket] = { _ in [] }
  ) -> [UInt8]? {
    let isSender = sent.packetCount > packetCountAtLastReport
    var generator = random
    guard schedule.expire(at: now, using: &generator) else { return nil }
    let compound = RTCPPacket.encodeCompound(
      report(sent, isSender: isSender, blocks: blocks(now), at: now) + others(now))
    packetCountAtLastReport = sent.packetCount
    schedule.compoundPassed(byteCount: compound.count + Self.overhead)
    return compound
  }

  /// The compound that ends our stream; no report is due any more.
  mutating func goodbye(_ sent: Sent, at now: Instant) -> [UInt8] {
    schedule.stop()
    let isSender = sent.packetCount > packetCountAtLastReport
    return RTCPPacket.encodeCompound(
      report(sent, isSender: isSender, blocks: [], at: now) + [
        .goodbye(Goodbye(sources: [sent.ssrc]))
      ])
  }

  /// A compound of the peer has arrived.
  mutating func received(byteCount: Int) {
    schedule.compoundPassed(byteCount: byteCount + Self.overhead)
  }

  /// How many streams there are.
  mutating func membersChanged(remoteCount: Int, isSending: Bool, at now: Instant) {
    schedule.membersChanged(
      memberCount: 1 + max(1, remoteCount), senderCount: remoteCount + (isSending ? 1 : 0),
      isSender: isSending, at: now)
  }

  /// What the peer reports of our stream.
  mutating func received(_ block: ReportBlock, at now: Instant) {
    remoteFractionLost = block.lossFraction
    remoteJitter = Double(block.jitter) / Double(Sound.sampleRate)
    lastRoundTripTime = block.roundTripTime(at: clock.timestamp(at: now))
    if let lastRoundTripTime { roundTripTime = lastRoundTripTime }
  }

  private func report(
    _ sent: Sent, isSender: Bool, blocks: [ReportBlock], at now: Instant
  ) -> [RTCPPacket] {
    let report: RTCPPacket =
      isSender
      ? .senderReport(
        SenderReport(
          ssrc: sent.ssrc, time: clock.timestamp(at: now), timestamp: sent.timestamp,
          packetCount: UInt32(truncatingIfNeeded: sent.packetCount),
          payloadBytes: UInt32(truncatingIfNeeded: sent.payloadBytes), blocks: blocks))
      : .receiverReport(ReceiverReport(ssrc: sent.ssrc, blocks: blocks))
    return [
      report,
      .sourceDescription([SourceDescription(ssrc: sent.ssrc, canonicalName: canonicalName)]),
    ]
  }

  /// The headers of UDP and IP.
  private static let overhead = 28
}

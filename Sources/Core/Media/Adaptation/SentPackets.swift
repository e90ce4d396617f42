import Basics
import RTP

/// The packets of a path that were numbered for feedback, and what feedback says of them.
///
/// - Bound: ``limit`` packets wait for feedback.
struct SentPackets {
  /// What feedback told of one packet.
  struct Arrival: Equatable {
    var sent: Instant
    /// On the peer's clock, from an arbitrary beginning.
    var arrived: Duration
    /// With all headers.
    var byteCount: Int
  }

  private struct Packet {
    var number: Int64
    var sent: Instant
    var byteCount: Int
  }

  private var packets: [Packet] = []
  private var nextNumber: Int64 = 0
  private var references = Unwrapper<UInt32>()

  /// Notes a packet that is sent now.
  ///
  /// - Returns: the number that it bears.
  mutating func send(byteCount: Int, at now: Instant) -> UInt16 {
    packets.append(Packet(number: nextNumber, sent: now, byteCount: byteCount))
    if packets.count > Self.limit { packets.removeFirst() }
    defer { nextNumber += 1 }
    return UInt16(truncatingIfNeeded: nextNumber)
  }

  /// What feedback says of packets that it had not yet told of as arrived, in the order of sending.
  mutating func feedbackArrived(_ feedback: TransportFeedback) -> [Arrival] {
    let base = number(of: feedback.base)
    // 24 bits as the high ones of 32, so that they roll over together.
    let reference = references.unwrap(feedback.referenceTime << 8) >> 8
    var time = TransportFeedback.referenceTick * Int(reference)
    var arrivals: [Arrival] = []
    var index = 0
    for (offset, delta) in feedback.arrivals.enumerated() {
      guard let delta else { continue }
      time += TransportFeedback.tick * Int(delta)
      let number = base + Int64(offset)
      while index < packets.count, packets[index].number < number { index += 1 }
      guard index < packets.count, packets[index].number == number else { continue }
      let packet = packets.remove(at: index)
      arrivals.append(Arrival(sent: packet.sent, arrived: time, byteCount: packet.byteCount))
    }
    return arrivals
  }

  /// The unwrapped number of the last packet that was sent by this one.
  func number(of number: UInt16) -> Int64 {
    let latest = nextNumber - 1
    return latest - Int64(UInt16(truncatingIfNeeded: latest) &- number)
  }

  /// How many packets wait for feedback.
  var count: Int { packets.count }

  static let limit = 512
}

package import Basics
import SDP

/// Sessions that carry packets and not sound: one leg of a conference.
extension MediaSession {
  /// The number under which we report (RFC 3550 §8); no stream has it.
  package var ssrc: UInt32 { local.ssrc }

  /// Sends a packet that another leg's session has brought.
  package mutating func forward(
    _ packet: ForwardedPacket, at now: Instant
  ) -> [SessionEffect] {
    guard let datagram = packets?.forward(packet, at: now) else { return [] }
    return [.ice(.send(datagram))]
  }

  mutating func receivedPacket(_ datagram: [UInt8], at now: Instant) -> [SessionEffect] {
    switch packets?.receivedRTP(datagram, at: now) {
    case .taken(let packets): return arrived(at: now) + packets.map { .packet($0) }
    case .repeated: return []
    case .faulty, nil:
      faultyPackets += 1
      return []
    }
  }

  mutating func receivedReport(_ datagram: [UInt8], at now: Instant) -> [SessionEffect] {
    guard packets?.receivedRTCP(datagram, at: now) == true else {
      faultyPackets += 1
      return []
    }
    return arrived(at: now)
  }

  /// When anything arrived last; now, if nothing is expected at present.
  mutating func lastExpectedArrival(at now: Instant) -> Instant? {
    if let packets { return packets.lastArrival }
    guard let flow else { return nil }
    if !flow.agreed.direction.receives { self.flow?.silenceIsExpected(at: now) }
    return self.flow?.lastArrival
  }
}

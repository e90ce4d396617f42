import Basics

/// The packets that wait for their turn, by sequence number.
struct PacketQueue: Equatable {
  private var packets: [Packet] = []
  /// How much sound is held.
  private(set) var sampleCount = 0

  var count: Int { packets.count }
  var first: Packet? { packets.first }
  /// When the last one ends, by its timestamp.
  var end: Int64? { packets.last.map { $0.timestamp &+ Int64($0.sampleCount) } }

  /// The packet itself takes the place of its redundant copy.
  ///
  /// - Returns: whether it was missing.
  mutating func insert(_ packet: Packet) -> Bool {
    let index = (packets.lastIndex { $0.sequence <= packet.sequence } ?? -1) + 1
    if index > 0, packets[index - 1].sequence == packet.sequence {
      guard packets[index - 1].isCopy, !packet.isCopy else { return false }
      var better = packet
      better.arrival = min(packet.arrival, packets[index - 1].arrival)
      sampleCount += packet.sampleCount - packets[index - 1].sampleCount
      packets[index - 1] = better
      return true
    }
    packets.insert(packet, at: index)
    sampleCount += packet.sampleCount
    return true
  }

  func contains(sequence: Int64) -> Bool {
    packets.contains { $0.sequence == sequence }
  }

  /// - Returns: what was the first; there is one.
  mutating func removeFirst() -> Packet {
    let packet = packets.removeFirst()
    sampleCount -= packet.sampleCount
    return packet
  }
}

/// One packet, stored.
struct Packet: Equatable {
  var sequence: Int64
  var timestamp: Int64
  /// Zero for a packet that is not sound.
  var sampleCount: Int
  /// Whether the packet before it can be recovered from it.
  var hasRedundancy = false
  /// When nothing follows it in time, the sender pauses.
  var isSilence = false
  /// It came as redundancy, not by itself.
  var isCopy = false
  var payload: [UInt8]
  var arrival: Instant
}

/// Tells of which packets redundant copies are, which say only how much earlier they begin.
///
/// Where packets have followed each other evenly, the time tells the number, so that copies need not be of the
/// packets right before. Elsewhere, as after a pause of the sender, the place tells it: most senders repeat
/// each packet in the very next ones.
///
/// - Units: unwrapped sequence numbers; timestamps unwrapped, in their clock's ticks.
/// - Source: RFC 2198 §3.
package struct CopyNumbers: Equatable, Sendable {
  private struct Packet: Equatable {
    var sequence: Int64
    var timestamp: Int64
  }

  /// Since when packets have followed each other evenly.
  private var first: Packet?
  private var last: Packet?
  /// From each packet to the next; `nil` until two have come in a row.
  private var spacing: Int64?

  package init() {}

  /// Takes a packet in that came; those that were overtaken tell nothing new.
  package mutating func packetArrived(sequence: Int64, timestamp: Int64) {
    let packet = Packet(sequence: sequence, timestamp: timestamp)
    guard let last else {
      (first, self.last) = (packet, packet)
      return
    }
    let count = sequence - last.sequence
    let elapsed = timestamp &- last.timestamp
    guard count > 0 else { return }
    self.last = packet
    if count == 1, elapsed > 0 {
      if elapsed != spacing { (first, spacing) = (last, elapsed) }
    } else if spacing.map({ elapsed != $0 &* count }) ?? true {
      (first, spacing) = (packet, nil)
    }
  }

  /// The number of the packet that a copy is of.
  ///
  /// - Parameters:
  ///   - offset: how much earlier than its packet's own frame it begins; positive.
  ///   - place: 1 for the last copy in the packet, 2 for the one before.
  ///   - sequence: of the packet that brought it, which was taken in; ``timestamp`` likewise.
  package func sequence(
    ofCopy offset: Int64, place: Int, in sequence: Int64, timestamp: Int64
  ) -> Int64 {
    guard let spacing, let first, offset.isMultiple(of: spacing),
      timestamp &- offset >= first.timestamp
    else { return sequence - Int64(place) }
    return sequence - offset / spacing
  }
}

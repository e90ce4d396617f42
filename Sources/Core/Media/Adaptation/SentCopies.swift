import RTP

/// The payloads that were sent last, to be sent once more with those that follow (RFC 2198).
struct SentCopies {
  private struct Sent {
    var payload: [UInt8]
    var timestamp: UInt32
  }

  /// The oldest first.
  private var sent: [Sent] = []

  /// Takes the next payload in.
  ///
  /// - Parameters:
  ///   - payloadType: of all payloads.
  ///   - pattern: which copies are wanted; there are fewer where they are too old, too long or too long
  ///     together for a datagram.
  /// - Returns: the payload with its copies; `nil` when it goes alone.
  mutating func add(
    _ payload: [UInt8], timestamp: UInt32, payloadType: UInt8, _ pattern: CopyPattern
  ) -> RedundantAudio? {
    defer {
      sent.append(Sent(payload: payload, timestamp: timestamp))
      if sent.count > CopyPattern.mostReach { sent.removeFirst() }
    }
    var copies: [RedundantAudio.Copy] = []
    var room = Self.mostBytes - payload.count
    // Receivers tell copies by their place before the packet: none may be left out between.
    for number in 0..<pattern.count {
      let index = sent.count - (number + 1) * pattern.distance
      guard index >= 0 else { break }
      let earlier = sent[index]
      let offset = timestamp &- earlier.timestamp
      room -= earlier.payload.count + 4
      guard offset <= RedundantAudio.mostOffset, earlier.payload.count <= RedundantAudio.mostBytes,
        room >= 0
      else { break }
      copies.insert(
        RedundantAudio.Copy(
          payloadType: payloadType, timestampOffset: UInt16(offset), payload: earlier.payload),
        at: 0)
    }
    guard !copies.isEmpty else { return nil }
    return RedundantAudio(copies: copies, payloadType: payloadType, payload: payload)
  }

  /// What follows does not continue what went before.
  mutating func clear() { sent.removeAll() }

  /// Leaves room for RTP, SRTP and the IP headers in a datagram of 1 280 bytes.
  private static let mostBytes = 1_150
}

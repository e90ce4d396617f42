import RTP

/// Turns the packets of received keypad tones into one key each.
///
/// A key is told with its first packet that arrives, whichever of the tone's packets that is. A tone
/// too long for one event goes on in another that begins where the first one ended, and is still one
/// key.
///
/// - Source: RFC 4733 §2.5.2; long tones §2.5.1.3.
struct DigitReceiver: Equatable, Sendable {
  private struct Tone: Equatable, Sendable {
    var code: UInt8
    var timestamp: UInt32
    var hasEnded: Bool
  }

  private var last: Tone?

  /// Takes one packet; returns the key if it is news.
  ///
  /// - Parameter timestamp: the packet's, which is when its tone began.
  mutating func received(_ event: TelephoneEvent, timestamp: UInt32) -> Character? {
    defer { note(event, timestamp: timestamp) }
    guard let last else { return event.key }
    let distance = Int32(bitPattern: timestamp &- last.timestamp)
    guard distance > 0 else { return nil }  // A repetition, or a packet that others have overtaken.
    let isContinued =
      last.code == event.code && !last.hasEnded && distance == Self.longestDuration
    return isContinued ? nil : event.key
  }

  private mutating func note(_ event: TelephoneEvent, timestamp: UInt32) {
    if let last {
      let distance = Int32(bitPattern: timestamp &- last.timestamp)
      guard distance >= 0 else { return }
      let hadEnded = distance == 0 && last.hasEnded
      self.last = Tone(
        code: event.code, timestamp: timestamp, hasEnded: hadEnded || event.isEnd)
    } else {
      last = Tone(code: event.code, timestamp: timestamp, hasEnded: event.isEnd)
    }
  }

  /// What the duration field can hold.
  private static let longestDuration: Int32 = 0xFFFF
}

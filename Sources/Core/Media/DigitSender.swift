import RTP

/// The keys that wait to be sent, and the one that sounds.
///
/// Each key is one event: packets with its growing duration while it sounds, the final packet three
/// times, then a pause in which sound passes again.
///
///     idle ──▶ sounding ──100 ms──▶ pausing ──50 ms──▶ sounding or idle
///
/// - Bound: ``queueLimit`` keys.
/// - Source: RFC 4733 §2.5.1.
struct DigitSender: Equatable, Sendable {
  private enum Phase: Equatable, Sendable {
    case idle
    /// - elapsed: samples since the start.
    case sounding(code: UInt8, start: UInt32, elapsed: Int)
    case pausing(code: UInt8, start: UInt32, duration: Int, elapsed: Int, finalsLeft: Int)
  }

  /// What takes the place of a frame.
  enum Step: Equatable, Sendable {
    case sound
    /// - duration: in samples.
    case event(code: UInt8, isEnd: Bool, isFirst: Bool, timestamp: UInt32, duration: Int)
  }

  private var queue: [UInt8] = []
  private var phase = Phase.idle

  /// Whether a key sounds or waits.
  var isBusy: Bool { phase != .idle || !queue.isEmpty }

  /// Queues keys; returns those that had no room or are no keys.
  mutating func enqueue(_ digits: String) -> String {
    var refused = ""
    for digit in digits {
      guard let code = TelephoneEvent.code(of: digit), queue.count < Self.queueLimit else {
        refused.append(digit)
        continue
      }
      queue.append(code)
    }
    return refused
  }

  /// What to send for the frame that begins at `timestamp`.
  mutating func step(frameSampleCount count: Int, timestamp: UInt32) -> Step {
    switch phase {
    case .idle:
      guard !queue.isEmpty else { return .sound }
      return sound(code: queue.removeFirst(), start: timestamp, elapsed: 0, count: count)
    case .sounding(let code, let start, let elapsed):
      return sound(code: code, start: start, elapsed: elapsed, count: count)
    case .pausing(let code, let start, let duration, let elapsed, let finalsLeft):
      let isOver = finalsLeft <= 1 && elapsed + count >= Self.pauseSampleCount
      phase =
        isOver
        ? .idle
        : .pausing(
          code: code, start: start, duration: duration, elapsed: elapsed + count,
          finalsLeft: finalsLeft - 1)
      guard finalsLeft > 0 else { return .sound }
      return .event(code: code, isEnd: true, isFirst: false, timestamp: start, duration: duration)
    }
  }

  private mutating func sound(
    code: UInt8, start: UInt32, elapsed: Int, count: Int
  ) -> Step {
    let duration = elapsed + count
    let isEnd = duration >= Self.toneSampleCount
    phase =
      isEnd
      ? .pausing(
        code: code, start: start, duration: duration, elapsed: 0, finalsLeft: Self.finalCount - 1)
      : .sounding(code: code, start: start, elapsed: duration)
    return .event(
      code: code, isEnd: isEnd, isFirst: elapsed == 0, timestamp: start, duration: duration)
  }

  /// How many keys may wait.
  static let queueLimit = 64
  /// How often the final packet is sent.
  static let finalCount = 3
  private static let toneSampleCount = Sound.samples(.milliseconds(100))
  private static let pauseSampleCount = Sound.samples(.milliseconds(50))
}

import Basics

/// Who is heard to speak in a call of several.
///
/// A stream speaks once it has been loud for 100 ms, and no longer once it has been quiet for 600 ms.
struct SpeakerWatch: Equatable {
  fileprivate struct Stream: Equatable {
    var isSpeaking = false
    /// Since when it has been on the other side of the threshold.
    var changingSince: Instant?
  }

  private var streams: [UInt32: Stream]
  private var nextLook: Instant?

  /// - Parameter expected: those that are looked at.
  init(expecting expected: [UInt32]) {
    streams = Dictionary(expected.map { ($0, Stream()) }) { first, _ in first }
  }

  /// Other streams are expected; what is known of those that stay is kept.
  mutating func expect(_ expected: [UInt32]) {
    let known = streams
    streams = Dictionary(expected.map { ($0, known[$0] ?? Stream()) }) { first, _ in first }
  }

  /// Whether it is time for ``look(at:now:)``.
  func isDue(at now: Instant) -> Bool { nextLook.map { now >= $0 } ?? true }

  /// Takes in how loud each stream is, 0–1, linear.
  ///
  /// - Returns: all that speak, in order of their numbers, when that has changed.
  mutating func look(at levels: [(ssrc: UInt32, level: Double)], now: Instant) -> [UInt32]? {
    nextLook = now.advanced(by: Self.interval)
    let before = speaking
    for ssrc in streams.keys {
      let level = levels.first { $0.ssrc == ssrc }?.level ?? 0
      streams[ssrc]?.hear(level, at: now)
    }
    return speaking == before ? nil : speaking
  }

  private var speaking: [UInt32] { streams.filter(\.value.isSpeaking).keys.sorted() }

  private static let interval: Duration = .milliseconds(50)
}

extension SpeakerWatch.Stream {
  fileprivate mutating func hear(_ level: Double, at now: Instant) {
    let wantsChange = isSpeaking ? level < 0.004 : level > 0.01
    guard wantsChange else {
      changingSince = nil
      return
    }
    let since = changingSince ?? now
    changingSince = since
    guard since.duration(to: now) >= (isSpeaking ? .milliseconds(600) : .milliseconds(100)) else {
      return
    }
    isSpeaking.toggle()
    changingSince = nil
  }
}

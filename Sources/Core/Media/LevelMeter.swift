package import RTP

/// How loud sound is.
///
/// - Source: RFC 6464 §3 for the header extension; W3C webrtc-stats `audioLevel` for the linear value.
package struct LevelMeter: Equatable, Sendable {
  /// Of the last frame.
  package private(set) var level = AudioLevel(isVoice: false, level: 127)
  /// 0–1, linear: up at once, down by a fifth with each frame.
  package private(set) var linear = 0.0

  package init() {}

  /// Takes one frame into account. An empty one changes nothing.
  package mutating func measure(_ samples: [Int16]) {
    guard !samples.isEmpty else { return }
    var sum: Int64 = 0
    for sample in samples { sum &+= Int64(Int32(sample) &* Int32(sample)) }
    let rootMeanSquare = (Double(sum) / Double(samples.count)).squareRoot() / 32_767
    level = AudioLevel(
      isVoice: rootMeanSquare > Self.voiceThreshold, rootMeanSquare: rootMeanSquare)
    linear = max(min(1, rootMeanSquare), linear * 0.8)
    if linear < 0.000_03 { linear = 0 }
  }

  /// Forgets what was heard: the stream has paused.
  package mutating func reset() { self = LevelMeter() }

  /// What is louder is taken for speech: about −48 dBov.
  private static let voiceThreshold = 0.004
}

/// How loud sound is.
///
/// - Source: RFC 6464 §3 for the header extension; W3C webrtc-stats `audioLevel` for the linear value.
package struct LevelMeter: Equatable, Sendable {
  /// Of the last frame, in −dBov: 0 is the loudest that 16 bits hold, 127 silence.
  package private(set) var negativeDecibels: UInt8 = 127
  /// 0–1, linear: up at once, down by a fifth with each frame.
  package private(set) var linear = 0.0

  package init() {}

  /// Takes one frame into account. An empty one changes nothing.
  package mutating func measure(_ samples: [Int16]) {
    guard !samples.isEmpty else { return }
    var sum: Int64 = 0
    for sample in samples { sum &+= Int64(Int32(sample) &* Int32(sample)) }
    let meanSquare = Double(sum) / Double(samples.count) / (32_767 * 32_767)
    negativeDecibels = Self.negativeDecibels(ofPower: meanSquare)
    let level = min(1, meanSquare.squareRoot())
    linear = max(level, linear * 0.8)
    if linear < 0.000_03 { linear = 0 }
  }

  /// Forgets what was heard: the stream has paused.
  package mutating func reset() { self = LevelMeter() }

  /// The level as an amplitude, 0–1, of what a peer wrote in an extension.
  package static func linear(negativeDecibels: UInt8) -> Double {
    negativeDecibels >= 127 ? 0 : Gain.amplitudeRatio(decibels: -Int(negativeDecibels))
  }

  private static func negativeDecibels(ofPower power: Double) -> UInt8 {
    var level: UInt8 = 0
    var threshold = halfDecibel
    while level < 127, power < threshold {
      level += 1
      threshold *= oneDecibel
    }
    return level
  }

  /// A power half a decibel, and one decibel, below another: 10^(−0.05), 10^(−0.1).
  private static let halfDecibel = 0.891_250_938_133_745_6
  private static let oneDecibel = 0.794_328_234_724_281_5
}

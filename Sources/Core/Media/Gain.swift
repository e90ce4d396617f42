/// By how much sound is made louder or softer.
///
/// The core has no mathematics library; a whole number of decibels needs none.
package struct Gain: Equatable, Sendable {
  package static let unity = Gain(factor: 1 << fractionBits)
  package static let silence = Gain(factor: 0)

  /// In 4 096ths: at most ten times as loud, so that a sum of calls fits into 32 bits.
  let factor: Int32

  /// - Parameter decibels: clamped to ``range``.
  package init(decibels: Int) {
    let ratio = Self.amplitudeRatio(
      decibels: min(max(decibels, Self.range.lowerBound), Self.range.upperBound))
    factor = Int32(ratio * Double(1 << Self.fractionBits) + 0.5)
  }

  private init(factor: Int32) { self.factor = factor }

  /// The gain that is reached after `position` of `count` equal steps from one to the other.
  static func between(_ first: Gain, _ last: Gain, at position: Int, of count: Int) -> Gain {
    let way = Int64(last.factor - first.factor) * Int64(position) / Int64(max(1, count))
    return Gain(factor: Int32(truncatingIfNeeded: Int64(first.factor) + way))
  }

  /// Fades `samples` from one gain to the other, so that the change does not click.
  package static func fade(_ samples: inout [Int16], from first: Gain, to last: Gain) {
    var mixer = Mixer(sampleCount: samples.count)
    mixer.add(samples, from: first, to: last)
    samples = mixer.mixed()
  }

  /// The amplitude that is `decibels` above 1: 10^(decibels / 20).
  static func amplitudeRatio(decibels: Int) -> Double {
    var ratio = 1.0
    for _ in 0..<abs(decibels) { ratio *= oneDecibel }
    return decibels < 0 ? 1 / ratio : ratio
  }

  /// From all but inaudible to ten times as loud.
  package static let range = -60...20
  static let fractionBits: Int32 = 12
  /// 10^(1/20).
  private static let oneDecibel = 1.122_018_454_301_963_3
}

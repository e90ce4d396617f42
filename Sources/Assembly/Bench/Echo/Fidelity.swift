import Glibc

/// How like sound is to what it was made of.
package struct Fidelity: Sendable {
  /// By how much it comes later.
  package let delayMilliseconds: Double
  /// Segmental signal-to-noise ratio: what was said against what is unlike it, each 20 ms by itself, in
  /// dB. Filters that only turn phases count as noise.
  package let segmentalRatio: Double
  /// How much louder or softer it has become, and by how much that varies (the standard deviation), each
  /// 20 ms by itself, in dB.
  package let gain: (mean: Double, deviation: Double)
  private let original: [Float]
  private let made: [Float]
  private let frames: [Int]

  /// - Parameter range: where it is compared. Its beginnings need not be alike, but the delay is one.
  init(of made: [Float], against original: [Float], in range: Range<Int>) {
    let shift = SoundFigures.shift(of: made, against: original, in: range)
    delayMilliseconds = Double(shift) / 48
    let starts = stride(from: range.lowerBound, to: range.upperBound - 2_460, by: Self.frame)
    let loudest =
      starts.map { SoundFigures.energy(original, $0..<$0 + Self.frame) }.max() ?? 0
    frames = starts.filter {
      SoundFigures.energy(original, $0..<$0 + Self.frame) > loudest / 1_000
    }
    self.original = original
    self.made = Array(made.dropFirst(shift))
    var ratios: [Double] = []
    var gains: [Double] = []
    for start in frames {
      let (ratio, gain) = Self.compare(self.made, original, start..<start + Self.frame)
      ratios.append(ratio)
      gains.append(gain)
    }
    segmentalRatio = Self.mean(ratios)
    let mean = Self.mean(gains)
    gain = (mean, Self.mean(gains.map { ($0 - mean) * ($0 - mean) }).squareRoot())
  }

  /// The log-spectral distance up to 8 kHz, in dB: how far spectra of 20 ms are from each other, gain
  /// apart.
  package func spectralDistance() -> Double {
    Self.mean(
      // Each fifth frame tells enough.
      frames.enumerated().filter { $0.offset % 5 == 0 }.map { _, start in
        let differences = stride(from: 100, through: 8_000, by: 100).map { frequency in
          level(of: made, at: start, frequency) - level(of: original, at: start, frequency)
            - gain.mean
        }
        return Self.mean(differences.map { $0 * $0 }).squareRoot()
      })
  }

  /// Of one frequency in one frame, in dB, not below what is heard beside speech.
  private func level(of samples: [Float], at start: Int, _ frequency: Int) -> Double {
    var (real, imaginary) = (0.0, 0.0)
    for index in 0..<Self.frame {
      let angle = 2 * Double.pi * Double(frequency * index) / 48_000
      let window = 0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(Self.frame))
      let value = Double(samples[start + index]) * window
      real += value * cos(angle)
      imaginary += value * sin(angle)
    }
    let scale = Double(Self.frame) / 4
    return SoundFigures.decibels(
      max((real * real + imaginary * imaginary) / (scale * scale), Self.unheard))
  }

  private static func compare(
    _ made: [Float], _ original: [Float], _ range: Range<Int>
  ) -> (ratio: Double, gain: Double) {
    var (common, own, whole) = (0.0, 1e-12, 1e-12)
    for index in range {
      common += Double(made[index] * original[index])
      own += Double(original[index] * original[index])
      whole += Double(made[index] * made[index])
    }
    let like = common * common / own
    let ratio = SoundFigures.decibels(like / max(whole - like, whole * 1e-4))
    return (ratio, SoundFigures.decibels(whole / own))
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }

  /// 20 ms.
  private static let frame = 960
  /// −80 dBFS.
  private static let unheard = 1e-8
}

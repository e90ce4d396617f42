import Glibc

/// Sines, and what is left of them.
enum Tones {
  static func sine(
    hertz: Double, rate: Int = 48_000, count: Int, amplitude: Double = 8_192
  ) -> [Int16] {
    (0..<count).map {
      Int16((sin(2 * .pi * hertz * Double($0) / Double(rate)) * amplitude).rounded())
    }
  }

  /// How far the sine of this frequency stands above everything else, in decibels.
  static func signalToNoise(
    _ samples: some Collection<Int16>, hertz: Double, rate: Int = 48_000
  ) -> Double {
    let (sine, cosine) = parts(samples, hertz: hertz, rate: rate)
    var signal = 0.0
    var noise = 0.0
    for (index, sample) in samples.enumerated() {
      let angle = 2 * Double.pi * hertz * Double(index) / Double(rate)
      let expected = sine * sin(angle) + cosine * cos(angle)
      signal += expected * expected
      noise += (Double(sample) - expected) * (Double(sample) - expected)
    }
    return 10 * log10(signal / max(noise, 1e-9))
  }

  /// The amplitude of the sine of this frequency.
  static func amplitude(
    _ samples: some Collection<Int16>, hertz: Double, rate: Int = 48_000
  ) -> Double {
    let (sine, cosine) = parts(samples, hertz: hertz, rate: rate)
    return (sine * sine + cosine * cosine).squareRoot()
  }

  private static func parts(
    _ samples: some Collection<Int16>, hertz: Double, rate: Int
  ) -> (sine: Double, cosine: Double) {
    var (sine, cosine) = (0.0, 0.0)
    for (index, sample) in samples.enumerated() {
      let angle = 2 * Double.pi * hertz * Double(index) / Double(rate)
      sine += Double(sample) * sin(angle)
      cosine += Double(sample) * cos(angle)
    }
    let half = Double(max(samples.count, 1)) / 2
    return (sine / half, cosine / half)
  }
}

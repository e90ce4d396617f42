import Glibc

/// How loud a recording is, in its loud and in its soft moments.
package struct SoundLevels: Equatable, Sendable {
  /// Of the loudest sample, in dBFS; `nil` when all are zero.
  package var peak: Double?
  /// Of the loudest twentieth of all moments of 10 ms, in dBFS; `nil` when those are zero.
  package var loud: Double?
  /// Samples at the edge of what 16 bits hold, 0–1.
  package var clippedShare: Double

  /// - Parameter samples: 48 kHz.
  package init(_ samples: some Collection<Int16>) {
    var peak = 0
    var clipped = 0
    var moments: [Double] = []
    var (sum, count) = (0.0, 0)
    for sample in samples {
      let size = abs(Int(sample))
      peak = max(peak, size)
      if size >= 32_760 { clipped += 1 }
      sum += Double(size * size)
      count += 1
      if count == 480 {
        moments.append((sum / 480).squareRoot())
        (sum, count) = (0, 0)
      }
    }
    moments.sort()
    self.peak = Self.decibels(Double(peak))
    loud = moments.isEmpty ? nil : Self.decibels(moments[moments.count * 95 / 100])
    clippedShare = samples.isEmpty ? 0 : Double(clipped) / Double(samples.count)
  }

  private static func decibels(_ amplitude: Double) -> Double? {
    amplitude > 0 ? 20 * log10(amplitude / 32_768) : nil
  }
}

import Glibc

/// A short rising tone that is found again in a recording, however loud and whatever lies beside it.
package struct Chirp: Sendable {
  /// 48 kHz, mono; begins and ends in silence.
  package let samples: [Int16]
  private let reduced: [Float]
  private let energy: Float

  /// - Parameters:
  ///   - milliseconds: how long.
  ///   - hertz: where it begins and ends; below 3 400, which any codec and room let through.
  package init(milliseconds: Int, hertz: ClosedRange<Double> = 300...3_000) {
    let count = Self.sampleRate * milliseconds / 1_000
    samples = (0..<count).map { index in
      let part = Double(index) / Double(count)
      let middle = hertz.lowerBound + (hertz.upperBound - hertz.lowerBound) / 2 * part
      let turns = middle * Double(index) / Double(Self.sampleRate)
      return Int16(16_000 * sin(.pi * part) * sin(2 * .pi * turns))
    }
    reduced = Self.reduced(samples)
    energy = reduced.reduce(0) { $0 + $1 * $1 }
  }

  /// Where it is heard, earliest first, in samples.
  ///
  /// - Parameters:
  ///   - recording: at 48 kHz.
  ///   - likeness: how alike the recording must be there, 0–1.
  ///   - limit: how many are looked for.
  package func positions(
    in recording: [Int16], from start: Int = 0, likeness: Float = 0.55, limit: Int = 16
  ) -> [Int] {
    let heard = Self.reduced(recording)
    var positions: [Int] = []
    var index = max(0, start) / Self.reduction
    // While it is heard better from place to place, the best place is yet to come.
    var best: (score: Float, index: Int)?
    while index + reduced.count <= heard.count, positions.count < limit {
      let score = likenessOf(heard, at: index)
      if score > best?.score ?? likeness { best = (score, index) }
      if let found = best, index - found.index >= reduced.count / 2 {
        positions.append(found.index * Self.reduction)
        best = nil
      }
      index += 1
    }
    if let best, positions.count < limit { positions.append(best.index * Self.reduction) }
    return positions
  }

  /// −1 to 1.
  private func likenessOf(_ heard: [Float], at start: Int) -> Float {
    var (product, power) = (Float(0), Float(0))
    for index in 0..<reduced.count {
      let value = heard[start + index]
      product += reduced[index] * value
      power += value * value
    }
    // What is softer than −80 dBFS is no chirp.
    guard power > Float(reduced.count) * 10 else { return 0 }
    return product / (power * energy).squareRoot()
  }

  /// A sixth of the samples, each the mean of six: enough for these tones, and quick.
  private static func reduced(_ samples: [Int16]) -> [Float] {
    stride(from: 0, to: samples.count - samples.count % reduction, by: reduction).map { start in
      let sum = samples[start..<start + reduction].reduce(Float(0)) { $0 + Float($1) }
      return sum / Float(reduction)
    }
  }

  /// Samples a second.
  package static let sampleRate = 48_000
  private static let reduction = 6
}

import Glibc

/// What can be said of sound in numbers. Full scale is 1; levels and ratios are in dB.
enum SoundFigures {
  /// Mean square.
  static func energy(_ samples: [Float], _ range: Range<Int>) -> Double {
    guard !range.isEmpty else { return 0 }
    var sum = 0.0
    for index in range { sum += Double(samples[index] * samples[index]) }
    return sum / Double(range.count)
  }

  static func decibels(_ ratio: Double) -> Double { 10 * log10(max(ratio, 1e-12)) }

  static func ratio(decibels: Double) -> Double { pow(10, decibels / 10) }

  /// How much of `part` is in `whole`, as an attenuation: by projection, which what is unlike `part`
  /// does not change.
  ///
  /// - Parameter shift: how many samples later it is there.
  static func attenuation(
    of part: [Float], in whole: [Float], _ range: Range<Int>, shift: Int
  ) -> Double {
    var (common, own) = (0.0, 1e-12)
    for index in range where index + shift < whole.count {
      common += Double(whole[index + shift] * part[index])
      own += Double(part[index] * part[index])
    }
    return -20 * log10(max(abs(common / own), 1e-3))
  }

  /// The same for each 100 ms in which `part` is heard, by itself: the mean of the worst tenth, which tells
  /// whether syllables are lost.
  static func worstAttenuation(
    of part: [Float], in whole: [Float], _ range: Range<Int>, shift: Int
  ) -> Double {
    let heard = energy(part, range) / 16
    let attenuations = stride(from: range.lowerBound, to: range.upperBound - 4_799, by: 4_800)
      .filter { energy(part, $0..<$0 + 4_800) > heard }
      .map { attenuation(of: part, in: whole, $0..<$0 + 4_800, shift: shift) }
    let worst = attenuations.sorted().suffix(max(1, attenuations.count / 10))
    return worst.reduce(0, +) / Double(max(1, worst.count))
  }

  /// By how many samples, at most 1 500, `late` follows `early`.
  static func shift(of late: [Float], against early: [Float], in range: Range<Int>) -> Int {
    func likeness(_ shift: Int, step: Int) -> Double {
      var sum = 0.0
      for index in stride(from: range.lowerBound, to: range.upperBound - 2_000, by: step) {
        sum += Double(late[index + shift] * early[index])
      }
      return sum
    }
    let coarse =
      stride(from: 0, to: 1_500, by: 2).max {
        likeness($0, step: 101) < likeness($1, step: 101)
      } ?? 0
    let near = max(0, coarse - 3)...coarse + 3
    return near.max { likeness($0, step: 7) < likeness($1, step: 7) } ?? coarse
  }

  /// The level of those stretches of 20 ms in which somebody speaks: within 20 dB of the loudest.
  static func speechLevel(_ samples: [Float], _ range: Range<Int>) -> Double {
    let levels = stride(from: range.lowerBound, to: range.upperBound - 959, by: 960).map {
      energy(samples, $0..<$0 + 960)
    }
    let spoken = levels.filter { $0 > (levels.max() ?? 0) / 100 }
    return decibels(spoken.reduce(0, +) / Double(max(1, spoken.count)))
  }

  static func floats(_ samples: [Int16]) -> [Float] { samples.map { Float($0) / 32_768 } }

  static func sample(_ value: Float) -> Int16 {
    Int16(max(-32_768, min(32_767, (value * 32_768).rounded())))
  }

  /// `samples` repeated between two places, at a mean level, and silence elsewhere.
  static func speech(
    _ samples: [Int16], in range: Range<Int>, count: Int, level: Double
  ) -> [Float] {
    precondition(!samples.isEmpty, "somebody has to speak")
    let once = floats(samples)
    let own = energy(once, 0..<once.count)
    let scale = Float(ratio(decibels: level) / max(own, 1e-9)).squareRoot()
    var result = [Float](repeating: 0, count: count)
    for index in range {
      result[index] = once[(index - range.lowerBound) % once.count] * scale
    }
    return result
  }
}

import Glibc

/// Short bursts of sound to be said into a microphone, and how much later they come out of an ear.
package enum LatencyProbe {
  /// How many bursts ``sound()`` has.
  package static let burstCount = 8
  /// Samples a second, of all sounds here.
  package static let sampleRate = 48_000

  /// The bursts, with silence before and after each: rising tones, as codecs keep them.
  package static func sound() -> [Int16] {
    var samples = [Int16](repeating: 0, count: sampleRate / 5)
    for index in 0..<burstCount {
      samples += burst
      // Not a whole number of frames, so that bursts meet them everywhere.
      samples += [Int16](repeating: 0, count: pause + index * sampleRate / 137)
    }
    return samples
  }

  /// How much later each burst in `mouth` is found in `ear`; bursts that are not found are left out.
  ///
  /// Both are recordings of one clock. A burst is searched where the correlation of both is greatest.
  package static func delays(from mouth: [Int16], to ear: [Int16]) -> [Duration] {
    let mouth = reduced(mouth)
    let ear = reduced(ear)
    return onsets(in: mouth).compactMap { onset in
      delay(of: mouth, at: onset, in: ear).map { .microseconds($0 * 1_000_000 / reducedRate) }
    }
  }

  /// From 300 to 3 000 Hz within 60 ms, rising from silence and falling to it.
  private static let burst: [Int16] = {
    let count = sampleRate * 60 / 1_000
    return (0..<count).map { index in
      let part = Double(index) / Double(count)
      let turns = (300 + (3_000 - 300) / 2 * part) * Double(index) / Double(sampleRate)
      return Int16(16_000 * sin(.pi * part) * sin(2 * .pi * turns))
    }
  }()

  /// Where bursts begin.
  private static func onsets(in samples: [Float]) -> [Int] {
    var onsets: [Int] = []
    var index = 0
    while index < samples.count {
      if abs(samples[index]) > 1_000 {
        onsets.append(index)
        index += reach
      } else {
        index += 1
      }
    }
    return onsets
  }

  private static func delay(of said: [Float], at onset: Int, in heard: [Float]) -> Int? {
    var best = (score: Float(0.6), delay: Int?.none)
    for delay in 0..<reach {
      let score = correlation(said, at: onset, heard, at: onset + delay)
      if score > best.score { best = (score, delay) }
    }
    return best.delay
  }

  /// How alike a burst and what was heard are, −1 to 1.
  private static func correlation(
    _ said: [Float], at onset: Int, _ heard: [Float], at start: Int
  ) -> Float {
    let count = burst.count * reducedRate / sampleRate
    guard onset + count <= said.count, start + count <= heard.count else { return 0 }
    var (product, saidEnergy, heardEnergy) = (Float(0), Float(0), Float(0))
    for index in 0..<count {
      let (a, b) = (said[onset + index], heard[start + index])
      product += a * b
      saidEnergy += a * a
      heardEnergy += b * b
    }
    guard saidEnergy > 0, heardEnergy > 0 else { return 0 }
    return product / (saidEnergy * heardEnergy).squareRoot()
  }

  /// A sixth of the samples, each the mean of six: enough for these bursts, and quick.
  private static func reduced(_ samples: [Int16]) -> [Float] {
    stride(from: 0, to: samples.count - samples.count % reduction, by: reduction).map { start in
      let sum = samples[start..<start + reduction].reduce(Float(0)) { $0 + Float($1) }
      return sum / Float(reduction)
    }
  }

  private static let reduction = 6
  private static let reducedRate = sampleRate / reduction
  /// Half a second: how late a burst is looked for, and less than two bursts are apart.
  private static let reach = reducedRate / 2
  private static let pause = sampleRate * 600 / 1_000
}

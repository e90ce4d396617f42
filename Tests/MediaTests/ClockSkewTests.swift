import Basics
import Media
import Testing

/// Sound that comes by one clock and is needed by another.
@Suite("Clocks that differ")
struct ClockSkewTests {
  @Test(
    "an hour of frames by one clock and periods by the other never runs dry and never piles up",
    arguments: [-300.0, 40, 300])
  func hour(partsPerMillion: Double) {
    var skew = ClockSkew()
    var generator = SeededGenerator(seed: 7)
    var (waiting, needed, come) = (1_920.0, 0.0, 0.0)
    var (least, most, fastest) = (waiting, waiting, 0.0)
    var (previous, steepest) = (1.0, 0.0)
    // A frame is there up to 5 ms after it is full.
    var nextFrame = 960.0
    for _ in 0..<360_000 {
      needed += 480
      let now = needed * (1 + partsPerMillion / 1e6)
      while nextFrame <= now {
        waiting += 960
        come += 960
        nextFrame = come + 960 + .random(in: 0..<240, using: &generator)
      }
      skew.observe(level: waiting, after: 480)
      waiting -= 480 * skew.pace
      fastest = max(fastest, abs(skew.pace - 1))
      steepest = max(steepest, abs(skew.pace - previous))
      previous = skew.pace
      (least, most) = (min(least, waiting), max(most, waiting))
    }
    #expect(least > 240, "\(least)")
    #expect(most < 3 * 960, "\(most)")
    #expect(fastest < ClockSkew.limit + 1e-9)
    #expect(steepest < ClockSkew.slew * 0.010_001, "no step in the pitch: \(steepest)")
    #expect(abs(needed * (1 + partsPerMillion / 1e6) - come) < 2 * 960)
  }

  @Test("clocks that are the same leave sound as it is, however uneven frames come")
  func unchanged() {
    var skew = ClockSkew()
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<6_000 {
      skew.observe(level: .random(in: 960...1_440, using: &generator), after: 480)
      #expect(skew.pace == 1)
    }
  }

  @Test("a pace of 1 passes samples as they are, and a pace that begins to differ leaves no seam")
  func seamless() {
    var resampler = VariableResampler()
    let sound = sine(hertz: 440, count: 9_600)
    var out: [Int16] = []
    for start in stride(from: 0, to: sound.count, by: 480) {
      resampler.append(Array(sound[start..<start + 480]))
      out += resampler.take(480, pace: start < 4_800 ? 1 : 1.000_3)
    }
    #expect(out.prefix(4_800).elementsEqual(sound.prefix(4_800)))
    #expect(distortion(of: out) < -65)
    #expect(resampler.waiting < 32)
  }

  @Test(
    "sine waves stay pure by 60 dB while the pace wanders", arguments: [440.0, 3_000, 9_000])
  func purity(hertz: Double) {
    var resampler = VariableResampler()
    let sound = sine(hertz: hertz, count: 48_000)
    resampler.append(sound)
    var out: [Int16] = []
    for piece in 0..<95 {
      out += resampler.take(480, pace: 1 + Double(piece - 40) * 0.000_01)
    }
    #expect(out.count == 95 * 480)
    // Over 20 ms the pitch is as good as steady.
    for start in stride(from: 960, to: out.count - 960, by: 4_800) {
      let measured = distortion(of: Array(out[start..<start + 960]))
      #expect(measured < -60, "\(measured) dB at \(start)")
    }
  }

  @Test("what nobody hears keeps its pace and its loudness, and goes on without a seam")
  func unheard() {
    var (heard, unheard) = (VariableResampler(), VariableResampler())
    let sound = sine(hertz: 440, count: 9_600)
    var (one, other): ([Int16], [Int16]) = ([], [])
    for start in stride(from: 0, to: sound.count, by: 480) {
      let piece = Array(sound[start..<start + 480])
      heard.append(piece)
      unheard.append(piece)
      one += heard.take(1_000, pace: 1.000_3)
      other += unheard.take(1_000, pace: 1.000_3, isHeard: start >= 4_800)
      #expect(other.count == one.count)
    }
    // No farther off than half the steepest step of the wave.
    let steepest = zip(sound, sound.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(zip(one, other).allSatisfy { abs(Int($0) - Int($1)) <= steepest / 2 + 2 })
    #expect(one.suffix(4_700) == other.suffix(4_700))
  }

  @Test("what is not there is not made up, and what is dropped does not come")
  func ends() {
    var resampler = VariableResampler()
    #expect(resampler.take(100, pace: 1).isEmpty)
    #expect(resampler.take(100, pace: 1.000_1).isEmpty)
    resampler.append([1, 2, 3, 4])
    resampler.drop(2)
    #expect(resampler.waiting == 2)
    #expect(resampler.take(100, pace: 1) == [3, 4])
    #expect(resampler.take(-1, pace: 1).isEmpty)
    resampler.append([5])
    resampler.drop(1_000)
    #expect(resampler.waiting == 0)
    resampler.append([6])
    #expect(resampler.take(1, pace: 1) == [6])
  }

  private func sine(hertz: Double, count: Int) -> [Int16] {
    // By rotation, since there is no mathematics library here: 2 cos φ from cos φ = 1 − 2 sin²(φ/2).
    let half = Double.pi * hertz / 48_000
    var (term, sum) = (half, half)
    for index in 1...12 {
      term *= -half * half / Double(2 * index * (2 * index + 1))
      sum += term
    }
    let turn = 2 - 4 * sum * sum
    var (previous, current) = (0.0, 2 * sum * (1 - sum * sum).squareRoot())
    return (0..<count).map { _ in
      defer { (previous, current) = (current, turn * current - previous) }
      return Int16((previous * 12_000).rounded())
    }
  }

  /// What is left of a sine wave when the best one of its pitch is taken out, in dB of it: x[n+1] +
  /// x[n−1] is a multiple of x[n] for a pure one.
  private func distortion(of samples: [Int16]) -> Double {
    let x = samples.map(Double.init)
    var (common, own) = (0.0, 0.0)
    for n in 1..<x.count - 1 {
      common += (x[n + 1] + x[n - 1]) * x[n]
      own += x[n] * x[n]
    }
    let turn = common / own
    var rest = 0.0
    for n in 1..<x.count - 1 {
      let error = x[n + 1] + x[n - 1] - turn * x[n]
      rest += error * error
    }
    return decibels(rest / own)
  }

  /// 10 log₁₀, to a tenth.
  private func decibels(_ ratio: Double) -> Double {
    var (ratio, result) = (max(ratio, 1e-15), 0.0)
    while ratio < 1 {
      ratio *= 1.023_292_992_280_754
      result -= 0.1
    }
    return result
  }
}

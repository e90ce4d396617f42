/// Adds several sounds to one and limits the sum once, at the end.
package struct Mixer: Sendable {
  private var sums: [Int32]

  package init(sampleCount: Int) {
    sums = [Int32](repeating: 0, count: max(0, sampleCount))
  }

  /// Adds `samples`; what is longer than the mix is left out, what is shorter ends in silence.
  package mutating func add(_ samples: [Int16], gain: Gain = .unity) {
    let count = min(samples.count, sums.count)
    let factor = gain.factor
    for index in 0..<count {
      sums[index] &+= (Int32(samples[index]) &* factor) >> Gain.fractionBits
    }
  }

  /// Adds `samples` while the gain moves evenly from `first` to `last`.
  package mutating func add(_ samples: [Int16], from first: Gain, to last: Gain) {
    guard first != last else {
      add(samples, gain: last)
      return
    }
    let count = min(samples.count, sums.count)
    let step = Int64(last.factor - first.factor)
    for index in 0..<count {
      let factor = Int32(
        truncatingIfNeeded: Int64(first.factor) &+ step &* Int64(index &+ 1) / Int64(count))
      sums[index] &+= (Int32(samples[index]) &* factor) >> Gain.fractionBits
    }
  }

  /// The sum, limited to what 16 bits hold.
  package func mixed() -> [Int16] {
    var result = [Int16](repeating: 0, count: sums.count)
    for index in 0..<sums.count { result[index] = Int16(clamping: sums[index]) }
    return result
  }

  /// The sum less one of the sounds that were added at unity, as whoever made that sound hears it.
  package func mixed(without samples: [Int16]) -> [Int16] {
    var result = mixed()
    for index in 0..<min(samples.count, sums.count) {
      result[index] = Int16(clamping: sums[index] &- Int32(samples[index]))
    }
    return result
  }
}

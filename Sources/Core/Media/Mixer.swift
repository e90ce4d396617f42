/// Adds several sounds to one and limits the sum once, at the end.
package struct Mixer: Sendable {
  private let sampleCount: Int
  /// The first sound, as long as it is the only one: it is its own sum.
  private var only: [Int16]?
  /// Empty until there is something to be added up.
  private var sums: [Int32] = []

  package init(sampleCount: Int) { self.sampleCount = max(0, sampleCount) }

  /// Adds `samples`; what is longer than the mix is left out, what is shorter ends in silence.
  package mutating func add(_ samples: [Int16], gain: Gain = .unity) {
    if only == nil, sums.isEmpty, gain == .unity, samples.count == sampleCount {
      only = samples
      return
    }
    addUp()
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
    addUp()
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
    if let only { return only }
    var result = [Int16](repeating: 0, count: sampleCount)
    for index in 0..<sums.count { result[index] = Int16(clamping: sums[index]) }
    return result
  }

  /// The sum less one of the sounds that were added at unity, as whoever made that sound hears it.
  package func mixed(without samples: [Int16]) -> [Int16] {
    var result = mixed()
    let sums = only?.map { Int32($0) } ?? sums
    for index in 0..<min(samples.count, sums.count) {
      result[index] = Int16(clamping: sums[index] &- Int32(samples[index]))
    }
    return result
  }

  private mutating func addUp() {
    guard sums.isEmpty else { return }
    sums = only?.map { Int32($0) } ?? [Int32](repeating: 0, count: sampleCount)
    only = nil
  }
}

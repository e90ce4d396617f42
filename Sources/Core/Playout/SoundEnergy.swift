/// How much energy sound has.
package enum SoundEnergy {
  /// The sum of the samples' squares.
  package static func sum(of samples: ArraySlice<Int16>) -> Int {
    // A square fits into 32 bits, and a sum of them into 64. So it is said without a check, which lets the
    // compiler add several at a time.
    var sum: Int64 = 0
    for sample in samples { sum &+= Int64(Int32(sample) &* Int32(sample)) }
    return Int(sum)
  }
}

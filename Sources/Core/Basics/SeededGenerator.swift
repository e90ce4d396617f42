/// A generator whose whole future follows from its seed: for delays that shall not beat in step, and
/// for tests that shall repeat. Not for keys.
///
/// - Source: SplitMix64 (Steele, Lea, Flood: *Fast Splittable Pseudorandom Number Generators*, 2014).
package struct SeededGenerator: RandomNumberGenerator, Equatable, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Duration {
  /// This duration, made up to a fifth longer or shorter by chance, so that many clients that lost
  /// the same server do not come back at once.
  package func jittered(using generator: inout some RandomNumberGenerator) -> Duration {
    self * Int.random(in: 800...1_200, using: &generator) / 1_000
  }
}

/// A sine wave, sample after sample, by the recurrence of its own rotation.
///
/// Exact enough for tones of hours; the two starting values come from the series of the sine, which
/// converges fast because an audible tone turns little from one sample to the next.
struct Oscillator: Sendable {
  private let turn: Double
  private var current: Double
  private var previous: Double

  /// - Parameter frequency: in hertz, 1–4 000.
  init(frequency: Int) {
    precondition((1...4_000).contains(frequency), "a tone that a telephone carries")
    let angle = 2 * Double.pi * Double(frequency) / Double(Sound.sampleRate)
    turn = 2 * Self.sine(Double.pi / 2 - angle)
    current = 0
    previous = -Self.sine(angle)
  }

  /// The next sample, −1…1; the first is 0.
  mutating func next() -> Double {
    let value = current
    current = turn * value - previous
    previous = value
    return value
  }

  /// The sine of `angle`, 0…π/2, to twelve digits.
  static func sine(_ angle: Double) -> Double {
    let square = angle * angle
    var term = angle
    var sum = angle
    for index in 1...9 {
      term *= -square / Double(2 * index * (2 * index + 1))
      sum += term
    }
    return sum
  }
}

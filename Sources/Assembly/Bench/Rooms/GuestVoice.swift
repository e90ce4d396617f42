import Glibc
import Media

/// What somebody says.
protocol GuestVoice: Sendable {
  mutating func next(sampleCount: Int) -> [Int16]
}

/// A voice as a codec sees it: a buzz of sixteen harmonics that swells four times a second.
struct BuzzVoice: GuestVoice {
  private let hertz: Double
  private var position = 0

  /// - Parameter hertz: the pitch; 80–300 for people.
  init(hertz: Double) {
    self.hertz = hertz
  }

  mutating func next(sampleCount: Int) -> [Int16] {
    (0..<sampleCount).map { _ in
      defer { position += 1 }
      let time = Double(position) / Double(Sound.sampleRate)
      var sum = 0.0
      for harmonic in 1...16 {
        sum += sin(2 * .pi * hertz * Double(harmonic) * time) / Double(harmonic)
      }
      return Int16(sum * 2_500 * (1 - cos(2 * .pi * 4 * time)))
    }
  }
}

/// Somebody who listens.
struct NoVoice: GuestVoice {
  mutating func next(sampleCount: Int) -> [Int16] { [Int16](repeating: 0, count: sampleCount) }
}

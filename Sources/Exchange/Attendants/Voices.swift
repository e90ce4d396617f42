/// What the attendants can say: one clip a line, and the words in it.
package struct Voices: Equatable, Sendable {
  /// The lines, by the name of the file that holds the sound.
  package enum Line: String, CaseIterable, Sendable {
    case parrotGreeting = "parrot-greeting"
    case parrotRepeats = "parrot-repeats"
    case parrotRepeatsAgain = "parrot-repeats-again"
    case operatorPromise = "operator-promise"
    case operatorHello = "operator-hello"
    case operatorHint = "operator-hint"
    case operatorGoodbye = "operator-goodbye"

    /// What the transcript shows.
    package var text: String {
      switch self {
      case .parrotGreeting: "Hello, I am Parrot. Say anything, and I say it back."
      case .parrotRepeats: "You said:"
      case .parrotRepeatsAgain: "And now I heard:"
      case .operatorPromise: "This is the operator. I will call you back in three seconds."
      case .operatorHello: "Hello, this is the operator, calling you back. Your sound works."
      case .operatorHint: "Press the hash key, or hang up, when you have heard enough."
      case .operatorGoodbye: "Goodbye."
      }
    }
  }

  private let clips: [Line: [Int16]]

  /// - Parameter clips: 48 kHz, one channel; a line without a clip is a short signal.
  package init(clips: [Line: [Int16]] = [:]) {
    self.clips = clips
  }

  /// The sound of a line.
  func sound(of line: Line) -> [Int16] {
    clips[line] ?? Self.signal
  }

  /// Two soft tones, for an installation without its voices.
  private static let signal: [Int16] = {
    var samples: [Int16] = []
    for hertz in [523.25, 659.25] {
      let count = 12_000
      // A resonator makes the sine without a library; the ramps keep it from clicking.
      let step = 2 * cosine(2 * Double.pi * hertz / 48_000)
      var (previous, current) = (0.0, sine(2 * Double.pi * hertz / 48_000))
      for index in 0..<count {
        let ramp = min(1, Double(min(index, count - index)) / 960)
        samples.append(Int16(current * ramp * 3_000))
        (previous, current) = (current, step * current - previous)
      }
    }
    return samples
  }()

  /// Taylor's series; the arguments are below 0.1, where five terms are exact enough.
  private static func sine(_ x: Double) -> Double {
    x - x * x * x / 6 + x * x * x * x * x / 120
  }

  private static func cosine(_ x: Double) -> Double {
    1 - x * x / 2 + x * x * x * x / 24 - x * x * x * x * x * x / 720
  }
}

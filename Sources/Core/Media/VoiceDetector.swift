import Basics
import Playout

/// Tells speech from noise by its energy, against a floor that follows the noise.
///
/// Speech begins after some frames well above the floor and ends after some below. The floor is the
/// quietest frame of the last two seconds: speech has pauses and noise has none, so that a noise that
/// sets in is taken for speech no longer than that.
package struct VoiceDetector: Equatable, Sendable {
  /// What a frame showed.
  package enum Verdict: Equatable, Sendable {
    case silence
    case began
    case speech
    case ended
  }

  package private(set) var isSpeaking = false
  /// The energies of the last frames, in a ring; the beginning assumes a quiet room.
  private var energies = [Double](repeating: quietRoom, count: floorFrames)
  private var position = 0
  private var loudFrames = 0
  private var quietFrames = 0
  private let framesToBegin: Int
  private let framesToEnd: Int

  /// - Parameters:
  ///   - begin: how long speech must last to be believed, in frames of 20 ms; 60 ms as a rule.
  ///   - end: how long a pause must last to be the end, likewise; 700 ms as a rule.
  package init(framesToBegin begin: Int = 3, framesToEnd end: Int = usualFramesToEnd) {
    framesToBegin = begin
    framesToEnd = end
  }

  /// Takes a frame of 20 ms into account.
  ///
  /// - Parameter least: mean square of what may be heard without anybody speaking, such as an echo.
  package mutating func hear(_ frame: [Int16], above least: Double = 0) -> Verdict {
    let energy = Self.energy(of: frame[...])
    if energy > max(floor * Self.margin, Self.leastSpeech, least) {
      loudFrames += 1
      quietFrames = 0
    } else {
      quietFrames += 1
      loudFrames = 0
    }
    energies[position] = energy
    position = (position + 1) % Self.floorFrames
    if !isSpeaking, loudFrames >= framesToBegin {
      isSpeaking = true
      return .began
    }
    if isSpeaking, quietFrames >= framesToEnd {
      isSpeaking = false
      return .ended
    }
    return isSpeaking ? .speech : .silence
  }

  /// Mean square of the noise, as far as it is known.
  private var floor: Double { energies.min() ?? Self.quietRoom }

  /// The mean square of a frame's samples.
  package static func energy(of frame: ArraySlice<Int16>) -> Double {
    frame.isEmpty ? 0 : Double(SoundEnergy.sum(of: frame)) / Double(frame.count)
  }

  /// −56 dBFS.
  private static let quietRoom = 2_500.0
  /// Two seconds.
  private static let floorFrames = 100
  /// 10 dB.
  private static let margin = 10.0
  /// −46 dBFS, below which nobody is understood.
  private static let leastSpeech = 27_000.0
  /// 700 ms.
  package static let usualFramesToEnd = 35
}

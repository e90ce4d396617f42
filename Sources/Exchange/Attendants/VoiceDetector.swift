import Basics
import Media

/// Tells speech from noise by its energy, against a floor that follows the noise.
///
/// Speech begins after 60 ms well above the floor and ends after 700 ms below. The floor is the
/// quietest frame of the last two seconds: speech has pauses and noise has none, so that a noise that
/// sets in is taken for speech no longer than that.
struct VoiceDetector: Equatable, Sendable {
  /// What a frame showed.
  enum Verdict: Equatable, Sendable {
    case silence
    case began
    case speech
    case ended
  }

  private(set) var isSpeaking = false
  /// The energies of the last frames, in a ring; the beginning assumes a quiet room.
  private var energies = [Double](repeating: quietRoom, count: floorFrames)
  private var position = 0
  private var loudFrames = 0
  private var quietFrames = 0

  /// Takes a frame of 20 ms into account.
  mutating func hear(_ frame: [Int16]) -> Verdict {
    let energy = Self.energy(of: frame)
    if energy > max(floor * Self.margin, Self.leastSpeech) {
      loudFrames += 1
      quietFrames = 0
    } else {
      quietFrames += 1
      loudFrames = 0
    }
    energies[position] = energy
    position = (position + 1) % Self.floorFrames
    if !isSpeaking, loudFrames >= Self.framesToBegin {
      isSpeaking = true
      return .began
    }
    if isSpeaking, quietFrames >= Self.framesToEnd {
      isSpeaking = false
      return .ended
    }
    return isSpeaking ? .speech : .silence
  }

  /// Mean square of the noise, as far as it is known.
  private var floor: Double { energies.min() ?? Self.quietRoom }

  private static func energy(of frame: [Int16]) -> Double {
    guard !frame.isEmpty else { return 0 }
    var sum = 0
    for sample in frame { sum += Int(sample) * Int(sample) }
    return Double(sum) / Double(frame.count)
  }

  /// −56 dBFS.
  private static let quietRoom = 2_500.0
  /// Two seconds.
  private static let floorFrames = 100
  /// 10 dB.
  private static let margin = 10.0
  /// −46 dBFS, below which nobody is understood.
  private static let leastSpeech = 27_000.0
  private static let framesToBegin = 3
  static let framesToEnd = 35
}

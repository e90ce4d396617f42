import Basics
import Media

/// Tells speech from noise by its energy, against a floor that follows the noise.
///
/// Speech begins after 60 ms well above the floor and ends after 700 ms below.
struct VoiceDetector: Equatable, Sendable {
  /// What a frame showed.
  enum Verdict: Equatable, Sendable {
    case silence
    case began
    case speech
    case ended
  }

  private(set) var isSpeaking = false
  /// Mean square of the noise; the beginning assumes a quiet room.
  private var floor = 2_500.0
  private var loudFrames = 0
  private var quietFrames = 0

  /// Takes a frame of 20 ms into account.
  mutating func hear(_ frame: [Int16]) -> Verdict {
    let energy = Self.energy(of: frame)
    let isLoud = energy > max(floor * Self.margin, Self.leastSpeech)
    if isLoud {
      loudFrames += 1
      quietFrames = 0
    } else {
      quietFrames += 1
      loudFrames = 0
      // Down at once, up slowly: pauses between words show the noise, words must not raise it.
      floor = energy < floor ? floor * 0.8 + energy * 0.2 : floor * 0.99 + energy * 0.01
      floor = min(max(floor, 100), 1e6)
    }
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

  private static func energy(of frame: [Int16]) -> Double {
    guard !frame.isEmpty else { return 0 }
    var sum = 0
    for sample in frame { sum += Int(sample) * Int(sample) }
    return Double(sum) / Double(frame.count)
  }

  /// 10 dB.
  private static let margin = 10.0
  /// −46 dBFS, below which nobody is understood.
  private static let leastSpeech = 27_000.0
  private static let framesToBegin = 3
  static let framesToEnd = 35
}

import Basics
import Media

/// The sound of one of the phone's calls: its session, and what is kept beside it.
struct CallSound {
  let id: CallID
  var session: any SoundSession
  /// Whether it was said which of the open calls is heard.
  var isActivityDecided = false
  var recording: RecordingBuffer?
}

/// What the microphone gave and playback has not yet asked for, of a call that is recorded.
///
/// A recording runs at the pace of playback, and the microphone's clock is another: it is read as much
/// faster or slower as keeps what waits here as it is. After a moment without any, silence goes on
/// until so much is there again.
///
/// - Bound: ``limit`` samples; the oldest are dropped.
struct RecordingBuffer: Equatable {
  private var sound = VariableResampler()
  private var skew = ClockSkew()
  private var isFilling = true

  mutating func append(_ frame: [Int16]) {
    sound.append(frame)
    if count > Self.limit {
      sound.drop(count - Self.usual)
      skew.rebase()
    }
  }

  /// Exactly `count` samples.
  mutating func take(_ count: Int) -> [Int16] {
    if isFilling, self.count < Self.usual { return [Int16](repeating: 0, count: count) }
    isFilling = false
    skew.observe(level: sound.waiting, after: count)
    let result = sound.take(count, pace: skew.pace)
    guard result.count < count else { return result }
    isFilling = true
    skew.rebase()
    return result + [Int16](repeating: 0, count: count - result.count)
  }

  var count: Int { Int(sound.waiting) }

  /// 200 ms.
  static let limit = Sound.samples(.milliseconds(200))
  /// 40 ms: enough for two frames to be on their way.
  static let usual = Sound.samples(.milliseconds(40))
}

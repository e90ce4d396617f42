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
/// A recording runs at the pace of playback; the microphone's clock is another, so a little is held
/// here to even the two out. What was missing is silence.
///
/// - Bound: ``limit`` samples; the oldest are dropped.
struct RecordingBuffer: Equatable {
  private var samples: [Int16] = []

  mutating func append(_ frame: [Int16]) {
    samples += frame
    if samples.count > Self.limit {
      samples.removeFirst(samples.count - Self.limitAfterDrop)
    }
  }

  /// Exactly `count` samples.
  mutating func take(_ count: Int) -> [Int16] {
    let taken = min(count, samples.count)
    let result =
      Array(samples.prefix(taken)) + [Int16](repeating: 0, count: count - taken)
    samples.removeFirst(taken)
    return result
  }

  var count: Int { samples.count }

  /// 200 ms.
  static let limit = Sound.samples(.milliseconds(200))
  /// 40 ms: enough for two frames to be on their way.
  private static let limitAfterDrop = Sound.samples(.milliseconds(40))
}

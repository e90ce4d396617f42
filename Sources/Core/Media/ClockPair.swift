import Basics

/// How a loudspeaker's clock goes against a microphone's.
///
/// Where either stands in its sound is what has passed, less what the devices tell of their delays; the
/// distance between the two stays the same if the clocks do. A loudspeaker takes sound in periods: looked
/// at once a frame it seems to stand still for half a minute, and then to leap by a period. So what it has
/// played since it last asked for sound is counted by the time that has passed since.
struct ClockPair {
  private var skew = ClockSkew(leap: Sound.samples(.milliseconds(5)), worksOff: false)
  private var playedCount = 0
  private var capturedCount = 0
  /// When the loudspeaker asked for sound last, what it had been given before, and what it was given then.
  private var asked: (time: Instant, before: Int, count: Int)?

  /// Of some frames, since wake-ups are late by chance: the sum of the distances, and for how many samples.
  private var looks = (sum: 0.0, count: 0, samples: 0)

  /// Samples of the loudspeaker's for each of the microphone's.
  var pace: Double { skew.pace }

  /// So many samples, by the microphone's clock, have been given to the loudspeaker.
  ///
  /// - Parameter now: when they were asked for; `nil` if that is not known, and nothing is learned then.
  mutating func played(_ count: Int, at now: Instant?) {
    defer { playedCount &+= count }
    guard let now else { return }
    // What is given at once in several portions was asked for once.
    if let asked, Self.samples(from: asked.time, to: now) * 2 < Double(asked.count) { return }
    asked = (now, playedCount, count)
  }

  /// A frame comes from the microphone.
  ///
  /// - Parameter delay: of both devices together, in samples.
  mutating func captured(_ count: Int, delay: Int, at now: Instant?) {
    defer { capturedCount &+= count }
    guard let now, let asked else { return }
    let since = Self.samples(from: asked.time, to: now)
    guard abs(since) < Self.longestSilence else { return }
    looks.sum += Double(asked.before &- delay &- capturedCount) + since
    looks.count += 1
    looks.samples += count
    guard looks.samples >= Self.stretch else { return }
    skew.observe(level: looks.sum / Double(looks.count), after: looks.samples)
    looks = (0, 0, 0)
  }

  private static func samples(from one: Instant, to other: Instant) -> Double {
    one.duration(to: other).seconds * Double(Sound.sampleRate)
  }

  /// 200 ms.
  private static let stretch = 9_600
  /// 200 ms: a loudspeaker that has asked for nothing in so long has stopped.
  private static let longestSilence = 9_600.0
}

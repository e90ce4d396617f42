import Media
import Realtime

/// How much sound is kept in a playback device: little while all goes well, more after it ran dry,
/// and less again once trouble has long passed.
///
/// Each return of trouble doubles the time that has to pass before less is tried again.
///
/// - Units: samples; times in nanoseconds of the monotonic clock.
/// - Bound: between ``least`` and ``most``; calm is awaited for ``longestCalm`` at most.
struct PlaybackQueue {
  let least: Int
  let most: Int
  /// How much is kept at present.
  private(set) var samples: Int

  private let step: Int
  private var calm: Int64
  private var lastChange: Int64
  private var lastTrouble: Int64?

  /// - Parameter step: by how much it grows and shrinks; a period.
  init(least: Int, most: Int, step: Int, at now: Int64) {
    self.least = least
    self.most = max(least, most)
    self.step = step
    samples = least
    calm = Self.shortestCalm
    lastChange = now
  }

  /// The device ran dry, or what it should play came too late.
  ///
  /// Trouble within ``oneTrouble`` of the last counts as the same: several periods are late together.
  mutating func hadTrouble(at now: Int64) {
    defer { lastTrouble = now }
    if let lastTrouble, now - lastTrouble < Self.oneTrouble { return }
    if lastTrouble != nil { calm = min(calm * 2, Self.longestCalm) }
    samples = min(samples + step, most)
    lastChange = now
  }

  /// A period was played in time.
  mutating func wentWell(at now: Int64) {
    guard samples > least, now - lastChange >= calm else { return }
    samples = max(samples - step, least)
    lastChange = now
  }

  /// 10 s.
  static var shortestCalm: Int64 { 10_000_000_000 }
  /// About five minutes.
  static var longestCalm: Int64 { 320_000_000_000 }
  /// 100 ms.
  static var oneTrouble: Int64 { 100_000_000 }
}

/// Finds out that a sound server ran dry, which it does not tell: where a device stands in its sound
/// falls behind the monotonic clock all at once.
///
/// What a device played is what it was given less what still waits. Its clock may be faster or slower
/// than ours by as much as ``PlaybackProgress/drift`` without being taken for a stall.
struct PlaybackProgress {
  private var given = 0
  private var begin: Int64?
  /// How far the device was behind when it was furthest ahead in the window before this one.
  private var earlier: Int?
  private var furthest = Int.max
  private var count = 0

  init() {}

  /// The device was given so much more.
  mutating func gave(_ samples: Int) { given += samples }

  /// The device begins anew.
  mutating func restart() { self = PlaybackProgress() }

  /// Looks where the device stands.
  ///
  /// - Parameter delay: what still waits in it, in samples.
  /// - Returns: whether it stood still since the last looks.
  mutating func hasStalled(delay: Int, at now: Int64) -> Bool {
    guard let begin else {
      self.begin = now
      return false
    }
    let due = Int((now - begin) / 1_000 * Int64(Sound.sampleRate) / 1_000_000)
    furthest = min(furthest, due - (given - delay))
    count += 1
    guard count == Self.window else { return false }
    defer {
      earlier = furthest
      furthest = .max
      count = 0
    }
    guard let earlier else { return false }
    return furthest - earlier > Self.stall
  }

  /// Looks that are taken together: what a server tells is uneven.
  static var window: Int { 8 }
  /// 3 ms: far more than clocks differ from window to window, and less than one period.
  static var stall: Int { 144 }
}

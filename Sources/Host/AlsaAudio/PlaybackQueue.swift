import Media
import Realtime

/// How much sound is kept in a playback device: a little more than the least to begin with, less once
/// it has shown that less will do, more after it ran dry.
///
/// Less will do when, for a while, the device has never come down to less than one and a half steps
/// before it was given more; where that is plenty, half of what is beyond the least goes at once. Trouble
/// that returns when less was kept doubles that while, and less that did halves it. Trouble upon trouble,
/// as while a call begins on a busy machine, tells nothing of how soon less will do.
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
  /// Whether less is kept since the last change.
  private var hasShrunk = false
  /// The least that the device had left since the last change.
  private var lowest = Int.max

  /// - Parameter step: by how much it grows and shrinks; a period.
  init(least: Int, most: Int, step: Int, at now: Int64) {
    self.least = least
    self.most = max(least, most)
    self.step = step
    samples = min(least + step, self.most)
    calm = Self.shortestCalm
    lastChange = now
  }

  /// What the device should play came too late, or the device ran dry.
  ///
  /// Trouble within ``oneTrouble`` of the last counts as the same: several periods are late together.
  ///
  /// - Parameter hasStopped: whether the device had to be started anew, which is heard longest: half
  ///   as much again is kept then.
  mutating func hadTrouble(hasStopped: Bool = false, at now: Int64) {
    defer { lastTrouble = now }
    if let lastTrouble, now - lastTrouble < Self.oneTrouble { return }
    if hasShrunk, lastTrouble != nil { calm = min(calm * 2, Self.longestCalm) }
    hasShrunk = false
    let steps = hasStopped ? max(samples / 2 / step, 1) : 1
    change(to: min(samples + steps * step, most), at: now)
  }

  /// A period was given in time.
  ///
  /// - Parameter left: what the device had left before it.
  mutating func wentWell(left: Int, at now: Int64) {
    lowest = min(lowest, left)
    guard samples > least, now - lastChange >= calm else { return }
    let surplus = lowest - step * 3 / 2
    guard surplus >= 0 else {
      change(to: samples, at: now)
      return
    }
    if hasShrunk { calm = max(calm / 2, Self.shortestCalm) }
    hasShrunk = true
    let half = max((samples - least) / (2 * step), 1)
    change(to: max(samples - min(surplus / step + 1, half) * step, least), at: now)
  }

  private mutating func change(to samples: Int, at now: Int64) {
    self.samples = samples
    lastChange = now
    lowest = .max
  }

  /// 3 s.
  static var shortestCalm: Int64 { 3_000_000_000 }
  /// About three minutes.
  static var longestCalm: Int64 { 192_000_000_000 }
  /// 100 ms.
  static var oneTrouble: Int64 { 100_000_000 }
}

/// Finds out that a sound server ran dry, which it does not tell: where a device stands in its sound
/// falls behind the monotonic clock all at once.
///
/// What a device played is what it was given less what still waits. Its clock may be faster or slower
/// than ours by as much as ``PlaybackProgress/drift`` without being taken for a stall.
struct PlaybackProgress {
  /// What the device was given since it began.
  private(set) var given = 0
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

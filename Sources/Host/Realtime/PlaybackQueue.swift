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
package struct PlaybackQueue {
  package let least: Int
  package let most: Int
  /// How much is kept at present.
  package private(set) var samples: Int

  private let step: Int
  private var calm: Int64
  private var lastChange: Int64
  private var lastTrouble: Int64?
  /// Whether less is kept since the last change.
  private var hasShrunk = false
  /// The least that the device had left since the last change.
  private var lowest = Int.max

  /// - Parameter step: by how much it grows and shrinks; a period.
  package init(least: Int, most: Int, step: Int, at now: Int64) {
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
  package mutating func hadTrouble(hasStopped: Bool = false, at now: Int64) {
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
  package mutating func wentWell(left: Int, at now: Int64) {
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
  package static var shortestCalm: Int64 { 3_000_000_000 }
  /// About three minutes.
  package static var longestCalm: Int64 { 192_000_000_000 }
  /// 100 ms.
  package static var oneTrouble: Int64 { 100_000_000 }
}

import Media

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

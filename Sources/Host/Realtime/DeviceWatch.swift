/// Finds a device that is said to run and does nothing, which starting it anew mends.
///
/// Some need a while before their first sound, so that one that has never moved is waited for longer;
/// and each time in vain longer again.
///
/// - Units: nanoseconds of the monotonic clock.
package struct DeviceWatch {
  private var stillSince: Int64
  private var patience = beforeSound

  package init(at now: Int64) { stillSince = now }

  /// The microphone gave something, or the loudspeaker took something.
  package mutating func deviceMoved(at now: Int64) {
    stillSince = now
    patience = Self.afterSound
  }

  /// Whether to start it anew now.
  package mutating func isDue(at now: Int64) -> Bool {
    guard now - stillSince >= patience else { return false }
    stillSince = now
    patience = min(patience * 2, Self.longest)
    return true
  }

  /// 800 ms.
  package static var afterSound: Int64 { 800_000_000 }
  /// 3 s: a sound server's monitor is silent for two when its sink has been at rest.
  package static var beforeSound: Int64 { 3_000_000_000 }
  /// 30 s.
  package static var longest: Int64 { 30_000_000_000 }
}

/// Finds a loudspeaker that takes nothing any more: a server that hangs or has put it to rest tells of
/// no error.
///
/// - Units: samples; times in nanoseconds of the monotonic clock.
package struct PlaybackWatch {
  private var watch: DeviceWatch
  private var taken: Int?

  package init(at now: Int64) { watch = DeviceWatch(at: now) }

  /// The device begins anew.
  package mutating func restart() { taken = nil }

  /// Looks how far the device has come.
  ///
  /// - Parameter taken: what it was given since it began, less what it still has.
  /// - Returns: whether to start it anew now.
  package mutating func isDue(taken: Int, at now: Int64) -> Bool {
    defer { self.taken = taken }
    if let before = self.taken, taken > before { watch.deviceMoved(at: now) }
    return watch.isDue(at: now)
  }
}

/// Finds a microphone that is said to run and gives nothing, which starting it anew mends.
///
/// Some need a while before their first sound, so that one that has never given any is waited for
/// longer; and each time in vain longer again.
///
/// - Units: nanoseconds of the monotonic clock.
struct CaptureWatch {
  private var quietSince: Int64
  private var patience = beforeSound

  init(at now: Int64) { quietSince = now }

  mutating func deviceDelivered(at now: Int64) {
    quietSince = now
    patience = Self.afterSound
  }

  /// Whether to start it anew now.
  mutating func isDue(at now: Int64) -> Bool {
    guard now - quietSince >= patience else { return false }
    quietSince = now
    patience = min(patience * 2, Self.longest)
    return true
  }

  /// 800 ms.
  static var afterSound: Int64 { 800_000_000 }
  /// 3 s: a sound server's monitor is silent for two when its sink has been at rest.
  static var beforeSound: Int64 { 3_000_000_000 }
  /// 30 s.
  static var longest: Int64 { 30_000_000_000 }
}

import Synchronization

/// Where a device stood in its ring's sound, and when: all three noted at one moment by the device's
/// thread, so that it can be reckoned from them where it stands at any moment soon after.
package struct AudioPosition: Equatable, Sendable {
  /// Samples that had gone through the ring since the beginning: into it by an input, out of it by an
  /// output.
  package var count: Int
  /// Between the ring and the air, as far as the device tells, in samples. Negative where an input gives what
  /// will be heard only later.
  package var delay: Int
  /// In nanoseconds of the monotonic clock.
  package var time: Int64

  package init(count: Int, delay: Int, time: Int64) {
    self.count = count
    self.delay = delay
    self.time = time
  }

  /// How many samples have passed since then, by the monotonic clock.
  ///
  /// - Returns: `nil` after so long that nothing is known any more.
  func passed(at now: Int64) -> Int? {
    let elapsed = now - time
    guard abs(elapsed) < Self.validity else { return nil }
    return Int(elapsed / 1_000 * Int64(Self.samplesPerSecond) / 1_000_000)
  }

  /// 1 s.
  private static var validity: Int64 { 1_000_000_000 }
  private static var samplesPerSecond: Int { 48_000 }
}

/// An ``AudioPosition`` that one thread notes and others read.
///
/// A reader that meets the writer at work tries again; the writer never waits.
package final class AudioPositionCell: Sendable {
  /// Odd while the three are being written; 0 before the first time.
  private let version = Atomic<Int>(0)
  private let count = Atomic<Int>(0)
  private let delay = Atomic<Int>(0)
  private let time = Atomic<Int64>(0)

  package init() {}

  /// Allowed on a real-time thread; by one thread alone.
  @_noLocks
  package func note(count newCount: Int, delay newDelay: Int, at now: Int64) {
    let before = version.load(ordering: .relaxed)
    version.store(before &+ 1, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    count.store(newCount, ordering: .relaxed)
    delay.store(newDelay, ordering: .relaxed)
    time.store(now, ordering: .relaxed)
    version.store(before &+ 2, ordering: .releasing)
  }

  /// What was noted last; `nil` before the first time.
  package var value: AudioPosition? {
    while true {
      let before = version.load(ordering: .acquiring)
      if before == 0 { return nil }
      let position = AudioPosition(
        count: count.load(ordering: .relaxed), delay: delay.load(ordering: .relaxed),
        time: time.load(ordering: .relaxed))
      atomicMemoryFence(ordering: .acquiring)
      if before & 1 == 0, version.load(ordering: .relaxed) == before { return position }
    }
  }
}

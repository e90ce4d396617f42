import CLinux

/// Wakes a loop from any thread without waiting: an event descriptor, or a timer.
///
/// Rings that come before the loop looked are one ring. A device that the loop serves itself has one that
/// is heard at once: it wakes nobody, but calls who listens.
package final class Doorbell: @unchecked Sendable {
  // Unchecked: `listener` is used on one loop's thread alone.

  /// Readable after a ring and until ``clear()``; for a watch. Closed with the doorbell, so the watch
  /// goes first. Negative for one that is heard at once.
  package let descriptor: Int32
  /// Called within a ring that is heard at once; such a doorbell is rung and listened to on one loop's
  /// thread alone.
  package var listener: (() -> Void)?
  private let isTimer: Bool

  /// - Parameter isTimer: whether it can be told to ring later; others ring a little quicker.
  package init(isTimer: Bool = false) {
    self.isTimer = isTimer
    descriptor =
      isTimer
      ? timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
      : eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(descriptor >= 0, "the system has descriptors to give")
  }

  /// - Parameter isHeardAtOnce: `true`; it has no descriptor.
  package init(isHeardAtOnce: Bool) {
    precondition(isHeardAtOnce, "the others are made otherwise")
    isTimer = false
    descriptor = -1
  }

  deinit {
    if !isHeardAtOnce { close(descriptor) }
  }

  /// Whether a ring calls the ``listener`` and wakes nobody.
  package var isHeardAtOnce: Bool { descriptor < 0 }

  /// Wakes whoever watches. Allowed on a real-time thread.
  package func ring() {
    if isHeardAtOnce {
      listener?()
    } else if isTimer {
      ring(afterNanoseconds: 1)
    } else {
      // Fails only when 2⁶⁴ rings went unheard, and then it has rung.
      _ = eventfd_write(descriptor, 1)
    }
  }

  /// Wakes whoever watches when that time has passed; by a timer only. The last word counts: it takes the
  /// place of a ring that is to come, and of one that was not heard. Allowed on a real-time thread.
  package func ring(afterNanoseconds time: Int64) {
    // Nothing at all would call the ring off.
    let time = max(time, 1)
    var setting = itimerspec()
    setting.it_value = timespec(
      tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    _ = timerfd_settime(descriptor, 0, &setting, nil)
  }

  /// Takes the rings back; the watcher does so first, then looks at what there is to do.
  ///
  /// - Returns: whether it had rung.
  @discardableResult
  package func clear() -> Bool {
    if isHeardAtOnce { return false }
    // A timer's descriptor is read alike.
    var rings: eventfd_t = 0
    return eventfd_read(descriptor, &rings) == 0
  }
}

import CLinux

/// Wakes a loop from any thread without waiting: an event descriptor.
///
/// Rings that come before the loop looked are one ring.
package final class Doorbell: Sendable {
  /// Readable after a ring and until ``clear()``; for a watch. Closed with the doorbell, so the watch
  /// goes first.
  package let descriptor: Int32

  package init() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(descriptor >= 0, "the system has descriptors to give")
  }

  deinit { close(descriptor) }

  /// Wakes whoever watches. Allowed on a real-time thread.
  package func ring() {
    // Fails only when 2⁶⁴ rings went unheard, and then it has rung.
    _ = eventfd_write(descriptor, 1)
  }

  /// Takes the rings back; the watcher does so first, then looks at what there is to do.
  ///
  /// - Returns: whether it had rung.
  @discardableResult
  package func clear() -> Bool {
    var rings: eventfd_t = 0
    return eventfd_read(descriptor, &rings) == 0
  }
}

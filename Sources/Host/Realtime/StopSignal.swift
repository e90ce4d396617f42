import CLinux
import Synchronization

/// Tells a thread that it shall end, also in the middle of a wait.
///
/// A value without references, so that real-time code may pass it about; its memory belongs to the
/// thread that made it.
package struct StopSignal: @unchecked Sendable {
  // Unchecked: an atomic and a descriptor, both made for several threads.
  private let flag: UnsafeMutablePointer<Atomic<Bool>>
  /// Readable once the thread shall end; to be polled with the device.
  package let descriptor: Int32

  package init() {
    flag = .allocate(capacity: 1)
    flag.initialize(to: Atomic(false))
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(descriptor >= 0, "the system has descriptors to give")
  }

  /// Frees the signal; nobody may look at it afterwards.
  package func destroy() {
    flag.deinitialize(count: 1)
    flag.deallocate()
    close(descriptor)
  }

  /// Whether the thread shall end.
  package var isSet: Bool {
    @_noLocks get { flag.pointee.load(ordering: .acquiring) }
  }

  /// Asks the thread to end. Any thread, any number of times.
  package func set() {
    flag.pointee.store(true, ordering: .releasing)
    _ = eventfd_write(descriptor, 1)
  }

  /// Waits until then on the monotonic clock.
  ///
  /// - Parameter deadline: in nanoseconds of `CLOCK_MONOTONIC`.
  /// - Returns: `false` when the thread shall end, at once.
  package func sleep(until deadline: Int64) -> Bool {
    while !isSet {
      let remaining = deadline - Self.now
      if remaining <= 0 { return true }
      var timeout = timespec(
        tv_sec: Int(remaining / 1_000_000_000), tv_nsec: Int(remaining % 1_000_000_000))
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = shim_ppoll(&wait, 1, &timeout)
    }
    return false
  }

  /// Nanoseconds of `CLOCK_MONOTONIC`.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

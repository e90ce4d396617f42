import Glibc

/// A value that one thread at a time may touch.
///
/// A `pthread_mutex_t` rather than `Synchronization.Mutex`, whose futex the thread sanitizer does not
/// see.
package final class Lock<Value>: @unchecked Sendable {
  // Unchecked: every access to `value` holds the mutex.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  package init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}

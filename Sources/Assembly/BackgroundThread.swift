import Glibc

/// Work that may take long and that no loop shall wait for.
enum BackgroundThread {
  /// Runs `body` once on a thread of its own.
  static func run(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { data in
        Unmanaged<Box>.fromOpaque(data!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    if result == 0 {
      pthread_detach(thread)
    } else {
      box.release()
    }
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

import Glibc
import Synchronization

/// Whether somebody wants a measurement to end, so that it ends its children and clears up first.
enum Interruption {
  private static let flag = Atomic(false)

  /// Notices signals from now on.
  static func watch() {
    flag.store(false, ordering: .relaxed)  // Made here, since a handler must not make anything.
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) }
    }
  }

  static var hasHappened: Bool { flag.load(ordering: .relaxed) }
}

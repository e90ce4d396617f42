import Glibc
import Synchronization

/// Whether somebody wants the bench to end, so that it ends its children and clears up first.
enum BenchInterruption {
  private static let flag = Atomic(false)

  /// Notices signals from now on.
  static func watch() {
    flag.store(false, ordering: .relaxed)  // Made here, since a handler must not make anything.
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in BenchInterruption.flag.store(true, ordering: .relaxed) }
    }
  }

  static var hasHappened: Bool { flag.load(ordering: .relaxed) }
}

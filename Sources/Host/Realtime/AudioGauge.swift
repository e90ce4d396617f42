import Synchronization

/// A number that one thread measures and others read.
package final class AudioGauge: Sendable {
  private let measured: Atomic<Int>

  package init(_ value: Int = 0) {
    measured = Atomic(value)
  }

  /// Allowed on a real-time thread.
  @_noLocks
  package func set(_ value: Int) { measured.store(value, ordering: .relaxed) }

  package var value: Int { measured.load(ordering: .relaxed) }
}

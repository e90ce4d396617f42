import CLinux

/// How the system's ordinary scheduler treats a thread beside others that have much to do.
package enum ThreadPreference {
  /// Has the calling thread go before others as soon as it has something to do, if the system allows
  /// it: for the loop that makes the sound that a real-time thread waits for.
  ///
  /// - Returns: whether it was allowed.
  @discardableResult
  package static func raise() -> Bool { shim_set_nice(niceness) == 0 }

  /// Takes that back.
  package static func lower() { _ = shim_set_nice(0) }

  /// What desktop systems give their sound servers.
  private static let niceness: Int32 = -11
}

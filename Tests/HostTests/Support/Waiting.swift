import Basics
import Glibc
import LoopGLib
import Simulation

/// Waits for a condition that another thread brings about.
///
/// - Returns: whether it came about in time.
func eventually(
  within limit: Duration = .seconds(30), _ condition: @Sendable () -> Bool
) async -> Bool {
  let deadline = Instant.now.advanced(by: limit)
  while !condition() {
    guard Instant.now < deadline else { return false }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// Waits, without letting others run on this thread, until something is so.
func eventually(seconds: Int = 5, _ condition: () throws -> Bool) throws {
  for _ in 0..<40 * seconds {
    if let isSo = try? condition(), isSo { return }
    usleep(25_000)
  }
  throw CaseFailure("it did not come to be in time")
}

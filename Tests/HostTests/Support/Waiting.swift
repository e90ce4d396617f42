import Basics
import LoopGLib

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

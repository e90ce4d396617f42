import Basics

/// Whether a packet that has not come is merely late, or so overdue that it is worth playing more slowly.
///
/// What is stretched is heard as well as what is concealed, so that slowing down pays only where what is
/// left would most likely run out all the same, and well before the packet comes.
///
/// - Units: samples, 48 000 a second, later than usual.
package struct Punctuality: Equatable, Sendable {
  /// Later than nineteen of twenty packets were.
  package private(set) var limit = Self.least
  /// How much later than usual packets came that were late, the least first.
  private var excess: [Int64] = []

  /// Nothing is known yet.
  package init() {}

  /// Judges by the packets that came.
  ///
  /// - Parameter excess: how much later than usual packets came, in any order.
  package init(excess: [Int64]) {
    guard !excess.isEmpty else { return }
    // Most are not, and are asked for by nobody.
    self.excess = excess.filter { $0 > Self.least }.sorted()
    let index = excess.count * 95 / 100 - (excess.count - self.excess.count)
    if index >= 0 { limit = self.excess[index] }
  }

  /// Whether sound will run out: of the packets that were more overdue, at least half came too late for
  /// what is left. What was never as overdue is a stall, and will not come soon, when it is far beyond all
  /// that was; jitter goes a little beyond now and then.
  ///
  /// - Parameters:
  ///   - lateness: how much later than usual the packet is already.
  ///   - heldCount: how much sound is left to be played before it.
  package func runsOut(lateness: Int64, heldCount: Int) -> Bool {
    guard lateness >= Self.least else { return false }
    let laterCount = count(laterThan: lateness)
    guard laterCount > 0 else { return 2 * lateness >= 3 * (excess.last ?? 0) }
    return 2 * count(laterThan: lateness + Int64(heldCount) + Self.worthwhile) >= laterCount
  }

  private func count(laterThan lateness: Int64) -> Int {
    var (low, high) = (0, excess.count)
    while low < high {
      let middle = (low + high) / 2
      if excess[middle] > lateness { high = middle } else { low = middle + 1 }
    }
    return excess.count - low
  }

  /// Our own clockwork is uneven, too.
  private static let least = Duration.milliseconds(12).samples
  /// A shorter gap is concealed as well as it can be stretched.
  private static let worthwhile = Duration.milliseconds(40).samples
}

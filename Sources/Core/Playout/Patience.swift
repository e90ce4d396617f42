import Basics

/// How long a change of the delay waits for a pause of the voice: as long as a sentence, but music has no
/// pause, and a room may never be quiet.
///
/// - Units: samples, 48 000 a second.
package struct Patience: Equatable, Sendable {
  /// For how long there has been something to wait for.
  private var waitedCount = 0

  package init() {}

  /// What is to be done now of what is wanted: the same, or without further waiting.
  ///
  /// - Parameter sampleCount: how long the packet lasts that it is wanted of.
  package mutating func wait(with stretch: Stretch, for sampleCount: Int) -> Stretch {
    guard stretch != .none else {
      waitedCount = 0
      return .none
    }
    waitedCount = min(waitedCount + sampleCount, Self.limit)
    guard waitedCount == Self.limit else { return stretch }
    switch stretch {
    case .accelerate(let count, .patient):
      return .accelerate(
        sampleCount: count, haste: count >= Self.excessiveCount ? .urgent : .steady)
    case .decelerate(let count, .patient): return .decelerate(sampleCount: count, haste: .steady)
    default: return stretch
    }
  }

  private static let limit = Int(Duration.seconds(4).samples)
  /// 160 ms: who talks to and fro notices so long a delay.
  private static let excessiveCount = 7_680
}

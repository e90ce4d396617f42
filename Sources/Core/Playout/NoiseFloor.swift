/// The mean square of what is heard when nobody speaks: the quietest twentieth of a second of the last
/// three, for speech has pauses and noise has none. Speech goes on without one for more than two.
package struct NoiseFloor: Equatable, Sendable {
  /// Nothing is known in the first second.
  package private(set) var energy: Double?
  private var means: [Double] = []
  private var position = 0
  private var sum = 0.0
  private var blockCount = 0

  package init() {}

  /// Takes the mean square of 10 ms into account.
  package mutating func hear(_ blockEnergy: Double) {
    sum += blockEnergy
    blockCount += 1
    guard blockCount == Self.stretch else { return }
    let mean = sum / Double(Self.stretch)
    (sum, blockCount) = (0, 0)
    if means.count < Self.memory {
      means.append(mean)
    } else {
      means[position] = mean
      position = (position + 1) % Self.memory
    }
    if means.count >= Self.leastMemory { energy = means.min() }
  }

  /// The same of the loudest twentieth of a second.
  package var loudest: Double { means.max() ?? 0 }

  /// In blocks.
  private static let stretch = 5
  // In stretches.
  private static let memory = 60
  private static let leastMemory = 20
}

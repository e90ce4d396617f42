/// The mean square of what is heard when nobody speaks: the quietest twentieth of a second of the last
/// three, for speech has pauses and noise has none. Speech goes on without one for more than two.
struct NoiseFloor: Equatable, Sendable {
  /// Nothing is known in the first second.
  private(set) var energy: Double?
  private var quietest: [Double] = []
  private var position = 0
  private var sum = 0.0
  private var blockCount = 0

  /// Takes the mean square of one ``VoiceBlock`` into account.
  mutating func hear(_ blockEnergy: Double) {
    sum += blockEnergy
    blockCount += 1
    guard blockCount == Self.stretch else { return }
    let mean = sum / Double(Self.stretch)
    (sum, blockCount) = (0, 0)
    if quietest.count < Self.memory {
      quietest.append(mean)
    } else {
      quietest[position] = mean
      position = (position + 1) % Self.memory
    }
    if quietest.count >= Self.leastMemory { energy = quietest.min() }
  }

  /// In blocks.
  private static let stretch = 5
  // In stretches.
  private static let memory = 60
  private static let leastMemory = 20
}

/// Whether a stream pauses just now, in a quiet room or in a noisy one.
///
/// In noise, a pause is what is about as soft as the stream has been within three seconds: between words,
/// which are much louder, or where there has been nothing but steady noise. Speech that goes on, music
/// that is not much louder at one time than at another, and whispering are neither.
struct PauseWatch: Equatable, Sendable {
  /// Of what was heard last.
  private(set) var isPause = false
  private var noise = NoiseFloor()
  private var sum = 0
  private var count = 0

  /// Takes in what a packet holds.
  mutating func hear(_ samples: [Int16]) {
    var whole = 0
    var rest = samples[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.block - count)
      let energy = SoundEnergy.sum(of: part)
      whole += energy
      sum += energy
      count += part.count
      if count == Self.block { endBlock() }
      rest = rest.dropFirst(part.count)
    }
    isPause = isPause(Double(whole) / Double(max(1, samples.count)))
  }

  private mutating func endBlock() {
    noise.hear(Double(sum) / Double(Self.block))
    (sum, count) = (0, 0)
  }

  private func isPause(_ energy: Double) -> Bool {
    if energy < TimeStretch.quietEnergy { return true }
    guard let floor = noise.energy, floor < Self.mostNoise, energy < Self.nearly * floor else {
      return false
    }
    let loudest = noise.loudest
    return loudest > Self.muchLouder * floor || loudest < Self.steady * floor
  }

  /// 10 ms.
  private static let block = 480
  /// −36 dB of full scale, as a mean square.
  private static let mostNoise = 270_000.0
  // Ratios of energies: 6, 15 and 4 dB.
  private static let nearly = 4.0
  private static let muchLouder = 32.0
  private static let steady = 2.5
}

/// Gain control that leaves speech alone which is neither too soft nor too loud.
///
/// It learns how loud somebody speaks over three seconds of speech. When that is out of bounds it is
/// brought within, slowly, and by one gain for all that is said, so that nothing pumps.
struct SpeechLevel: Equatable, Sendable {
  /// Of amplitudes.
  private(set) var gain = 1.0
  /// Mean square of the speech so far.
  private var energy = 0.0
  private var blockCount = 0
  /// The mean square that speech is brought to.
  private var aim: Double?

  /// Applies the gain to a block.
  ///
  /// - Parameter isSpeech: whether somebody speaks in it, and it is no echo.
  mutating func adjust(_ block: inout [Int16], isSpeech: Bool) {
    if isSpeech { learn(VoiceDetector.energy(of: block[...])) }
    let before = gain
    let wanted = aim.map { min(($0 / energy).squareRoot(), Self.mostGain) } ?? 1
    gain =
      wanted > gain ? min(wanted, gain * Self.rise) : max(wanted, gain * Self.fall)
    guard gain != 1 || before != 1 else { return }
    let peak = block.reduce(0) { max($0, abs(Int($1))) }
    let isTooLoud = Double(peak) * gain > Self.loudestPeak
    if isTooLoud { gain = Self.loudestPeak / Double(peak) }
    // A peak is not waited for.
    apply(to: &block, from: before, within: isTooLoud ? block.count / 10 : block.count)
  }

  private mutating func learn(_ blockEnergy: Double) {
    blockCount = min(blockCount + 1, Self.memory)
    energy += (blockEnergy - energy) / Double(blockCount)
    guard blockCount >= Self.leastMemory else { return }
    if energy < Self.softest {
      aim = Self.soft
    } else if energy > Self.loudest {
      aim = Self.loud
    } else if let aim, aim == Self.soft ? energy > aim : energy < aim {
      self.aim = nil
    }
  }

  private func apply(to block: inout [Int16], from before: Double, within count: Int) {
    let step = (gain - before) / Double(max(1, count))
    for index in block.indices {
      let factor = index < count ? before + step * Double(index + 1) : gain
      let value = (Double(block[index]) * factor).rounded()
      block[index] = Int16(max(-32_768, min(value, 32_767)))
    }
  }

  // Mean squares. The nominal level of speech in networks is −26 dBFS (ITU-T P.56).
  private static let softest = VoiceBlock.energy(atLevel: -30)
  private static let soft = VoiceBlock.energy(atLevel: -24)
  private static let loud = VoiceBlock.energy(atLevel: -15)
  private static let loudest = VoiceBlock.energy(atLevel: -12)
  // In blocks of speech.
  private static let memory = 300
  private static let leastMemory = 100
  /// 20 dB.
  private static let mostGain = 10.0
  // A block; 2 dB a second, and 6 dB.
  private static let rise = 1.002_3
  private static let fall = 0.993_1
  private static let loudestPeak = 30_000.0
}

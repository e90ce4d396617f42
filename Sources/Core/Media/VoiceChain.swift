package import Basics

/// One microphone and one loudspeaker with a processor between them: sound of any length in blocks.
///
/// The processor takes 14 ms, processor time, and something of every voice. So it is left out while there
/// is nothing for it to do: while nothing is played that comes back, in a room without noise. What is
/// played is known before it is heard, so the processor is back in time. It sleeps meanwhile:
///
/// ```
///             something to do                     at once for an echo, in a pause for noise
///   asleep ─────────────────────▶ awake, not heard ─────────────────────▶ awake, heard
///      ◀──────────────────────────         ◀──────────────────────────────────
///        nothing to do for a while               nothing to do, in a pause
/// ```
package struct VoiceChain {
  private let processor: any VoiceProcessorPort
  private var need: VoiceNeed
  private var path: VoicePath
  private var level: SpeechLevel?
  private var clocks = ClockPair()
  /// Brings what goes to the loudspeaker to the microphone's clock, once they are known to differ: a
  /// canceller can follow no echo that moves.
  private var resampler: VariableResampler?
  /// What goes to the loudspeaker and is not a whole block yet.
  private var far = [Int16](repeating: 0, count: VoiceBlock.sampleCount)
  private var farCount = 0
  /// How many blocks of loudspeaker and microphone the processor has slept through; `nil` when awake.
  private var missed: (far: Int, near: Int)?
  /// How many blocks of the microphone it has been awake for.
  private var awakeBlocks = 0
  /// Whether it has been awake for long enough once.
  private var isWarm = false
  private var wasNoisy = false
  private var lastDelay = 0

  /// - Parameter parts: those that the processor has been made for.
  package init(_ processor: any VoiceProcessorPort, parts: VoiceParts = VoiceParts()) {
    self.processor = processor
    need = VoiceNeed(parts)
    path = VoicePath(delay: processor.delaySamples)
    level = parts.controlsGain ? SpeechLevel() : nil
  }

  /// Whether the processor sleeps.
  package var isAsleep: Bool { missed != nil }

  /// Takes in what goes to the loudspeaker: all of it, with the phone's own tones, as loud as it goes.
  ///
  /// - Parameter now: when it was asked for. Without that, here or in ``clean(_:delaySamples:at:)``, the
  ///   two clocks are taken for one.
  package mutating func played(_ samples: [Int16], at now: Instant? = nil) {
    clocks.played(samples.count, at: now)
    if clocks.pace != 1, resampler == nil { resampler = VariableResampler() }
    resampler?.append(samples)
    // A processor that sleeps is only told how loud it is.
    let isHeard = !isAsleep
    let wanted = 2 * samples.count + 16
    gather(resampler?.take(wanted, pace: clocks.pace, isHeard: isHeard) ?? samples)
  }

  private mutating func gather(_ samples: [Int16]) {
    var start = 0
    while start < samples.count {
      let count = min(samples.count - start, far.count - farCount)
      far.replaceSubrange(farCount..<farCount + count, with: samples[start..<start + count])
      start += count
      farCount += count
      guard farCount == far.count else { return }
      hear()
      farCount = 0
    }
  }

  /// Cleans one frame from the microphone. What is left after whole blocks stays as it is; the phone's
  /// frames leave nothing.
  ///
  /// - Parameters:
  ///   - delaySamples: from ``played(_:at:)`` until a sample comes back as the frame's first.
  ///   - now: when the frame came.
  package mutating func clean(
    _ frame: inout [Int16], delaySamples: Int, at now: Instant? = nil
  ) {
    clocks.captured(frame.count, delay: delaySamples, at: now)
    var start = 0
    while start + VoiceBlock.sampleCount <= frame.count {
      // Later samples of the frame are younger.
      let delay = max(0, delaySamples - start - farCount) * 1_000 / Sound.sampleRate
      processor.filter(&frame, from: start)
      let range = start..<start + VoiceBlock.sampleCount
      frame.replaceSubrange(range, with: cleaned(Array(frame[range]), delayMilliseconds: delay))
      start = range.upperBound
    }
  }

  private mutating func hear() {
    need.played(VoiceDetector.energy(of: far))
    if isAsleep, need.isNeeded { wake() }
    if isAsleep { missed?.far += 1 } else { processor.hear(far) }
  }

  private mutating func cleaned(_ block: [Int16], delayMilliseconds delay: Int) -> [Int16] {
    lastDelay = delay
    need.captured(
      VoiceDetector.energy(of: block), delayMilliseconds: delay, gain: level?.gain ?? 1)
    if isAsleep, need.isNeeded { wake() }
    path.append(block)
    if isAsleep { missed?.near += 1 } else { process(block) }
    if need.isNoisy != wasNoisy {
      wasNoisy = need.isNoisy
      processor.expectNoise(wasNoisy)
    }
    var result = path.next(block, wantsProcessed: wantsProcessed)
    if isWarm, !isAsleep, !path.isProcessed, !need.isNeeded { missed = (0, 0) }
    level?.adjust(&result, isSpeech: need.hearsSpeech)
    return result
  }

  private mutating func process(_ block: [Int16]) {
    var block = block
    processor.clean(&block, from: 0, delayMilliseconds: lastDelay)
    path.append(processed: block)
    awakeBlocks += 1
    if awakeBlocks >= Self.warmUp { isWarm = true }
  }

  /// Brings the processor to where it would be had it not slept.
  ///
  /// It is given what the microphone heard last, so that its filters are full; and as much silence as
  /// keeps both ends as far apart as they are, for all that it missed was as good as silent.
  private mutating func wake() {
    guard let missed else { return }
    self.missed = nil
    awakeBlocks = 0
    let recent = path.recent
    let distance = missed.far - missed.near + recent.count
    let silence = [Int16](repeating: 0, count: VoiceBlock.sampleCount)
    for _ in 0..<min(max(0, distance), Self.mostSilence) { processor.hear(silence) }
    for _ in 0..<min(max(0, -distance), Self.mostSilence) { process(silence) }
    for block in recent { process(block) }
  }

  private var wantsProcessed: Bool {
    if path.isProcessed { return need.isNeeded || !need.isQuiet }
    if isAsleep { return false }
    // At its start the processor's own delay is not there yet.
    if need.expectsEcho { return isWarm || awakeBlocks >= Self.start }
    // It learns the noise before it is heard.
    guard need.isNeeded, awakeBlocks >= Self.noiseLearned else { return false }
    return need.isQuiet || awakeBlocks >= Self.patience
  }

  // In blocks.
  private static let start = 15
  private static let noiseLearned = 50
  private static let warmUp = 100
  private static let patience = 250
  private static let mostSilence = 50
}

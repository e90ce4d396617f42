import Basics

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
  /// `nil` where the two clocks are taken for one.
  private var clocks: ClockPair?
  private var reference = EchoReference()
  /// `nil` where no echo is cancelled.
  private var search: EchoSearch?
  private var hidden = HiddenDelay()
  /// Whether the echo has been found, and what is given been placed by it.
  private var isPlaced = false
  /// What the devices tell of their delay.
  private var told = 0
  /// The mean square of what goes to the loudspeaker and is not a whole block yet, times its count.
  private var far = (energy: 0.0, count: 0)
  /// What was played along with the last blocks of the microphone, youngest last.
  private var recentFar: [[Int16]] = []
  /// Whether the processor sleeps.
  package private(set) var isAsleep = false
  /// How many blocks of the microphone it has been awake for.
  private var awakeBlocks = 0
  /// Whether it has been awake for long enough once.
  private var isWarm = false
  private var wasNoisy = false

  /// - Parameters:
  ///   - parts: those that the processor has been made for.
  ///   - followsClocks: whether loudspeaker and microphone may have clocks of their own.
  package init(
    _ processor: any VoiceProcessorPort, parts: VoiceParts = VoiceParts(),
    followsClocks: Bool = true
  ) {
    self.processor = processor
    clocks = followsClocks ? ClockPair() : nil
    need = VoiceNeed(parts)
    path = VoicePath(delay: processor.delaySamples)
    level = parts.controlsGain ? SpeechLevel() : nil
    search = parts.cancelsEcho ? EchoSearch() : nil
  }

  /// Takes in what goes to the loudspeaker: all of it, with the phone's own tones, as loud as it goes.
  package mutating func played(_ samples: [Int16]) {
    clocks?.played(samples.count)
    reference.append(samples)
    var start = 0
    while start < samples.count {
      let count = min(samples.count - start, VoiceBlock.sampleCount - far.count)
      far.energy += VoiceDetector.energy(of: samples[start..<start + count]) * Double(count)
      far.count += count
      start += count
      guard far.count == VoiceBlock.sampleCount else { return }
      need.played(far.energy / Double(far.count))
      far = (0, 0)
      if isAsleep, need.isNeeded { wake() }
    }
  }

  /// Cleans one frame from the microphone. What is left after whole blocks stays as it is; the phone's
  /// frames leave nothing.
  ///
  /// - Parameters:
  ///   - delaySamples: as long as a sample given to ``played(_:)`` now takes until it is heard, and the
  ///     frame's first took from the air until now.
  package mutating func clean(_ frame: inout [Int16], delaySamples: Int) {
    told = delaySamples
    hidden.devicesTell(told)
    let delaySamples = clocks?.captured(frame.count, delay: told) ?? told
    var start = 0
    while start + VoiceBlock.sampleCount <= frame.count {
      processor.filter(&frame, from: start)
      let range = start..<start + VoiceBlock.sampleCount
      // Later samples of the frame are younger.
      let block = cleaned(Array(frame[range]), delaySamples: delaySamples + hidden.samples - start)
      frame.replaceSubrange(range, with: block)
      start = range.upperBound
    }
  }

  private mutating func cleaned(_ block: [Int16], delaySamples: Int) -> [Int16] {
    need.captured(
      VoiceDetector.energy(of: block[...]),
      delayMilliseconds: max(0, delaySamples - far.count) * 1_000 / Sound.sampleRate,
      gain: level?.gain ?? 1)
    if isAsleep, need.isNeeded { wake() }
    let moves = reference.moves
    let far = reference.block(
      delay: delaySamples, pace: clocks?.pace ?? 1, isExact: clocks?.isSteady ?? true,
      isHeard: !isAsleep)
    if moves != reference.moves {
      startSearch()
      isPlaced = false
    }
    path.append(block)
    if let far, isAsleep {
      if recentFar.count == path.recent.count { recentFar.removeFirst() }
      recentFar.append(far)
    } else if let far {
      process(block, far: far)
    }
    if need.isNoisy != wasNoisy {
      wasNoisy = need.isNoisy
      processor.expectNoise(wasNoisy)
    }
    var result = path.next(block, wantsProcessed: wantsProcessed)
    if isWarm, !isAsleep, !path.isProcessed, !need.isNeeded { isAsleep = true }
    level?.adjust(&result, isSpeech: need.hearsSpeech)
    return result
  }

  private mutating func process(_ block: [Int16], far: [Int16]) {
    if let late = search?.compare(block, with: far) { echoFound(late) }
    var block = block
    processor.hear(far)
    // Delays are not told exactly, and a canceller finds no echo that comes before it is expected.
    let delay = max(0, (reference.lead ?? 0) - Self.inexactness)
    processor.clean(&block, from: 0, delayMilliseconds: delay * 1_000 / Sound.sampleRate)
    path.append(processed: block)
    awakeBlocks += 1
    if awakeBlocks >= Self.warmUp { isWarm = true }
  }

  /// The echo comes so many samples later than what is given along with it.
  private mutating func echoFound(_ delay: Int) {
    guard let lead = reference.lead, let spare = reference.spare else { return }
    let late = delay - lead
    // What comes before it can have been played is no echo: the far end sends back what is said here.
    guard late >= -spare else { return }
    let early = late - Self.wayThroughRoom
    defer { isPlaced = true }
    guard !(isPlaced ? Self.tolerable : Self.near).contains(early) else { return }
    // What is given may not be yet where the devices' delay leads it.
    let error = Int(reference.error)
    guard hidden.canLearn(early + error) else { return }
    hidden.correct(by: reference.delay(by: early) + error, told: told)
    startSearch()
  }

  private mutating func startSearch() {
    if search != nil { search = EchoSearch() }
  }

  /// Gives the processor, after a sleep, what loudspeaker and microphone had last, so that its filters are
  /// full.
  private mutating func wake() {
    isAsleep = false
    awakeBlocks = 0
    for (block, far) in zip(path.recent.suffix(recentFar.count), recentFar) {
      process(block, far: far)
    }
    recentFar = []
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

  // In samples.
  /// 1 ms.
  private static let wayThroughRoom = 48
  /// 1 ms earlier to 10 ms later: there what is given stays where it is at first, and the canceller goes on
  /// with what it has learned.
  private static let near = -48...480
  /// 4 ms earlier to 35 ms later: in the canceller's filter, so that it finds the echo again by itself, sooner
  /// than after a leap.
  private static let tolerable = -192...1_680
  /// 5 ms, in samples.
  private static let inexactness = 240
  // In blocks.
  private static let start = 15
  private static let noiseLearned = 50
  private static let warmUp = 100
  private static let patience = 250
}

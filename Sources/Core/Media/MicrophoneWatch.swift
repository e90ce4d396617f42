/// What whoever speaks should know about the microphone.
package enum MicrophoneHint: String, CaseIterable, Equatable, Sendable {
  /// Somebody speaks and is not heard, because the microphone is muted.
  case speakingWhileMuted
  /// It gives digital silence, as no microphone in a room does.
  case dead
  /// It gives sound after all; what was said of a dead one is over.
  case alive
  /// It gives samples at the limit of what 16 bits hold.
  case clipping

  /// What is the matter.
  package var sentence: String {
    switch self {
    case .speakingWhileMuted: "You are muted: nobody hears what you say."
    case .dead:
      "The microphone gives nothing but silence: it may be switched off, or muted in the mixer."
    case .alive: "The microphone gives sound again."
    case .clipping:
      "The microphone is too loud, and your voice distorts: turn it down in the mixer."
    }
  }
}

/// Notices a voice while muted, a microphone that is dead and one that is too loud; each once.
///
/// A voice is told of once between muting and unmuting. Silence is told of after 5 s from the start, or
/// after 30 s when the microphone has given sound before, for some headsets give none in pauses; and
/// again only after it has given a second of sound; a tenth of a second takes it back. Distortion is told of once.
package struct MicrophoneWatch: Equatable, Sendable {
  private var detector = Self.makeDetector()
  /// Not yet 20 ms.
  private var waiting: [Int16] = []
  /// Mean square of what was played last, falling slowly; zero while echoes are cancelled.
  private var farEnergy = 0.0
  private var wasMuted = false
  private var hasToldOfVoice = false
  private var silentSamples = 0
  private var soundSamples = 0
  private var hasGivenSound = false
  private var hasToldOfSilence = false
  private var hasTakenBack = false
  /// Grows with each frame that is clipped and shrinks a tenth as much with others.
  private var clipping = 0.0
  private var hasToldOfClipping = false

  package init() {}

  /// What goes to the loudspeaker and may be heard here, when echoes are not cancelled.
  package mutating func played(_ samples: [Int16]) {
    farEnergy = max(VoiceDetector.energy(of: samples[...]), farEnergy * 0.9)
  }

  /// Takes in one frame, cleaned where sound is cleaned.
  ///
  /// - Parameters:
  ///   - isSilent: by ``isSilent(_:)``, as the frame came from the device; likewise `isClipped`.
  ///   - isMuted: whether the user has muted the microphone.
  package mutating func captured(
    _ frame: [Int16], isSilent: Bool, isClipped: Bool, isMuted: Bool
  ) -> [MicrophoneHint] {
    if isMuted != wasMuted { muteChanged(to: isMuted) }
    var hints: [MicrophoneHint] = []
    if isMuted, hears(frame) { hints.append(.speakingWhileMuted) }
    if !isMuted, let hint = life(isSilent, count: frame.count) { hints.append(hint) }
    if !isMuted, distorts(isClipped) { hints.append(.clipping) }
    return hints
  }

  /// Whether no sample differs from zero by more than the last bit: below −90 dBFS.
  package static func isSilent(_ frame: [Int16]) -> Bool {
    // What wraps around is far from zero; the compiler looks at several at a time.
    var farthest: UInt16 = 0
    for sample in frame { farthest = max(farthest, UInt16(bitPattern: sample &+ 1)) }
    return farthest <= 2
  }

  /// Whether several samples are at the limit.
  package static func isClipped(_ frame: [Int16]) -> Bool {
    // As a rule none is, which is seen at once: what wraps around is at the other limit.
    var nearest = UInt16.max
    for sample in frame { nearest = min(nearest, UInt16(bitPattern: sample &- .max)) }
    guard nearest <= 2 else { return false }
    var count = 0
    for sample in frame where sample == .max || sample <= -.max { count += 1 }
    return count >= clippedSamples
  }

  private mutating func muteChanged(to isMuted: Bool) {
    wasMuted = isMuted
    hasToldOfVoice = false
    detector = Self.makeDetector()
    waiting = []
    silentSamples = 0
  }

  private mutating func hears(_ frame: [Int16]) -> Bool {
    guard !hasToldOfVoice else { return false }
    waiting += frame
    while waiting.count >= Self.detectorSamples {
      let verdict = detector.hear(
        Array(waiting.prefix(Self.detectorSamples)), above: farEnergy * Self.echo)
      waiting.removeFirst(Self.detectorSamples)
      if verdict == .began { hasToldOfVoice = true }
    }
    return hasToldOfVoice
  }

  /// Whether it has died, or come back to life.
  private mutating func life(_ isSilent: Bool, count: Int) -> MicrophoneHint? {
    guard isSilent else {
      silentSamples = 0
      soundSamples = min(soundSamples + count, Self.soundAgain)
      let isAlive = hasToldOfSilence && !hasTakenBack && soundSamples >= Self.sign
      if isAlive { hasTakenBack = true }
      if soundSamples >= Self.soundAgain {
        hasGivenSound = true
        hasToldOfSilence = false
      }
      return isAlive ? .alive : nil
    }
    guard !hasToldOfSilence else { return nil }
    silentSamples += count
    guard silentSamples >= (hasGivenSound ? Self.longSilence : Self.firstSilence) else {
      return nil
    }
    hasToldOfSilence = true
    hasTakenBack = false
    soundSamples = 0
    return .dead
  }

  private mutating func distorts(_ isClipped: Bool) -> Bool {
    guard !hasToldOfClipping else { return false }
    clipping = isClipped ? clipping + 1 : max(0, clipping - 0.1)
    hasToldOfClipping = clipping >= Self.clippedFrames
    return hasToldOfClipping
  }

  /// 300 ms of speech are no cough.
  private static func makeDetector() -> VoiceDetector { VoiceDetector(framesToBegin: 15) }

  /// 20 ms.
  private static let detectorSamples = Sound.sampleRate / 50
  /// What the microphone hears of the loudspeaker is taken to be 6 dB softer at least.
  private static let echo = 0.25
  private static let firstSilence = 5 * Sound.sampleRate
  private static let longSilence = 30 * Sound.sampleRate
  private static let soundAgain = Sound.sampleRate
  /// 100 ms are a sign of life.
  private static let sign = Sound.sampleRate / 10
  private static let clippedSamples = 4
  private static let clippedFrames = 10.0
}

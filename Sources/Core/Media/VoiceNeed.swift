import Playout

/// Whether there is anything that a voice has to be cleaned of: an echo, because something is or has
/// just been played, or noise.
struct VoiceNeed: Equatable, Sendable {
  private let parts: VoiceParts
  private var noise = NoiseFloor()
  private var echo = EchoWatch()
  /// Whether the noise would be noticed.
  private(set) var isNoisy = false
  /// How many blocks have been captured since something was played.
  private var blocksSincePlayed = Int.max
  /// By how much echoes follow, in blocks.
  private var echoDelay = 0
  /// Of the last block.
  private var energy = 0.0

  init(_ parts: VoiceParts) { self.parts = parts }

  /// Takes in the mean square of a block that goes to the loudspeaker.
  mutating func played(_ energy: Double) {
    if energy > Self.audible { blocksSincePlayed = 0 }
    echo.played(energy)
  }

  /// Takes in the mean square of a block from the microphone.
  ///
  /// - Parameters:
  ///   - delayMilliseconds: of an echo, as far as the devices tell.
  ///   - gain: by how much amplitudes will be made larger; noise is judged as loud as it will be.
  mutating func captured(_ energy: Double, delayMilliseconds: Int, gain: Double) {
    self.energy = energy
    echoDelay = min(delayMilliseconds, Self.longestDelay) / 10
    if blocksSincePlayed < Int.max { blocksSincePlayed += 1 }
    echo.captured(energy, delay: echoDelay)
    noise.hear(energy)
    guard let floor = noise.energy else { return }
    isNoisy = floor * gain * gain > (isNoisy ? Self.unnoticedNoise : Self.noticedNoise)
  }

  /// Whether an echo may come back, or come back again in a moment.
  var expectsEcho: Bool {
    parts.cancelsEcho && !echo.isAbsent && blocksSincePlayed < echoDelay + Self.echoLasts
  }

  var isNeeded: Bool { expectsEcho || (parts.suppressesNoise && isNoisy) }

  /// Whether nobody speaks just now, so that a change of how sound is treated goes unheard.
  var isQuiet: Bool { energy < max(4 * (noise.energy ?? 0), Self.quiet) }

  /// Whether somebody speaks here, and it is certainly no echo.
  var hearsSpeech: Bool {
    guard let floor = noise.energy,
      echo.isAbsent || blocksSincePlayed > echoDelay + Self.roomRings
    else { return false }
    return energy > max(16 * floor, Self.speech)
  }

  // Mean squares. An echo is a few decibels softer than what was played.
  private static let audible = VoiceBlock.energy(atLevel: -58)
  private static let noticedNoise = VoiceBlock.energy(atLevel: -57)
  private static let unnoticedNoise = VoiceBlock.energy(atLevel: -61)
  private static let quiet = VoiceBlock.energy(atLevel: -56)
  private static let speech = VoiceBlock.energy(atLevel: -60)
  // In blocks.
  /// Pauses in speech are shorter, and a room rings less long.
  private static let echoLasts = 150
  private static let roomRings = 40
  /// In milliseconds.
  private static let longestDelay = 2_000
}

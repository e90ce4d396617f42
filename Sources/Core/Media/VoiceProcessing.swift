/// What is done to the microphone's sound, and when.
package struct VoiceSettings: Equatable, Sendable {
  /// Whether at all; `nil` when a real microphone is used.
  package var isWanted: Bool?
  package var parts: VoiceParts

  package init(isWanted: Bool? = nil, parts: VoiceParts = VoiceParts()) {
    self.isWanted = isWanted
    self.parts = parts
  }

  /// Whether such a source of sound is processed.
  ///
  /// - Parameter isMicrophone: not a file, a tone or silence.
  package func apply(toMicrophone isMicrophone: Bool) -> Bool { isWanted ?? isMicrophone }
}

/// What is done to a voice beside the high-pass.
package struct VoiceParts: Equatable, Sendable {
  package var cancelsEcho: Bool
  package var suppressesNoise: Bool
  package var controlsGain: Bool

  package init(
    cancelsEcho: Bool = true, suppressesNoise: Bool = true, controlsGain: Bool = true
  ) {
    self.cancelsEcho = cancelsEcho
    self.suppressesNoise = suppressesNoise
    self.controlsGain = controlsGain
  }
}

/// The portion of sound that a voice processor takes.
package enum VoiceBlock {
  /// 10 ms.
  package static let sampleCount = Sound.sampleRate / 100
  /// The mean square that a level has.
  ///
  /// - Parameter level: in dB relative to full scale.
  static func energy(atLevel level: Int) -> Double {
    let amplitude = 32_768 * Gain.amplitudeRatio(decibels: level)
    return amplitude * amplitude
  }
}

/// Cleans what a microphone hears, knowing what the loudspeaker plays. Used on one thread.
package protocol VoiceProcessorPort: AnyObject {
  /// By how much ``clean(_:from:delayMilliseconds:)`` gives sound later than it takes it.
  var delaySamples: Int { get }
  /// Takes what is below any voice out of ``VoiceBlock/sampleCount`` samples of a frame, in place and
  /// without a delay.
  func filter(_ frame: inout [Int16], from start: Int)
  /// Takes in ``VoiceBlock/sampleCount`` samples that go to the loudspeaker, as they go.
  func hear(_ block: [Int16])
  /// Cancels the echo and suppresses the noise in ``VoiceBlock/sampleCount`` filtered samples of a
  /// frame from the microphone, in place.
  ///
  /// - Parameter delayMilliseconds: from ``hear(_:)`` until a block comes back here as an echo, without
  ///   the way through the room.
  func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int)
  /// Whether there is noise to be suppressed; otherwise as little is done as can be.
  func expectNoise(_ isNoisy: Bool)
}

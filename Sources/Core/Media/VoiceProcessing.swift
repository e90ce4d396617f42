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

/// What a voice processor does beside its high-pass.
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
}

/// Cleans what a microphone hears, knowing what the loudspeaker plays. Used on one thread.
package protocol VoiceProcessorPort: AnyObject {
  /// Takes in ``VoiceBlock/sampleCount`` samples that go to the loudspeaker, as they go.
  func hear(_ block: [Int16])
  /// Cleans ``VoiceBlock/sampleCount`` samples of a frame from the microphone, in place.
  ///
  /// - Parameter delayMilliseconds: from ``hear(_:)`` until a block comes back here as an echo, without
  ///   the way through the room.
  func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int)
}

/// One microphone and one loudspeaker with a processor between them: sound of any length in blocks.
package struct VoiceChain {
  private let processor: any VoiceProcessorPort
  /// What goes to the loudspeaker and is not a whole block yet.
  private var far = [Int16](repeating: 0, count: VoiceBlock.sampleCount)
  private var farCount = 0

  package init(_ processor: any VoiceProcessorPort) { self.processor = processor }

  /// Takes in what goes to the loudspeaker: all of it, with the phone's own tones, as loud as it goes.
  package mutating func played(_ samples: [Int16]) {
    var start = 0
    while start < samples.count {
      let count = min(samples.count - start, far.count - farCount)
      far.replaceSubrange(farCount..<farCount + count, with: samples[start..<start + count])
      start += count
      farCount += count
      guard farCount == far.count else { return }
      processor.hear(far)
      farCount = 0
    }
  }

  /// Cleans one frame from the microphone. What is left after whole blocks stays as it is; the phone's
  /// frames leave nothing.
  ///
  /// - Parameter delaySamples: from ``played(_:)`` until a sample comes back as the frame's first.
  package mutating func clean(_ frame: inout [Int16], delaySamples: Int) {
    var start = 0
    while start + VoiceBlock.sampleCount <= frame.count {
      // Later samples of the frame are younger.
      let delay = max(0, delaySamples - start - farCount)
      processor.clean(
        &frame, from: start, delayMilliseconds: delay * 1_000 / Sound.sampleRate)
      start += VoiceBlock.sampleCount
    }
  }
}

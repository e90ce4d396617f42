import Basics
import Media

/// What the media core knows of the microphone: whether it is a real one, what cleans its sound, and
/// what is worth a hint.
struct Microphone {
  /// Whether it is a device, and not a file, a tone or silence.
  private var isReal = false
  private var chain: VoiceChain?
  private var watch = MicrophoneWatch()

  /// Another input takes its place: what was learned of the room is forgotten.
  mutating func change(isReal: Bool) {
    self = Microphone()
    self.isReal = isReal
  }

  /// Nothing is captured until the next call.
  mutating func rest() { change(isReal: isReal) }

  /// What goes to the loudspeaker, all of it.
  mutating func played(_ samples: [Int16]) {
    if chain != nil {
      chain?.played(samples)
    } else if isReal {
      watch.played(samples)
    }
  }

  /// Cleans a frame and looks at it.
  ///
  /// - Parameter delaySamples: as for ``VoiceChain/clean(_:delaySamples:)``.
  mutating func treat(
    _ frame: inout [Int16], settings: VoiceSettings, ports: any MediaPorts, delaySamples: Int,
    isMuted: Bool
  ) -> [MicrophoneHint] {
    let isSilent = isReal && MicrophoneWatch.isSilent(frame)
    let isClipped = isReal && MicrophoneWatch.isClipped(frame)
    if settings.apply(toMicrophone: isReal) {
      if chain == nil {
        chain = VoiceChain(ports.makeVoiceProcessor(settings.parts), parts: settings.parts)
      }
      chain?.clean(&frame, delaySamples: delaySamples)
    }
    guard isReal else { return [] }
    return watch.captured(frame, isSilent: isSilent, isClipped: isClipped, isMuted: isMuted)
  }
}

extension MediaCore {
  /// Another input is used from now on.
  ///
  /// - Parameter isMicrophone: whether it is a device, and not a file, a tone or silence.
  package mutating func captureChanged(isMicrophone: Bool) {
    microphone.change(isReal: isMicrophone)
  }

  /// Cleans a frame, also while muted, so that what was learned of the room stays fresh.
  mutating func treat(_ frame: inout [Int16]) -> [MediaEffect] {
    microphone.treat(
      &frame, settings: settings.voice, ports: ports,
      delaySamples: captureDelaySamples + playbackDelaySamples, isMuted: isMuted
    ).map { .report(.hint($0)) }
  }
}

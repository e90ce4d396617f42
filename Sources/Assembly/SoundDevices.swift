import AlsaAudio
package import Media
package import Realtime
import SoundFiles

/// Which input and output the phone uses, and what takes their place when they fail.
///
/// Without a microphone silence is sent, without a loudspeaker nothing is heard; a call never ends for
/// that. Used by the media loop alone.
package final class SoundDevices {
  private var capture: CaptureSpec
  private var playback: PlaybackSpec
  private let profile: LatencyProfile
  private let repeats: Bool
  private var captureComplaint: String?
  private var playbackComplaint: String?
  private var choiceComplaint: String?

  /// - Parameters:
  ///   - capture: `nil` for the default device; likewise `playback`.
  ///   - repeats: whether a file in the microphone's place begins again when it is over.
  package init(
    capture: CaptureSpec? = nil, playback: PlaybackSpec? = nil, profile: LatencyProfile = .normal,
    repeats: Bool = false
  ) {
    self.capture = capture ?? .device(DeviceList.defaultName)
    self.playback = playback ?? .device(DeviceList.defaultName)
    self.profile = profile
    self.repeats = repeats
  }

  /// Uses other devices from now on; `nil` leaves that one as it is.
  ///
  /// - Parameters:
  ///   - newCapture: as after `--capture`; likewise `newPlayback`. What cannot be read is a complaint,
  ///     and the device stays as it is.
  package func choose(capture newCapture: String?, playback newPlayback: String?) {
    choiceComplaint = nil
    if let newCapture {
      do throws(AudioSpecError) {
        capture = try CaptureSpec(parsing: newCapture)
        captureComplaint = nil
      } catch {
        choiceComplaint = error.sentence
      }
    }
    if let newPlayback {
      do throws(AudioSpecError) {
        playback = try PlaybackSpec(parsing: newPlayback)
        playbackComplaint = nil
      } catch {
        choiceComplaint = error.sentence
      }
    }
  }

  /// The input, started. One that cannot even begin is replaced by silence at once; a device that does
  /// not open says so later, by its state.
  package func makeInput() -> any AudioInput {
    let input = Self.makeInput(capture, profile: profile, repeats: repeats)
    do throws(AudioDeviceError) {
      try input.start()
      return input
    } catch {
      inputFailed(complaint: error.sentence)
      return started(Self.makeInput(.silence, profile: profile))
    }
  }

  /// The output, started; as ``makeInput()``, with nothing in the place of a loudspeaker.
  package func makeOutput() -> any AudioOutput {
    let output = Self.makeOutput(playback, profile: profile)
    do throws(AudioDeviceError) {
      try output.start()
      return output
    } catch {
      outputFailed(complaint: error.sentence)
      return started(Self.makeOutput(.null, profile: profile))
    }
  }

  /// The input works no longer: the next one is silence.
  ///
  /// - Parameter complaint: why, in words; `nil` when a file is over.
  package func inputFailed(complaint: String?) {
    capture = .silence
    captureComplaint = complaint
  }

  /// The output works no longer: the next one is nowhere.
  ///
  /// - Parameter complaint: why, in words.
  package func outputFailed(complaint: String) {
    playback = .null
    playbackComplaint = complaint
  }

  /// Whether the input is a device, and not a file, a tone or silence.
  package var capturesMicrophone: Bool {
    if case .device = capture { true } else { false }
  }

  /// As it can be given after `--capture`.
  package var captureName: String { capture.text }
  /// As it can be given after `--playback`.
  package var playbackName: String { playback.text }

  /// What is wrong with the devices, in words; `nil` when nothing is.
  package var complaint: String? {
    if let choiceComplaint { return choiceComplaint }
    return switch (captureComplaint, playbackComplaint) {
    case (nil, nil): nil
    case (let reason?, nil): "\(reason) Until then silence is sent."
    case (nil, let reason?): "\(reason) Until then nothing is heard."
    case (let reason?, let other?) where reason == other:
      "\(reason) Until then silence is sent and nothing is heard."
    case (let capture?, let playback?):
      "\(capture) \(playback) Until then silence is sent and nothing is heard."
    }
  }

  /// An input that is not started yet.
  package static func makeInput(
    _ spec: CaptureSpec, profile: LatencyProfile = .normal, repeats: Bool = false
  ) -> any AudioInput {
    switch spec {
    case .device(let name): CaptureThread(device: name, profile: profile)
    case .file(let path):
      PacedInput(
        SoundFileSource(path: path, repeats: repeats), periodSamples: periodSamples(profile))
    case .tone(let hertz):
      PacedInput(ToneSource(hertz: hertz), periodSamples: periodSamples(profile))
    case .silence: PacedInput(SilenceSource(), periodSamples: periodSamples(profile))
    }
  }

  /// An output that is not started yet.
  package static func makeOutput(
    _ spec: PlaybackSpec, profile: LatencyProfile = .normal
  ) -> any AudioOutput {
    switch spec {
    case .device(let name): PlaybackThread(device: name, profile: profile)
    case .file(let path):
      PacedOutput(SoundFileSink(path: path), periodSamples: periodSamples(profile))
    case .null: PacedOutput(NullSink(), periodSamples: periodSamples(profile))
    }
  }

  /// Silence and nowhere need a thread and nothing else. Without even that they stay still, and their
  /// state says why.
  private func started(_ input: any AudioInput) -> any AudioInput {
    try? input.start()
    return input
  }

  private func started(_ output: any AudioOutput) -> any AudioOutput {
    try? output.start()
    return output
  }

  /// 5 ms in the low profile, else 10.
  private static func periodSamples(_ profile: LatencyProfile) -> Int {
    Sound.sampleRate / (profile == .low ? 200 : 100)
  }
}

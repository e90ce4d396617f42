import AlsaAudio
import Files
import Formats
import Invocation
import Media
import Realtime

/// What `tipring doctor` finds about microphone and loudspeaker.
struct SoundCheck {
  private let capture: CaptureSpec
  private let playback: PlaybackSpec
  private let settings: MediaSettings
  private let isSilent: Bool

  init(_ audio: Settings.Audio, _ options: DoctorOptions) {
    capture = options.capture ?? audio.capture
    playback = options.playback ?? audio.playback
    isSilent = options.isSilent
    settings = MediaSettings(
      latency: options.latency ?? audio.latency,
      encoder: EncoderSettings(
        bitsPerSecond: audio.quality.bitsPerSecond, usesFEC: audio.usesFEC))
  }

  /// Measures; takes some seconds.
  func findings() -> [Finding] {
    let devices = DeviceList.devices()
    let reading = SoundProbe(
      capture: capture, playback: playback, settings: settings,
      chirpLimit: isSilent ? 0 : SoundProbe.mostChirps
    ).run()
    return [choice(devices)]
      + SoundFindings(
        reading, captureName: capture.text, playbackName: playback.text,
        isMicrophone: isMicrophone, isLoudspeaker: isLoudspeaker, isSilent: isSilent
      ).all + RealtimeCheck(isGranted: reading.isRealtime).findings
  }

  private var isMicrophone: Bool { if case .device = capture { true } else { false } }
  private var isLoudspeaker: Bool { if case .device = playback { true } else { false } }

  private func choice(_ devices: [SoundDevice]) -> Finding {
    let figures: [String: JSONValue] = [
      "captureDevices": .integer(Int64(devices.count(where: \.canCapture))),
      "playbackDevices": .integer(Int64(devices.count(where: \.canPlay))),
    ]
    let words =
      "The microphone is \(capture.text), the loudspeaker \(playback.text); "
      + "\(devices.count) \(devices.count == 1 ? "device" : "devices") can be chosen."
    guard devices.isEmpty, isMicrophone || isLoudspeaker else {
      return Finding(.sound, "devices", .good, words, figures: figures)
    }
    return Finding(
      .sound, "devices", .lookAt, words,
      advice:
        "Plug a headset in, or start PulseAudio or PipeWire; tipring devices lists what there is.",
      figures: figures)
  }
}

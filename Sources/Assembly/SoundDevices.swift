import AlsaAudio
package import Media
package import PulseAudio
package import Realtime
import SoundFiles

/// Which microphone, loudspeaker and ringer the phone uses, and what takes their place when they fail.
///
/// In the place of a device that was named the default one is used, then silence and nowhere; a call
/// never ends for that. What failed is tried again, and used when it is back. Used by the media loop
/// alone.
package final class SoundDevices {
  private var capture: DeviceLadder<CaptureSpec>
  private var playback: DeviceLadder<PlaybackSpec>
  /// `nil` while calls ring by the loudspeaker.
  private var ringer: DeviceLadder<PlaybackSpec>?
  private let profile: LatencyProfile
  private let repeats: Bool
  /// `nil` where threads serve all devices.
  private let servers: PulseServers?
  private var choiceComplaint: String?

  /// - Parameters:
  ///   - capture: `nil` for the default device; likewise `playback`.
  ///   - ringer: `nil` for the same as `playback`.
  ///   - repeats: whether a file in the microphone's place begins again when it is over.
  ///   - servers: for those that the loop which uses them serves itself; `nil` for none.
  package init(
    capture: CaptureSpec? = nil, playback: PlaybackSpec? = nil, ringer: PlaybackSpec? = nil,
    profile: LatencyProfile = .normal, repeats: Bool = false, servers: PulseServers? = nil
  ) {
    self.capture = DeviceLadder(
      capture ?? Self.usualCapture, usual: Self.usualCapture, standIn: .silence
    ) { if case .device = $0 { true } else { false } }
    self.playback = Self.ladder(playback ?? Self.usualPlayback)
    self.ringer = ringer.map(Self.ladder)
    self.profile = profile
    self.repeats = repeats
    self.servers = servers
  }

  /// Uses other devices from now on; `nil` leaves that one as it is.
  ///
  /// - Parameters:
  ///   - newCapture: as after `--capture`; likewise `newPlayback`. What cannot be read is a complaint,
  ///     and the device stays as it is.
  ///   - newRinger: as after `--playback`; empty for the same as the loudspeaker.
  package func choose(
    capture newCapture: String?, playback newPlayback: String?, ringer newRinger: String? = nil
  ) {
    choiceComplaint = nil
    do throws(AudioSpecError) {
      if let newCapture { capture.choose(try CaptureSpec(parsing: newCapture)) }
      if let newPlayback { playback.choose(try PlaybackSpec(parsing: newPlayback)) }
      if let newRinger {
        ringer = newRinger.isEmpty ? nil : Self.ladder(try PlaybackSpec(parsing: newRinger))
      }
    } catch {
      choiceComplaint = error.sentence
    }
  }

  // MARK: Making

  /// The input, started. One that cannot even begin is replaced at once; a device that does not open
  /// says so later, by its state.
  package func makeInput() -> any AudioInput {
    for _ in 0..<Self.rungs {
      do throws(AudioDeviceError) {
        return try Self.started(
          Self.makeInput(capture.current, profile: profile, repeats: repeats, servers: servers))
      } catch {
        capture.failed(error.sentence)
      }
    }
    // Silence needs a thread and nothing else. Without even that its state says why.
    return Self.makeInput(.silence, profile: profile)
  }

  /// The output, started; as ``makeInput()``, with nothing in the place of a loudspeaker.
  package func makeOutput() -> any AudioOutput { makeOutput(on: &playback) }

  /// What calls ring by, started; `nil` while that is the loudspeaker.
  package func makeRinger() -> (any AudioOutput)? {
    guard var ladder = ringer else { return nil }
    defer { ringer = ladder }
    return makeOutput(on: &ladder)
  }

  /// A better input than the one in use, started in order to find out whether it works again; `nil`
  /// when there is none. Its state will tell; see ``inputWorks(_:)``.
  package func retryInput() -> (any AudioInput)? {
    guard let spec = capture.nextAttempt() else { return nil }
    return try? Self.started(
      Self.makeInput(spec, profile: profile, repeats: repeats, servers: servers))
  }

  /// As ``retryInput()``.
  package func retryOutput() -> (any AudioOutput)? {
    guard let spec = playback.nextAttempt() else { return nil }
    return try? Self.started(Self.makeOutput(spec, profile: profile, servers: servers))
  }

  // MARK: What became of them

  /// The input works no longer: the next one is another.
  ///
  /// - Parameter complaint: why, in words; `nil` when a file is over.
  package func inputFailed(complaint: String?) { capture.failed(complaint) }

  /// The output works no longer: the next one is another.
  package func outputFailed(complaint: String) { playback.failed(complaint) }

  /// The ringer works no longer: the next one is another.
  package func ringerFailed(complaint: String) { ringer?.failed(complaint) }

  /// The input runs, and is the one in use from now on.
  ///
  /// - Returns: whether that is news: something had failed before.
  package func inputWorks(_ name: String) -> Bool {
    guard capture.complaint != nil, let spec = try? CaptureSpec(parsing: name) else { return false }
    return capture.works(spec)
  }

  /// As ``inputWorks(_:)``.
  package func outputWorks(_ name: String) -> Bool {
    guard playback.complaint != nil, let spec = try? PlaybackSpec(parsing: name) else {
      return false
    }
    return playback.works(spec)
  }

  /// The devices are opened anew, for another call: what failed before is tried once more.
  package func restart() {
    capture.restart()
    playback.restart()
    ringer?.restart()
  }

  // MARK: Queries

  /// Whether the input is a device, and not a file, a tone or silence.
  package var capturesMicrophone: Bool {
    if case .device = capture.current { true } else { false }
  }

  /// As it can be given after `--capture`.
  package var captureName: String { capture.current.text }
  /// As it can be given after `--playback`.
  package var playbackName: String { playback.current.text }
  /// As it can be given after `--playback`; empty while calls ring by the loudspeaker.
  package var ringerName: String { ringer?.current.text ?? "" }
  /// Whether calls ring by a device of their own.
  package var hasRinger: Bool { ringer != nil }
  /// Whether a device that failed may come back.
  package var isWaiting: Bool { capture.isWaiting || playback.isWaiting }

  /// What is wrong with the devices, in words; `nil` when nothing is.
  package var complaint: String? {
    if let choiceComplaint { return choiceComplaint }
    var reasons: [String] = []
    for reason in [capture.complaint, playback.complaint, ringer?.complaint] {
      if let reason, !reasons.contains(reason) { reasons.append(reason) }
    }
    guard !reasons.isEmpty else { return nil }
    return "\(reasons.joined(separator: " ")) Until then \(meanwhile)."
  }

  private var meanwhile: String {
    var clauses: [String] = []
    if capture.complaint != nil {
      clauses.append(
        capture.isOnUsual ? "the default microphone is used" : "silence is sent")
    }
    if playback.complaint != nil {
      clauses.append(playback.isOnUsual ? "the default speaker is used" : "nothing is heard")
    }
    if let ringer, ringer.complaint != nil {
      clauses.append(ringer.isOnUsual ? "calls ring by the default speaker" : "no call rings")
    }
    return clauses.joined(separator: clauses.count > 2 ? ", " : " and ")
  }

  // MARK: Specs to devices

  /// An input that is not started yet.
  package static func makeInput(
    _ spec: CaptureSpec, profile: LatencyProfile = .normal, repeats: Bool = false,
    servers: PulseServers? = nil
  ) -> any AudioInput {
    switch spec {
    case .device(let name):
      if let servers {
        ServedInput(device: name, profile: profile, servers: servers)
      } else {
        CaptureThread(device: name, profile: profile)
      }
    case .file(let path):
      PacedInput(
        SoundFileSource(path: path, repeats: repeats), periodSamples: frameSamples(profile))
    case .tone(let hertz):
      PacedInput(ToneSource(hertz: hertz), periodSamples: frameSamples(profile))
    case .silence: PacedInput(SilenceSource(), periodSamples: frameSamples(profile))
    }
  }

  /// An output that is not started yet.
  package static func makeOutput(
    _ spec: PlaybackSpec, profile: LatencyProfile = .normal, servers: PulseServers? = nil
  ) -> any AudioOutput {
    switch spec {
    case .device(let name):
      if let servers {
        ServedOutput(device: name, profile: profile, servers: servers)
      } else {
        PlaybackThread(device: name, profile: profile)
      }
    case .file(let path):
      PacedOutput(SoundFileSink(path: path), periodSamples: periodSamples(profile))
    case .null: PacedOutput(NullSink(), periodSamples: periodSamples(profile))
    }
  }

  private func makeOutput(on ladder: inout DeviceLadder<PlaybackSpec>) -> any AudioOutput {
    for _ in 0..<Self.rungs {
      do throws(AudioDeviceError) {
        return try Self.started(Self.makeOutput(ladder.current, profile: profile, servers: servers))
      } catch {
        ladder.failed(error.sentence)
      }
    }
    return Self.makeOutput(.null, profile: profile)
  }

  private static func started(
    _ input: any AudioInput
  ) throws(AudioDeviceError) -> any AudioInput {
    try input.start()
    return input
  }

  private static func started(
    _ output: any AudioOutput
  ) throws(AudioDeviceError) -> any AudioOutput {
    try output.start()
    return output
  }

  private static func ladder(_ wanted: PlaybackSpec) -> DeviceLadder<PlaybackSpec> {
    DeviceLadder(wanted, usual: usualPlayback, standIn: .null) {
      if case .device = $0 { true } else { false }
    }
  }

  /// An input is not asked more often than there is a frame to be sent.
  private static func frameSamples(_ profile: LatencyProfile) -> Int {
    MediaSettings(latency: profile).frameSampleCount
  }

  /// 5 ms in the low profile, else 10.
  private static func periodSamples(_ profile: LatencyProfile) -> Int {
    Sound.sampleRate / (profile == .low ? 200 : 100)
  }

  private static let usualCapture = CaptureSpec.device(DeviceList.defaultName)
  private static let usualPlayback = PlaybackSpec.device(DeviceList.defaultName)
  /// What is wanted, the usual, the stand-in.
  private static let rungs = 3
}

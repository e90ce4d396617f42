import AlsaAudio
import Basics
import Formats

/// The machine's sound devices: what each can do, and which are used.
struct DeviceListing: Sendable {
  let devices: [SoundDevice]
  private let capture: String
  private let playback: String
  private let ringer: String

  /// Asks the machine, which may take as long as a sound server takes.
  ///
  /// - Parameters:
  ///   - capture: what is used, as after `--capture`; likewise `playback`.
  ///   - ringer: likewise; empty where calls ring by the loudspeaker.
  init(capture: String, playback: String, ringer: String) {
    devices = DeviceList.devices()
    self.capture = capture
    self.playback = playback
    self.ringer = ringer.isEmpty ? playback : ringer
  }

  /// For people: two lines a device.
  var lines: [String] {
    guard !devices.isEmpty else {
      return [
        "No sound devices; calls work with silence, or with --capture file:… and --playback file:…."
      ]
    }
    return devices.flatMap { device in
      let line =
        "\(HarmlessText.line(device.name, limit: 60))  (\(abilities(of: device)))\(use(of: device))"
      guard !device.description.isEmpty else { return [line] }
      return [line, "    \(HarmlessText.line(device.description, limit: 100))"]
    }
  }

  /// For programs: the members of one object a device.
  var objects: [[(name: String, value: JSONValue)]] {
    devices.map { device in
      [
        ("name", .string(device.name)), ("description", .string(device.description)),
        ("canCapture", .boolean(device.canCapture)), ("canPlay", .boolean(device.canPlay)),
        ("isCapture", .boolean(device.name == capture)),
        ("isPlayback", .boolean(device.name == playback)),
        ("isRinger", .boolean(device.name == ringer)), ("isDefault", .boolean(device.isDefault)),
        ("isUserDefined", .boolean(device.isUserDefined)),
      ]
    }
  }

  private func abilities(of device: SoundDevice) -> String {
    [
      device.canCapture ? "captures" : nil, device.canPlay ? "plays" : nil,
      device.isUserDefined ? "defined by you" : nil,
    ]
    .compactMap { $0 }.joined(separator: ", ")
  }

  private func use(of device: SoundDevice) -> String {
    let tasks = [
      device.name == capture ? "microphone" : nil, device.name == playback ? "loudspeaker" : nil,
      device.name == ringer ? "ringer" : nil,
    ].compactMap { $0 }
    return tasks.isEmpty ? "" : "  ← \(tasks.joined(separator: ", "))"
  }
}

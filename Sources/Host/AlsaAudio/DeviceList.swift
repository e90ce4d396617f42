import CALSA
import Glibc

/// A sound device that can be named in the settings and on the command line.
package struct SoundDevice: Equatable, Sendable {
  /// The ALSA PCM.
  package var name: String
  /// In the driver's words, on one line; remote text to the terminal like any other.
  package var description: String
  package var canCapture: Bool
  package var canPlay: Bool
  /// Whether it is known only from the user's own configuration of ALSA; what it can do is then a guess.
  package var isUserDefined: Bool
  /// Whether it is used where none is named.
  package var isDefault: Bool { name == DeviceList.defaultName }

  package init(
    name: String, description: String, canCapture: Bool, canPlay: Bool, isUserDefined: Bool = false
  ) {
    self.name = name
    self.description = description
    self.canCapture = canCapture
    self.canPlay = canPlay
    self.isUserDefined = isUserDefined
  }
}

/// The sound devices of this machine.
package enum DeviceList {
  /// The device that is used where none is named.
  package static let defaultName = "default"

  /// All devices that are worth choosing, the default first and those that users define last. No hardware
  /// is opened.
  ///
  /// Reads ALSA's configuration, which may ask whether a sound server runs; not for a loop that has
  /// sound to carry.
  package static func devices() -> [SoundDevice] {
    PCM.quietLibrary()
    var devices = hinted()
    devices += UserDefinitions.devices().filter { own in
      !devices.contains { $0.name == own.name }
    }
    return devices.filter(\.isDefault) + devices.filter { !$0.isDefault }
  }

  /// Those that the library has something to say of.
  private static func hinted() -> [SoundDevice] {
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
    defer { snd_device_name_free_hint(hints) }
    var devices: [SoundDevice] = []
    var next = hints
    while let hint = next.pointee, devices.count < maximumCount {
      if let device = SoundDevice(hint), isWorthChoosing(device.name) { devices.append(device) }
      next += 1
    }
    return devices
  }

  /// Leaves out what converts, what is for several loudspeakers or a digital plug, and the raw devices,
  /// whose `plughw` twin does everything they do.
  static func isWorthChoosing(_ name: String) -> Bool {
    let kind = name.prefix { $0 != ":" }
    return kinds.contains(String(kind))
  }

  private static let kinds: Set<String> = [
    "default", "pulse", "pipewire", "plughw", "sysdefault", "hdmi", "bluealsa",
  ]
  private static let maximumCount = 256
}

extension SoundDevice {
  /// One of the library's hints; `nil` for one without a name.
  fileprivate init?(_ hint: UnsafeMutableRawPointer) {
    guard let name = Self.text(hint, "NAME") else { return nil }
    let description = Self.text(hint, "DESC") ?? name
    let direction = Self.text(hint, "IOID")
    self.init(
      name: name, description: description.split(separator: "\n").joined(separator: ", "),
      canCapture: direction != "Output", canPlay: direction != "Input")
  }

  private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
    guard let text = snd_device_name_get_hint(hint, key) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}

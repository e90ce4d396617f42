import CALSA
import Glibc

/// The PCMs that the user, or whoever keeps the machine, has defined in ALSA's configuration.
///
/// The library itself lists only those of them that carry a hint. Their files are read as they stand:
/// nothing is opened, and no hook is run.
enum UserDefinitions {
  /// What the files define beyond what comes with the library, in their order.
  ///
  /// - Parameter environment: what a variable holds, if it is set.
  static func devices(
    environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) -> [SoundDevice] {
    var own: [SoundDevice] = []
    var files = files(environment)
    let library = "\(libraryFolder)/alsa.conf"
    files.removeAll { $0 == library }
    guard files.contains(where: { access($0, R_OK) == 0 }) else { return [] }
    let common = definitions(in: library)
    for file in files {
      for found in definitions(in: file) {
        // A file may include the library's, whose default devices are the only ones to be replaced.
        let isCommon = common.contains { one in
          one.device.name == found.device.name
            && (!found.device.isDefault || one.kind == found.kind)
        }
        if isCommon { continue }
        // The later file counts.
        own.removeAll { $0.name == found.device.name }
        own.append(found.device)
      }
    }
    return Array(own.prefix(limit))
  }

  /// Where ALSA looks, in its order: a path in its variable stands for all.
  private static func files(_ environment: (String) -> String?) -> [String] {
    if let path = environment("ALSA_CONFIG_PATH"), !path.isEmpty {
      return path.split(separator: ":").map(String.init)
    }
    let home = environment("HOME") ?? ""
    let settings = environment("XDG_CONFIG_HOME") ?? "\(home)/.config"
    return ["/etc/asound.conf", "\(home)/.asoundrc", "\(settings)/alsa/asoundrc"]
  }

  /// A file's devices, each with its type, or the name of the device that it stands for.
  private static func definitions(in file: String) -> [(device: SoundDevice, kind: String?)] {
    var input: OpaquePointer?
    var tree: OpaquePointer?
    guard snd_input_stdio_open(&input, file, "r") == 0, let input else { return [] }
    defer { snd_input_close(input) }
    guard snd_config_top(&tree) == 0, let tree else { return [] }
    defer { snd_config_delete(tree) }
    var pcms: OpaquePointer?
    guard snd_config_load(tree, input) == 0, snd_config_search(tree, "pcm", &pcms) == 0,
      let pcms, snd_config_get_type(pcms) == SND_CONFIG_TYPE_COMPOUND
    else { return [] }
    var devices: [(device: SoundDevice, kind: String?)] = []
    var next = snd_config_iterator_first(pcms)
    while next != snd_config_iterator_end(pcms), devices.count < limit {
      if let entry = snd_config_iterator_entry(next), let device = device(entry, in: file) {
        var alias: UnsafePointer<CChar>?
        let isAlias = snd_config_get_string(entry, &alias) == 0
        devices.append(
          (device, isAlias ? alias.map { String(cString: $0) } : text(entry, "type")))
      }
      next = snd_config_iterator_next(next)
    }
    return devices
  }

  private static func device(_ entry: OpaquePointer, in file: String) -> SoundDevice? {
    var name: UnsafePointer<CChar>?
    guard snd_config_get_id(entry, &name) == 0, let name else { return nil }
    let kind = text(entry, "type")
    let isAsymmetric = kind == "asym"
    return SoundDevice(
      name: String(cString: name),
      description: text(entry, "hint.description").map { "\($0) (defined in \(file))" }
        ?? "\(kind.map { "Of type \($0), defined" } ?? "Defined") in \(file)",
      canCapture: kind != "dmix" && (!isAsymmetric || has(entry, "capture")),
      canPlay: kind != "dsnoop" && (!isAsymmetric || has(entry, "playback")), isUserDefined: true)
  }

  private static func has(_ entry: OpaquePointer, _ key: String) -> Bool {
    var found: OpaquePointer?
    return snd_config_search(entry, key, &found) == 0
  }

  /// `nil` also where it is more than a text.
  private static func text(_ entry: OpaquePointer, _ key: String) -> String? {
    var found: OpaquePointer?
    var text: UnsafePointer<CChar>?
    guard snd_config_get_type(entry) == SND_CONFIG_TYPE_COMPOUND,
      snd_config_search(entry, key, &found) == 0, let found,
      snd_config_get_string(found, &text) == 0, let text
    else { return nil }
    return String(cString: text)
  }

  private static var libraryFolder: String {
    snd_config_topdir().map { String(cString: $0) } ?? "/usr/share/alsa"
  }

  private static let limit = 64
}

import CALSA
package import Realtime

/// Which ALSA devices are those of a sound server of PulseAudio's kind, and of which.
package enum ServerDefinition {
  package enum Direction: Sendable {
    case capture, playback
  }

  /// What an ALSA device leads to; `nil` when that is no sound server, or when there is more on the way
  /// than a conversion, which such a server does as well.
  ///
  /// Reads ALSA's configuration, which may ask whether a sound server runs; not for a loop that has sound to
  /// carry. Nothing is opened.
  package static func find(_ name: String, for direction: Direction) -> SoundServerDevice? {
    PCM.quietLibrary()
    var top: OpaquePointer?
    guard snd_config_update_ref(&top) >= 0, let top else { return nil }
    defer { snd_config_unref(top) }
    return Search(top: top, direction: direction).device(named: name, depth: 0)
  }

  private struct Search {
    let top: OpaquePointer
    let direction: Direction

    func device(named name: String, depth: Int) -> SoundServerDevice? {
      var found: OpaquePointer?
      guard depth < Self.mostSteps, snd_config_search_definition(top, "pcm", name, &found) >= 0,
        let found
      else { return nil }
      defer { snd_config_delete(found) }
      return device(found, depth: depth + 1)
    }

    /// - Parameter node: a definition, or the name of one.
    private func device(_ node: OpaquePointer, depth: Int) -> SoundServerDevice? {
      guard depth < Self.mostSteps else { return nil }
      if let name = text(node) { return device(named: name, depth: depth) }
      switch member("type", of: node).flatMap(text) {
      case "pulse":
        return SoundServerDevice(
          server: member("server", of: node).flatMap(text).flatMap(Self.filled),
          device: member("device", of: node).flatMap(text).flatMap(Self.filled))
      case "asym":
        let part = direction == .capture ? "capture.pcm" : "playback.pcm"
        return member(part, of: node).flatMap { device($0, depth: depth + 1) }
      case "plug":
        guard names(of: node).isSubset(of: ["type", "slave", "hint", "comment"]),
          let slave = member("slave", of: node), names(of: slave) == ["pcm"]
        else { return nil }
        return member("pcm", of: slave).flatMap { device($0, depth: depth + 1) }
      case "empty":
        return member("slave.pcm", of: node).flatMap { device($0, depth: depth + 1) }
      default: return nil
      }
    }

    private func member(_ key: String, of node: OpaquePointer) -> OpaquePointer? {
      var found: OpaquePointer?
      guard snd_config_get_type(node) == SND_CONFIG_TYPE_COMPOUND else { return nil }
      return snd_config_search(node, key, &found) == 0 ? found : nil
    }

    private func text(_ node: OpaquePointer) -> String? {
      var text: UnsafePointer<CChar>?
      guard snd_config_get_string(node, &text) == 0, let text else { return nil }
      return String(cString: text)
    }

    private func names(of node: OpaquePointer) -> Set<String> {
      guard snd_config_get_type(node) == SND_CONFIG_TYPE_COMPOUND else { return [] }
      var names: Set<String> = []
      var next = snd_config_iterator_first(node)
      while next != snd_config_iterator_end(node) {
        var name: UnsafePointer<CChar>?
        if let entry = snd_config_iterator_entry(next), snd_config_get_id(entry, &name) == 0,
          let name
        {
          names.insert(String(cString: name))
        }
        next = snd_config_iterator_next(next)
      }
      return names
    }

    private static func filled(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// Definitions may lead in a circle.
    private static let mostSteps = 16
  }
}

import Media

/// What a sound device is chosen for.
enum DeviceTask: String, CaseIterable {
  case capture, playback, ringer

  var title: String {
    switch self {
    case .capture: "microphone"
    case .playback: "loudspeaker"
    case .ringer: "ringer"
    }
  }
}

extension PlainCommand {
  /// `device capture│playback│ringer NAME`.
  static func device(_ rest: String) -> PlainCommand {
    let word = rest.prefix { $0 != " " && $0 != "\t" }
    let name = String(rest.dropFirst(word.count).drop { $0 == " " || $0 == "\t" })
    guard let task = DeviceTask(rawValue: word.lowercased()), !name.isEmpty else {
      return .wrong("Say what for, and which: device playback NAME; devices lists them.")
    }
    do throws(AudioSpecError) {
      switch task {
      case .capture: return .device(task, try CaptureSpec(parsing: name).text)
      case .ringer where name == sameAsPlayback: return .device(task, "")
      case .playback, .ringer: return .device(task, try PlaybackSpec(parsing: name).text)
      }
    } catch {
      return .wrong(error.sentence)
    }
  }

  /// In the place of a ringer of its own.
  private static let sameAsPlayback = "same"
}

import Basics

/// Where a call's sound comes from, as `--capture` and the settings say it.
package enum CaptureSpec: Equatable, Sendable {
  /// An ALSA PCM by name.
  case device(String)
  case file(path: String)
  /// A steady sine.
  case tone(hertz: Double)
  case silence

  /// Reads `file:PATH`, `tone:HZ`, `silence`, or else an ALSA name.
  package init(parsing text: String) throws(AudioSpecError) {
    if let path = text.suffix(afterPrefix: "file:") {
      guard !path.isEmpty else { throw .missingPath }
      self = .file(path: path)
    } else if let frequency = text.suffix(afterPrefix: "tone:") {
      guard let hertz = Double(frequency), CaptureSpec.toneRange.contains(hertz) else {
        throw .notAFrequency(frequency)
      }
      self = .tone(hertz: hertz)
    } else if text == "silence" || text == "null" {
      // ALSA's own `null` would deliver silence as fast as it is read; this one keeps time.
      self = .silence
    } else {
      self = .device(try deviceName(text))
    }
  }

  /// As it can be read back.
  package var text: String {
    switch self {
    case .device(let name): name
    case .file(let path): "file:\(path)"
    case .tone(let hertz):
      "tone:\(hertz == hertz.rounded() ? String(Int(hertz)) : String(hertz))"
    case .silence: "silence"
    }
  }

  /// In hertz; above it a tone would no longer fit into 48 kHz.
  package static let toneRange = 1.0...20_000.0
}

/// Where a call's sound goes to, as `--playback` and the settings say it.
package enum PlaybackSpec: Equatable, Sendable {
  /// An ALSA PCM by name.
  case device(String)
  case file(path: String)
  /// Nowhere, at the pace of a clock.
  case null

  /// Reads `file:PATH`, `null`, or else an ALSA name.
  package init(parsing text: String) throws(AudioSpecError) {
    if let path = text.suffix(afterPrefix: "file:") {
      guard !path.isEmpty else { throw .missingPath }
      self = .file(path: path)
    } else if text.suffix(afterPrefix: "tone:") != nil || text == "silence" {
      throw .onlyCaptured(text)
    } else if text == "null" {
      self = .null
    } else {
      self = .device(try deviceName(text))
    }
  }

  /// As it can be read back.
  package var text: String {
    switch self {
    case .device(let name): name
    case .file(let path): "file:\(path)"
    case .null: "null"
    }
  }
}

/// What was wrong with the text of a spec.
package enum AudioSpecError: Error, Equatable, Sendable {
  case empty
  case missingPath
  case notAFrequency(String)
  /// A source was named where a sink is wanted.
  case onlyCaptured(String)
  /// Longer than ``AudioSpecError/longestName``, or with a control character in it.
  case unusableName

  /// What to write instead.
  package var sentence: String {
    switch self {
    case .empty: "A sound device has a name; `tipring devices` lists them."
    case .missingPath: "A path is missing after “file:”, as in file:speech.wav."
    case .notAFrequency(let text):
      "“\(HarmlessText.line(text, limit: 32))” is not a frequency from 1 to 20000 Hz, "
        + "as in tone:440."
    case .onlyCaptured(let text):
      "“\(HarmlessText.line(text, limit: 32))” is something to capture, not to play to. "
        + "Give a device, file:PATH or null."
    case .unusableName:
      "That is not the name of a sound device; `tipring devices` lists them."
    }
  }

  /// In bytes; ALSA's own names stay far below.
  package static let longestName = 256
}

/// What is traded against delay.
package enum LatencyProfile: String, CaseIterable, Sendable {
  /// 10 ms frames and the shortest periods a device grants.
  case low
  case normal
  /// More in reserve, for busy machines and bad networks.
  case robust
}

private func deviceName(_ text: String) throws(AudioSpecError) -> String {
  guard !text.isEmpty else { throw .empty }
  let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  guard isPlain, text.utf8.count <= AudioSpecError.longestName else { throw .unusableName }
  return text
}

extension String {
  /// What follows `prefix`; `nil` when this does not begin with it.
  fileprivate func suffix(afterPrefix prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}

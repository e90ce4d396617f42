package import Media

extension Keymap {
  /// What is the matter with the microphone, and which key helps: short enough for a line of 80 columns.
  package func sentence(about hint: MicrophoneHint) -> String {
    switch hint {
    case .speakingWhileMuted: "You are muted: \(keyName(for: .mute)) to speak."
    case .dead:
      "Nothing but silence; is it off or muted? \(keyName(for: .devices)) chooses another."
    case .alive: "It gives sound again."
    case .clipping: "It is too loud, and your voice distorts; turn it down."
    }
  }
}

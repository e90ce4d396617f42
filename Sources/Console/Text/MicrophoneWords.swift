package import Media

extension Keymap {
  /// What is the matter with the microphone, and which key helps.
  package func sentence(about hint: MicrophoneHint) -> String {
    switch hint {
    case .speakingWhileMuted: "You are muted: \(keyName(for: .mute)) to speak."
    case .dead: "\(hint.sentence) \(keyName(for: .devices)) chooses another."
    case .clipping: hint.sentence
    }
  }
}

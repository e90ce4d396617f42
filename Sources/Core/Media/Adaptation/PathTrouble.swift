import Basics

/// What stands between us and a better sound.
enum PathTrouble: Equatable, Sendable {
  /// Packets queue up on the way: even the quickest waits so long.
  case queue(Duration)
  /// So much is lost, 0–1, that too much may be sent.
  case loss(Double)

  var isLoss: Bool {
    if case .loss = self { true } else { false }
  }

  /// Whether what was done about it has had an effect, as this is left of it.
  func hasEased(to other: PathTrouble) -> Bool {
    switch (self, other) {
    // With half of what arrived being sent, a second of it drains in two.
    case (.queue(let before), .queue(let now)):
      now.seconds < max(before.seconds * 0.5, before.seconds - 0.4)
    case (.loss(let before), .loss(let now)): now < before * 0.6
    case (.queue, .loss), (.loss, .queue): false
    }
  }
}

/// One key press, or what a mouse or the clipboard did.
package enum Key: Hashable, Sendable {
  /// A printing character, the space among them.
  case character(Character)
  /// A letter with Ctrl, in lower case.
  case control(Character)
  /// A character with Alt, or after Esc in quick succession.
  case alt(Character)
  case up, down, left, right, pageUp, pageDown, home, end
  case insert, delete, backspace, enter, escape, tab, backTab
  /// F1 to F12.
  case function(Int)
  case mouse(MouseEvent)
  /// Text from the clipboard, as it came.
  case paste(String)
}

/// What a mouse did, and where.
package struct MouseEvent: Hashable, Sendable {
  package enum Action: Sendable {
    case press, doublePress, wheelUp, wheelDown
  }

  package var action: Action
  package var at: Point

  package init(_ action: Action, at point: Point) {
    self.action = action
    at = point
  }
}

extension Key {
  /// The key's name in settings, help and key bar: `m`, `Ctrl-P`, `F1`, `PgUp`, `Space`.
  package var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .control(let character): "Ctrl-" + character.uppercased()
    case .alt(let character): "Alt-" + String(character)
    case .function(let number): "F\(number)"
    case .mouse: "Mouse"
    case .paste: "Paste"
    default: Self.named.first { $0.key == self }?.name ?? "?"
    }
  }

  /// Reads a key's name; the case of named keys and modifiers does not matter.
  package init?(name: String) {
    let lower = name.lowercased()
    if let named = Self.named.first(where: { $0.name.lowercased() == lower }) {
      self = named.key
    } else if name.count == 1, let only = name.first, only.columns > 0 {
      self = .character(only)
    } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else if lower.hasPrefix("ctrl-"), lower.count == 6, let last = lower.last, last.isASCII {
      self = .control(last)
    } else if lower.hasPrefix("alt-"), lower.count == 5, let last = name.last {
      self = .alt(last)
    } else {
      return nil
    }
  }

  private static let named: [(name: String, key: Key)] = [
    ("Space", .character(" ")), ("↑", .up), ("↓", .down), ("←", .left), ("→", .right),
    ("Up", .up), ("Down", .down), ("Left", .left), ("Right", .right), ("PgUp", .pageUp),
    ("PgDn", .pageDown), ("Home", .home), ("End", .end), ("Ins", .insert), ("Del", .delete),
    ("Backspace", .backspace), ("Enter", .enter), ("Esc", .escape), ("Tab", .tab),
    ("Shift-Tab", .backTab),
  ]
}

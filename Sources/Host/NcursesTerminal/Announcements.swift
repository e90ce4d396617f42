import Basics
import Glibc

/// Escape sequences that speak past the screen: notifications and the clipboard.
struct Announcements {
  enum Notifier: Equatable {
    /// OSC 9, as iTerm2, WezTerm, kitty, Windows Terminal and others know it.
    case osc9
    /// OSC 777, as rxvt, foot and the terminals built on VTE know it.
    case osc777
    /// The terminal would show the sequence instead of a notification.
    case none
  }

  enum Multiplexer: Equatable {
    case tmux, screen, none
  }

  var notifier: Notifier
  var multiplexer: Multiplexer

  init(notifier: Notifier, multiplexer: Multiplexer) {
    self.notifier = notifier
    self.multiplexer = multiplexer
  }

  /// Judges by the environment; two sequences at once would notify some people twice.
  init(type: String, environment: (String) -> String?) {
    multiplexer =
      environment("TMUX") != nil ? .tmux : environment("STY") != nil ? .screen : .none
    if type == "linux" || type.hasPrefix("vt") || type == "ansi" {
      notifier = .none
    } else if environment("VTE_VERSION") != nil || type.hasPrefix("rxvt")
      || type.hasPrefix("foot")
    {
      notifier = .osc777
    } else {
      notifier = .osc9
    }
  }

  /// Shows a notification on the desktop. The texts are made harmless first.
  func notification(title: String, body: String) -> [UInt8] {
    let title = HarmlessText.line(title, limit: 100)
    let body = HarmlessText.line(body, limit: 300)
    switch notifier {
    case .none: return []
    case .osc9: return wrapped("\u{1B}]9;\(body.isEmpty ? title : "\(title): \(body)")\u{7}")
    case .osc777:
      // A semicolon ends a field.
      let fields = [title, body].map { String($0.map { $0 == ";" ? "," : $0 }) }
      return wrapped("\u{1B}]777;notify;\(fields[0]);\(fields[1])\u{7}")
    }
  }

  /// Puts text into the clipboard (OSC 52).
  func clipboard(_ text: String) -> [UInt8] {
    wrapped("\u{1B}]52;c;\(base64(Array(text.utf8.prefix(Self.clipboardLimit))))\u{7}")
  }

  /// The sequence as the terminal gets it through what lies between.
  private func wrapped(_ sequence: String) -> [UInt8] {
    switch multiplexer {
    case .none: return Array(sequence.utf8)
    case .tmux:
      let doubled = sequence.map { $0 == "\u{1B}" ? "\u{1B}\u{1B}" : String($0) }.joined()
      return Array("\u{1B}Ptmux;\(doubled)\u{1B}\\".utf8)
    case .screen: return Array("\u{1B}P\(sequence)\u{1B}\\".utf8)
    }
  }

  private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        let digit = digits[value >> (18 - 6 * index) & 63]
        result.append(index <= group.count ? digit : "=")
      }
    }
    return result
  }

  /// In bytes; what a terminal takes is bounded too.
  static let clipboardLimit = 8_192
}

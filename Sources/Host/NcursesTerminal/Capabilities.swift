import CNcurses
import Glibc

/// What is asked of a terminal's description before the screen is entered.
enum Capabilities {
  /// Loads the description of a terminal type and refuses what cannot show a screen.
  static func load(type: String?, output: Int32) throws(TerminalError) -> String {
    let named = type ?? getenv("TERM").map { String(cString: $0) }
    guard let name = named, !name.isEmpty else { throw .noType }
    var result: Int32 = 0
    guard setupterm(name, output, &result) == OK else {
      // 1 means that the description is one of a printing terminal.
      throw result == 1 ? .tooSimple(name) : .unknownType(name)
    }
    guard shim_capability("cup") != nil, shim_capability("clear") != nil else {
      throw .tooSimple(name)
    }
    return name
  }

  /// A capability's bytes as they are sent, without the padding of old terminals (`$<5>`).
  static func bytes(_ name: String) -> [UInt8] {
    guard let value = shim_capability(name) else { return [] }
    var result: [UInt8] = []
    var isPadding = false
    for byte in String(cString: value).utf8 {
      switch byte {
      case UInt8(ascii: "<") where result.last == UInt8(ascii: "$") && !isPadding:
        result.removeLast()
        isPadding = true
      case UInt8(ascii: ">") where isPadding: isPadding = false
      default: if !isPadding { result.append(byte) }
      }
    }
    return result
  }

  /// What brings any terminal back from the screen: mouse and paste marks off, plain style, cursor on,
  /// keypad off, the shell's screen.
  static var restoring: [UInt8] {
    Modes.mouseOff + Modes.pasteOff + bytes("sgr0") + bytes("cnorm") + bytes("rmkx")
      + bytes("rmcup") + Array("\r\n".utf8)
  }
}

/// Private modes that terminal descriptions do not name.
enum Modes {
  /// Text from the clipboard comes between marks.
  static let pasteOn = Array("\u{1B}[?2004h".utf8)
  static let pasteOff = Array("\u{1B}[?2004l".utf8)
  static let mouseOff = Array("\u{1B}[?1000l\u{1B}[?1006l".utf8)
}

/// Writes all bytes, waiting where the terminal is slow; gives up when it is gone.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if errno == EAGAIN {
      var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard Glibc.poll(&poll, 1, 1_000) > 0 else { return }
    } else if errno != EINTR {
      return
    }
  }
}

/// Why the screen cannot be used; each says what to do instead.
package enum TerminalError: Error, Equatable, CustomStringConvertible {
  /// Input or output is a file, a pipe or nothing.
  case notATerminal
  /// TERM is empty.
  case noType
  /// The system has no description of that terminal.
  case unknownType(String)
  /// The terminal cannot place its cursor.
  case tooSimple(String)
  /// A call into the system or the library failed.
  case failed(operation: String, code: Int32)

  package var description: String {
    let plain = "use tipring --plain, which needs no screen"
    return switch self {
    case .notATerminal: "input and output are not a terminal; \(plain)"
    case .noType: "TERM is not set, so the terminal is unknown; set it, or \(plain)"
    case .unknownType(let name):
      "the terminal “\(name)” (TERM) is unknown to this system; "
        + "try TERM=xterm-256color, or \(plain)"
    case .tooSimple(let name): "the terminal “\(name)” (TERM) cannot show a screen; \(plain)"
    case .failed(let operation, let code):
      "\(operation) failed with code \(code); \(plain)"
    }
  }
}

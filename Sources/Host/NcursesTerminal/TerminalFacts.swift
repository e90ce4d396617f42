import CNcurses
import Glibc

/// What is known of a terminal without entering its screen.
package struct TerminalFacts: Equatable, Sendable {
  /// Whether input and output are one.
  package var isTerminal: Bool
  /// What TERM says; empty without it.
  package var type: String
  /// Why its description will not do; `nil` when it does.
  package var complaint: TerminalError?
  /// How many colours it has; 0 for none.
  package var colourCount: Int
  package var forbidsColours: Bool
  /// `nil` where nobody knows.
  package var columns: Int?
  package var rows: Int?
  package var isUTF8: Bool
  /// The escape sequence by which it shows notifications; `nil` where it would show the sequence.
  package var notification: String?
  /// What lies between the program and the terminal: `tmux` or `screen`.
  package var multiplexer: String?

  package init(
    isTerminal: Bool, type: String, complaint: TerminalError?, colourCount: Int,
    forbidsColours: Bool, columns: Int?, rows: Int?, isUTF8: Bool, notification: String?,
    multiplexer: String?
  ) {
    self.isTerminal = isTerminal
    self.type = type
    self.complaint = complaint
    self.colourCount = colourCount
    self.forbidsColours = forbidsColours
    self.columns = columns
    self.rows = rows
    self.isUTF8 = isUTF8
    self.notification = notification
    self.multiplexer = multiplexer
  }

  /// Of standard input and output. Not while a screen is entered.
  package static var ofThisProcess: TerminalFacts {
    let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
    let type = environment("TERM") ?? ""
    var complaint: TerminalError?
    var colourCount = 0
    do throws(TerminalError) {
      _ = try Capabilities.load(type: nil, output: STDOUT_FILENO)
      colourCount = max(0, Int(tigetnum("colors")))
    } catch {
      complaint = error
    }
    let size = size
    let announcements = Announcements(type: type, environment: environment)
    return TerminalFacts(
      isTerminal: isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1, type: type,
      complaint: complaint, colourCount: colourCount,
      forbidsColours: !(environment("NO_COLOR") ?? "").isEmpty, columns: size?.columns,
      rows: size?.rows, isUTF8: CharacterSet.isUTF8,
      notification: announcements.notifierName, multiplexer: announcements.multiplexerName)
  }

  private static var size: (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0
    else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}

extension Announcements {
  fileprivate var notifierName: String? {
    switch notifier {
    case .osc9: "OSC 9"
    case .osc777: "OSC 777"
    case .none: nil
    }
  }

  fileprivate var multiplexerName: String? {
    switch multiplexer {
    case .tmux: "tmux"
    case .screen: "screen"
    case .none: nil
    }
  }
}

import CNcurses
import Cells
import Glibc

/// Turns what ncurses reads into keys.
final class KeyReader {
  /// A window that is never shown, so that reading paints nothing. It goes with its screen.
  private let pad: UnsafeMutablePointer<WINDOW>
  private var pasted: String?
  private var lastPress: (at: Point, milliseconds: Int)?

  init() throws(TerminalError) {
    guard let pad = newpad(1, 1) else { throw .failed(operation: "newpad", code: 0) }
    self.pad = pad
    keypad(pad, true)
    nodelay(pad, true)
    // How long an Esc waits for the rest of a sequence.
    set_escdelay(25)
    define_key("\u{1B}[200~", Self.pasteBegins)
    define_key("\u{1B}[201~", Self.pasteEnds)
  }

  /// The keys that have arrived, in order; at most 1 024 at once, the rest with the next call.
  func read() -> [Key] {
    var keys: [Key] = []
    while keys.count < 1_024, let input = next() {
      if let key = key(for: input) { keys.append(key) }
    }
    return keys
  }

  /// One code or character from ncurses.
  private enum Input {
    case code(Int32)
    case character(Unicode.Scalar)
  }

  private func next() -> Input? {
    var character = wint_t()
    switch wget_wch(pad, &character) {
    case KEY_CODE_YES: return .code(Int32(bitPattern: character))
    case OK: return .character(Unicode.Scalar(character) ?? "\u{FFFD}")
    default: return nil
    }
  }

  private func key(for input: Input) -> Key? {
    if pasted != nil { return collect(input) }
    switch input {
    case .code(Self.pasteBegins):
      pasted = ""
      return nil
    case .code(KEY_MOUSE): return mouse()
    case .code(let code): return Self.named[code] ?? Self.function(code)
    case .character("\u{1B}"): return afterEscape()
    case .character(let scalar): return Self.key(for: scalar)
    }
  }

  /// Esc alone, or Alt with a character; sequences that nobody knows are swallowed whole.
  private func afterEscape() -> Key? {
    switch next() {
    case nil: return .escape
    case .character("\u{1B}"): return .escape
    case .character("["), .character("O"):
      var length = 0
      while length < 32, case .character(let scalar)? = next() {
        length += 1
        if (0x40...0x7E).contains(scalar.value) { break }
      }
      return nil
    case .character(let scalar):
      guard case .character(let character)? = Self.key(for: scalar) else { return .escape }
      return .alt(character)
    case .code(let code): return Self.named[code]
    }
  }

  /// Gathers pasted text until its end mark, or its bound of 64 Ki scalars.
  private func collect(_ input: Input) -> Key? {
    var isOver = false
    switch input {
    case .code(Self.pasteEnds): isOver = true
    case .code: break
    case .character(let scalar):
      pasted?.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
      isOver = (pasted?.unicodeScalars.count ?? 0) >= 65_536
    }
    guard isOver, let text = pasted else { return nil }
    pasted = nil
    return text.isEmpty ? nil : .paste(text)
  }

  private func mouse() -> Key? {
    var (row, column) = (Int32(0), Int32(0))
    let kind = shim_mouse_event(&row, &column)
    let point = Point(row: Int(row), column: Int(column))
    switch kind {
    case 1: return .mouse(MouseEvent(isDouble(point) ? .doublePress : .press, at: point))
    case 2: return .mouse(MouseEvent(.doublePress, at: point))
    case 3: return .mouse(MouseEvent(.wheelUp, at: point))
    case 4: return .mouse(MouseEvent(.wheelDown, at: point))
    default: return nil
    }
  }

  /// Whether this press is the second of two in one place.
  private func isDouble(_ point: Point) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    let isDouble = lastPress.map { $0.at == point && now - $0.milliseconds < 400 } ?? false
    lastPress = isDouble ? nil : (point, now)
    return isDouble
  }

  private static func key(for scalar: Unicode.Scalar) -> Key? {
    switch scalar.value {
    case 0x0A, 0x0D: .enter
    case 0x09: .tab
    case 0x08, 0x7F: .backspace
    case 0x00: .control(" ")
    case 0x01...0x1A: Unicode.Scalar(scalar.value + 0x60).map { .control(Character($0)) }
    case 0x1C...0x1F: Unicode.Scalar(scalar.value + 0x40).map { .control(Character($0)) }
    default: .character(Character(scalar))
    }
  }

  private static func function(_ code: Int32) -> Key? {
    (1...12).contains(code - KEY_F0) ? .function(Int(code - KEY_F0)) : nil
  }

  // Codes of our own, above those of ncurses.
  private static let pasteBegins: Int32 = 0o2000
  private static let pasteEnds: Int32 = 0o2001
  private static let named: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp,
    KEY_NPAGE: .pageDown, KEY_HOME: .home, KEY_END: .end, KEY_IC: .insert, KEY_DC: .delete,
    KEY_BACKSPACE: .backspace, KEY_ENTER: .enter, KEY_BTAB: .backTab,
  ]
}

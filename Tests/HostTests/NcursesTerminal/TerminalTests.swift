import Cells
import Glibc
import NcursesTerminal
import Testing

@Suite("Terminal", .serialized)
struct TerminalTests {
  @Test("refuses what is no terminal, what is unknown and what is too simple, and says what to do")
  func refuses() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let null = open("/dev/null", O_RDWR)
    defer { close(null) }
    #expect(throws: TerminalError.notATerminal) {
      try Terminal.enter(type: "xterm-256color", input: null, output: null)
    }
    for (type, error) in [
      ("no-such-terminal", TerminalError.unknownType("no-such-terminal")),
      ("dumb", .tooSimple("dumb")), ("", .noType),
    ] {
      #expect(throws: error) {
        try Terminal.enter(type: type, input: pseudo.slave, output: pseudo.slave)
      }
      #expect(error.description.contains("--plain"))
    }
  }

  @Test("paints a screen and then only what has changed")
  func paints() throws {
    let pseudo = try #require(PseudoTerminal(rows: 5, columns: 40))
    let terminal = try enter(pseudo)
    #expect(terminal.size == Size(rows: 5, columns: 40))
    var screen = Screen(terminal.size)
    screen.draw("● Parrot", row: 1, column: 2, style: Style(.green, .bold))
    screen.draw("日本 📞 e\u{301}", row: 2, column: 0)
    terminal.paint(screen, cursor: Point(row: 1, column: 2))
    let first = pseudo.output()
    if terminal.isUTF8 { #expect(first.contains("● Parrot")) }

    screen.draw("00:42", row: 3, column: 0)
    terminal.paint(screen, cursor: Point(row: 3, column: 0))
    let second = pseudo.output()
    #expect(second.contains("00:42"))
    #expect(!second.contains("Parrot"))

    terminal.redraw()
    terminal.paint(screen, cursor: Point(row: 3, column: 0))
    #expect(pseudo.output().contains("Parrot"))
  }

  @Test("reads characters, sequences, Esc alone and pasted text")
  func readsKeys() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let terminal = try enter(pseudo)
    #expect(terminal.readKeys() == [])
    pseudo.type("a\r\t\u{10}\u{7F}\u{1B}OA\u{1B}[6~\u{1B}OP\u{1B}[Z")
    #expect(
      keys(terminal, pseudo) == [
        .character("a"), .enter, .tab, .control("p"), .backspace, .up, .pageDown, .function(1),
        .backTab,
      ])
    pseudo.type("\u{1B}")
    #expect(keys(terminal, pseudo) == [.escape])
    pseudo.type("\u{1B}b\u{1B}[99;99uz")
    #expect(keys(terminal, pseudo) == [.alt("b"), .character("z")])
    pseudo.type("\u{1B}[200~line one\rline two\u{1B}[201~q")
    #expect(keys(terminal, pseudo) == [.paste("line one\nline two"), .character("q")])
    if terminal.isUTF8 {
      pseudo.type("é📞")
      #expect(keys(terminal, pseudo) == [.character("é"), .character("📞")])
    }
  }

  @Test("reads presses and the wheel while the mouse is on")
  func readsMouse() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let terminal = try enter(pseudo)
    terminal.setMouse(true)
    #expect(pseudo.output().contains("1000h"))
    pseudo.type("\u{1B}[<0;11;6M")
    #expect(
      keys(terminal, pseudo) == [.mouse(MouseEvent(.press, at: Point(row: 5, column: 10)))])
    pseudo.type("\u{1B}[<0;11;6m\u{1B}[<0;11;6M")
    #expect(
      keys(terminal, pseudo) == [.mouse(MouseEvent(.doublePress, at: Point(row: 5, column: 10)))])
    pseudo.type("\u{1B}[<64;1;1M\u{1B}[<65;1;1M")
    #expect(
      keys(terminal, pseudo) == [
        .mouse(MouseEvent(.wheelUp, at: Point(row: 0, column: 0))),
        .mouse(MouseEvent(.wheelDown, at: Point(row: 0, column: 0))),
      ])
  }

  @Test("tells of a new size and of signals through its descriptor")
  func tellsSignals() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let terminal = try enter(pseudo)
    #expect(terminal.readSignals() == [])
    pseudo.resize(rows: 16, columns: 60)
    kill(getpid(), SIGWINCH)
    kill(getpid(), SIGINT)
    #expect(PseudoTerminal.wait(for: terminal.signalDescriptor))
    var signals = terminal.readSignals()
    while !signals.contains(.interrupt) || !signals.contains(.resized),
      PseudoTerminal.wait(for: terminal.signalDescriptor)
    {
      signals += terminal.readSignals()
    }
    #expect(signals.contains(.resized))
    #expect(signals.contains(.interrupt))
    #expect(terminal.size == Size(rows: 16, columns: 60))
    #expect(keysAreQuiet(terminal))
    terminal.paint(Screen(terminal.size), cursor: Point(row: 0, column: 0))
  }

  @Test("gives the terminal back as it was, once")
  func leaves() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let before = LineSettings(of: pseudo.slave)
    let terminal = try enter(pseudo)
    let during = LineSettings(of: pseudo.slave)
    #expect(!during.isCanonical && !during.echoes && !during.hasFlowKeys && during.hasSignalKeys)
    _ = pseudo.output()
    terminal.leave()
    let last = pseudo.output()
    #expect(last.contains("\u{1B}[?1049l"))
    #expect(last.contains("\u{1B}[?2004l"))
    #expect(LineSettings(of: pseudo.slave) == before)
    terminal.leave()
    #expect(pseudo.output() == "")
    #expect(terminal.readKeys() == [])
  }

  @Test("notices that the terminal is gone")
  func notices() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let input = dup(pseudo.slave)
    defer { close(input) }
    let terminal = try Terminal.enter(type: "xterm-256color", input: input, output: input)
    #expect(!terminal.inputHasEnded)
    pseudo.hangUp()
    _ = terminal.readKeys()
    #expect(terminal.inputHasEnded)
  }

  @Test("rings and notifies without letting a name command the terminal")
  func notifies() throws {
    let pseudo = try #require(PseudoTerminal(rows: 24, columns: 80))
    let terminal = try enter(pseudo)
    _ = pseudo.output()
    terminal.bell()
    terminal.notify(title: "\u{1B}]0;owned\u{7}Amina\u{9C} is calling", body: "\u{202E}bot")
    let output = pseudo.output()
    #expect(output.hasPrefix("\u{7}"))
    #expect(output.contains("]0;owned Amina is calling"))
    #expect(!output.contains("\u{1B}]0;"))
    #expect(!output.contains("\u{202E}"))
    terminal.copy("hallo")
    #expect(pseudo.output().contains("]52;c;aGFsbG8="))
  }

  private func enter(_ pseudo: PseudoTerminal) throws -> Terminal {
    try Terminal.enter(type: "xterm-256color", input: pseudo.slave, output: pseudo.slave)
  }

  private func keys(_ terminal: Terminal, _ pseudo: PseudoTerminal) -> [Key] {
    guard PseudoTerminal.wait(for: terminal.inputDescriptor) else { return [] }
    return terminal.readKeys()
  }

  private func keysAreQuiet(_ terminal: Terminal) -> Bool { terminal.readKeys().isEmpty }
}

import CNcurses
package import Cells
import Glibc

/// The terminal as a screen: keys in, cells out.
///
/// Belongs to one thread, which is the one that watches ``inputDescriptor`` and ``signalDescriptor``.
/// There is one at a time in a process. Whatever ends the process, the terminal is given back as it was.
package final class Terminal {
  /// Readable when keys wait for ``readKeys()``.
  package let inputDescriptor: Int32
  /// Whether the locale says UTF-8; otherwise the screen must be ASCII.
  package let isUTF8: Bool

  private let output: Int32
  private let signals: SignalPipe
  private let reader: KeyReader
  private let painter: Painter
  private let announcements: Announcements
  private let handle: OpaquePointer
  private let files: (UnsafeMutablePointer<FILE>, UnsafeMutablePointer<FILE>)
  private let savedSettings: termios
  private var isEntered = true
  private var isMouseOn = false

  /// Enters the screen.
  ///
  /// - Parameters:
  ///   - type: the terminal's type; by default what TERM says.
  ///   - input: a terminal to read keys from.
  ///   - output: the same terminal, to paint on.
  package static func enter(
    type: String? = nil, input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO
  ) throws(TerminalError) -> Terminal {
    guard isatty(input) == 1, isatty(output) == 1 else { throw .notATerminal }
    let name = try Capabilities.load(type: type, output: output)
    return try Terminal(type: name, input: input, output: output)
  }

  private init(type: String, input: Int32, output: Int32) throws(TerminalError) {
    inputDescriptor = input
    self.output = output
    isUTF8 = CharacterSet.isUTF8
    var settings = termios()
    guard tcgetattr(output, &settings) == 0 else {
      throw .failed(operation: "tcgetattr", code: errno)
    }
    savedSettings = settings
    signals = try SignalPipe()
    // Before ncurses, which takes over the signals that nobody has.
    signals.install()
    // ncurses closes nothing it was given, so it gets streams on copies.
    guard let outputFile = fdopen(dup(output), "w"), let inputFile = fdopen(dup(input), "r") else {
      throw .failed(operation: "fdopen", code: errno)
    }
    files = (outputFile, inputFile)
    use_tioctl(true)
    guard let handle = newterm(type, outputFile, inputFile), let window = shim_screen_window()
    else {
      throw .failed(operation: "newterm", code: 0)
    }
    self.handle = handle
    announcements = Announcements(type: type) { getenv($0).map { String(cString: $0) } }
    // See no-color.org: any value but an empty one counts.
    let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    painter = Painter(window: window, usesColour: !noColour)
    reader = try KeyReader()
    cbreak()
    noecho()
    nonl()
    freeFlowKeys()
    leaveok(window, false)
    CrashRestore.arm(bytes: Capabilities.restoring, output: output, settings: savedSettings)
    writeAll(Modes.pasteOn, to: output)
  }

  deinit {
    leave()
    delscreen(handle)
    fclose(files.0)
    fclose(files.1)
  }

  /// Gives the terminal back. Doing it twice does no harm; nothing is painted afterwards.
  package func leave() {
    guard isEntered else { return }
    isEntered = false
    if isMouseOn { shim_watch_mouse(0) }
    writeAll(Modes.mouseOff + Modes.pasteOff, to: output)
    endwin()
    CrashRestore.disarm()
    signals.uninstall()
    var settings = savedSettings
    tcsetattr(output, TCSADRAIN, &settings)
  }

  /// Stops the process as Ctrl-Z does, with the terminal given back meanwhile, and returns when it goes
  /// on. The size may be another then.
  package func suspend() {
    leave()
    raise(SIGTSTP)
    isEntered = true
    CrashRestore.arm(bytes: Capabilities.restoring, output: output, settings: savedSettings)
    signals.install()
    reset_prog_mode()
    refreshSize()
    setMouse(isMouseOn)
    writeAll(Modes.pasteOn, to: output)
  }

  // MARK: In

  /// Readable when ``readSignals()`` has something to tell.
  package var signalDescriptor: Int32 { signals.readEnd }

  /// What happened to the program as a whole. After `resized` the size is already the new one.
  package func readSignals() -> [TerminalSignal] {
    let read = signals.read()
    if read.contains(.resized), isEntered { refreshSize() }
    return read
  }

  /// The keys that have arrived, without waiting for more.
  package func readKeys() -> [Key] {
    guard isEntered else { return [] }
    let keys = reader.read()
    if keys.isEmpty { checkInput() }
    return keys
  }

  /// Whether the terminal will bring no more keys, since it is gone.
  package private(set) var inputHasEnded = false

  /// Rows and columns now.
  package var size: Size {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
      return Size(rows: 24, columns: 80)
    }
    return Size(rows: Int(size.ws_row), columns: Int(size.ws_col))
  }

  // MARK: Out

  /// Whether the terminal can show eight colours at least, and NO_COLOR does not forbid it.
  package var hasColours: Bool { painter.hasColours }

  /// Shows a screen of ``size``, with the terminal's cursor at that place.
  package func paint(_ screen: Screen, cursor: Point) {
    guard isEntered else { return }
    painter.paint(screen, cursor: cursor)
  }

  /// Lets the next painting cover everything, whatever else has written to the terminal.
  package func redraw() { painter.forget() }

  package func setMouse(_ isOn: Bool) {
    isMouseOn = isOn
    shim_watch_mouse(isOn ? 1 : 0)
  }

  package func bell() { writeAll([7], to: output) }

  /// A notification of the desktop, where the terminal knows how; the texts are made harmless.
  package func notify(title: String, body: String) {
    writeAll(announcements.notification(title: title, body: body), to: output)
  }

  /// Puts text into the clipboard, where the terminal allows it; at most 8 KiB.
  package func copy(_ text: String) {
    writeAll(announcements.clipboard(text), to: output)
  }

  // MARK: Inside

  private func refreshSize() {
    let size = size
    resizeterm(Int32(size.rows), Int32(size.columns))
    painter.forget()
  }

  /// Ctrl-S and Ctrl-Q are keys like others and stop no output.
  private func freeFlowKeys() {
    var settings = termios()
    guard tcgetattr(output, &settings) == 0 else { return }
    settings.c_iflag &= ~tcflag_t(IXON)
    tcsetattr(output, TCSADRAIN, &settings)
    def_prog_mode()
  }

  /// A terminal that is gone stays readable and brings nothing.
  private func checkInput() {
    var poll = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, 0) > 0 else { return }
    if poll.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { inputHasEnded = true }
  }
}

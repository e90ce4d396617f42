package import Basics
package import Calling
package import Cells
package import Media

/// Something that happened.
package enum ConsoleEvent: Equatable, Sendable {
  /// A key was pressed. Ctrl-C and Ctrl-Z come this way too, also when they arrived as signals.
  case key(Key, at: Instant)
  case resize(Size)
  /// The phone's whole state anew.
  case board(Board, at: Instant)
  /// One call's sound, once a second.
  case statistics(CallID, MediaStatistics)
  /// What microphone and ear hear now, 0–1 linear; some ten times a second while sound runs.
  case levels(capture: Double, playback: Double)
  /// Time passed: once a second, and at ``ConsoleState/deadline``.
  ///
  /// - Parameter offset: how far local clocks are ahead of UTC.
  case tick(now: Instant, wallTime: WallTime, offset: Duration)
  /// What a server answered to a request beside calls.
  case answered(ServiceID, ServiceAnswer)
  /// Something worth knowing; warnings and errors are shown, all are kept for the message list.
  case log(LogEntry)
  /// What is wrong in the settings file, a sentence each, from its beginning; once, at the start.
  case complaints([String])
  /// Something about the microphone.
  case hint(MicrophoneHint)
  /// The settings or what the terminal can do have changed.
  case options(ConsoleOptions)
}

/// Something that shall be done, outside.
package enum ConsoleCommand: Equatable, Sendable {
  case order(CallOrder)
  /// A call rings: BEL, a notification of the desktop, the user's hook. Once a call.
  case ringAlert(CallID, title: String, body: String)
  /// BEL, every few seconds while a call rings.
  case bell
  /// A notification of the desktop, as for a call that was missed.
  case notify(title: String, body: String)
  /// Put text into the clipboard.
  case copy(String)
  case openBrowser(url: String)
  /// Look which sound devices there are now.
  case listDevices
  /// Draw everything anew, whatever the terminal shows.
  case redraw
  case setMouse(Bool)
  /// Stop as Ctrl-Z does and give the terminal back meanwhile.
  case suspend
  /// Leave. Calls that are up have been hung up by orders in front of this command.
  case quit
}

/// What the settings and the terminal say about the screen.
package struct ConsoleOptions: Equatable, Sendable {
  /// `false` under NO_COLOR or on a terminal without colours.
  package var usesColour = true
  /// `true` when the locale is not UTF-8.
  package var isASCII = false
  /// Certificates are not verified; said on the screen for as long as it lasts.
  package var isInsecure = false
  /// Whether the mouse is on from the start.
  package var usesMouse = false
  package var keymap = Keymap()

  package init() {}
}

package import Cells

/// A screen, and where the terminal's own cursor rests on it.
package struct Picture: Equatable, Sendable {
  package var screen: Screen
  /// On the focused row, or in the text being typed; screen readers follow it.
  package var cursor: Point
}

/// Draws the state. Reads it, and changes nothing.
package func render(_ state: ConsoleState) -> Picture {
  var painter = Painter(state)
  painter.paint()
  var screen = painter.screen
  if !state.options.usesColour { screen = screen.withoutColour }
  if state.options.isASCII { screen = screen.inASCII }
  return Picture(screen: screen, cursor: painter.cursor)
}

/// Draws the panes, then what lies over them; the parts are in extensions.
struct Painter {
  let state: ConsoleState
  let layout: ConsoleLayout
  var screen: Screen
  /// Set by whatever has the keys; the last one set counts.
  var cursor = Point(row: 0, column: 0)

  init(_ state: ConsoleState) {
    self.state = state
    layout = state.layout
    screen = Screen(state.size)
  }

  mutating func paint() {
    guard state.size.rows > 0, state.size.columns > 0 else { return }
    if layout.form == .line {
      paintOnlyLine()
      return
    }
    if let row = layout.titleRow { paintTitle(row: row) }
    paintFrame()
    for (pane, rect) in layout.panes where !rect.isEmpty { paint(pane, in: rect) }
    paintMessage()
    if let row = layout.callRow { paintCallRow(row) }
    if let row = layout.keyRow { paintKeyBar(row: row) }
    if layout.form == .small {
      paintSmallPopup()
    } else {
      paintPopup()
      paintRinging()
    }
    cursor.row = min(max(cursor.row, 0), state.size.rows - 1)
    cursor.column = min(max(cursor.column, 0), state.size.columns - 1)
  }

  private mutating func paint(_ pane: Pane, in rect: Rect) {
    switch pane {
    case .contacts: paintContacts(in: rect)
    case .call: paintCall(in: rect)
    case .history: paintHistory(in: rect)
    case .statistics: paintStatistics(in: rect)
    }
  }

  /// The rows below the titles and above the message, without those that a ringing call takes at the
  /// edge.
  var popupArea: Rect {
    let top = (layout.upperRule ?? 0) + 1
    let rows = (layout.messageRow ?? state.size.rows) - top - state.compactRingingRows
    return Rect(row: top, column: 0, rows: rows, columns: state.size.columns)
  }

  /// Whether a pane has the keys.
  func isFocused(_ pane: Pane) -> Bool { state.focus == pane }

  /// The name of an action's key.
  func key(_ action: Action) -> String { state.options.keymap.keyName(for: action) }
}

import Calling
import Cells

/// The lines between the panes, with their titles; the focused pane's is heavy.
extension Painter {
  mutating func paintFrame() {
    switch layout.form {
    case .line, .small: return
    case .one: paintTabs()
    case .two, .four: paintRules()
    }
  }

  private mutating func paintRules() {
    guard let divider = layout.divider, let upper = layout.upperRule, let last = layout.messageRow
    else { return }
    screen.horizontalLine(
      row: last, from: 0, to: state.size.columns - 1, start: .through, end: .through,
      style: Theme.frame)
    for (pane, rect) in layout.panes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      paintRule(of: pane, row: rect.row - 1, isLeft: rect.column == 0, divider: divider)
    }
    screen.verticalLine(column: divider, from: upper, to: last, style: Theme.frame)
    for (pane, rect) in layout.panes {
      let start = rect.column == 0 ? 2 : rect.column + 1
      let room = rect.endColumn - start - 2
      let title = title(of: pane, room: room)
      screen.draw(title, row: rect.row - 1, column: start, limit: room)
      guard isFocused(pane) else { continue }
      paintWayOut(row: rect.row - 1, from: start + title.columns)
    }
  }

  /// Where digits are tones, the line says which key leads to other panes.
  private mutating func paintWayOut(row: Int, from start: Int) {
    let words = " \(key(.nextPane)) panes "
    guard state.digitsAreTones, start + words.columns + 2 <= state.size.columns else { return }
    screen.draw(words, row: row, endColumn: state.size.columns - 1, style: Theme.key)
  }

  private mutating func paintRule(of pane: Pane, row: Int, isLeft: Bool, divider: Int) {
    let weight: Screen.LineWeight = isFocused(pane) ? .heavy : .light
    let style = isFocused(pane) ? Theme.focusedFrame : Theme.frame
    if isLeft {
      screen.horizontalLine(
        row: row, from: 0, to: divider, weight: weight, start: .through, style: style)
    } else {
      screen.horizontalLine(
        row: row, from: divider, to: state.size.columns - 1, weight: weight, end: .through,
        style: style)
    }
  }

  /// All four titles in one line; the focused one between heavy strokes.
  private mutating func paintTabs() {
    guard let row = layout.upperRule, let last = layout.messageRow else { return }
    for line in [row, last] {
      screen.horizontalLine(
        row: line, from: 0, to: state.size.columns - 1, start: .through, end: .through,
        style: Theme.frame)
    }
    let tabs = Pane.allCases.map {
      (pane: $0, segments: title(of: $0, room: isFocused($0) ? 24 : 0))
    }
    let full = tabs.reduce(2) { $0 + $1.segments.columns + 2 }
    var column = 0
    for tab in tabs {
      // Where four titles do not fit, the others shrink to their numbers.
      let isShort = full > state.size.columns && !isFocused(tab.pane)
      let short = state.digitsAreTones ? String(tab.pane.title.prefix(1)) : "\(tab.pane.rawValue)"
      let segments = isShort ? [Segment(" \(short) ", Theme.title)] : tab.segments
      let room = state.size.columns - column - 3
      if !isFocused(tab.pane), segments.columns > room { break }
      if isFocused(tab.pane) {
        for stroke in [column, column + 1] + [2, 3].map({ column + segments.columns + $0 }) {
          screen.draw("━", row: row, column: stroke, style: Theme.focusedFrame)
        }
      }
      screen.draw(segments, row: row, column: column + 2, limit: room)
      column += segments.columns + 2
    }
    paintWayOut(row: row, from: column)
  }

  private func title(of pane: Pane, room: Int) -> [Segment] {
    let style = isFocused(pane) ? Theme.focusedTitle : Theme.title
    // The digit that leads to a pane, except where it is a tone.
    let digit = state.digitsAreTones ? "" : "\(pane.rawValue) "
    var segments = [Segment(" \(digit)\(pane.title) ", style)]
    if pane == .history, state.board.missedCount > 0 {
      let count = Segment("· \(state.board.missedCount) missed ", Theme.fair)
      if (segments + [count]).columns <= room { segments.append(count) }
    }
    if pane == .call, state.board.calls.count > 1 {
      let count = Segment("· \(state.board.calls.count) calls ", style)
      if (segments + [count]).columns <= room { segments.append(count) }
    }
    return segments
  }

  /// The message lies on the lowest line, where it moves nothing. One that is too long for it gets a box
  /// over the panes, since what to do comes last in a sentence; other boxes leave it the line.
  mutating func paintMessage() {
    guard let row = layout.messageRow, let message = state.message else { return }
    let room = state.size.columns - 6
    guard (message.sign + message.text).columns > room, state.popup == nil,
      state.ringingCalls.isEmpty
    else {
      screen.draw(
        message.segments(limit: room), row: row, column: 2, limit: state.size.columns - 4)
      return
    }
    let indent = message.sign.columns
    let (lines, isWhole) = boxed(
      message, room: room - indent, above: row - (layout.upperRule ?? 0) - 3)
    let width = (lines.map(\.columns).max() ?? 0) + indent
    let rect = Rect(
      row: row - lines.count - 1, column: 0, rows: lines.count + 2, columns: width + 6)
    screen.box(rect, style: message.style)
    screen.draw(message.sign, row: rect.row + 1, column: 3, style: message.style)
    for (index, line) in lines.enumerated() {
      screen.draw(line, row: rect.row + 1 + index, column: 3 + indent, style: message.style)
    }
    if !isWhole {
      let rest = " \(key(.log)) all of it "
      screen.draw(rest, row: row, endColumn: rect.endColumn - 2, style: Theme.key)
    }
  }

  /// The lines of a box, and whether they are all. In a call it leaves the measurements to be seen: it lies
  /// beside them where it can, and else takes a third of the pane with its upper edge.
  private func boxed(_ message: Message, room: Int, above: Int) -> ([String], isWhole: Bool) {
    var limit = max(1, above)
    if state.topCall != nil {
      if let divider = layout.divider {
        let beside = message.text.wrapped(to: divider - 5 - message.sign.columns)
        if beside.count <= above { return (beside, true) }
      }
      limit = max(1, (above + 2) / 3 - 1)
    }
    let lines = message.text.wrapped(to: room, limit: limit)
    return (lines, lines == message.text.wrapped(to: room))
  }
}

extension Message {
  var style: Style {
    switch kind {
    case .hint: Theme.strong
    case .warning: Theme.fair
    case .error: Theme.poor
    }
  }

  var sign: String {
    switch kind {
    case .hint: ""
    case .warning: "! "
    case .error: "✗ "
    }
  }

  func segments(limit: Int) -> [Segment] {
    [Segment(" " + (sign + text).clipped(to: limit) + " ", style)]
  }
}

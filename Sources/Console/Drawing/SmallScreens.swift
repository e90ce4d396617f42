import Basics
import Calling
import Cells

/// What is left of the screen when there is hardly any: a line that says all.
extension Painter {
  /// The whole screen in one line: state, who, duration, and the keys that fit behind.
  mutating func paintOnlyLine() {
    let columns = state.size.columns
    if let popup = popupLine {
      screen.draw(popup.segments, row: 0, column: 0, limit: columns)
      cursor = Point(row: 0, column: min(popup.cursor, columns - 1))
      if let call = state.ringingCall { paintRingingBeside(call) }
      return
    }
    if let message = state.message, state.ringingCalls.isEmpty {
      screen.draw(message.segments(limit: columns - 2), row: 0, column: 0)
      return
    }
    let used = screen.draw(callLine, row: 0, column: 0, limit: columns)
    if columns - used > 8 {
      screen.draw(keyBar(room: columns - used - 3), row: 0, column: used + 3)
    }
  }

  /// A call that rings while the only line is used for something else.
  private mutating func paintRingingBeside(_ call: CallSummary) {
    let keys = [Segment("   ")] + keySegments([.accept, .decline], room: state.size.columns / 3)
    let who = ringingLine(call)
    let room = state.size.columns * 2 / 3
    let shown = (who + keys).columns <= room ? who + keys : who
    let column = state.size.columns - min(shown.columns, room)
    guard column > cursor.column + 1 else { return }
    screen.clear(Rect(row: 0, column: column - 1, rows: 1, columns: state.size.columns))
    screen.draw(shown, row: 0, column: column)
  }

  /// The call in a line of its own, where its pane is out of sight.
  mutating func paintCallRow(_ row: Int) {
    screen.draw(callLine, row: row, column: layout.form == .small ? 0 : 1)
  }

  /// On screens without room for a box, a popup or a ringing call takes the first line.
  mutating func paintSmallPopup() {
    let line = Rect(row: 0, column: 0, rows: 1, columns: state.size.columns)
    if let popup = popupLine {
      screen.clear(line)
      screen.draw(popup.segments, row: 0, column: 0)
      cursor = Point(row: 0, column: popup.cursor)
      if let call = state.ringingCall { paintRingingBeside(call) }
    } else if let call = state.ringingCall, !state.isTyping {
      screen.clear(line)
      screen.draw(ringingLine(call), row: 0, column: 0)
    }
  }

  /// The most important call, or who one is.
  private var callLine: [Segment] {
    if let call = state.ringingCall { return ringingLine(call) }
    guard let call = state.topCall else { return idleLine }
    var segments = [
      Segment(call.sign + " ", style(of: call)), Segment(call.partyName, Theme.strong),
      Segment(" " + call.phaseWord),
    ]
    if call.isLive || call.times.acceptedAt != nil {
      segments.append(Segment(" " + clockText(call.duration(at: state.now), minuteDigits: 2)))
    }
    if state.board.isMuted { segments += [Segment(" "), Segment("MUTED", Theme.alarm)] }
    if let agent = call.agent, call.phase == .active {
      segments.append(Segment("  \(agent.rawValue)"))
    }
    let others = state.board.calls.count - 1
    if others > 0 { segments.append(Segment("  +\(others)", Theme.quiet)) }
    return segments
  }

  func ringingLine(_ call: CallSummary) -> [Segment] {
    let seconds = clockText(call.times.startedAt.duration(to: state.now))
    return [
      Segment("◉ ", Theme.ringing), Segment(call.partyName, Theme.strong),
      Segment(" rings \(seconds)", Theme.ringing),
    ]
  }

  private var idleLine: [Segment] {
    var segments = [Segment("tipring", Theme.strong)]
    for account in state.board.accounts {
      segments.append(
        Segment(" \(account.sign) \(HarmlessText.line(account.name, limit: 24))"))
      if account.state != .signedIn {
        segments.append(Segment(" " + account.stateWord(at: state.now), Theme.fair))
      }
    }
    if state.board.missedCount > 0 {
      segments.append(Segment("  \(state.board.missedCount) missed", Theme.fair))
    }
    return segments
  }

  /// What a popup asks, and the cursor's column in it.
  private var popupLine: (segments: [Segment], cursor: Int)? {
    let width = state.size.columns
    switch state.popup {
    case .palette(let palette):
      return line(
        ":", palette.field,
        then: state.paletteEntries(for: palette.field.text)
          .dropFirst(palette.position.index).first?.title)
    case .note(let entry): return line("note: ", entry.field, then: nil)
    case .declineReason(_, let field): return line("decline because: ", field, then: nil)
    case .quitQuestion: return ([Segment(state.quitQuestion), Segment("  y or n", Theme.key)], 0)
    case .help(let offset):
      let lines = state.helpLines
      guard lines.indices.contains(offset) else { return nil }
      return ([Segment(lines[offset].plain.clipped(to: width))], 0)
    case .log(let offset):
      let lines = state.logLines
      return ([Segment(lines.indices.contains(offset) ? lines[offset].text : "No messages.")], 0)
    case .answer(let page):
      let lines = state.lines(of: page)
      let line = lines.indices.contains(page.offset) ? lines[page.offset] : ""
      return ([Segment(line.clipped(to: width))], 0)
    case .devices(let choice):
      let (name, choices, index) = state.deviceColumn(choice, choice.side)
      let device = choices.indices.contains(index) ? choices[index] : "none"
      return ([Segment("\(name): ", Theme.quiet), Segment("▸ " + HarmlessText.line(device))], 0)
    case nil:
      guard state.isFiltering, let filter = state.focusedFilter, layout.form == .line else {
        return nil
      }
      let first =
        state.focus == .contacts
        ? state.selectedContact?.shownName : state.selectedRecord?.partyName
      return line("/", filter, then: first)
    }
  }

  private func line(_ prompt: String, _ field: TextField, then best: String?) -> (
    segments: [Segment], cursor: Int
  ) {
    let room = max(1, state.size.columns * (best == nil ? 1 : 2) / (best == nil ? 1 : 3))
    let window = field.window(width: room - prompt.columns)
    var segments = [Segment(prompt, Theme.key), Segment(window.text)]
    if let best { segments.append(Segment("  → \(best)", Theme.quiet)) }
    return (segments, prompt.columns + window.cursorColumn)
  }

  func style(of call: CallSummary) -> Style {
    switch call.phase {
    case .active: call.isHeldByPeer ? Theme.fair : Theme.good
    case .held, .connecting, .outgoing, .ringing: Theme.fair
    case .incoming: Theme.ringing
    case .ended(let reason): reason.isFailure ? Theme.poor : Theme.quiet
    }
  }
}

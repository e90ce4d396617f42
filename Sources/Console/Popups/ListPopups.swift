import Basics
import Calling
import Cells

/// The palette, help, messages and devices.
extension Painter {
  mutating func paintPopup() {
    switch state.popup {
    case .palette(let palette): paintPalette(palette)
    case .help(let offset): paintReader(" Keys valid now ", state.helpRows, offset)
    case .log(let offset):
      let lines = state.logLines.map { [Segment($0.text, $0.style)] }
      paintReader(
        " Messages ", lines.isEmpty ? [[Segment("Nothing yet.", Theme.quiet)]] : lines, offset)
    case .answer(let page):
      paintReader(" \(page.title) ", state.lines(of: page).map { [Segment($0)] }, page.offset)
    case .devices(let choice): paintDevices(choice)
    case .note(let entry):
      paintEntry(title: " Note on the call with \(entry.partyName) ", field: entry.field)
    case .declineReason(let id, let field):
      let name = state.board.calls.first { $0.id == id }?.partyName ?? ""
      paintEntry(title: " Decline \(name) because ", field: field)
    case .quitQuestion: paintQuestion()
    case nil: break
    }
  }

  // MARK: Palette

  private mutating func paintPalette(_ palette: Palette) {
    let area = popupArea
    let entries = state.paletteEntries(for: palette.field.text)
    let width = min(72, area.columns - 2)
    let height = min(state.paletteHeight, max(1, entries.count))
    let rect = Rect(
      row: area.row, column: (area.columns - width) / 2, rows: height + 4, columns: width)
    screen.box(rect, style: Theme.focusedFrame)
    let inner = rect.inset(rows: 1, columns: 2)
    screen.draw(":", row: inner.row, column: inner.column, style: Theme.key)
    let window = palette.field.window(width: inner.columns - 2)
    if palette.field.isEmpty {
      screen.draw(
        "an action, a name, an address or a number", row: inner.row, column: inner.column + 2,
        limit: inner.columns - 2, style: Theme.quiet)
    }
    screen.draw(window.text, row: inner.row, column: inner.column + 2)
    cursor = Point(row: inner.row, column: inner.column + 2 + window.cursorColumn)
    screen.horizontalLine(
      row: inner.row + 1, from: rect.column, to: rect.endColumn - 1, style: Theme.focusedFrame)
    let visible = palette.position.visible(count: entries.count, height: height)
    for (row, index) in visible.enumerated() {
      paint(
        entries[index], row: inner.row + 2 + row, in: rect,
        isSelected: index == palette.position.index)
    }
    if entries.isEmpty {
      screen.draw("Nothing fits.", row: inner.row + 2, column: inner.column, style: Theme.quiet)
    }
    paintRest(entries.count - visible.upperBound, of: rect)
  }

  /// How many lines are below those that a box has room for.
  private mutating func paintRest(_ count: Int, of rect: Rect) {
    guard count > 0 else { return }
    screen.draw(
      " ↓ \(count) more ", row: rect.endRow - 1, endColumn: rect.endColumn - 2, style: Theme.key)
  }

  private mutating func paint(_ entry: PaletteEntry, row: Int, in rect: Rect, isSelected: Bool) {
    let inner = rect.inset(columns: 2)
    let style = entry.isPossible ? Style.plain : Theme.quiet
    let titleWidth = min(entry.title.columns, inner.columns * 2 / 3)
    let room = inner.columns - titleWidth - 2
    screen.draw(entry.title, row: row, column: inner.column, limit: titleWidth, style: style)
    screen.draw(
      entry.detail, row: row, endColumn: inner.endColumn, limit: room,
      style: entry.isPossible && entry.isAction ? Theme.key : Theme.quiet)
    guard isSelected else { return }
    screen.draw("▸", row: row, column: inner.column - 1)
    screen.restyle(Rect(row: row, column: inner.column - 1, rows: 1, columns: inner.columns + 2)) {
      _ in Theme.selected
    }
  }

  // MARK: Reading

  /// A text that is scrolled through.
  private mutating func paintReader(_ title: String, _ lines: [[Segment]], _ offset: Int) {
    let area = popupArea
    let wanted = (lines.map(\.columns).max() ?? 0) + 6
    let width = min(max(wanted, title.columns + 6), area.columns - 2)
    let height = min(lines.count, state.readerHeight)
    let rect = area.centred(rows: height + 2, columns: width)
    screen.box(rect, style: Theme.focusedFrame)
    screen.draw(
      title, row: rect.row, column: rect.column + 2, limit: width - 4, style: Theme.focusedTitle)
    let first = min(max(0, offset), max(0, lines.count - 1))
    for (index, line) in lines.dropFirst(first).prefix(height).enumerated() {
      screen.draw(line, row: rect.row + 1 + index, column: rect.column + 3, limit: width - 5)
    }
    paintRest(lines.count - first - height, of: rect)
    cursor = Point(row: rect.row + 1, column: rect.column + 3)
  }

  // MARK: Devices

  private mutating func paintDevices(_ choice: DeviceChoice) {
    let area = popupArea
    let width = state.deviceColumns
    let notes = state.deviceComplaint
    let hasDescriptions = !state.board.sound.descriptions.isEmpty
    let rows =
      state.deviceHeight + 1 + (hasDescriptions ? 1 : 0) + (notes.isEmpty ? 0 : notes.count + 1)
    let rect = area.centred(rows: rows + 2, columns: width)
    screen.box(rect, style: Theme.focusedFrame)
    screen.draw(
      " Sound devices ", row: rect.row, column: rect.column + 2, limit: width - 4,
      style: Theme.focusedTitle)
    let inner = rect.inset(rows: 1, columns: 2)
    let halves = inner.splitColumns(.share(1), .fixed(2), .share(1))
    // The ringer takes the speaker's half while it has the keys.
    let right = choice.side == .ringer ? choice.side : .playback
    for (side, half) in [(DeviceChoice.Side.capture, halves[0]), (right, halves[2])] {
      paint(side, of: choice, in: half)
    }
    if let words = state.deviceDescription(choice) {
      screen.draw(
        words, row: inner.row + 1 + state.deviceHeight, column: inner.column + 3,
        limit: inner.columns - 3, style: Theme.quiet)
    }
    for (index, note) in notes.enumerated() {
      screen.draw(
        note, row: inner.endRow - notes.count + index, column: inner.column, style: Theme.fair)
    }
  }

  private mutating func paint(_ side: DeviceChoice.Side, of choice: DeviceChoice, in rect: Rect) {
    let (name, choices, index) = state.deviceColumn(choice, side)
    let hasKeys = choice.side == side
    let sound = state.board.sound
    let (position, used, levels) =
      switch side {
      case .capture: (choice.capture, sound.capture, state.captureLevels)
      case .playback: (choice.playback, sound.playback, state.playbackLevels)
      case .ringer:
        (choice.ringer, sound.ringer.isEmpty ? choices[0] : sound.ringer, [Double]())
      }
    screen.draw(
      name, row: rect.row, column: rect.column + 1,
      style: hasKeys ? Theme.focusedTitle : Theme.quiet)
    if !state.liveCalls.isEmpty, side != .ringer {
      screen.draw(
        Meters.levels(levels, width: 8), row: rect.row, endColumn: rect.endColumn,
        style: Theme.good)
    }
    if choices.isEmpty {
      screen.draw("none found", row: rect.row + 1, column: rect.column + 3, style: Theme.quiet)
    }
    let visible = position.visible(count: choices.count, height: state.deviceHeight)
    for (row, item) in visible.enumerated() {
      let line = rect.row + 1 + row
      if choices[item] == used {
        screen.draw("●", row: line, column: rect.column + 1, style: Theme.good)
      }
      screen.draw(
        HarmlessText.line(choices[item], limit: 100), row: line, column: rect.column + 3,
        limit: rect.columns - 3)
      if row == visible.count - 1, item < choices.count - 1 {
        screen.draw("↓", row: line, endColumn: rect.endColumn, style: Theme.key)
      }
      guard hasKeys, item == index else { continue }
      screen.draw("▸", row: line, column: rect.column)
      screen.restyle(Rect(row: line, column: rect.column, rows: 1, columns: rect.columns)) { _ in
        Theme.selected
      }
      cursor = Point(row: line, column: rect.column)
    }
  }

  // MARK: Asking

  private mutating func paintEntry(title: String, field: TextField) {
    let area = popupArea
    let rect = area.centred(rows: 3, columns: min(72, area.columns - 2))
    screen.box(rect, style: Theme.focusedFrame)
    screen.draw(
      title, row: rect.row, column: rect.column + 2, limit: rect.columns - 4,
      style: Theme.focusedTitle)
    let window = field.window(width: rect.columns - 4)
    screen.draw(window.text, row: rect.row + 1, column: rect.column + 2)
    cursor = Point(row: rect.row + 1, column: rect.column + 2 + window.cursorColumn)
  }

  private mutating func paintQuestion() {
    let area = popupArea
    let question = state.quitQuestion
    let keys = keySegments([.confirmQuit, .back], room: area.columns - 8)
    let width = min(max(question.columns, keys.columns) + 6, area.columns - 2)
    let lines = question.wrapped(to: width - 6, limit: 3)
    let rect = area.centred(rows: lines.count + 5, columns: width)
    screen.box(rect, style: Theme.focusedFrame)
    for (index, line) in lines.enumerated() {
      screen.draw(line, row: rect.row + 2 + index, column: rect.column + 3, style: Theme.strong)
    }
    let row = rect.row + 3 + lines.count
    screen.draw(keys, row: min(row, rect.endRow - 2), column: rect.column + 3, limit: width - 5)
    cursor = Point(row: min(row, rect.endRow - 2), column: rect.column + 3)
  }
}

extension PaletteEntry {
  fileprivate var isAction: Bool { if case .action = kind { true } else { false } }
}

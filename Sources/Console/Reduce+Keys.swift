import Basics
import Calling
import Cells

extension ConsoleState {
  mutating func keyPressed(_ key: Key, at now: Instant) -> [ConsoleCommand] {
    self.now = max(self.now, now)
    let isDeaf = isDeaf(at: self.now)
    let action = key == .control("c") && popup != .quitQuestion ? .quit : meaning(of: key)
    if isDeaf, key != .control("c"), !isTyping || action?.isForRinging == true {
      return []  // Meant for what was on the screen before the call.
    }
    message = nil
    hasTakenKeys = true
    if let action {
      if armed != action { armed = nil }
      if let obstacle = obstacle(to: action) {
        say(obstacle)
        return []
      }
      return perform(action, key)
    }
    armed = nil
    return typed(key)
  }

  /// What a key means here. Of several meanings the first that is possible counts: `h` holds a call, and
  /// without one moves.
  func meaning(of key: Key) -> Action? {
    let meanings = options.keymap.actions(for: key, in: contexts)
    return meanings.first { obstacle(to: $0) == nil } ?? meanings.first
  }

  /// A key that is bound to nothing here.
  private mutating func typed(_ key: Key) -> [ConsoleCommand] {
    if case .mouse(let event) = key { return mouse(event) }
    if isTyping {
      edit(key)
      return []
    }
    if case .paste(let text) = key, popup == nil {
      // Whoever pastes an address wants to call it.
      var field = TextField()
      _ = field.take(.paste(text))
      popup = .palette(Palette(field: field))
      return []
    }
    explain(key)
    return []
  }

  /// Gives a key to the text being typed.
  private mutating func edit(_ key: Key) {
    switch popup {
    case .palette(var palette):
      guard palette.field.take(key) else { return explain(key) }
      palette.position = ListPosition()
      popup = .palette(palette)
    case .note(var entry):
      guard entry.field.take(key) else { return explain(key) }
      popup = .note(entry)
    case .declineReason(let id, var field):
      guard field.take(key) else { return explain(key) }
      popup = .declineReason(id, field)
    case .help, .log, .answer, .devices, .quitQuestion, nil:
      guard var filter = focusedFilter, filter.take(key) else { return explain(key) }
      focusedFilter = filter
      // The best match is the first; one looks at it while typing.
      if focus == .contacts { contactPosition = ListPosition() }
      if focus == .history { historyPosition = ListPosition() }
    }
  }

  /// Says why a key did nothing.
  private mutating func explain(_ key: Key) {
    let elsewhere = options.keymap.actions(for: key, in: Context.allCases)
      .filter { $0.isForRinging && $0 != .explainRinging || $0 == .filter || $0 == .tone }
      .compactMap { self.obstacle(to: $0) }.first
    let help = options.keymap.keys(for: .help, in: contexts).first?.name
    let general = "\(key.name) does nothing here" + (help.map { "; \($0) lists the keys." } ?? ".")
    say(elsewhere ?? general)
  }

  private mutating func mouse(_ event: MouseEvent) -> [ConsoleCommand] {
    guard popup == nil, !isFiltering, !isRingingOnTop, let pane = layout.pane(at: event.at) else {
      return []
    }
    let commands = setFocus(pane)
    switch event.action {
    case .wheelUp: move(.up, by: 3)
    case .wheelDown: move(.down, by: 3)
    case .press, .doublePress: select(event.at, in: pane)
    }
    guard event.action == .doublePress else { return commands }
    switch pane {
    case .contacts where selectedContact != nil: return commands + perform(.call, .enter)
    case .history where selectedRecord != nil: return commands + perform(.callBack, .enter)
    default: return commands
    }
  }

  private mutating func select(_ point: Point, in pane: Pane) {
    guard let rect = layout.panes[pane] else { return }
    let row = point.row - (rect.endRow - listHeight(of: pane, in: layout))
    guard row >= 0 else { return }
    switch pane {
    case .contacts:
      contactPosition.move(to: contactPosition.offset + row, count: shownContacts.count)
    case .history:
      historyPosition.move(to: historyPosition.offset + row, count: shownRecords.count)
    case .call, .statistics:
      break
    }
  }
}

extension Action {
  /// Whether it decides about a ringing call.
  var isForRinging: Bool {
    switch self {
    case .accept, .decline, .declineWithReason, .silence, .nextRinging, .dock, .explainRinging: true
    default: false
    }
  }
}

import Basics
import Calling
import Cells

extension ConsoleState {
  // MARK: Opening

  mutating func openDevices() {
    var choice = DeviceChoice()
    let sound = board.sound
    choice.capture.move(
      to: sound.captureChoices.firstIndex(of: sound.capture) ?? 0,
      count: sound.captureChoices.count)
    choice.playback.move(
      to: sound.playbackChoices.firstIndex(of: sound.playback) ?? 0,
      count: sound.playbackChoices.count)
    choice.ringer.move(
      to: ringerChoices.firstIndex(of: sound.ringer) ?? 0, count: ringerChoices.count)
    popup = .devices(choice)
  }

  mutating func openNote() {
    if focus == .history, let record = selectedRecord {
      let note = HarmlessText.line(record.note ?? "", limit: TextField.limit)
      popup = .note(
        NoteEntry(
          subject: .record(id: record.id), partyName: record.partyName, field: TextField(note)))
    } else if let call = targetCall {
      let note = HarmlessText.line(call.note ?? "", limit: TextField.limit)
      popup = .note(
        NoteEntry(subject: .call(call.id), partyName: call.partyName, field: TextField(note)))
    }
  }

  // MARK: Choosing

  /// Enter, in a popup or a filter.
  mutating func choose() -> [ConsoleCommand] {
    switch popup {
    case .palette(let palette):
      let entries = paletteEntries(for: palette.field.text)
      guard entries.indices.contains(palette.position.index) else {
        say("Nothing fits; Esc goes back.")
        return []
      }
      return take(entries[palette.position.index])
    case .note(let entry):
      popup = nil
      return [.order(entry.order)]
    case .declineReason(let id, let field):
      popup = nil
      return [.order(.decline(id, reason: field.isEmpty ? nil : field.text))]
    case .devices(let choice):
      return take(choice)
    case .help, .log, .answer, .quitQuestion:
      return []
    case nil:
      isFiltering = false
      if focusedFilter?.isEmpty == true { focusedFilter = nil }
      return []
    }
  }

  private mutating func take(_ entry: PaletteEntry) -> [ConsoleCommand] {
    switch entry.kind {
    case .action(let action):
      // The palette stays when nothing came of it, so that one can look on.
      if let obstacle = obstacle(to: action) {
        say(obstacle)
        return []
      }
      popup = nil
      return perform(action, .enter)
    case .contact(let contact):
      popup = nil
      return place(contact)
    case .target(let target):
      popup = nil
      say("Calling \(HarmlessText.line(target, limit: 80))…")
      return [.order(.place(target: target))] + lookAtCall()
    }
  }

  private mutating func take(_ choice: DeviceChoice) -> [ConsoleCommand] {
    let sound = board.sound
    switch choice.side {
    case .capture:
      guard sound.captureChoices.indices.contains(choice.capture.index) else { return [] }
      let name = sound.captureChoices[choice.capture.index]
      say("Microphone: \(HarmlessText.line(name, limit: 80))")
      return [.order(.chooseDevices(capture: name, playback: nil))]
    case .playback:
      guard sound.playbackChoices.indices.contains(choice.playback.index) else { return [] }
      let name = sound.playbackChoices[choice.playback.index]
      say("Speaker: \(HarmlessText.line(name, limit: 80))")
      return [.order(.chooseDevices(capture: nil, playback: name))]
    case .ringer:
      guard ringerChoices.indices.contains(choice.ringer.index) else { return [] }
      let name = ringerChoices[choice.ringer.index]
      say(
        name.isEmpty
          ? "Calls ring by the speaker." : "Ringer: \(HarmlessText.line(name, limit: 80))")
      return [.order(.chooseDevices(capture: nil, playback: nil, ringer: name))]
    }
  }

  // MARK: Moving

  /// Moves inside whatever has the keys.
  mutating func move(_ action: Action, by rows: Int = 1) {
    switch popup {
    case .palette(var palette):
      let count = paletteEntries(for: palette.field.text).count
      step(&palette.position, action, rows: rows, count: count, page: paletteHeight)
      popup = .palette(palette)
    case .help(let offset):
      popup = .help(offset: scrolled(offset, action, rows: rows, count: helpRows.count))
    case .log(let offset):
      popup = .log(offset: scrolled(offset, action, rows: rows, count: logLines.count))
    case .answer(var page):
      page.offset = scrolled(page.offset, action, rows: rows, count: lines(of: page).count)
      popup = .answer(page)
    case .devices(var choice):
      moveDevices(&choice, action)
      popup = .devices(choice)
    case .note, .declineReason, .quitQuestion: break
    case nil: moveInPane(action, by: rows)
    }
  }

  private mutating func moveInPane(_ action: Action, by rows: Int) {
    let page = max(1, (layout.panes[focus]?.rows ?? 1) - 1)
    switch focus {
    case .contacts:
      step(&contactPosition, action, rows: rows, count: shownContacts.count, page: page)
    case .history:
      step(&historyPosition, action, rows: rows, count: shownRecords.count, page: page)
    case .call:
      moveInCall(action, by: rows, page: page)
    case .statistics:
      say("There is nothing to move through here.")
    }
  }

  /// Several calls are stepped through by rows; the transcript moves by pages, and by rows when there is
  /// one call.
  private mutating func moveInCall(_ action: Action, by rows: Int, page: Int) {
    let calls = callsInOrder
    if calls.count > 1, action == .up || action == .down {
      let index = calls.firstIndex { $0.id == targetCall?.id } ?? 0
      let next = max(0, min(index + (action == .up ? -1 : 1), calls.count - 1))
      markedCall = next == 0 ? nil : calls[next].id
      return
    }
    switch action {
    case .up: transcriptScroll += rows
    case .down: transcriptScroll -= rows
    case .pageUp: transcriptScroll += page
    case .pageDown: transcriptScroll -= page
    case .first: transcriptScroll = transcriptScrollLimit
    default: transcriptScroll = 0
    }
  }

  private func moveDevices(_ choice: inout DeviceChoice, _ action: Action) {
    switch choice.side {
    case .capture:
      step(
        &choice.capture, action, rows: 1, count: board.sound.captureChoices.count,
        page: deviceHeight)
    case .playback:
      step(
        &choice.playback, action, rows: 1, count: board.sound.playbackChoices.count,
        page: deviceHeight)
    case .ringer:
      step(&choice.ringer, action, rows: 1, count: ringerChoices.count, page: deviceHeight)
    }
  }

  private func step(
    _ position: inout ListPosition, _ action: Action, rows: Int, count: Int, page: Int
  ) {
    switch action {
    case .up: position.move(by: -rows, count: count)
    case .down: position.move(by: rows, count: count)
    case .pageUp: position.move(by: -page, count: count)
    case .pageDown: position.move(by: page, count: count)
    case .first: position.move(to: 0, count: count)
    default: position.move(to: count - 1, count: count)
    }
  }

  private func scrolled(_ offset: Int, _ action: Action, rows: Int, count: Int) -> Int {
    switch action {
    case .up: offset - rows
    case .down: offset + rows
    case .pageUp: offset - readerHeight
    case .pageDown: offset + readerHeight
    case .first: 0
    default: count
    }
  }
}

extension NoteEntry {
  fileprivate var order: CallOrder {
    switch subject {
    case .call(let id): .note(id, field.text)
    case .record(let id): .noteRecord(id: id, field.text)
    }
  }
}

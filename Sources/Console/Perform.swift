import Basics
import Calling
import Cells

extension ConsoleState {
  /// Does what a key or the palette asked for; nothing stands in the way of it.
  mutating func perform(_ action: Action, _ key: Key) -> [ConsoleCommand] {
    switch action {
    case .accept, .decline, .declineWithReason, .silence, .nextRinging, .dock, .explainRinging:
      return performRinging(action, key)
    case .call, .callBack, .switchCall, .tone, .mute, .hold, .hangUp, .record, .volumeUp,
      .volumeDown, .browser:
      return performCall(action, key)
    case .qualityPoor, .qualityMedium, .qualityGood, .rooms, .people, .person, .serverRecord,
      .serverRecordStop, .recordings, .transcribe:
      return performService(action)
    case .up, .down, .pageUp, .pageDown, .first, .last:
      move(action)
    case .nextPane: return setFocus(neighbour(1))
    case .previousPane: return setFocus(neighbour(-1))
    case .leftPane:
      return setFocus(focus == .call ? .contacts : focus == .statistics ? .history : focus)
    case .rightPane:
      return setFocus(focus == .contacts ? .call : focus == .history ? .statistics : focus)
    case .contactsPane: return setFocus(.contacts)
    case .callPane: return setFocus(.call)
    case .historyPane: return setFocus(.history)
    case .statisticsPane: return setFocus(.statistics)
    case .transcript: return zoom(.call)
    case .statistics: return zoom(.statistics)
    case .filter:
      focusedFilter = focusedFilter ?? TextField()
      isFiltering = true
    case .palette: popup = .palette(Palette())
    case .help:
      popupBehind = popup
      popup = .help(offset: 0)
    case .log: popup = .log(offset: 0)
    case .devices:
      openDevices()
      return [.listDevices]
    case .note: openNote()
    case .choose: return choose()
    case .otherSide:
      guard case .devices(var choice) = popup else { return [] }
      choice.side = choice.side.next
      popup = .devices(choice)
    case .back: return goBack()
    case .copy:
      guard let address = addressInFocus else { return [] }
      say("Copied \(HarmlessText.line(address, limit: 120)).")
      return [.copy(address)]
    case .deleteRecord: return deleteRecord()
    case .refresh:
      say("Fetching contacts and history anew.")
      return [.order(.refresh)]
    case .mouse:
      isMouseOn.toggle()
      say(isMouseOn ? "The mouse is on; hold Shift to select text." : "The mouse is off.")
      return [.setMouse(isMouseOn)]
    case .redraw: return [.redraw]
    case .suspend: return suspend()
    case .quit: return quitAsked()
    case .confirmQuit: return quitNow()
    }
    return []
  }

  // MARK: Places

  /// Directs keys to a pane. Leaving the history means that missed calls have been seen.
  mutating func setFocus(_ pane: Pane) -> [ConsoleCommand] {
    focusBeforeCall = nil
    return focusOn(pane)
  }

  private mutating func focusOn(_ pane: Pane) -> [ConsoleCommand] {
    let leftHistory = focus == .history && pane != .history && board.missedCount > 0
    isFiltering = false
    if focus != pane { isZoomed = false }
    focus = pane
    markedCall = nil
    return leftHistory ? [.order(.seeMissedCalls)] : []
  }

  /// Looks at the call that was just placed or accepted, until it is over; not while one is typing.
  mutating func lookAtCall() -> [ConsoleCommand] {
    guard !isTyping else { return [] }
    popup = nil
    popupBehind = nil
    let before = focusBeforeCall ?? (focus == .call ? nil : focus)
    let commands = focusOn(.call)
    focusBeforeCall = before
    transcriptScroll = 0
    return commands
  }

  private func neighbour(_ step: Int) -> Pane {
    let count = Pane.allCases.count
    return Pane.allCases[(focus.rawValue - 1 + step + count) % count]
  }

  private mutating func zoom(_ pane: Pane) -> [ConsoleCommand] {
    if focus == pane, isZoomed {
      isZoomed = false
      return []
    }
    let commands = setFocus(pane)
    isZoomed = true
    return commands
  }

  /// One level back; never out of the program.
  private mutating func goBack() -> [ConsoleCommand] {
    if popup != nil {
      popup = popupBehind
      popupBehind = nil
    } else if isFiltering || focusedFilter != nil {
      isFiltering = false
      focusedFilter = nil
    } else if isZoomed {
      isZoomed = false
    } else if transcriptScroll > 0 || markedCall != nil {
      transcriptScroll = 0
      markedCall = nil
    } else if focus != .contacts {
      return setFocus(.contacts)
    } else {
      say("There is nothing to go back from; \(options.keymap.keyName(for: .quit)) quits.")
    }
    return []
  }

  // MARK: Leaving

  private mutating func suspend() -> [ConsoleCommand] {
    if !liveCalls.isEmpty, armed != .suspend {
      armed = .suspend
      say("That would stop the sound of the call. Press Ctrl-Z again to do it.", .warning)
      return []
    }
    armed = nil
    return [.suspend]
  }

  private mutating func quitAsked() -> [ConsoleCommand] {
    if liveCalls.isEmpty { return quitNow() }
    // Whatever was being typed is still there for those who stay.
    if isTyping { popupBehind = popup }
    popup = .quitQuestion
    return []
  }

  private func quitNow() -> [ConsoleCommand] {
    let hangUps = liveCalls.map { ConsoleCommand.order(.hangUp($0.id)) }
    let seen = focus == .history && board.missedCount > 0
    return hangUps + (seen ? [.order(.seeMissedCalls)] : []) + [.quit]
  }

  private mutating func deleteRecord() -> [ConsoleCommand] {
    guard let record = selectedRecord else { return [] }
    guard armed == .deleteRecord else {
      armed = .deleteRecord
      say("Press \(options.keymap.keyName(for: .deleteRecord)) again to delete this call for good.")
      return []
    }
    armed = nil
    return [.order(.deleteRecord(id: record.id))]
  }
}

import Calling

extension ConsoleState {
  /// Why an action cannot be done now, as a sentence; `nil` when it can.
  func obstacle(to action: Action) -> String? {
    switch action {
    case .accept, .decline, .declineWithReason, .silence, .nextRinging, .dock, .explainRinging:
      ringingObstacle(to: action)
    case .mute, .devices, .note, .hold, .hangUp, .record, .tone, .browser, .switchCall, .volumeUp,
      .volumeDown:
      callObstacle(to: action)
    case .qualityPoor, .qualityMedium, .qualityGood, .rooms, .people, .person, .serverRecord,
      .serverRecordStop, .recordings, .transcribe:
      serviceObstacle(to: action)
    case .call: selectedContact == nil ? "No contact is selected; : calls anybody." : nil
    case .callBack: selectedRecord == nil ? "No past call is selected." : nil
    case .deleteRecord:
      focus == .history && selectedRecord != nil ? nil : "No past call is selected."
    case .copy: addressInFocus == nil ? "There is no address here to copy." : nil
    case .filter: filterObstacle
    case .refresh: board.accounts.isEmpty ? "There is no account to ask." : nil
    case .transcript, .statistics, .up, .down, .pageUp, .pageDown, .first, .last, .nextPane,
      .previousPane, .leftPane, .rightPane, .contactsPane, .callPane, .historyPane, .statisticsPane,
      .palette, .help, .log, .choose, .otherSide, .back, .mouse, .redraw, .suspend, .quit,
      .confirmQuit:
      nil
    }
  }

  private var filterObstacle: String? {
    switch focus {
    case .contacts: board.contacts.isEmpty ? "There is no contact yet." : nil
    case .history: board.history.isEmpty ? "There is no past call yet." : nil
    case .call, .statistics: "This pane has no list to filter."
    }
  }

  /// What `copy` would take.
  var addressInFocus: String? {
    switch focus {
    case .contacts: selectedContact?.address
    case .history: selectedRecord?.party.address
    case .call, .statistics: targetCall?.party.address
    }
  }

  private func ringingObstacle(to action: Action) -> String? {
    guard let call = ringingCall else { return "No call is ringing." }
    if action == .silence, call.isSilenced { return "It is silent already." }
    if action == .accept, answering.contains(call.id) { return "It is being answered already." }
    return nil
  }

  private func callObstacle(to action: Action) -> String? {
    switch action {
    case .mute, .volumeUp, .volumeDown, .devices: return nil
    case .note:
      if focus == .history { return selectedRecord == nil ? "No past call is selected." : nil }
      return targetCall == nil ? "There is no call to note something about." : nil
    default: break
    }
    guard let call = targetCall else { return "No call is up." }
    switch (action, call.phase) {
    case (.browser, _):
      return call.browserURL == nil ? "This call has no page to open in a browser." : nil
    case (.switchCall, .held): return nil
    case (.switchCall, .incoming): return nil
    case (.switchCall, _):
      return liveCalls.count > 1 ? "That call is not on hold." : "There is no other call."
    case (_, .ended): return "That call is over."
    case (_, .incoming):
      return "That call rings; \(options.keymap.keyName(for: .accept)) accepts it."
    case (.hold, .active), (.hold, .held), (.hangUp, _): return nil
    case (.hold, _): return "Only a call that is up can be held."
    case (.record, .active), (.record, .held), (.record, .connecting): return nil
    case (.record, _): return "Only a call that is up can be recorded."
    case (.tone, _) where !call.system.takesDigits:
      return "\(call.system.title)'s calls take no tones; \(options.keymap.keyName(for: .palette)) "
        + "has an action that asks the bot for a person."
    case (.tone, .active): return nil
    case (.tone, _): return "Tones can be sent when the call is active."
    default: return nil
    }
  }
}

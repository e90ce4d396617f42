import Basics
import Calling
import Cells
import Media

extension ConsoleState {
  /// Takes in the phone's state anew; what was selected stays selected where it still exists. Until a key
  /// is pressed the first contact is, in whatever order the accounts' contacts arrive.
  mutating func boardChanged(to new: Board, at now: Instant) -> [ConsoleCommand] {
    self.now = max(self.now, now)
    let old = board
    let (contact, record, top) = (selectedContact, selectedRecord, topCall?.id)
    board = new
    if let contact, hasTakenKeys,
      let index = shownContacts.firstIndex(where: {
        $0.account == contact.account && $0.address == contact.address
      })
    {
      contactPosition.move(to: index, count: shownContacts.count)
    }
    // The newest call stays selected when one is added above it; any other selection moves along.
    if let record, historyPosition.index > 0,
      let index = shownRecords.firstIndex(where: { $0.id == record.id })
    {
      historyPosition.move(to: index, count: shownRecords.count)
    }
    if topCall?.id != top { sentTones = "" }
    // What was said about a call's beginning is over when the call has moved on.
    if message?.kind == .hint, old.calls.map(\.phase) != new.calls.map(\.phase) { message = nil }
    if old.isMuted, !board.isMuted { takeBack(.speakingWhileMuted) }
    tellTrouble(since: old)
    let commands = tellEnds(since: old) + ring()
    tellRecordings(since: old)
    rememberCalls()
    closeWhatIsOver()
    return commands
  }

  mutating func measured(_ id: CallID, _ sample: MediaStatistics) {
    guard board.calls.contains(where: { $0.id == id }) else { return }
    statistics[id, default: StatisticsHistory()].append(sample)
    if let mos = sample.mos, let index = session.firstIndex(where: { $0.call.id == id }) {
      session[index].mos = mos
    }
  }

  /// Says what went wrong with the sound or an account, once; the worse is said last.
  private mutating func tellTrouble(since old: Board) {
    if let complaint = board.sound.complaint, complaint != old.sound.complaint {
      say(HarmlessText.line(complaint, limit: Self.messageLimit), .warning)
    }
    for account in board.accounts {
      let before = old.accounts.first { $0.id == account.id }
      guard let complaint = account.complaint(at: now), before?.complaint(at: now) != complaint
      else { continue }
      say(complaint, .error)
    }
  }

  /// Says how calls have ended, for those whose end one may not have seen.
  private mutating func tellEnds(since old: Board) -> [ConsoleCommand] {
    var commands: [ConsoleCommand] = []
    for call in board.calls {
      // A call that fails at once is over when it is first seen.
      guard case .ended(let reason) = call.phase,
        old.calls.first(where: { $0.id == call.id })?.isOver != true
      else { continue }
      // A server's words come as a sentence.
      let words = call.phaseWord.asSentence
      if reason.isFailure {
        noted(LogEntry(.error, call.partyName, words))
      } else {
        say("\(call.partyName): \(words)")
      }
      if reason == .missed {
        commands.append(
          .notify(title: "Missed call", body: "\(call.partyName) · \(call.origin())"))
      }
    }
    return commands
  }

  /// Says where a recording is that has ended, unless there is something worse to be read.
  private mutating func tellRecordings(since old: Board) {
    for before in old.calls {
      guard let path = before.recordingPath else { continue }
      let call = board.calls.first { $0.id == before.id }
      if let call, call.isLive, call.recordingPath != nil { continue }
      let words = "recorded in \(HarmlessText.line(path, limit: Self.messageLimit))"
      noted(LogEntry(.info, before.partyName, words))
      if message?.kind != .error { say("\(before.partyName): \(words)") }
    }
  }

  /// Notes which calls ring, and asks for an alert for each new one.
  private mutating func ring() -> [ConsoleCommand] {
    let ringing = ringingCalls
    ringingSince = ringingSince.filter { entry in ringing.contains { $0.id == entry.key } }
    answering = answering.filter { id in ringing.contains { $0.id == id } }
    if ringing.isEmpty {
      isRingingDocked = false
      markedRinging = nil
    }
    var commands: [ConsoleCommand] = []
    for call in ringing where ringingSince[call.id] == nil {
      ringingSince[call.id] = now
      lastBell = now
      isRingingDocked = false
      let body = [call.origin(), call.summary.map { HarmlessText.line($0, limit: 120) }]
      commands.append(
        .ringAlert(
          call.id, title: "\(call.partyName) is calling",
          body: body.compactMap { $0 }.joined(separator: ": ")))
    }
    return commands
  }

  private mutating func rememberCalls() {
    statistics = statistics.filter { entry in board.calls.contains { $0.id == entry.key } }
    for call in board.calls {
      if let index = session.firstIndex(where: { $0.call.id == call.id }) {
        session[index].call = call
      } else {
        session.append(SessionCall(call: call))
      }
    }
    session = Array(session.suffix(Self.sessionLimit))
  }

  private mutating func closeWhatIsOver() {
    let isOver: (Popup?) -> Bool = { [ringing = ringingCalls] popup in
      guard case .declineReason(let id, _) = popup else { return false }
      return !ringing.contains { $0.id == id }
    }
    if isOver(popup) { popup = nil }
    if isOver(popupBehind) { popupBehind = nil }
    if case .quitQuestion = popup, liveCalls.isEmpty {
      popup = popupBehind
      popupBehind = nil
    }
    if board.calls.isEmpty {
      if focus == .call, let focusBeforeCall { focus = focusBeforeCall }
      focusBeforeCall = nil
      captureLevels = []
      playbackLevels = []
    }
  }
}

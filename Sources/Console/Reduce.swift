import Basics
import Calling
import Cells
import Media

/// Folds one event into the state and returns what shall be done about it, in order.
package func reduce(_ state: inout ConsoleState, _ event: ConsoleEvent) -> [ConsoleCommand] {
  var commands: [ConsoleCommand] = []
  switch event {
  case .key(let key, let now):
    commands = state.keyPressed(key, at: now)
  case .resize(let size):
    state.size = size
  case .board(let board, let now):
    commands = state.boardChanged(to: board, at: now)
  case .statistics(let id, let sample):
    state.measured(id, sample)
  case .levels(let capture, let playback):
    state.captureLevels = Array((state.captureLevels + [capture]).suffix(ConsoleState.levelLimit))
    state.playbackLevels = Array(
      (state.playbackLevels + [playback]).suffix(ConsoleState.levelLimit))
  case .tick(let now, let wallTime, let offset):
    commands = state.timePassed(to: now, wallTime: wallTime, offset: offset)
  case .answered(let id, let answer):
    state.answered(id, answer)
  case .log(let entry):
    state.noted(entry)
  case .complaints(let complaints):
    state.complained(complaints)
  case .hint(let hint):
    state.hinted(hint)
  case .options(let options):
    state.options = options
  }
  state.settle()
  return commands
}

extension ConsoleState {
  /// Shows a line about what happened.
  mutating func say(_ text: String, _ kind: Message.Kind = .hint) {
    // An error or a long text stays long enough to be read twice; a hint only answers a key.
    let time: Duration = kind == .error || text.count > 80 ? .seconds(15) : .seconds(6)
    message = Message(kind: kind, text: text, until: now.advanced(by: time))
  }

  fileprivate mutating func timePassed(
    to now: Instant, wallTime: WallTime, offset: Duration
  ) -> [ConsoleCommand] {
    self.now = max(self.now, now)
    self.wallTime = wallTime
    self.offset = offset
    if let message, message.until <= self.now { self.message = nil }
    return ringAgain()
  }

  /// BEL once more for whoever looks elsewhere.
  private mutating func ringAgain() -> [ConsoleCommand] {
    let isAudible = ringingCalls.contains { !$0.isSilenced && !answering.contains($0.id) }
    guard isAudible, let lastBell, now >= lastBell.advanced(by: .seconds(3)) else { return [] }
    self.lastBell = now
    return [.bell]
  }

  mutating func noted(_ entry: LogEntry) {
    log = Array((log + [entry]).suffix(Self.logLimit))
    guard entry.level >= .warning else { return }
    let text = HarmlessText.line("\(entry.subject): \(entry.text)", limit: Self.messageLimit)
    say(text, entry.level == .error ? .error : .warning)
  }

  /// Shows the first, and that there are more.
  fileprivate mutating func complained(_ complaints: [String]) {
    for (index, complaint) in complaints.enumerated().reversed() {
      noted(LogEntry(.warning, "settings", complaint))
      guard index == 0, complaints.count > 1, let message else { continue }
      let rest = "\(complaints.count - 1) more: \(options.keymap.keyName(for: .log))"
      say("\(message.text) (\(rest))", message.kind)
    }
  }

  fileprivate mutating func hinted(_ hint: MicrophoneHint) {
    if hint == .alive { takeBack(.dead) }
    noted(entry(about: hint, hint == .alive ? .info : .warning))
  }

  /// What was said about the microphone is over.
  mutating func takeBack(_ hint: MicrophoneHint) {
    let entry = entry(about: hint, .warning)
    if message?.text == "\(entry.subject): \(entry.text)" { message = nil }
  }

  private func entry(about hint: MicrophoneHint, _ level: LogEntry.Level) -> LogEntry {
    LogEntry(level, "microphone", options.keymap.sentence(about: hint))
  }

  /// Brings every position back into what is there.
  fileprivate mutating func settle() {
    let layout = layout
    contactPosition.settle(
      count: shownContacts.count, height: listHeight(of: .contacts, in: layout))
    historyPosition.settle(
      count: shownRecords.count, height: listHeight(of: .history, in: layout))
    if let markedCall, !board.calls.contains(where: { $0.id == markedCall }) {
      self.markedCall = nil
    }
    // Following the end, as mostly, needs no counting of lines.
    if transcriptScroll != 0 {
      transcriptScroll = max(0, min(transcriptScroll, transcriptScrollLimit))
    }
    settlePopup()
  }

  /// How many rows a list has in its pane, below its filter.
  func listHeight(of pane: Pane, in layout: ConsoleLayout) -> Int {
    let filter = pane == .contacts ? contactFilter : historyFilter
    return max(0, (layout.panes[pane]?.rows ?? 0) - (filter == nil ? 0 : 1))
  }

  private mutating func settlePopup() {
    switch popup {
    case .palette(var palette):
      palette.position.settle(
        count: paletteEntries(for: palette.field.text).count, height: paletteHeight)
      popup = .palette(palette)
    case .help(let offset):
      popup = .help(offset: max(0, min(offset, helpRows.count - readerHeight)))
    case .log(let offset):
      popup = .log(offset: max(0, min(offset, logLines.count - readerHeight)))
    case .answer(var page):
      page.offset = max(0, min(page.offset, lines(of: page).count - readerHeight))
      popup = .answer(page)
    case .devices(var choice):
      choice.capture.settle(count: board.sound.captureChoices.count, height: deviceHeight)
      choice.playback.settle(count: board.sound.playbackChoices.count, height: deviceHeight)
      choice.ringer.settle(count: ringerChoices.count, height: deviceHeight)
      popup = .devices(choice)
    case .note, .declineReason, .quitQuestion, nil:
      break
    }
  }
}

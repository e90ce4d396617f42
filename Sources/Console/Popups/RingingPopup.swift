import Basics
import Calling
import Cells

/// A call that rings: over the middle of the screen, or at its lower edge while one types or has put it
/// aside.
extension Painter {
  mutating func paintRinging() {
    guard let call = state.ringingCall else { return }
    if state.isRingingOnTop { paintLarge(call) } else { paintCompact(call) }
  }

  // MARK: In the middle

  private mutating func paintLarge(_ call: CallSummary) {
    var area = popupArea
    let width = min(68, area.columns - 2)
    var lines = ringingLines(call, width: width - 6)
    if lines.count + 2 > area.rows {
      // Who calls and why is worth the titles of the panes.
      area = Rect(row: 1, column: 0, rows: area.endRow - 1, columns: area.columns)
    }
    // What the bot heard gives way before who it is and what to press.
    let room = area.rows - 2
    while lines.count > room,
      let least = lines.indices.max(by: { lines[$0].rank < lines[$1].rank }),
      lines[least].rank > 0
    {
      lines.remove(at: least)
    }
    let rect = area.centred(rows: lines.count + 2, columns: width)
    screen.box(rect, weight: .heavy, style: Theme.ringing)
    paintRingingTitle(call, in: rect)
    for (index, line) in lines.prefix(max(0, rect.rows - 2)).enumerated() {
      screen.draw(
        line.segments, row: rect.row + 1 + index, column: rect.column + 3, limit: width - 5)
    }
    let nameRow = lines.firstIndex { $0.isName } ?? 0
    cursor = Point(row: rect.row + 1 + nameRow, column: rect.column + 3)
  }

  private mutating func paintRingingTitle(_ call: CallSummary, in rect: Rect) {
    let calls = state.ringingCalls
    let isAnswering = state.answering.contains(call.id)
    let place = (calls.firstIndex { $0.id == call.id } ?? 0) + 1
    let title =
      isAnswering ? "Answering…" : call.isSilenced ? "Incoming call, silent" : "Incoming call"
    let count = calls.count > 1 ? " \(place) of \(calls.count)" : ""
    screen.draw(
      " \(title)\(count) ", row: rect.row, column: rect.column + 2, limit: rect.columns - 14,
      style: Theme.ringing)
    let time = " rings \(clockText(call.times.startedAt.duration(to: state.now))) "
    screen.draw(time, row: rect.row, endColumn: rect.endColumn - 2, style: Theme.ringing)
  }

  /// A line and how soon it gives way when there is no room.
  private struct Line {
    var segments: [Segment]
    var rank: Int
    var isName = false
  }

  private func ringingLines(_ call: CallSummary, width: Int) -> [Line] {
    var lines = [
      Line(segments: [], rank: 9),
      Line(
        segments: [Segment("◉ ", Theme.ringing), Segment(call.partyName, Theme.strong)], rank: 0,
        isName: true),
    ]
    let address = HarmlessText.line(call.party.address, limit: 80)
    if !address.isEmpty, address != call.partyName {
      lines.append(Line(segments: [Segment("  " + address)], rank: 2))
    }
    let details = [call.party.isBot ? "bot" : nil, call.kind.rawValue, call.accountDescription]
    lines.append(
      Line(
        segments: [Segment("  " + details.compactMap { $0 }.joined(separator: " · "), Theme.quiet)],
        rank: 1))
    lines += contextLines(call, width: width)
    lines += otherLines(than: call)
    lines.append(Line(segments: [], rank: 8))
    lines.append(Line(segments: ringingKeys(room: width), rank: 0))
    lines.append(Line(segments: [], rank: 10))
    return lines
  }

  /// What a bot heard before it handed the call over.
  private func contextLines(_ call: CallSummary, width: Int) -> [Line] {
    var lines: [Line] = []
    if let summary = call.summary, !summary.isEmpty {
      lines.append(Line(segments: [], rank: 7))
      for text in HarmlessText.line(summary, limit: 400).wrapped(to: width, limit: 3) {
        lines.append(Line(segments: [Segment(text)], rank: 3))
      }
    }
    let words = TranscriptFold.folded(call.lastWords).suffix(3)
    if !words.isEmpty { lines.append(Line(segments: [], rank: 6)) }
    let speakerWidth = min(16, words.map { $0.shownSpeaker.columns }.max() ?? 0)
    for (index, line) in words.enumerated() {
      let text = HarmlessText.line(line.text, limit: 200)
      let speaker = line.shownSpeaker.fitted(to: speakerWidth)
      lines.append(
        Line(
          segments: [Segment(speaker, Theme.quiet), Segment("  " + text)], rank: 5 - index / 2))
    }
    return lines
  }

  private func otherLines(than call: CallSummary) -> [Line] {
    let others = state.ringingCalls.filter { $0.id != call.id }
    guard !others.isEmpty else { return [] }
    return [Line(segments: [], rank: 7)]
      + others.prefix(3).map { Line(segments: ringingLine($0), rank: 2) }
  }

  private func ringingKeys(room: Int) -> [Segment] {
    let several: [Action] = state.ringingCalls.count > 1 ? [.nextRinging] : []
    let video: [Action] = state.ringingCall?.kind == .video ? [.browser] : []
    return keySegments(
      [.accept, .decline, .declineWithReason, .silence] + several + video, room: room)
  }

  /// Keys and their words, as many as fit.
  func keySegments(_ actions: [Action], room: Int) -> [Segment] {
    var shown: [Segment] = []
    for action in actions where state.obstacle(to: action) == nil {
      guard let name = state.options.keymap.keys(for: action, in: state.contexts).first?.name else {
        continue
      }
      let gap = shown.isEmpty ? "" : "   "
      let next = [
        Segment(gap), Segment(name, Theme.key), Segment(" " + state.barLabel(of: action)),
      ]
      if (shown + next).columns <= room { shown += next }
    }
    return shown
  }

  // MARK: At the edge

  private mutating func paintCompact(_ call: CallSummary) {
    let bottom = layout.messageRow ?? state.size.rows
    let width = min(76, state.size.columns - 2)
    let rect = Rect(
      row: bottom - ConsoleState.compactRows, column: (state.size.columns - width) / 2,
      rows: ConsoleState.compactRows, columns: width)
    screen.box(rect, weight: .heavy, style: Theme.ringing)
    paintRingingTitle(call, in: rect)
    var who = [Segment("◉ ", Theme.ringing), Segment(call.partyName, Theme.strong)]
    who.append(Segment("  \(call.kind.rawValue) · \(call.accountDescription)", Theme.quiet))
    if let summary = call.summary {
      who.append(Segment("  " + HarmlessText.line(summary, limit: 200)))
    }
    screen.draw(who, row: rect.row + 1, column: rect.column + 2, limit: width - 4)
    let keys = keySegments([.accept, .decline, .declineWithReason, .silence], room: width - 4)
    screen.draw(keys, row: rect.row + 2, column: rect.column + 2, limit: width - 4)
  }
}

extension CallSummary {
  /// The account and, where its name does not say it, the system: `work · Zulip`.
  var accountDescription: String {
    let name = HarmlessText.line(accountName, limit: 40)
    return name.lowercased().contains(system.rawValue) ? name : "\(name) · \(system.title)"
  }
}

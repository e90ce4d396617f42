import Basics
import Calling
import Cells
import Media

/// The call on top with its transcript, and a line for each other call.
extension Painter {
  mutating func paintCall(in rect: Rect) {
    let calls = state.callsInOrder
    guard let top = calls.first else {
      screen.drawHint(idleHint, in: rect)
      if isFocused(.call) { cursor = Point(row: rect.row, column: rect.column) }
      return
    }
    let plan = CallPanePlan(state, in: rect)
    paintHeader(of: top, in: plan.header)
    if let row = plan.meterRow { paintMeters(of: top, row: row, in: rect) }
    paintPeople(of: top, in: plan.people)
    for (index, call) in calls.dropFirst().prefix(plan.others.rows).enumerated() {
      paintOther(call, row: plan.others.row + index, in: rect)
    }
    paintTranscript(plan)
    if let row = plan.footerRow { paintFooter(of: top, row: row, in: rect) }
    guard isFocused(.call) else { return }
    let marked = calls.firstIndex { $0.id == state.targetCall?.id } ?? 0
    let row = marked == 0 ? rect.row : min(plan.others.row + marked - 1, rect.endRow - 1)
    if calls.count > 1 { screen.draw("▸", row: row, column: rect.column, style: Theme.key) }
    cursor = Point(row: row, column: rect.column)
  }

  // MARK: The call on top

  private mutating func paintHeader(of call: CallSummary, in rect: Rect) {
    let room = rect.columns - 2
    let right = headerRight(of: call, room: room * 2 / 3)
    let end = rect.endColumn - 1
    screen.draw(right, row: rect.row, column: end - right.columns)
    var left = [
      Segment(call.sign + " ", style(of: call)), Segment(call.partyName, Theme.strong),
    ]
    let origin = [Segment("  " + call.origin(), Theme.quiet)]
    if (left + origin).columns + right.columns + 2 <= room { left += origin }
    screen.draw(left, row: rect.row, column: rect.column + 1, limit: room - right.columns - 2)
  }

  /// State and duration; then what the bot does and the quality, as far as there is room.
  private func headerRight(of call: CallSummary, room: Int) -> [Segment] {
    var pieces = [[Segment(call.shortPhaseWord.clipped(to: max(room - 8, 8)), style(of: call))]]
    if call.times.acceptedAt != nil || call.isLive || call.phase == .incoming {
      let clock = [Segment(clockText(call.duration(at: state.now), minuteDigits: 2))]
      // On the narrowest screens the name counts more.
      if pieces[0].columns + 3 + clock.columns <= room { pieces.append(clock) }
    }
    var extras: [[Segment]] = []
    if call.phase == .active, let agent = call.agent {
      extras.append([Segment(agent.rawValue, Theme.own)])
    }
    if call.phase == .active, let mos = state.statistics[call.id]?.latest?.mos {
      extras.append([Segment("MOS \(decimal(mos))", Theme.style(of: SoundVerdict.grade(mos)))])
    }
    for extra in extras {
      let more = pieces + [extra]
      if Array(more.joined(separator: [Segment("   ")])).columns <= room { pieces = more }
    }
    return Array(pieces.joined(separator: [Segment("   ")]))
  }

  private mutating func paintMeters(of call: CallSummary, row: Int, in rect: Rect) {
    // Two meters, their names and what may stand behind them share the row.
    let width = max(4, min(16, (rect.columns - 26) / 2))
    var segments: [Segment] = []
    if state.board.isMuted {
      let text = " MUTED · \(key(.mute)) unmutes "
      segments.append(Segment(text.fitted(to: max(width + 4, text.columns)), Theme.alarm))
    } else {
      segments += [
        Segment("mic ", Theme.quiet),
        Segment(Meters.levels(state.captureLevels, width: width), Theme.good),
      ]
    }
    segments += [
      Segment("   ear ", Theme.quiet),
      Segment(Meters.levels(state.playbackLevels, width: width), Theme.good),
    ]
    for extra in meterExtras(of: call)
    where (segments + [extra]).columns <= rect.columns - 2 { segments.append(extra) }
    screen.draw(segments, row: row, column: rect.column + 1, limit: rect.columns - 2)
  }

  /// What stands behind the meters while there is room, most important first.
  private func meterExtras(of call: CallSummary) -> [Segment] {
    var extras: [Segment] = []
    if call.recordingPath != nil { extras.append(Segment("   ● REC", Theme.poor)) }
    if !state.sentTones.isEmpty {
      extras.append(Segment("   tones \(state.sentTones.suffix(columns: 8))", Theme.own))
    }
    let volume = state.board.volumeDecibels
    if volume != 0 {
      extras.append(Segment("   \(volume > 0 ? "+" : "")\(volume) dB", Theme.quiet))
    }
    return extras
  }

  /// How long the steps of the set-up took, or how far back one has scrolled.
  private mutating func paintFooter(of call: CallSummary, row: Int, in rect: Rect) {
    let end = rect.endColumn - 1
    if state.transcriptScroll > 0 {
      let text = "↓ \(state.transcriptScroll) more lines"
      screen.draw(text, row: row, endColumn: end, style: Theme.key)
      return
    }
    if let path = call.recordingPath {
      // The end of a path says more than its beginning.
      let room = rect.columns - 2 - 13
      let name = HarmlessText.line(path, limit: 400)
      let shown = name.columns <= room ? name : "…" + name.suffix(columns: max(0, room - 1))
      screen.draw("recording to " + shown, row: row, endColumn: end, style: Theme.quiet)
      return
    }
    screen.draw(
      call.times.sentence(isIncoming: call.id.isIncoming), row: row, endColumn: end,
      limit: rect.columns - 2, style: Theme.quiet)
  }

  // MARK: Other calls

  private mutating func paintOther(_ call: CallSummary, row: Int, in rect: Rect) {
    let end = rect.endColumn - 1
    let time = clockText(call.duration(at: state.now), minuteDigits: 2)
    let right = [
      Segment(call.phaseWord.clipped(to: rect.columns / 2), style(of: call)), Segment("   " + time),
    ]
    screen.draw(right, row: row, column: end - right.columns)
    let left = [
      Segment(call.sign + " ", style(of: call)), Segment(call.partyName),
      Segment("  " + call.origin(), Theme.quiet),
    ]
    screen.draw(
      left, row: row, column: rect.column + 1, limit: rect.columns - 4 - right.columns)
  }

  // MARK: Transcript

  private mutating func paintTranscript(_ plan: CallPanePlan) {
    let rect = plan.transcript
    let lines = plan.transcriptLines?.last(rect.rows + state.transcriptScroll) ?? []
    let shown = lines.dropLast(state.transcriptScroll).suffix(rect.rows)
    for (index, line) in shown.enumerated() {
      screen.draw(line, row: rect.row + index, column: rect.column + 1, limit: rect.columns - 2)
    }
  }

  // MARK: Nothing to show

  private var idleHint: [String] {
    var hint = ["No call."]
    if state.board.history.isEmpty, let contact = state.selectedContact, contact.name == "Echo" {
      let about = contact.about.map { ": it \(HarmlessText.line($0, limit: 60))" } ?? ""
      hint.append("Enter calls Echo\(about). \(key(.help)) lists the keys.")
    } else {
      let enter = state.selectedContact == nil ? "" : "Enter calls the selected contact, "
      let calls = enter.isEmpty ? " calls anybody" : " anybody"
      hint.append("\(enter)\(key(.palette))\(calls) by name, address or number.")
    }
    if let last = state.session.last, case .ended = last.call.phase {
      hint.append("Last: " + last.line(at: state.now))
    }
    return hint
  }
}

extension SetupTimes {
  /// `answered after 0.74 s · sound after 0.91 s`, as far as it has come; counted from the start.
  func sentence(isIncoming: Bool) -> String {
    var words: [String] = []
    let after: (Instant) -> String = {
      decimal(startedAt.duration(to: $0).seconds, places: 2) + " s"
    }
    if let acceptedAt {
      words.append((isIncoming ? "you answered after " : "answered after ") + after(acceptedAt))
    } else if let ringingAt, !isIncoming {
      words.append("rang after " + after(ringingAt))
    }
    if let firstAudioAt {
      // For a call that rang here, what counts is the time since the key was pressed.
      let sound = isIncoming ? (acceptedAt ?? startedAt).duration(to: firstAudioAt) : nil
      words.append(
        sound.map { "sound \(decimal($0.seconds, places: 2)) s later" }
          ?? "sound after " + after(firstAudioAt))
    }
    return words.joined(separator: " · ")
  }
}

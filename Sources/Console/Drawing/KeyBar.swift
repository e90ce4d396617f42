import Calling
import Cells

/// The last line: the few keys that matter in this place.
extension Painter {
  mutating func paintKeyBar(row: Int) {
    // Small screens have no line for messages; there the message takes the keys' place for a while.
    if layout.messageRow == nil, let message = state.message {
      screen.draw(message.segments(limit: state.size.columns - 2), row: row, column: 0)
      return
    }
    screen.draw(keyBar(room: state.size.columns - 2), row: row, column: 1)
  }

  /// As many keys as fit, the first being the most important; the way to all others always stays.
  func keyBar(room: Int) -> [Segment] {
    let contexts = state.contexts
    let tail = [Action.palette, .help].compactMap { segments(for: $0, in: contexts) }
    var shown: [[Segment]] = []
    for action in state.barActions where state.obstacle(to: action) == nil {
      guard let next = segments(for: action, in: contexts) else { continue }
      if width(shown + [next] + tail) > room { break }
      shown.append(next)
    }
    let all = shown + (width(shown + tail) <= room ? tail : [])
    return Array(all.joined(separator: [Segment(gap)]))
  }

  /// Narrow screens spare blanks for keys.
  private var isNarrow: Bool { state.size.columns < 76 || layout.form == .line }
  private var gap: String { isNarrow ? "  " : "   " }

  private func segments(for action: Action, in contexts: [Context]) -> [Segment]? {
    guard let key = state.options.keymap.keys(for: action, in: contexts).first else { return nil }
    let name = action == .tone ? "0-9" : key.name
    let label = action == .palette && isNarrow ? "more" : state.barLabel(of: action)
    return [Segment(name, Theme.key), Segment(" " + label)]
  }

  private func width(_ pieces: [[Segment]]) -> Int {
    pieces.reduce(0) { $0 + $1.columns } + gap.count * max(0, pieces.count - 1)
  }
}

extension ConsoleState {
  /// What the key bar offers, most important first.
  var barActions: [Action] {
    let decide: [Action] = [.accept, .decline, .declineWithReason, .silence]
    if !ringingCalls.isEmpty {
      return isTyping ? [.accept, .decline, .silence] + popupActions : decide
    }
    if popup != nil || isFiltering { return popupActions }
    if layout.form == .line || layout.form == .small, !liveCalls.isEmpty {
      return [.hangUp, .mute, .hold]
    }
    let inCall: [Action] = [.mute, .hold, .hangUp, .record, .devices, .note, .browser]
    switch focus {
    case .contacts:
      return liveCalls.isEmpty ? [.call, .filter, .nextPane, .quit] : [.call] + inCall
    case .call:
      if liveCalls.isEmpty { return [.nextPane, .note, .quit] }
      return (callsInOrder.count > 1 ? [.switchCall] : []) + [.mute, .hold, .hangUp, .tone]
        + [.record, .devices, .note, .browser]
    case .history:
      return liveCalls.isEmpty
        ? [.callBack, .filter, .note, .deleteRecord, .quit] : [.callBack, .filter] + inCall
    case .statistics:
      return liveCalls.isEmpty ? [.statistics, .nextPane, .quit] : inCall
    }
  }

  private var popupActions: [Action] {
    switch popup {
    case .palette: [.choose, .back, .down]
    case .note, .declineReason: [.choose, .back]
    case .help, .log, .answer: [.back, .down, .pageDown]
    case .devices: [.choose, .otherSide, .back]
    case .quitQuestion: [.confirmQuit, .back]
    case nil: [.choose, .back, .down]
    }
  }

  /// The word beside the key, as it fits the state.
  func barLabel(of action: Action) -> String {
    switch action {
    case .mute: return board.isMuted ? "unmute" : "mute"
    case .hold: return targetCall?.phase == .held ? "resume" : "hold"
    case .record: return targetCall?.recordingPath == nil ? "record" : "stop"
    case .statistics: return isZoomed ? "smaller" : "larger"
    case .back: return backLabel
    case .choose:
      switch popup {
      case .note: return "keep the note"
      case .declineReason: return "decline"
      case nil: return "keep the filter"
      default: return "take"
      }
    default: return action.label
    }
  }

  private var backLabel: String {
    switch popup {
    case .quitQuestion: "stay"
    case .note, .declineReason: "leave it"
    case nil: isFiltering ? "clear" : "back"
    default: "close"
    }
  }
}

import Basics
import Calling
import Cells

/// Where the parts of the call pane lie, and the transcript's lines at that width.
struct CallPanePlan {
  var header: Rect
  var meterRow: Int?
  /// Who is in a call of several.
  var people: Rect
  var others: Rect
  var transcript: Rect
  var footerRow: Int?
  var transcriptLines: TranscriptLines?

  init(_ state: ConsoleState, in rect: Rect) {
    let calls = state.callsInOrder
    let hasMeters = rect.rows >= 2 && (calls.first?.isLive ?? false)
    let otherRows = min(max(0, calls.count - 1), max(0, rect.rows - 2))
    let peopleRows = Self.peopleRows(of: calls.first, in: rect)
    let parts = rect.splitRows(
      .fixed(1), .fixed(hasMeters ? 1 : 0), .fixed(peopleRows), .fixed(otherRows), .share(1))
    header = parts[0]
    meterRow = hasMeters ? parts[1].row : nil
    people = parts[2]
    others = parts[3]
    var rest = parts[4]
    if rest.rows >= 4 { rest = rest.splitRows(.fixed(1), .share(1))[1] }
    if rest.rows >= 4 {
      footerRow = rest.endRow - 1
      rest = rest.splitRows(.share(1), .fixed(1))[0]
    }
    transcript = rest
    // What a ringing call is about stands in its popup while that lies over this pane.
    if let top = calls.first, top.phase != .incoming || !state.isRingingOnTop {
      transcriptLines = TranscriptLines(of: top, width: rect.columns - 2)
    }
  }
}

extension CallPanePlan {
  /// As many rows as the names need, but not more than are spared easily.
  private static func peopleRows(of call: CallSummary?, in rect: Rect) -> Int {
    guard let call, !call.participants.isEmpty, rect.rows >= 4 else { return 0 }
    return call.peopleLines(width: rect.columns - 2, limit: max(1, rect.rows / 5)).count
  }
}

extension ConsoleState {
  /// How far the transcript can be scrolled back.
  var transcriptScrollLimit: Int {
    guard let rect = layout.panes[.call] else { return 0 }
    let plan = CallPanePlan(self, in: rect)
    let count = plan.transcriptLines?.last(.max).count ?? 0
    return max(0, count - plan.transcript.rows)
  }
}

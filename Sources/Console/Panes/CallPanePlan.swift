import Basics
import Calling
import Cells

/// Where the parts of the call pane lie, and the transcript's lines at that width.
struct CallPanePlan {
  var header: Rect
  var meterRow: Int?
  var others: Rect
  var transcript: Rect
  var footerRow: Int?
  var lines: [[Segment]] = []

  init(_ state: ConsoleState, in rect: Rect) {
    let calls = state.callsInOrder
    let hasMeters = rect.rows >= 2 && (calls.first?.isLive ?? false)
    let otherRows = min(max(0, calls.count - 1), max(0, rect.rows - 2))
    let parts = rect.splitRows(.fixed(1), .fixed(hasMeters ? 1 : 0), .fixed(otherRows), .share(1))
    header = parts[0]
    meterRow = hasMeters ? parts[1].row : nil
    others = parts[2]
    var rest = parts[3]
    if rest.rows >= 4 { rest = rest.splitRows(.fixed(1), .share(1))[1] }
    if rest.rows >= 2 {
      footerRow = rest.endRow - 1
      rest = rest.splitRows(.share(1), .fixed(1))[0]
    }
    transcript = rest
    // What a ringing call is about stands in its popup while that lies over this pane.
    if let top = calls.first, top.phase != .incoming || !state.isRingingOnTop {
      lines = transcriptLines(of: top, width: rect.columns - 2)
    }
  }
}

extension ConsoleState {
  /// How far the transcript can be scrolled back.
  var transcriptScrollLimit: Int {
    guard let rect = layout.panes[.call] else { return 0 }
    let plan = CallPanePlan(self, in: rect)
    return max(0, plan.lines.count - plan.transcript.rows)
  }
}

/// The bot's summary, its last words, and the transcript, wrapped.
private func transcriptLines(of call: CallSummary, width: Int) -> [[Segment]] {
  // Lines longer than this are hard to read, however wide the screen is.
  let width = min(width, 100)
  var lines: [[Segment]] = []
  let pinned = [("summary", call.summary), ("note", call.note)]
  for case (let name, let text?) in pinned where !text.isEmpty {
    let wrapped = HarmlessText.line(text, limit: 600).wrapped(to: width - 9, limit: 4)
    for (index, line) in wrapped.enumerated() {
      lines.append([
        Segment((index == 0 ? name : "").fitted(to: 9), Theme.quiet), Segment(line),
      ])
    }
  }
  let earlier = TranscriptFold.folded(call.lastWords)
  let spoken = TranscriptFold.folded(call.transcript)
  if !lines.isEmpty, !(earlier + spoken).isEmpty { lines.append([]) }
  let speakerWidth = min(
    max(4, width / 4), (earlier + spoken).map { $0.shownSpeaker.columns }.max() ?? 0)
  let start = call.times.acceptedAt ?? call.times.startedAt
  // The times of what was said before the call was here mean nothing here.
  let showsTime = width >= 40 && !spoken.isEmpty
  for (line, isEarlier) in earlier.map({ ($0, true) }) + spoken.map({ ($0, false) }) {
    let isTimed = showsTime && !isEarlier && start <= line.at
    let time = isTimed ? clockText(start.duration(to: line.at), minuteDigits: 2) : ""
    lines += wrapped(
      line, time: time.fitted(to: showsTime ? 7 : 0), width: width, speakerWidth: speakerWidth)
  }
  return lines
}

/// One utterance: time, speaker, and the text beside them.
private func wrapped(
  _ line: TranscriptLine, time: String, width: Int, speakerWidth: Int
) -> [[Segment]] {
  let indent = time.columns + speakerWidth + 2
  let text = HarmlessText.line(line.text, limit: 2_000) + (line.isFinal ? "" : "▌")
  let style = line.isSelf ? Theme.own : Theme.strong
  return text.wrapped(to: max(8, width - indent)).enumerated().map { index, piece in
    guard index == 0 else {
      return [Segment(String(repeating: " ", count: indent)), Segment(piece)]
    }
    return [
      Segment(time, Theme.quiet), Segment(line.shownSpeaker.fitted(to: speakerWidth), style),
      Segment("  "), Segment(piece),
    ]
  }
}

/// What was said, without the parts that were said again more completely.
enum TranscriptFold {
  /// A line that is not final is replaced by the next of the same speaker; the last 500 are kept.
  static func folded(_ lines: [TranscriptLine]) -> [TranscriptLine] {
    var result: [TranscriptLine] = []
    for line in lines.suffix(500) {
      let open = result.lastIndex {
        $0.speaker == line.speaker && $0.isSelf == line.isSelf && !$0.isFinal
      }
      if let open {
        // The utterance began when its first part was heard.
        var whole = line
        whole.at = result[open].at
        result[open] = whole
      } else {
        result.append(line)
      }
    }
    return result
  }
}

extension TranscriptLine {
  var shownSpeaker: String { isSelf ? "you" : shownName(speaker, else: "they") }
}

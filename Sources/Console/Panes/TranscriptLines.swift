import Basics
import Calling
import Cells

/// What was said in a call, and what is noted about it, in lines of one width.
struct TranscriptLines {
  private let pinned: [[Segment]]
  private let earlier: [TranscriptLine]
  private let spoken: [TranscriptLine]
  private let width: Int
  private let speakerWidth: Int
  private let start: Instant

  init(of call: CallSummary, width: Int) {
    // Lines longer than this are hard to read, however wide the screen is.
    let width = min(width, 100)
    self.width = width
    pinned = Self.pinned(of: call, width: width)
    earlier = TranscriptFold.folded(call.lastWords)
    spoken = TranscriptFold.folded(call.transcript)
    speakerWidth = min(max(4, width / 4), Self.widestSpeaker(of: earlier + spoken))
    start = call.times.acceptedAt ?? call.times.startedAt
  }

  /// The last lines, at most so many; what lies before is not even wrapped.
  func last(_ limit: Int) -> [[Segment]] {
    var lines: [[Segment]] = []
    // The times of what was said before the call was here mean nothing here.
    let showsTime = width >= 40 && !spoken.isEmpty
    let all = earlier.map { ($0, true) } + spoken.map { ($0, false) }
    for (line, isEarlier) in all.reversed() where lines.count < limit {
      let isTimed = showsTime && !isEarlier && start <= line.at
      let time = isTimed ? clockText(start.duration(to: line.at), minuteDigits: 2) : ""
      lines.insert(contentsOf: wrapped(line, time: time.fitted(to: showsTime ? 7 : 0)), at: 0)
    }
    if lines.count < limit {
      let gap: [[Segment]] = pinned.isEmpty || lines.isEmpty ? [] : [[]]
      lines = pinned + gap + lines
    }
    return lines.suffix(limit)
  }

  /// Why it ended, the bot's summary and the user's note.
  private static func pinned(of call: CallSummary, width: Int) -> [[Segment]] {
    var lines: [[Segment]] = []
    if call.shortPhaseWord != call.phaseWord {
      lines += call.phaseWord.wrapped(to: width, limit: 4).map { [Segment($0)] }
    }
    for case (let name, let text?) in [("summary", call.summary), ("note", call.note)]
    where !text.isEmpty {
      let wrapped = HarmlessText.line(text, limit: 600).wrapped(to: width - 9, limit: 4)
      for (index, line) in wrapped.enumerated() {
        lines.append([
          Segment((index == 0 ? name : "").fitted(to: 9), Theme.quiet), Segment(line),
        ])
      }
    }
    return lines
  }

  /// Few speak, so that each name is measured once and not with every line.
  private static func widestSpeaker(of lines: [TranscriptLine]) -> Int {
    var known: Set<String> = []
    var widest = 0
    for line in lines
    where line.kind != .notice && line.isSelf || known.insert(line.speaker).inserted {
      widest = max(widest, line.isSelf ? 3 : line.shownSpeaker.columns)
    }
    return widest
  }

  /// One utterance: time, speaker, and the text beside them.
  private func wrapped(_ line: TranscriptLine, time: String) -> [[Segment]] {
    let indent = time.columns + speakerWidth + 2
    let said = HarmlessText.line(line.text, limit: 2_000) + (line.isFinal ? "" : "▌")
    if line.kind == .notice {
      let room = max(8, width - time.columns)
      return said.wrapped(to: room).enumerated().map { index, piece in
        [
          Segment(index == 0 ? time : String(repeating: " ", count: time.columns), Theme.quiet),
          Segment(piece, Theme.quiet),
        ]
      }
    }
    let text = line.kind == .written ? "writes: " + said : said
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
}

/// What was said, without the parts that were said again more completely.
enum TranscriptFold {
  /// A line that is not final is replaced by the next of the same speaker; the last 500 are kept.
  static func folded(_ lines: [TranscriptLine]) -> [TranscriptLine] {
    var result: [TranscriptLine] = []
    var open: [String: Int] = [:]
    for line in lines.suffix(500) {
      guard line.kind == .spoken else {
        result.append(line)
        continue
      }
      let speaker = (line.isSelf ? "+" : "-") + line.speaker
      if let index = open[speaker] {
        // The utterance began when its first part was heard.
        var whole = line
        whole.at = result[index].at
        result[index] = whole
      } else {
        open[speaker] = result.count
        result.append(line)
      }
      if line.isFinal { open[speaker] = nil }
    }
    return result
  }
}

extension TranscriptLine {
  var shownSpeaker: String { isSelf ? "you" : shownName(speaker, else: "they") }
}

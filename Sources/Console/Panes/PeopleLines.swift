import Basics
import Calling
import Cells

extension Painter {
  /// Who is in a call of several.
  mutating func paintPeople(of call: CallSummary, in rect: Rect) {
    let lines = call.peopleLines(width: rect.columns - 2, limit: rect.rows)
    for (index, line) in lines.enumerated() {
      screen.draw(line, row: rect.row + index, column: rect.column + 1, limit: rect.columns - 2)
    }
  }
}

extension CallSummary {
  /// The names of all who are in the call and what they do, in lines of that width; those that do not fit
  /// into the last line are counted.
  func peopleLines(width: Int, limit: Int) -> [[Segment]] {
    let count = participants.count
    guard count > 0, width > 0, limit > 0 else { return [] }
    var lines: [[Segment]] = []
    var line = [Segment("\(count) \(count == 1 ? "person" : "people") ", Theme.quiet)]
    for (index, person) in participants.enumerated() {
      let entry = person.segment
      let rest = Segment(" +\(count - index)", Theme.quiet)
      let isLast = index == count - 1
      let needed = lines.count == limit - 1 && !isLast ? [entry, Segment(" +99")] : [entry]
      if (line + needed).columns > width, line.count > 1 {
        guard lines.count < limit - 1 else { return lines + [line + [rest]] }
        lines.append(line)
        line = []
      }
      line.append(entry)
    }
    return lines + [line]
  }
}

extension Participant {
  /// ` ● Ann `, ` ○ Ben (muted) `.
  fileprivate var segment: Segment {
    let name = isSelf ? "you" : shownName(name, else: id).clipped(to: 24)
    let sign = isSpeaking ? "●" : "○"
    let style = isMuted ? Theme.quiet : isSpeaking ? Theme.good : isSelf ? Theme.own : .plain
    return Segment(" \(sign) \(name)\(isMuted ? " (muted)" : "") ", style)
  }
}

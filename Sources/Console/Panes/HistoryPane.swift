import Basics
import Calling
import Cells

/// Past calls, newest first.
extension Painter {
  mutating func paintHistory(in rect: Rect) {
    let records = state.shownRecords
    let list = paintFilter(
      state.historyFilter, of: .history, shown: records.count, total: state.board.history.count,
      in: rect)
    guard !records.isEmpty else {
      let isFiltered = state.historyFilter?.isEmpty == false
      screen.drawHint(
        [isFiltered ? "No past call fits." : "Calls you make and get appear here."], in: list)
      if isFocused(.history), !state.isFiltering {
        cursor = Point(row: list.row, column: list.column)
      }
      return
    }
    let columns = HistoryColumns(width: list.columns - 4)
    let visible = state.historyPosition.visible(count: records.count, height: list.rows)
    for (row, index) in visible.enumerated() {
      paint(records[index], row: list.row + row, in: list, columns: columns)
      if index == state.historyPosition.index, isFocused(.history) {
        mark(row: list.row + row, in: list)
      }
    }
  }

  private mutating func paint(
    _ record: CallRecord, row: Int, in list: Rect, columns: HistoryColumns
  ) {
    let isNews = record.outcome == .missed && !record.isSeen
    let name = isNews ? Theme.strong : .plain
    var column = list.column + 3
    screen.draw(record.sign, row: row, column: list.column + 1, style: style(of: record))
    screen.draw(record.partyName, row: row, column: column, limit: columns.name, style: name)
    column += columns.name + 1
    let when = record.when(at: state.wallTime, offset: state.offset)
    column += columns.when
    screen.draw(when, row: row, endColumn: column, limit: columns.when, style: Theme.quiet)
    column += columns.gap + columns.result
    screen.draw(
      state.isLive(record) ? "now" : record.result, row: row, endColumn: column,
      limit: columns.result,
      style: isNews ? Theme.fair : .plain)
    if columns.quality > 0 {
      column += columns.quality
      let quality = record.quality.map { decimal($0) } ?? ""
      screen.draw(quality, row: row, endColumn: column, style: grade(record.quality))
    }
    guard columns.rest > 0 else { return }
    screen.draw(
      rest(of: record, room: columns.rest), row: row, column: column + 2, limit: columns.rest,
      style: Theme.quiet)
  }

  /// The user's note and the account, or the note alone where both do not fit.
  private func rest(of record: CallRecord, room: Int) -> String {
    let account = HarmlessText.line(record.accountName, limit: 24)
    let note = HarmlessText.line(record.note ?? "", limit: 200)
    if note.isEmpty { return account }
    let both = "\(note) · \(account)"
    return both.columns <= room ? both : note
  }

  private func grade(_ mos: Double?) -> Style {
    mos.map { Theme.style(of: SoundVerdict.grade($0)) } ?? Theme.quiet
  }

  private func style(of record: CallRecord) -> Style {
    switch record.outcome {
    case .answered, .unfinished: Theme.good
    case .missed: Theme.fair
    case .failed: Theme.poor
    case .declined, .busy, .cancelled, .noAnswer: Theme.quiet
    }
  }
}

/// How wide the history's columns are; zero for one that does not fit. The same for every record, so that
/// nothing jumps while one scrolls.
private struct HistoryColumns {
  var name: Int
  /// `19 Nov`, `12:38`.
  let when = 6
  /// `declined`, `1:02:05`.
  let result = 8
  var gap = 1
  var quality = 0
  var rest = 0

  init(width: Int) {
    if width >= 40 { gap = 2 }
    var room = width - when - result - 1 - gap
    if room >= 21 {
      quality = 5
      room -= 5
    }
    name = max(1, min(room, room < 60 ? 20 : 28))
    rest = room - name - 2 >= 8 ? room - name - 2 : 0
    if rest == 0 { name = max(1, room) }
  }
}

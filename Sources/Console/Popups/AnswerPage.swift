import Basics
import Calling
import Cells

/// An answer being read.
package struct AnswerPage: Equatable, Sendable {
  /// Harmless.
  let title: String
  /// The first line that is seen.
  var offset = 0
  private let content: Content

  private enum Content: Equatable, Sendable {
    case lines([String])
    /// The columns' names first, and how wide each column is; all cells harmless.
    case table([[String]], widths: [Int])
  }

  init(title: String, lines: [String]) {
    self.title = title
    content = .lines(lines)
  }

  init(title: String, table: ServiceTable) {
    self.title = title
    let rows = ([table.columns] + table.rows.prefix(Self.rowLimit)).map { row in
      row.map { HarmlessText.line($0, limit: 48) }
    }
    let widths = table.columns.indices.map { column in
      rows.map { $0.indices.contains(column) ? $0[column].columns : 0 }.max() ?? 0
    }
    content = .table(rows, widths: widths)
  }

  /// In lines of at most that many columns: as a table where it fits, else a paragraph for each row.
  func lines(width: Int) -> [String] {
    switch content {
    case .lines(let lines):
      return lines.flatMap { $0.columns > width ? $0.wrapped(to: width) : [$0] }
    case .table(let rows, let widths):
      guard widths.reduce(-2, { $0 + $1 + 2 }) > width else {
        return rows.map { row in
          zip(row, widths).map { $0.fitted(to: $1) }.joined(separator: "  ")
        }
      }
      return rows.dropFirst().flatMap { Self.paragraph(of: $0, names: rows[0], width: width) }
    }
  }

  /// The first cell, and below it what else is told, each by its column's name.
  private static func paragraph(of row: [String], names: [String], width: Int) -> [String] {
    let rest = zip(names, row).dropFirst().filter { !$0.1.isEmpty }
      .map { "\($0.lowercased()) \($1)" }.joined(separator: " · ")
    let indent = "  "
    return (row.first ?? "").wrapped(to: width)
      + rest.wrapped(to: width - indent.columns).map { indent + $0 }
  }

  /// Rows that are shown at most.
  private static let rowLimit = 500
}

extension ConsoleState {
  /// How many columns a text has that is read in a popup.
  var readerColumns: Int {
    let isBare = layout.form == .small || layout.form == .line
    return isBare ? size.columns : size.columns - 8
  }

  /// An answer as it is drawn.
  func lines(of page: AnswerPage) -> [String] { page.lines(width: readerColumns) }
}

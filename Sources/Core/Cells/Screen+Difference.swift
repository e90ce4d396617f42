/// Neighbouring cells of one row and one style that must be painted.
package struct ScreenRun: Equatable, Sendable {
  package var row: Int
  package var column: Int
  package var cells: [Cell]

  package var style: Style { cells.first?.style ?? .plain }
  package var text: String { cells.map(\.text).joined() }
}

extension Screen {
  /// What to paint over `previous` so that it shows this screen: everything when there is none, or one
  /// of another size.
  package func runs(since previous: Screen?) -> [ScreenRun] {
    let previous = previous?.size == size ? previous : nil
    return (0..<size.rows).flatMap { runs(inRow: $0, since: previous) }
  }

  private func runs(inRow index: Int, since previous: Screen?) -> [ScreenRun] {
    let new = row(index)
    let old = previous?.row(index)
    if let old, old == new { return [] }
    var runs: [ScreenRun] = []
    for (column, cell) in new.enumerated() where cell.columns > 0 {
      guard old?[new.startIndex + column] != cell else { continue }
      if let last = runs.last, last.style == cell.style,
        last.column + last.cells.reduce(0, { $0 + $1.columns }) == column
      {
        runs[runs.count - 1].cells.append(cell)
      } else {
        runs.append(ScreenRun(row: index, column: column, cells: [cell]))
      }
    }
    return runs
  }
}

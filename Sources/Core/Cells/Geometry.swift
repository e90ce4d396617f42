/// A number of rows and columns.
package struct Size: Hashable, Sendable {
  package var rows: Int
  package var columns: Int

  /// Sizes are kept within 0–1000 each way, whatever a terminal claims.
  package init(rows: Int, columns: Int) {
    self.rows = min(max(rows, 0), 1_000)
    self.columns = min(max(columns, 0), 1_000)
  }
}

/// A place on a screen, counted from zero at the upper left.
package struct Point: Hashable, Sendable {
  package var row: Int
  package var column: Int

  package init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// A rectangle of a screen; empty when it has no rows or no columns.
package struct Rect: Hashable, Sendable {
  package var row: Int
  package var column: Int
  package var rows: Int
  package var columns: Int

  package init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(rows, 0)
    self.columns = max(columns, 0)
  }

  /// The whole of a screen.
  package init(_ size: Size) {
    self.init(row: 0, column: 0, rows: size.rows, columns: size.columns)
  }

  package var isEmpty: Bool { rows == 0 || columns == 0 }
  /// The row below the last.
  package var endRow: Int { row + rows }
  /// The column right of the last.
  package var endColumn: Int { column + columns }

  package func contains(_ point: Point) -> Bool {
    (row..<endRow).contains(point.row) && (column..<endColumn).contains(point.column)
  }

  /// The rectangle without that much at each side.
  package func inset(rows: Int = 0, columns: Int = 0) -> Rect {
    Rect(
      row: row + rows, column: column + columns, rows: self.rows - 2 * rows,
      columns: self.columns - 2 * columns)
  }

  /// A rectangle of at most that size in the middle of this one, a little above it in height.
  package func centred(rows: Int, columns: Int) -> Rect {
    let (height, width) = (min(rows, self.rows), min(columns, self.columns))
    return Rect(
      row: row + (self.rows - height) / 3, column: column + (self.columns - width) / 2,
      rows: height, columns: width)
  }
}

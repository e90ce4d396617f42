/// A terminal's screen as a grid of cells.
///
/// Drawing never fails: what lies outside is not drawn, and a wide character that is half covered
/// becomes a blank.
package struct Screen: Equatable, Sendable {
  package let size: Size
  /// Row by row.
  private var cells: [Cell]

  /// A blank screen.
  package init(_ size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.rows * size.columns)
  }

  /// The cell at a place; a blank outside.
  package subscript(row: Int, column: Int) -> Cell {
    contains(row, column) ? cells[row * size.columns + column] : .blank
  }

  /// One row's cells.
  package func row(_ row: Int) -> ArraySlice<Cell> {
    cells[row * size.columns..<(row + 1) * size.columns]
  }

  // MARK: Drawing

  /// Draws text to the right of a place.
  ///
  /// - Parameter limit: how many columns it may take; wider text ends in `…`.
  /// - Returns: the columns it took.
  @discardableResult
  package mutating func draw(
    _ text: String, row: Int, column: Int, limit: Int = .max, style: Style = .plain
  ) -> Int {
    let room = min(limit, size.columns - column)
    guard room > 0 else { return 0 }
    let text = text.clipped(to: room)
    if text.isPlain { return drawPlain(text, row: row, column: column, style: style) }
    var used = 0
    for part in text.displayParts where used + part.columns <= room {
      put(Cell(part, style: style), row: row, column: column + used)
      used += part.columns
    }
    return used
  }

  private mutating func drawPlain(_ text: String, row: Int, column: Int, style: Style) -> Int {
    var used = 0
    for byte in text.utf8 {
      put(Cell(DisplayPart(ascii: byte), style: style), row: row, column: column + used)
      used += 1
    }
    return used
  }

  /// Draws text so that it ends left of a column.
  ///
  /// - Returns: the columns it took.
  @discardableResult
  package mutating func draw(
    _ text: String, row: Int, endColumn: Int, limit: Int = .max, style: Style = .plain
  ) -> Int {
    let text = text.clipped(to: min(limit, endColumn))
    return draw(text, row: row, column: endColumn - text.columns, style: style)
  }

  /// Blanks a rectangle.
  package mutating func clear(_ rect: Rect, style: Style = .plain) {
    for row in rect.row..<rect.endRow {
      for column in rect.column..<rect.endColumn { put(.blank(style), row: row, column: column) }
    }
  }

  /// Changes the style of what is already drawn.
  package mutating func restyle(_ rect: Rect, _ change: (Style) -> Style) {
    for row in rect.row..<rect.endRow {
      for column in rect.column..<rect.endColumn where contains(row, column) {
        let index = row * size.columns + column
        cells[index].style = change(cells[index].style)
      }
    }
  }

  /// Replaces every cell; for the fallbacks of poorer terminals.
  package func mapped(_ change: (Cell) -> Cell) -> Screen {
    var result = self
    for index in cells.indices where cells[index].columns > 0 {
      let changed = change(cells[index])
      precondition(changed.columns == cells[index].columns, "a cell's width is kept")
      result.cells[index] = changed
      if changed.columns == 2 { result.cells[index + 1] = .rightHalf(changed.style) }
    }
    return result
  }

  /// Puts one cell in place, and blanks the halves of wide characters that it cuts.
  mutating func put(_ cell: Cell, row: Int, column: Int) {
    guard contains(row, column) else { return }
    let index = row * size.columns + column
    guard cell.columns == 1 || column + 1 < size.columns else {
      return put(.blank(cell.style), row: row, column: column)
    }
    if cells[index].columns == 0 { cells[index - 1] = .blank(cells[index - 1].style) }
    let last = index + cell.columns - 1
    if cells[last].columns == 2 { cells[last + 1] = .blank(cells[last + 1].style) }
    cells[index] = cell
    if cell.columns == 2 { cells[index + 1] = .rightHalf(cell.style) }
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    (0..<size.rows).contains(row) && (0..<size.columns).contains(column)
  }
}

extension Screen {
  /// The screen as people read it: one line a row, without trailing blanks.
  package var text: String {
    (0..<size.rows).map { row in
      var line = self.row(row).map(\.text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

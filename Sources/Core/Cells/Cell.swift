/// One place of a screen.
package struct Cell: Equatable, Sendable {
  /// What is drawn there: one base character with at most a few combining marks, or nothing for the
  /// right half of a wide one. Never holds a control character.
  package let text: String
  package var style: Style
  /// 1 or 2 for a character, 0 for the right half of a wide one.
  package let columns: Int

  /// A cell that holds a part of a text; only parts are fit to be drawn.
  package init(_ part: DisplayPart, style: Style) {
    text = part.text
    columns = part.columns
    self.style = style
  }

  /// A character of a line drawing.
  init(line glyph: String, style: Style) {
    self.init(text: glyph, columns: 1, style: style)
  }

  /// As many ASCII characters as the cell they stand for has columns.
  init(asciiPair text: String, columns: Int, style: Style) {
    precondition(text.utf8.count == columns, "an ASCII character takes one column")
    self.init(text: text, columns: columns, style: style)
  }

  private init(text: String, columns: Int, style: Style) {
    self.text = text
    self.columns = columns
    self.style = style
  }

  package static let blank = Cell(text: " ", columns: 1, style: .plain)

  /// An empty place in that style.
  package static func blank(_ style: Style) -> Cell { Cell(text: " ", columns: 1, style: style) }

  /// The right half of a wide character.
  static func rightHalf(_ style: Style) -> Cell { Cell(text: "", columns: 0, style: style) }
}

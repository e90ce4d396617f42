/// Lines that join where they meet.
extension Screen {
  /// How thick a line is.
  package enum LineWeight: Int, Sendable {
    case light = 1
    case heavy = 2
  }

  /// Whether a line's end reaches only into the line (and so makes a corner), or through the cell.
  package enum LineEnd: Sendable {
    case closed, through
  }

  /// Draws a line from left to right over both end columns.
  package mutating func horizontalLine(
    row: Int, from first: Int, to last: Int, weight: LineWeight = .light, start: LineEnd = .closed,
    end: LineEnd = .closed, style: Style = .plain
  ) {
    guard first <= last else { return }
    for column in max(first, 0)...max(min(last, size.columns - 1), max(first, 0)) {
      var joint = Joint()
      if column > first || start == .through { joint.left = weight.rawValue }
      if column < last || end == .through { joint.right = weight.rawValue }
      join(joint, row: row, column: column, style: style)
    }
  }

  /// Draws a line from top to bottom over both end rows.
  package mutating func verticalLine(
    column: Int, from first: Int, to last: Int, weight: LineWeight = .light, style: Style = .plain
  ) {
    guard first <= last else { return }
    for row in max(first, 0)...max(min(last, size.rows - 1), max(first, 0)) {
      var joint = Joint()
      if row > first { joint.up = weight.rawValue }
      if row < last { joint.down = weight.rawValue }
      join(joint, row: row, column: column, style: style)
    }
  }

  /// Blanks a rectangle and draws a frame along its inner edge, with round corners when light.
  package mutating func box(_ rect: Rect, weight: LineWeight = .light, style: Style = .plain) {
    guard rect.rows >= 2, rect.columns >= 2 else { return clear(rect) }
    clear(rect)
    let (bottom, right) = (rect.endRow - 1, rect.endColumn - 1)
    for row in [rect.row, bottom] {
      horizontalLine(row: row, from: rect.column, to: right, weight: weight, style: style)
    }
    for column in [rect.column, right] {
      verticalLine(column: column, from: rect.row, to: bottom, weight: weight, style: style)
    }
    guard weight == .light else { return }
    draw("╭", row: rect.row, column: rect.column, style: style)
    draw("╮", row: rect.row, column: right, style: style)
    draw("╰", row: bottom, column: rect.column, style: style)
    draw("╯", row: bottom, column: right, style: style)
  }

  private mutating func join(_ joint: Joint, row: Int, column: Int, style: Style) {
    let before = self[row, column].text
    let merged = before == " " ? joint : joint.merged(with: Joint(glyph: before))
    put(Cell(line: merged.glyph, style: style), row: row, column: column)
  }
}

/// What leaves a cell of a line drawing to each side: 0 nothing, 1 light, 2 heavy.
private struct Joint {
  var up = 0
  var right = 0
  var down = 0
  var left = 0

  init() {}

  /// The joint that a glyph draws; an empty one for any other character.
  init(glyph: String) {
    guard let index = Self.indices[glyph] else { return }
    (up, right, down, left) = (index / 27, index / 9 % 3, index / 3 % 3, index % 3)
  }

  func merged(with other: Joint) -> Joint {
    var result = self
    result.up = max(up, other.up)
    result.right = max(right, other.right)
    result.down = max(down, other.down)
    result.left = max(left, other.left)
    return result
  }

  var glyph: String { Self.glyphs[up * 27 + right * 9 + down * 3 + left] }

  /// By `up * 27 + right * 9 + down * 3 + left`.
  private static let glyphs = [
    " ", "╴", "╸", "╷", "┐", "┑", "╻", "┒", "┓",
    "╶", "─", "╾", "┌", "┬", "┭", "┎", "┰", "┱",
    "╺", "╼", "━", "┍", "┮", "┯", "┏", "┲", "┳",
    "╵", "┘", "┙", "│", "┤", "┥", "╽", "┧", "┪",
    "└", "┴", "┵", "├", "┼", "┽", "┟", "╁", "╅",
    "┕", "┶", "┷", "┝", "┾", "┿", "┢", "╆", "╈",
    "╹", "┚", "┛", "╿", "┦", "┩", "┃", "┨", "┫",
    "┖", "┸", "┹", "┞", "╀", "╃", "┠", "╂", "╉",
    "┗", "┺", "┻", "┡", "╄", "╇", "┣", "╊", "╋",
  ]
  private static let indices = Dictionary(
    uniqueKeysWithValues: glyphs.enumerated().map { ($0.element, $0.offset) })
}

import Calling
import Cells

/// Where the parts of the screen lie, for a size and a focus.
struct ConsoleLayout: Equatable, Sendable {
  enum Form: Equatable, Sendable {
    /// All four panes, two by two.
    case four
    /// Two panes side by side.
    case two
    /// The focused pane with a line of tabs.
    case one
    /// The focused pane between a line about the call and the key bar.
    case small
    /// A single line.
    case line
  }

  var form: Form
  var titleRow: Int?
  /// A line about the call, where the call pane is out of sight.
  var callRow: Int?
  /// The line with the titles of the upper panes.
  var upperRule: Int?
  /// The line between upper and lower panes.
  var middleRule: Int?
  /// The line that carries the message.
  var messageRow: Int?
  var keyRow: Int?
  /// The column between left and right panes.
  var divider: Int?
  private(set) var panes: [Pane: Rect] = [:]

  /// - Parameter hasCall: whether a call is worth a line of its own.
  init(size: Size, focus: Pane, isZoomed: Bool, hasCall: Bool) {
    let (rows, columns) = (size.rows, size.columns)
    if rows <= 1 {
      form = .line
    } else if rows < 7 || columns < 24 {
      form = .small
    } else if columns < 76 || isZoomed {
      form = .one
    } else {
      form = rows < 17 ? .two : .four
    }
    switch form {
    case .line: break
    case .small: arrangeSmall(size, focus, hasCall)
    case .one: arrangeOne(size, focus, hasCall)
    case .two, .four: arrangeColumns(size, focus)
    }
  }

  /// The pane under a place.
  func pane(at point: Point) -> Pane? {
    panes.first { $0.value.contains(point) }?.key
  }

  private mutating func arrangeSmall(_ size: Size, _ focus: Pane, _ hasCall: Bool) {
    // The call pane begins with that line itself.
    let top = focus == .call && hasCall ? 0 : 1
    if top == 1 { callRow = 0 }
    keyRow = size.rows - 1
    panes[focus] = Rect(
      row: top, column: 0, rows: size.rows - 1 - top, columns: size.columns)
  }

  private mutating func arrangeOne(_ size: Size, _ focus: Pane, _ hasCall: Bool) {
    titleRow = 0
    let showsCall = hasCall && focus != .call && size.rows >= 9
    if showsCall { callRow = 1 }
    let rule = showsCall ? 2 : 1
    upperRule = rule
    messageRow = size.rows - 2
    keyRow = size.rows - 1
    panes[focus] = Rect(
      row: rule + 1, column: 0, rows: size.rows - rule - 3, columns: size.columns)
  }

  private mutating func arrangeColumns(_ size: Size, _ focus: Pane) {
    titleRow = 0
    upperRule = 1
    messageRow = size.rows - 2
    keyRow = size.rows - 1
    let left = size.columns < 80 ? 27 : min(44, max(30, size.columns * 3 / 10))
    divider = left
    let body = Rect(row: 2, column: 0, rows: size.rows - 4, columns: size.columns)
    let sides = body.splitColumns(.fixed(left), .fixed(1), .share(1))
    guard form == .four else {
      panes[focus == .history ? .history : .contacts] = sides[0]
      panes[focus == .statistics ? .statistics : .call] = sides[2]
      return
    }
    // The lower panes get a third, and no more than the statistics can fill.
    let lower = min(11, max(5, (body.rows - 1) / 3))
    let cut: (Rect) -> [Rect] = { $0.splitRows(.share(1), .fixed(1), .fixed(lower)) }
    let (leftPanes, rightPanes) = (cut(sides[0]), cut(sides[2]))
    middleRule = leftPanes[1].row
    panes = [
      .contacts: leftPanes[0], .history: leftPanes[2], .call: rightPanes[0],
      .statistics: rightPanes[2],
    ]
  }
}

extension ConsoleState {
  var layout: ConsoleLayout {
    ConsoleLayout(
      size: size, focus: focus, isZoomed: isZoomed, hasCall: !board.calls.isEmpty)
  }
}

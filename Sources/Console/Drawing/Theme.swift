import Cells

/// What the parts of the screen look like. Colour only underlines what signs and words say.
enum Theme {
  static let frame = Style.dim
  static let title = Style.bold
  static let focusedTitle = Style(.cyan, .bold)
  static let focusedFrame = Style(.cyan)
  static let key = Style(.cyan, .bold)
  static let quiet = Style.dim
  static let strong = Style.bold
  static let selected = Style.reverse
  static let good = Style(.green)
  /// A measure that is as it should be draws no attention.
  static let calmGraph = Style(.green, .dim)
  static let fair = Style(.yellow)
  static let poor = Style(.red, .bold)
  /// What must not be overlooked: MUTED, INSECURE.
  static let alarm = Style(.red, [.bold, .reverse])
  static let ringing = Style(.yellow, .bold)
  static let own = Style(.cyan)

  static func style(of grade: SoundVerdict.Grade) -> Style {
    switch grade {
    case .unknown: quiet
    case .good: good
    case .fair: fair
    case .poor: poor
    }
  }
}

/// A piece of a line in one style.
struct Segment: Equatable, Sendable {
  var text: String
  var style: Style

  init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }
}

extension [Segment] {
  var columns: Int { reduce(0) { $0 + $1.text.columns } }
}

extension Screen {
  /// Draws pieces one after the other and returns the columns they took.
  @discardableResult
  mutating func draw(_ segments: [Segment], row: Int, column: Int, limit: Int = .max) -> Int {
    var used = 0
    for segment in segments where used < limit {
      used += draw(
        segment.text, row: row, column: column + used, limit: limit - used, style: segment.style)
    }
    return used
  }

  /// Draws paragraphs in the middle of an empty pane's upper part, wrapped and quiet.
  mutating func drawHint(_ paragraphs: [String], in rect: Rect) {
    let lines = paragraphs.flatMap { $0.wrapped(to: min(rect.columns - 2, 72)) + [""] }
    for (index, line) in lines.prefix(max(0, rect.rows)).enumerated() {
      draw(line, row: rect.row + index, column: rect.column + 1, style: Theme.quiet)
    }
  }
}

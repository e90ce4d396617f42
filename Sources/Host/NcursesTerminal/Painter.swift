import CNcurses
import Cells

/// Brings a screen to the terminal, as far as it differs from the one before.
final class Painter {
  private let window: UnsafeMutablePointer<WINDOW>
  private let colourCount: Int32
  private var pairs: [ColourPair: Int32] = [:]
  private var shown: Screen?

  private struct ColourPair: Hashable {
    var foreground: Int32
    var background: Int32
  }

  /// - Parameter usesColour: `false` where colours are not wanted although there are some.
  init(window: UnsafeMutablePointer<WINDOW>, usesColour: Bool) {
    self.window = window
    if usesColour, has_colors() {
      start_color()
      // The terminal's own background stays, also where it is a picture.
      use_default_colors()
    }
    colourCount = usesColour ? shim_colour_count() : 0
  }

  var hasColours: Bool { colourCount >= 8 }

  /// Forgets what the terminal shows: the next painting covers everything.
  func forget() {
    shown = nil
    clearok(window, true)
  }

  func paint(_ screen: Screen, cursor: Point) {
    if shown?.size != screen.size { werase(window) }
    for run in screen.runs(since: shown) {
      wmove(window, Int32(run.row), Int32(run.column))
      set(run.style)
      // The lower right corner is written although the cursor then has no place to go to.
      waddstr(window, run.cells.map(Self.text).joined())
    }
    shown = screen
    wmove(window, Int32(cursor.row), Int32(cursor.column))
    wnoutrefresh(window)
    doupdate()
  }

  /// What is drawn for a cell: its text where the C library counts the same columns, else a `?`.
  ///
  /// ncurses keeps its own account of columns by `wcwidth`; a disagreement would shift the row.
  private static func text(of cell: Cell) -> String {
    if cell.text.utf8.count == 1 { return cell.text }
    let columns = cell.text.unicodeScalars.reduce(0) { sum, scalar in
      sum + max(-9, Int(shim_columns(scalar.value)))
    }
    return columns == cell.columns ? cell.text : String(repeating: "?", count: cell.columns)
  }

  private func set(_ style: Style) {
    var attributes = attr_t(0)
    if style.attributes.contains(.bold) { attributes |= shim_bold() }
    if style.attributes.contains(.dim) { attributes |= shim_dim() }
    if style.attributes.contains(.reverse) { attributes |= shim_reverse() }
    if style.attributes.contains(.underline) { attributes |= shim_underline() }
    guard hasColours else { return shim_set_style(window, attributes, 0) }
    if colourCount < 16, let colour = style.foreground, colour.rawValue >= 8 {
      attributes |= shim_bold()
    }
    shim_set_style(window, attributes, pair(style.foreground, style.background))
  }

  /// The pair's number; pairs are made when they are first needed. 0 is the terminal's default.
  private func pair(_ foreground: Colour?, _ background: Colour?) -> Int32 {
    let pair = ColourPair(foreground: number(foreground), background: number(background))
    if pair.foreground == -1, pair.background == -1 { return 0 }
    if let known = pairs[pair] { return known }
    let new = Int32(pairs.count + 1)
    guard init_extended_pair(new, pair.foreground, pair.background) == OK else { return 0 }
    pairs[pair] = new
    return new
  }

  private func number(_ colour: Colour?) -> Int32 {
    guard let colour else { return -1 }
    return colourCount < 16 ? Int32(colour.rawValue % 8) : Int32(colour.rawValue)
  }
}

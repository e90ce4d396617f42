import Cells
import Testing

@Suite("Screen")
struct ScreenTests {
  @Test("draws what lies inside and nothing else")
  func clipsAtEdges() {
    var screen = Screen(Size(rows: 2, columns: 5))
    #expect(screen.draw("hello world", row: 0, column: 1) == 4)
    screen.draw("x", row: 2, column: 0)
    screen.draw("x", row: -1, column: 0)
    screen.draw("x", row: 1, column: 5)
    #expect(screen.text == " hel…\n")
  }

  @Test("ends a text left of a column")
  func endsAt() {
    var screen = Screen(Size(rows: 1, columns: 8))
    screen.draw("00:42", row: 0, endColumn: 7)
    #expect(screen.text == "  00:42")
  }

  @Test("blanks the other half of a wide character that is drawn over")
  func wideHalves() {
    var screen = Screen(Size(rows: 1, columns: 6))
    screen.draw("日本語", row: 0, column: 0)
    screen.draw("x", row: 0, column: 1)
    screen.draw("y", row: 0, column: 2)
    #expect(screen.text == " xy 語")
  }

  @Test("shows a wide character that does not fit the last column as nothing")
  func wideAtEdge() {
    var screen = Screen(Size(rows: 1, columns: 3))
    screen.draw("日本", row: 0, column: 0)
    #expect(screen.text == "日…")
  }

  @Test("never holds a control character")
  func noControls() {
    var screen = Screen(Size(rows: 1, columns: 12))
    screen.draw("a\u{1B}]0;x\u{7}\u{202E}b\u{9B}", row: 0, column: 0)
    #expect(screen.text == "a]0;xb")
  }

  @Test("joins lines where they meet, light and heavy")
  func joints() {
    var screen = Screen(Size(rows: 3, columns: 7))
    screen.horizontalLine(row: 0, from: 0, to: 3, weight: .heavy, start: .through)
    screen.horizontalLine(row: 0, from: 3, to: 6, end: .through)
    screen.verticalLine(column: 3, from: 0, to: 2)
    screen.horizontalLine(row: 2, from: 0, to: 6, start: .through, end: .through)
    #expect(screen.text == "━━━┭───\n   │\n───┴───")
  }

  @Test("frames a rectangle and blanks what was in it")
  func box() {
    var screen = Screen(Size(rows: 3, columns: 4))
    screen.draw("xxxx", row: 1, column: 0)
    screen.box(Rect(Size(rows: 3, columns: 4)))
    #expect(screen.text == "╭──╮\n│  │\n╰──╯")
    screen.box(Rect(Size(rows: 3, columns: 4)), weight: .heavy)
    #expect(screen.text == "┏━━┓\n┃  ┃\n┗━━┛")
  }

  @Test("differs from itself in nothing and from no screen in everything")
  func difference() {
    var old = Screen(Size(rows: 2, columns: 6))
    old.draw("abcdef", row: 0, column: 0)
    var new = old
    #expect(new.runs(since: old) == [])
    #expect(new.runs(since: nil).count == 2)
    #expect(new.runs(since: Screen(Size(rows: 3, columns: 6))).count == 2)
    new.draw("XY", row: 0, column: 1)
    new.draw("Z", row: 0, column: 4, style: .bold)
    let runs = new.runs(since: old)
    #expect(runs.map(\.text) == ["XY", "Z"])
    #expect(runs.map(\.column) == [1, 4])
    #expect(runs.last?.style == .bold)
  }

  @Test("repaints a wide character as a whole")
  func wideDifference() {
    var old = Screen(Size(rows: 1, columns: 6))
    old.draw("ab日c", row: 0, column: 0)
    var new = Screen(Size(rows: 1, columns: 6))
    new.draw("ab本c", row: 0, column: 0)
    #expect(new.runs(since: old).map(\.text) == ["本"])
    new.draw("日", row: 0, column: 1)
    #expect(new.runs(since: old).map(\.text) == ["日 "])
  }

  @Test("has an ASCII stand-in of the same width for every cell")
  func ascii() {
    var screen = Screen(Size(rows: 2, columns: 12))
    screen.draw("┌─┬╮ ●○✗…", row: 0, column: 0)
    screen.draw("Zoë 日本 ▁▄█", row: 1, column: 0)
    #expect(screen.inASCII.text == "+-++ *ox.\nZoe ???? _-#")
  }

  @Test("keeps attributes when colours are taken away")
  func withoutColour() {
    var screen = Screen(Size(rows: 1, columns: 1))
    screen.draw("x", row: 0, column: 0, style: Style(.red, on: .blue, .bold))
    #expect(screen.withoutColour[0, 0].style == .bold)
  }

  @Test("holds a claimed size within bounds")
  func sizeBound() {
    #expect(Size(rows: -3, columns: 1_000_000) == Size(rows: 0, columns: 1_000))
    #expect(Screen(Size(rows: 0, columns: 0)).text == "")
  }
}

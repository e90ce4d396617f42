import Cells
import Testing

@Suite("Widgets")
struct WidgetTests {
  @Test("cuts a rectangle without gaps")
  func layout() {
    let rect = Rect(row: 1, column: 2, rows: 10, columns: 11)
    let rows = rect.splitRows(.fixed(1), .share(1), .share(1), .fixed(2))
    #expect(rows.map(\.rows) == [1, 3, 4, 2])
    #expect(rows.map(\.row) == [1, 2, 5, 9])
    #expect(rect.splitColumns(.fixed(20), .share(1)).map(\.columns) == [11, 0])
  }

  @Test("scrolls a list no further than the row needs")
  func list() {
    var position = ListPosition()
    position.move(by: 7, count: 20)
    position.settle(count: 20, height: 5)
    #expect(position.visible(count: 20, height: 5) == 3..<8)
    position.move(by: -2, count: 20)
    position.settle(count: 20, height: 5)
    #expect(position.visible(count: 20, height: 5) == 3..<8)
    position.move(to: .max, count: 20)
    position.settle(count: 20, height: 5)
    #expect(position.visible(count: 20, height: 5) == 15..<20)
    position.settle(count: 2, height: 5)
    #expect(position.index == 1)
    #expect(position.visible(count: 2, height: 5) == 0..<2)
    position.settle(count: 0, height: 5)
    #expect(position.visible(count: 0, height: 5).isEmpty)
  }

  @Test("edits by whole characters")
  func field() {
    var field = TextField("Zoe\u{308}")
    type([.backspace], into: &field)
    #expect(field.text == "Zo")
    type([.home, .character("📞"), .right, .delete, .end, .character("!")], into: &field)
    #expect(field.text == "📞Z!")
    let isTaken = field.take(.enter)
    #expect(!isTaken)
  }

  @Test("deletes by words and to either end")
  func words() {
    var field = TextField("one two  ")
    type([.control("w")], into: &field)
    #expect(field.text == "one ")
    type([.left, .control("k")], into: &field)
    #expect(field.text == "one")
    type([.control("u")], into: &field)
    #expect(field.isEmpty)
  }

  @Test("takes pasted text on one line, without controls, and no more than its limit")
  func paste() {
    var field = TextField()
    type([.paste("a\nb\u{1B}[2Jc")], into: &field)
    #expect(field.text == "a b[2Jc")
    type([.paste(String(repeating: "x", count: 1_000))], into: &field)
    #expect(field.text.count == TextField.limit)
  }

  @Test("keeps the cursor in sight of a field narrower than its text")
  func window() {
    let field = TextField("日本語 text")
    #expect(field.window(width: 6) == ("text", 4) || field.window(width: 6) == (" text", 5))
    #expect(field.window(width: 20) == ("日本語 text", 11))
    #expect(field.window(width: 0) == ("", 0))
  }

  @Test("draws gauges, levels and one-minute lines")
  func meters() {
    #expect(Meters.gauge(0.5, width: 4) == "██░░")
    #expect(Meters.gauge(.nan, width: 2) == "░░")
    #expect(Meters.levels([0, 0.01, 0.1, 1], width: 5) == "▁▁▃▅█")
    #expect(Meters.sparkline([1, 2, nil, 8], span: 6, width: 6, ceiling: 8) == "  ▂▃ █")
    #expect(Meters.sparkline([0, 8, 0, 0], span: 4, width: 2, ceiling: 8) == "█▁")
  }
}

private func type(_ keys: [Key], into field: inout TextField) {
  for key in keys {
    let isTaken = field.take(key)
    #expect(isTaken)
  }
}

@Suite("Keys")
struct KeyTests {
  @Test(
    "are read by the names they are shown with",
    arguments: [
      Key.character("m"), .character(" "), .control("p"), .alt("x"), .function(12), .pageUp,
      .delete,
      .backTab, .escape, .up, .character("é"),
    ])
  func names(key: Key) {
    #expect(Key(name: key.name) == key)
  }

  @Test(
    "have no name that is not theirs", arguments: ["", "F0", "F13", "Ctrl-", "Hyper-x", "\u{1B}"])
  func unknown(name: String) {
    #expect(Key(name: name) == nil)
  }
}

import Cells
import Testing

@Suite("Text width")
struct TextWidthTests {
  @Test(
    "counts the columns a terminal would use",
    arguments: [
      ("plain", 5), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("📞", 2),
      ("☎\u{FE0F}", 1), ("👩\u{200D}🚀", 2), ("👍🏽", 2), ("🇩🇪", 2), ("a\u{200B}b", 2), ("क्ष", 2),
      ("●", 1),
      ("▁█", 2), ("\u{1B}[2J", 3), ("\t\n", 0), ("", 0),
    ])
  func counts(text: String, columns: Int) {
    #expect(text.columns == columns)
    #expect(text.displayParts.reduce(0) { $0 + $1.columns } == columns)
  }

  @Test("shows a joined emoji by its first member")
  func joinedEmoji() {
    #expect("👩\u{200D}🚀".displayParts.map(\.text) == ["👩"])
    #expect("👍🏽".displayParts.map(\.text) == ["👍"])
  }

  @Test("keeps a flag whole and shows half of one as its letter")
  func flags() {
    #expect("🇩🇪".displayParts.map(\.text) == ["🇩🇪"])
    #expect("🇩".displayParts.map(\.text) == ["D"])
  }

  @Test("keeps four marks upon a letter and no more")
  func markBound() {
    let zalgo = "a" + String(repeating: "\u{301}", count: 300)
    #expect(zalgo.displayParts.map { $0.text.unicodeScalars.count } == [5])
  }

  @Test("clips with an ellipsis only what is too wide")
  func clips() {
    #expect("Parrot".clipped(to: 6) == "Parrot")
    #expect("Parrot".clipped(to: 5) == "Parr…")
    #expect("日本語".clipped(to: 4) == "日…")
    #expect("日本語".clipped(to: 6) == "日本語")
    #expect("x".clipped(to: 0) == "")
  }

  @Test("fits to a width exactly, wide characters included")
  func fits() {
    #expect("日本語".fitted(to: 6) == "日本語")
    #expect("日本語".fitted(to: 5).columns == 5)
  }

  @Test("wraps between words, and cuts a word only when it fills more than a line")
  func wraps() {
    #expect(
      "say anything and I say it back".wrapped(to: 12) == ["say anything", "and I say it", "back"])
    #expect("abcdefgh ij".wrapped(to: 3) == ["abc", "def", "gh", "ij"])
    #expect("日本語".wrapped(to: 5) == ["日本", "語"])
    #expect("one two three".wrapped(to: 3, limit: 2) == ["one", "tw…"])
    #expect("日本".wrapped(to: 1, limit: 5) == [])
    #expect("".wrapped(to: 5) == [])
  }
}

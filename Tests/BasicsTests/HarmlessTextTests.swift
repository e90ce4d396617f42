import Basics
import Testing

@Suite("Harmless text")
struct HarmlessTextTests {
  @Test(
    "leaves names as they are",
    arguments: [
      "Amina O.", "Zoë", "李小龍", "משה", "مريم", "José", "👨‍👩‍👧‍👦 family", "🏳️‍🌈", "👍🏽",
      "नमस्ते", "한국어", "a…b", "x²",
    ])
  func names(text: String) {
    #expect(HarmlessText.line(text) == text)
  }

  @Test(
    "takes the command out of escape sequences",
    arguments: [
      ("\u{1B}]0;owned\u{7}bob", "]0;owned bob"), ("\u{1B}[2Jbob", "[2Jbob"),
      ("bob\u{9B}31m", "bob 31m"), ("bob\u{90}q\u{9C}", "bob q"), ("a\u{8}\u{8}b", "a b"),
      ("a\u{7F}b", "a b"), ("a\u{0}b", "a b"), ("a\r\nb\tc\nd", "a b c d"),
      ("a\u{85}b\u{2028}c\u{2029}d", "a b c d"),
    ])
  func commands(text: String, shown: String) {
    #expect(HarmlessText.line(text) == shown)
  }

  @Test(
    "removes what reorders or cannot be seen",
    arguments: [
      ("bob\u{202E}gpj.exe\u{202C}", "bobgpj.exe"), ("\u{2066}bob\u{2069}", "bob"),
      ("b\u{200B}o\u{200C}b\u{FEFF}", "bob"), ("b\u{AD}ob", "bob"), ("bob\u{200D}", "bob"),
      ("\u{200D}bob", "bob"), ("bob\u{E0041}\u{E007F}", "bob"), ("b\u{2060}ob\u{2064}", "bob"),
      ("\u{3164}\u{FFA0}bob", "bob"), ("\u{2800}\u{2800}", ""), ("\u{E000}bob", "bob"),
      ("bo\u{34F}b", "bob"), ("bob\u{E0100}", "bob"), ("\u{200E}bob\u{200F}\u{61C}", "bob"),
    ])
  func invisible(text: String, shown: String) {
    #expect(HarmlessText.line(text) == shown)
  }

  @Test("makes one space of many, of whatever kind, and none at the ends")
  func spaces() {
    #expect(HarmlessText.line("  a \u{A0}\u{3000}\u{2003} b  ") == "a b")
    #expect(HarmlessText.line(" \t\n ") == "")
    #expect(HarmlessText.line("") == "")
  }

  @Test("bounds stacks of combining marks, and drops marks without a letter")
  func combiningMarks() {
    let stacked = HarmlessText.line("a" + String(repeating: "\u{0301}", count: 1_000) + "b")
    #expect(stacked.count == 2)
    #expect(stacked.unicodeScalars.count <= 13)
    #expect(HarmlessText.line("\u{0301}\u{0302}bob") == "bob")
    #expect(HarmlessText.line("bob\u{1B}\u{0301}\u{20DD}x") == "bob x")
  }

  @Test("cuts a name of four kilobytes, and says so")
  func longName() {
    let name = String(repeating: "x", count: 4_096)
    let shown = HarmlessText.line(name)
    #expect(shown == String(repeating: "x", count: 256) + "…")
    #expect(HarmlessText.line(String(name.prefix(256))) == String(name.prefix(256)))
    #expect(HarmlessText.line("ab cd", limit: 3) == "ab…")
    #expect(HarmlessText.line("ab cd", limit: 4) == "ab c…")
    #expect(HarmlessText.line("ab ", limit: 2) == "ab")
    #expect(HarmlessText.line("ab", limit: 0) == "…")
  }

  @Test("is the same when made harmless twice, whatever it was", arguments: 0..<20)
  func anything(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<40, using: &generator) {
        let limit: UInt32 = Bool.random(using: &generator) ? 0x300 : 0x11_0000
        scalars.append(
          Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) ?? "\u{202E}")
      }
      let once = HarmlessText.line(String(scalars))
      #expect(HarmlessText.line(once) == once, "seed \(seed)")
      #expect(
        !once.unicodeScalars.contains { $0.properties.generalCategory == .control }, "seed \(seed)")
    }
  }
}

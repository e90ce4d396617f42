import Basics
import Calling
import Testing

@testable import Console

@Suite("Words")
struct WordTests {
  @Test(
    "write durations as clocks do",
    arguments: [(0, "0:00"), (62, "1:02"), (3_725, "1:02:05"), (-5, "0:00")])
  func durations(seconds: Int, text: String) {
    #expect(clockText(.seconds(seconds)) == text)
  }

  @Test("write numbers with their decimals and what is no number as a dash")
  func decimals() {
    #expect(decimal(4.35) == "4.4")
    #expect(decimal(0.744, places: 2) == "0.74")
    #expect(decimal(-0.04) == "0.0")
    #expect(decimal(12.5, places: 0) == "13")
    #expect(decimal(.nan) == "–")
    #expect(decimal(1e300) == "–")
  }

  @Test("write the time of the same day, else the date, else month and year")
  func dates() {
    let times = Situations.history.map { $0.when(at: Situations.noon, offset: .zero) }
    #expect(times == ["12:38", "12:02", "11:58", "19 Nov", "17 Nov", "Sep 25"])
    // Local midnight counts, not that of UTC.
    let record = Situations.record("x", minutesAgo: 600)
    #expect(record.when(at: Situations.noon, offset: .seconds(-3_600 * 4)) == "19 Nov")
  }

  @Test("call a party by its address when nothing is left of its name")
  func names() {
    #expect(shownName("\u{202E}\u{200B}", else: "amina@example.org") == "amina@example.org")
    #expect(shownName("", else: "\u{1B}") == "nameless")
    #expect(shownName(String(repeating: "x", count: 4_000), else: "").count == 81)
  }

  @Test("say the same end differently for those who called and those who were called")
  func ends() {
    #expect(EndReason.cancelled.words(isIncoming: true) == "they gave up")
    #expect(EndReason.cancelled.words(isIncoming: false) == "you gave up")
    #expect(EndReason.declined(reason: "").words(isIncoming: false) == "declined")
    #expect(EndReason.declined(reason: "a\u{1B}b").words(isIncoming: false) == "declined: a b")
  }

  @Test("score letters that begin words or stand together above scattered ones")
  func fuzzy() throws {
    let together = try #require(FuzzyMatch.score("hold", in: "Hold or resume"))
    let scattered = try #require(FuzzyMatch.score("hold", in: "the order held"))
    #expect(together > scattered)
    #expect(FuzzyMatch.score("xyz", in: "Hold or resume") == nil)
    #expect(FuzzyMatch.score("", in: "anything") == 0)
  }
}

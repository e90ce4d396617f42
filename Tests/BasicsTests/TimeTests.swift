import Basics
import Testing

@Suite("Instant")
struct InstantTests {
  @Test("moves by durations and measures them")
  func arithmetic() {
    let later = Instant.zero.advanced(by: .milliseconds(1_500))
    #expect(later.nanoseconds == 1_500_000_000)
    #expect(Instant.zero.duration(to: later) == .seconds(1.5))
    #expect(later.duration(to: .zero) == .seconds(-1.5))
    #expect(Instant.zero < later)
  }

  @Test("stops at the ends of time instead of trapping")
  func saturation() {
    let last = Instant(nanoseconds: .max)
    let first = Instant(nanoseconds: .min)
    #expect(Instant.zero.advanced(by: .seconds(Int64.max)) == last)
    #expect(last.advanced(by: .nanoseconds(1)) == last)
    #expect(first.advanced(by: .seconds(-Double(Int32.max))) == first)
    #expect(first.duration(to: last) == .nanoseconds(Int64.max))
    #expect(last.duration(to: first) == .nanoseconds(Int64.min))
    #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    #expect(Duration.nanoseconds(Int64.max).nanoseconds == .max)
  }

  @Test("tells clock ticks, also far from the start", arguments: [0, 1, 86_400, 4_000_000_000])
  func ticks(seconds: Int64) {
    let instant = Instant(nanoseconds: seconds * 1_000_000_000 + 999_999_999)
    #expect(instant.ticks(at: 48_000) == seconds * 48_000 + 47_999)
  }
}

@Suite("Wall time")
struct WallTimeTests {
  @Test(
    "is written as ISO 8601 and read back",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (1_795_166_400_125, "2026-11-20T09:20:00.125Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
      (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
  func roundTrip(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).iso8601 == text)
    #expect(WallTime(iso8601: text)?.milliseconds == milliseconds)
  }

  @Test(
    "is read as servers write it",
    arguments: [
      "2026-11-20T09:30:00.125Z", "2026-11-20T09:30:00.125", "2026-11-20 09:30:00.125Z",
      "2026-11-20t09:30:00,125z", "2026-11-20T12:30:00.125+03:00", "2026-11-20T12:30:00.125+0300",
      "2026-11-20T12:30:00.125+03", "2026-11-20T04:00:00.125-05:30",
      "2026-11-20T09:30:00.125999999Z",
    ])
  func spellings(text: String) {
    #expect(WallTime(iso8601: text)?.iso8601 == "2026-11-20T09:30:00.125Z")
  }

  @Test("takes fractions of any length, and a date for its midnight")
  func shortForms() {
    #expect(WallTime(iso8601: "1970-01-01T00:00:00.5Z")?.milliseconds == 500)
    #expect(WallTime(iso8601: "1970-01-01T00:00:00.05")?.milliseconds == 50)
    #expect(WallTime(iso8601: "1970-01-02")?.milliseconds == 86_400_000)
    #expect(WallTime(iso8601: "1972-06-30T23:59:60Z")?.iso8601 == "1972-07-01T00:00:00.000Z")
  }

  @Test(
    "is not read from anything else",
    arguments: [
      "", "now", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31",
      "2026-02-29", "2100-02-29", "0000-01-01", "2026-11-20T", "2026-11-20T24:00:00",
      "2026-11-20T09:60:00", "2026-11-20T09:30:61", "2026-11-20T09:30", "2026-11-20T09:30:00.",
      "2026-11-20T09:30:00+24:00", "2026-11-20T09:30:00+03:60", "2026-11-20T09:30:00+03:",
      "2026-11-20T09:30:00+3", "2026-11-20T09:30:00ZZ", "2026-11-20X09:30:00", "-2026-11-20",
      "12026-11-20", "２０２６-11-20", "2026-11-20T09:30:00Z ",
    ])
  func badText(text: String) {
    #expect(WallTime(iso8601: text) == nil)
  }

  @Test("keeps leap years, one by one over four centuries")
  func leapYears() {
    var previous = CivilDate(year: 1999, month: 12, day: 31).daysSince1970
    for year in 2000..<2400 {
      let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
      let isLeap =
        (year - 1).isMultiple(of: 4)
        && (!(year - 1).isMultiple(of: 100) || (year - 1).isMultiple(of: 400))
      if year > 2000 { #expect(newYear - previous == (isLeap ? 366 : 365), "\(year - 1)") }
      previous = newYear
      let date = CivilDate(of: WallTime(milliseconds: newYear * 86_400_000))
      #expect(date == CivilDate(year: year, month: 1, day: 1))
    }
  }

  @Test("shows the hour of another zone, also across midnight")
  func zones() {
    let time = WallTime(milliseconds: 1_795_166_400_125)
    #expect(time.hourAndMinute(offset: .zero) == "09:20")
    #expect(time.hourAndMinute(offset: .seconds(3 * 3_600)) == "12:20")
    #expect(time.hourAndMinute(offset: .seconds(-10 * 3_600)) == "23:20")
    #expect(time.date(offset: .seconds(-10 * 3_600)).iso8601 == "2026-11-19")
    #expect(time.date(offset: .seconds(15 * 3_600)).iso8601 == "2026-11-21")
  }

  @Test(
    "survives any number of milliseconds", arguments: [Int64.min, .min + 1, -1, .max - 1, .max])
  func extremes(milliseconds: Int64) {
    let time = WallTime(milliseconds: milliseconds)
    #expect(!time.iso8601.isEmpty)
    #expect(!time.hourAndMinute(offset: .seconds(50_400)).isEmpty)
    _ = time.date(offset: .seconds(-50_400))
    _ = time.advanced(by: .seconds(Int64.max))
    _ = WallTime(milliseconds: .min).duration(to: time)
    _ = time.duration(to: WallTime(milliseconds: .min))
  }
}

@Suite("Deadline table")
struct DeadlineTableTests {
  private var table = DeadlineTable<String>()
  private let soon = Instant.zero.advanced(by: .seconds(1))
  private let later = Instant.zero.advanced(by: .seconds(2))

  @Test("knows the earliest timer")
  mutating func earliest() {
    #expect(table.earliest == nil)
    table["late"] = later
    table["soon"] = soon
    #expect(table.earliest == soon)
    table["soon"] = nil
    #expect(table.earliest == later)
  }

  @Test("gives out timers when they are due and not a nanosecond earlier, once")
  mutating func due() {
    table["late"] = later
    table["soon"] = soon
    #expect(table.takeDue(at: soon.advanced(by: .nanoseconds(-1))) == [])
    #expect(table.takeDue(at: soon) == ["soon"])
    #expect(table.takeDue(at: soon) == [])
    #expect(table.takeDue(at: later.advanced(by: .seconds(9))) == ["late"])
    #expect(table.earliest == nil)
  }

  @Test("orders by deadline, and equal deadlines by when they were set")
  mutating func order() {
    for name in ["d", "b", "c", "a"] { table[name] = later }
    table["soon"] = soon
    table["d"] = later
    #expect(table.takeDue(at: later) == ["soon", "b", "c", "a", "d"])
  }

  @Test("moving a timer leaves only its last deadline")
  mutating func moving() {
    table["x"] = soon
    table["x"] = later
    #expect(table["x"] == later)
    #expect(table.takeDue(at: soon) == [])
  }

  @Test("is equal to another with the same timers, however they were set")
  func equality() {
    var left = DeadlineTable<String>()
    var right = DeadlineTable<String>()
    left["a"] = soon
    left["b"] = later
    right["b"] = soon
    right["b"] = later
    right["a"] = soon
    #expect(left == right)
    right["a"] = nil
    #expect(left != right)
  }
}

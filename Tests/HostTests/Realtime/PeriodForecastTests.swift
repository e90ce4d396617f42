import Realtime
import Testing

@Suite("Looking for what comes in periods")
struct PeriodForecastTests {
  private let period: Int64 = 20_000_000

  @Test("before anything has come nobody knows when it comes")
  func unknown() {
    #expect(PeriodForecast().next == nil)
  }

  @Test("who was woken by it looks a little later than a period after it")
  func woken() {
    var forecast = PeriodForecast()
    forecast.came(at: 1_000, wasFound: false, again: period)
    #expect(forecast.next == 1_000 + period + PeriodForecast.slack)
  }

  @Test("who found it looks a little earlier each time, and once in a while too early")
  func found() throws {
    var forecast = PeriodForecast()
    // What a clock brings that is 300 parts in a million fast.
    let step = period - 6_000
    var arrival: Int64 = 5_000_000
    forecast.came(at: arrival, wasFound: false, again: period)
    var (waited, woken): (Int64, Int) = (0, 0)
    for _ in 0..<1_000 {
      arrival += step
      let look = try #require(forecast.next)
      if look < arrival { woken += 1 }
      let seen = max(look, arrival)
      waited = max(waited, seen - arrival)
      forecast.came(at: seen, wasFound: look >= arrival, again: period)
    }
    #expect(waited <= PeriodForecast.slack + 6_000)
    #expect((20...80).contains(woken))
  }

  @Test("the next one may be due sooner than the one after it")
  func uneven() {
    var forecast = PeriodForecast()
    forecast.came(at: 0, wasFound: false, again: period / 2)
    let look = period / 2 + PeriodForecast.slack
    #expect(forecast.next == look)
    forecast.came(at: look + 40_000, wasFound: true, again: period)
    #expect(forecast.next == look + period - PeriodForecast.creep)
  }

  @Test("who finds it before it was to be looked for looks again a period after that")
  func early() {
    var forecast = PeriodForecast()
    forecast.came(at: 0, wasFound: false, again: period)
    forecast.came(at: period / 2, wasFound: true, again: period)
    #expect(forecast.next == period * 3 / 2 - PeriodForecast.creep)
  }

  @Test("who finds it quite late does not look at that time again")
  func late() {
    var forecast = PeriodForecast()
    forecast.came(at: 0, wasFound: false, again: period)
    let look = period + PeriodForecast.slack
    forecast.came(at: look + PeriodForecast.overdue, wasFound: true, again: period)
    #expect(forecast.next == nil)
  }

  @Test("after a long sleep nobody knows when the next comes, until one was woken by it")
  func overslept() {
    var forecast = PeriodForecast()
    forecast.came(at: 0, wasFound: false, again: period)
    forecast.came(at: 10 * period, wasFound: true, again: period)
    #expect(forecast.next == nil)
    forecast.came(at: 11 * period, wasFound: false, again: period)
    #expect(forecast.next == 12 * period + PeriodForecast.slack)
  }
}

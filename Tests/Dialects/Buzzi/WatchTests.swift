import Basics
import BuzziWire
import Calling
import Testing

@Suite("Buzzi: silence and gaps")
struct WatchTests {
  @Test("the end for silence is told twenty seconds beforehand, once")
  func silence() throws {
    var bench = try BuzziBench.inCall()
    bench.advance(.milliseconds(159_999))
    #expect(bench.takeReports() == [])
    bench.advance(.milliseconds(1))
    let notices = bench.takeReports().notices
    #expect(notices.count == 1)
    #expect(notices.first?.contains("20 s") == true)
    bench.advance(.seconds(600))
    #expect(bench.takeReports() == [])
  }

  @Test("speech puts the warning off, a quiet room does not")
  func speech() throws {
    var bench = try BuzziBench.inCall()
    bench.advance(.seconds(100))
    bench.order(.sound(callID, [Int16](repeating: 20, count: 960)))
    bench.advance(.seconds(60))
    #expect(bench.takeReports().notices.count == 1)
    bench.order(.sound(callID, [Int16](repeating: 3_000, count: 960)))
    bench.advance(.milliseconds(159_999))
    #expect(bench.takeReports() == [])
    bench.advance(.milliseconds(1))
    #expect(bench.takeReports().notices.count == 1)
  }

  @Test(
    "a bot that says it speaks and is not heard is told after 2 s and 5 s, and when it comes back")
  func gaps() throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.agent(.speaking))
    // One second of sound, all at once: doubt begins when it has been played.
    try bench.push(.audioResponse([UInt8](repeating: 0, count: 48_000)))
    _ = bench.takeReports()
    bench.advance(.milliseconds(2_999))
    #expect(bench.takeReports().notices == [])
    bench.advance(.milliseconds(1))
    #expect(bench.takeReports().notices == ["The bot speaks, but nothing has arrived for 2 s."])
    bench.advance(.seconds(3))
    #expect(
      bench.takeReports().notices == ["Nothing has arrived for 5 s; the connection is poor."])
    try bench.push(.audioResponse([0, 0]))
    #expect(bench.takeReports().notices == ["The bot is heard again."])
  }

  @Test("a listening bot may be silent")
  func listening() throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.agent(.speaking))
    try bench.push(.agent(.listening))
    _ = bench.takeReports()
    bench.advance(.seconds(60))
    #expect(bench.takeReports() == [])
  }
}

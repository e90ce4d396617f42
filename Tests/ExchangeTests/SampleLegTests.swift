import Basics
import Media
import Simulation
import Testing

@testable import Exchange

@Suite("Legs of samples")
struct SampleLegTests {
  private let guest = AttendantGuest(userID: "g", name: "Guest")
  private let long = Voices(clips: [
    .parrotGreeting: [Int16](repeating: 2_000, count: 48_000 * 5),
    .parrotRepeats: [Int16](repeating: 700, count: 9_600),
  ])

  private func parrot(_ voices: Voices = Voices(), rate: Int = 24_000) -> DeskBench {
    let bench = DeskBench(voices: voices)
    bench.order(.talkWithSamples(leg: "s", attendant: "parrot", guest: guest, rate: rate))
    return bench
  }

  private func voice(_ milliseconds: Int, rate: Int = 24_000, value: Int16 = 5_000) -> [Int16] {
    [Int16](repeating: value, count: rate * milliseconds / 1_000)
  }

  @Test(
    "Parrot begins at once, in pieces of 40 ms, no faster than it speaks",
    arguments: [16_000, 24_000])
  func greets(rate: Int) {
    let bench = parrot(long, rate: rate)
    #expect(bench.reports.first == .secured(callID: "s"))
    #expect(bench.reports.contains(.agent(callID: "s", .speaking)))
    bench.run(for: .seconds(2))
    #expect(bench.pieces.allSatisfy { $0.count == rate / 25 })
    #expect((rate * 19 / 10...rate * 2).contains(bench.pieces.reduce(0) { $0 + $1.count }))
    #expect(bench.pieces.last?.allSatisfy { $0 == 2_000 } == true)
  }

  @Test("nothing is sent while nothing is said")
  func silence() {
    let bench = parrot()
    bench.run(for: .seconds(2))
    let count = bench.pieces.count
    #expect(count > 5)
    bench.run(for: .seconds(3))
    #expect(bench.pieces.count == count)
  }

  @Test("words in pieces of any size are heard and said back", arguments: [20, 40, 171, 500])
  func answers(milliseconds: Int) {
    let bench = parrot(long)
    bench.run(for: .milliseconds(5_500))
    let start = bench.pieces.count
    for _ in 0..<(1_500 / milliseconds) {
      bench.order(.samples(leg: "s", voice(milliseconds)))
      bench.run(for: .milliseconds(milliseconds))
    }
    bench.run(for: .seconds(4))
    #expect(bench.reports.contains(.agent(callID: "s", .thinking)))
    let said = bench.pieces.dropFirst(start).flatMap { $0 }
    #expect(said.contains(700))
    #expect(said.count { $0 == 5_000 } >= 24_000 * 12 / 10)
  }

  @Test("Parrot falls silent in the frame in which it hears that it is interrupted")
  func bargeIn() throws {
    let bench = parrot(long)
    bench.run(for: .seconds(1))
    bench.order(.samples(leg: "s", voice(200)))
    // Three frames of 20 ms tell a voice from a click.
    bench.run(for: .milliseconds(65))
    let flush = try #require(bench.reports.firstIndex(of: .flush(leg: "s")))
    #expect(bench.reports[flush...].contains(.agent(callID: "s", .listening)))
    bench.run(for: .seconds(1))
    let after = bench.reports[flush...].contains { if case .samples = $0 { true } else { false } }
    #expect(!after)
    #expect(bench.count { $0 == .flush(leg: "s") } == 1)
  }

  @Test("a guest over a path interrupts, too, and nothing is flushed there")
  func bargeInOverPath() {
    let bench = DeskBench(voices: long)
    bench.call("parrot", as: "c1")
    bench.run(for: .seconds(1))
    bench.say(5_000, as: "c1", for: .milliseconds(400))
    bench.run(for: .seconds(1))
    #expect(bench.reports.last == .agent(callID: "c1", .listening))
    #expect(bench.hears("c1") == 0)
    #expect(!bench.reports.contains(.flush(leg: "c1")))
  }

  @Test("rates nobody can carry are refused", arguments: [Int.min, -1, 0, 7_999, 48_001, .max])
  func rates(rate: Int) {
    let bench = parrot(rate: rate)
    #expect(bench.reports == [.hangUp(callID: "s", reason: "failed")])
    bench.order(.joinRoomWithSamples(leg: "s", room: "r", rate: rate))
    #expect(bench.reports.last == .hangUp(callID: "s", reason: "failed"))
    #expect(bench.desk.deadline == nil)
  }

  @Test("they share the attendants' seats with calls")
  func limit() {
    let bench = DeskBench()
    for number in 0..<AttendantDesk.callLimit {
      bench.order(
        .talkWithSamples(leg: "s\(number)", attendant: "echo", guest: guest, rate: 16_000))
    }
    bench.order(.talkWithSamples(leg: "late", attendant: "echo", guest: guest, rate: 16_000))
    #expect(bench.reports.last == .hangUp(callID: "late", reason: "busy"))
    bench.order(.talkWithSamples(leg: "x", attendant: "nobody", guest: guest, rate: 16_000))
    #expect(bench.reports.last == .hangUp(callID: "x", reason: "busy"))
  }

  @Test("a leg that hangs up is talked to no more")
  func ends() {
    let bench = parrot(long)
    bench.run(for: .milliseconds(500))
    bench.order(.hangUp(callID: "s"))
    let count = bench.reports.count
    bench.order(.samples(leg: "s", voice(100)))
    bench.run(for: .seconds(1))
    #expect(bench.reports.count == count)
    #expect(bench.desk.deadline == nil)
  }

  // MARK: Rooms

  @Test("samples and packets hear each other in a room")
  func room() {
    let bench = DeskBench()
    bench.join("r", as: "a")
    bench.order(.joinRoomWithSamples(leg: "s", room: "r", rate: 24_000))
    bench.run(for: .milliseconds(300))
    bench.say(1_000, as: "a")
    for _ in 0..<25 {
      bench.order(.samples(leg: "s", voice(40, value: 2_000)))
      bench.run(for: .milliseconds(40))
    }
    #expect(bench.guests["a"]?.heard.contains(2_000) == true)
    #expect(bench.pieces.last?.last == 1_000)
    bench.order(.mute(leg: "s", true))
    bench.run(for: .milliseconds(300))
    bench.guests["a"]?.heard = []
    for _ in 0..<10 {
      bench.order(.samples(leg: "s", voice(40, value: 2_000)))
      bench.run(for: .milliseconds(40))
    }
    #expect(bench.guests["a"]?.heard.contains { $0 != 0 } == false)
  }

  @Test("a bot's caller waits with a signal and is handed over to a person")
  func handOver() {
    let bench = parrot()
    bench.run(for: .seconds(2))
    let said = bench.pieces.count
    bench.order(.park(callID: "s"))
    bench.run(for: .seconds(1))
    #expect(bench.pieces.count > said + 5)
    bench.join("help", as: "seat")
    bench.order(.move(callID: "s", room: "help"))
    bench.run(for: .milliseconds(300))
    bench.say(1_000, as: "seat")
    for _ in 0..<25 {
      bench.order(.samples(leg: "s", voice(40, value: 2_000)))
      bench.run(for: .milliseconds(40))
    }
    #expect(bench.guests["seat"]?.heard.contains(2_000) == true)
    #expect(bench.pieces.last?.last == 1_000)
    #expect(bench.reports.contains(.agent(callID: "s", .speaking)))
    #expect(bench.count { if case .transcript = $0 { true } else { false } } == 1)
  }

  // MARK: The line

  @Test("of a burst the last two seconds are kept")
  func bound() {
    var line = SampleLine(rate: 16_000, ports: FakePorts(seed: 1))
    line.received(voice(9_000, rate: 16_000, value: 1) + voice(2_000, rate: 16_000, value: 2))
    line.received(voice(500, rate: 16_000, value: 3))
    var heard: [Int16] = []
    for _ in 0..<200 { heard += line.hear() }
    #expect(heard.count { $0 == 1 } == 0)
    #expect(heard.count { $0 == 2 } == 72_000)
    #expect(heard.count { $0 == 3 } == 24_000)
  }

  @Test("a second that came late delays what follows for three seconds at most")
  func catchesUp() {
    var line = SampleLine(rate: 24_000, ports: FakePorts(seed: 1))
    line.received(voice(1_000, value: 1))
    for _ in 0..<160 {
      line.received(voice(20, value: 2))
      _ = line.hear()
    }
    line.received(voice(20, value: 3))
    let frames = (0..<10).prefix { _ in line.hear().last != 3 }
    #expect(frames.count <= 3, "\(frames.count)")
  }

  @Test("a piece too short to be heard is not kept for the next words")
  func remainder() {
    var line = SampleLine(rate: 48_000, ports: FakePorts(seed: 1))
    line.received([Int16](repeating: 1, count: 959))
    for _ in 0..<10 { #expect(line.hear() == Leg.silence) }
    line.received([Int16](repeating: 2, count: 960))
    #expect(line.hear() == [Int16](repeating: 2, count: 960))
    #expect(line.hear() == Leg.silence)
    line.received([])
    #expect(line.hear() == Leg.silence)
  }
}

extension DeskBench {
  /// What a leg of samples was sent.
  fileprivate var pieces: [[Int16]] {
    reports.compactMap { if case .samples(_, let samples) = $0 { samples } else { nil } }
  }
}

extension SampleLegTests {
  @Test("a leg that waited returns to the attendant, who begins anew; one that talks is left alone")
  func resumes() {
    let bench = DeskBench(
      voices: Voices(clips: [.parrotGreeting: [Int16](repeating: 9, count: 960)]))
    bench.order(
      .talkWithSamples(
        leg: "s", attendant: "parrot", guest: AttendantGuest(userID: "g", name: "G"), rate: 24_000))
    bench.run(for: .seconds(1))
    bench.order(.park(callID: "s"))
    bench.run(for: .seconds(1))
    let greetings = bench.count { $0 == .agent(callID: "s", .speaking) }
    let resume = AttendantOrder.resume(
      callID: "s", attendant: "parrot", guest: AttendantGuest(userID: "g", name: "G"))
    bench.order(resume)
    bench.order(resume)
    bench.run(for: .seconds(1))
    #expect(bench.count { $0 == .agent(callID: "s", .speaking) } == greetings + 1)
  }
}

import Basics
import Media
import Simulation
import Testing

@Suite("Sound as samples")
struct SampleSessionTests {
  private var session: SampleSession
  private var now = Instant.zero
  private let frame = 960

  init() throws {
    session = try Self.makeSession(sentRate: 24_000)
  }

  private static func makeSession(
    sentRate: Int, receivedRate: Int = 24_000, isOpen: Bool = true
  ) throws -> SampleSession {
    let plan = try #require(
      SamplePlan(sentRate: sentRate, receivedRate: receivedRate, chunk: .milliseconds(40)))
    var session = SampleSession(plan: plan, ports: FakePorts(seed: 4))
    #expect(session.prepare(at: .zero) == [.report(.secured)])
    if isOpen { _ = session.open(at: .zero) }
    return session
  }

  @Test("refuses rates and chunks that nothing could be made of")
  func plans() {
    #expect(SamplePlan(sentRate: 7_999, receivedRate: 24_000, chunk: .milliseconds(40)) == nil)
    #expect(SamplePlan(sentRate: 24_000, receivedRate: 48_001, chunk: .milliseconds(40)) == nil)
    #expect(SamplePlan(sentRate: 24_000, receivedRate: 24_000, chunk: .milliseconds(9)) == nil)
    #expect(SamplePlan(sentRate: 8_000, receivedRate: 48_000, chunk: .milliseconds(500)) != nil)
  }

  @Test(
    "sends the microphone as chunks of 40 ms at the dialect's rate", arguments: [24_000, 16_000])
  func chunks(rate: Int) throws {
    var session = try Self.makeSession(sentRate: rate)
    var sent: [[Int16]] = []
    for _ in 0..<10 { sent += sounds(session.captured(constant(5_000, frame), at: .zero)) }
    #expect(sent.count == 5)
    #expect(sent.allSatisfy { $0.count == rate / 25 })
    #expect(sent.last?.allSatisfy { $0 == 5_000 } == true)
  }

  @Test("sends nothing before it is opened or after it is closed")
  func onlyWhileOpen() throws {
    var session = try Self.makeSession(sentRate: 24_000, isOpen: false)
    #expect(session.captured(constant(5_000, 9_600), at: .zero) == [])
    _ = session.open(at: .zero)
    _ = session.close(at: .zero)
    #expect(session.captured(constant(5_000, 9_600), at: .zero) == [])
    session.play(constant(100, 24_000), at: .zero)
    #expect(session.pull(sampleCount: 960, at: at(200)).samples.allSatisfy { $0 == 0 })
    #expect(session.deadline == nil)
  }

  @Test("sends silence while muted or on hold, and fades into it")
  mutating func mute() {
    for _ in 0..<4 { _ = session.captured(constant(5_000, frame), at: now) }
    session.setMuted(true)
    var sent: [Int16] = []
    for _ in 0..<6 { sent += sounds(session.captured(constant(5_000, frame), at: now)).joined() }
    #expect(sent.prefix(400).contains { $0 > 1_000 })
    #expect(sent.dropFirst(480).allSatisfy { $0 == 0 })
    session.setMuted(false)
    _ = session.setActive(false, at: now)
    #expect(
      sounds(session.captured(constant(5_000, 9_600), at: now)).joined().allSatisfy { $0 == 0 })
  }

  @Test("waits for 120 ms of sound, then plays it all, whatever the sizes it came in")
  mutating func playsBursts() {
    for size in [1, 700, 3, 2_000, 175] { session.play(constant(900, size), at: now) }
    #expect(pull(20).allSatisfy { $0 == 0 }, "2 879 samples are not 120 ms")
    session.play(constant(900, 121), at: now)
    let heard = pull(200)
    #expect(heard.count { $0 == 900 } == 6_000)
    #expect(heard.prefix(6_000).allSatisfy { $0 == 900 })
    #expect(heard.dropFirst(6_000).allSatisfy { $0 == 0 })
  }

  @Test("plays less than 120 ms when nothing more has come for that long")
  mutating func playsShort() {
    session.play(constant(900, 480), at: now)
    let heard = pull(200)
    #expect(heard.prefix(5_760).allSatisfy { $0 == 0 })
    #expect(heard.count { $0 == 900 } == 960)
  }

  @Test("counts how fast sound comes in")
  mutating func counts() throws {
    session.play(constant(900, 12_000), at: now)
    for (second, bitrate) in [(1, 192_000), (2, 0)] {
      now = .zero.advanced(by: .seconds(second))
      guard case .report(.statistics(let statistics))? = session.expire(at: now).first else {
        Issue.record("statistics are reported every second")
        return
      }
      #expect(statistics.receivedBitrate == bitrate)
      #expect(statistics.sentBitrate == 384_000)
    }
    session.play(constant(900, 2_400), at: now)
    #expect(session.close(at: now.advanced(by: .milliseconds(100))).count == 1)
  }

  @Test("keeps 120 s of sound that comes at once, drops what is beyond, and says so once")
  mutating func bound() {
    for _ in 0..<130 { session.play(constant(900, 24_000), at: now) }
    let (_, effects) = session.pull(sampleCount: 960, at: now)
    #expect(effects.count { if case .note = $0 { true } else { false } } == 1)
    #expect(session.pull(sampleCount: 960, at: now).effects == [])
    let statistics = statistics()
    #expect(statistics?.packetsDiscarded == 10)
    #expect((statistics?.bufferDelay ?? 0) > 119 && (statistics?.bufferDelay ?? 0) <= 120)
  }

  @Test("is silent 5 ms after a flush, and plays nothing of the old utterance afterwards")
  mutating func flush() {
    session.play(constant(9_000, 48_000), at: now)
    #expect(pull(100).contains(9_000))
    session.flush()
    let after = pull(500)
    let last = after.lastIndex { $0 != 0 } ?? 0
    #expect(last < 240, "5 ms are 240 samples; a show allows 960")
    #expect(zip(after, after.dropFirst()).allSatisfy { $0 >= $1 }, "it fades without a step")
    session.play(constant(4_000, 4_800), at: now)
    let new = pull(300)
    #expect(!new.contains(9_000))
    #expect(new.contains(4_000))
  }

  @Test("tells when the first sound is played, and that an interruption was one")
  mutating func reports() {
    session.play(constant(900, 2_880), at: now)
    let (_, effects) = session.pull(sampleCount: 960, at: now)
    #expect(effects == [.report(.flowing)])
    _ = pull(200)
    session.play(constant(900, 2_880), at: now)
    let statistics = statistics()
    #expect(statistics?.concealmentEvents == 1)
    #expect((statistics?.concealedSamples ?? 0) > 0)
    #expect(statistics?.packetsReceived == 2)
    #expect(statistics?.bytesReceived == 2 * 2 * 2_880)
    #expect(statistics?.codec == "PCM 24/24 kHz")
  }

  @Test("a long pause between utterances is no interruption")
  mutating func pauses() {
    session.play(constant(900, 2_880), at: now)
    _ = pull(2_000)
    session.play(constant(900, 2_880), at: now)
    #expect(statistics()?.concealmentEvents == 0)
  }

  @Test("keeps on hold what it has not played")
  mutating func hold() {
    session.play(constant(900, 24_000), at: now)
    _ = pull(100)
    _ = session.setActive(false, at: now)
    #expect(pull(500).dropFirst(960).allSatisfy { $0 == 0 })
    _ = session.setActive(true, at: now)
    let heard = pull(1_500)
    #expect(heard.count { $0 != 0 } >= 42_000, "900 ms were left")
  }

  // MARK: Barge-in

  @Test("falls silent within 60 ms of a voice being detected, which takes 200 ms")
  mutating func bargeIn() {
    session.play(constant(3_000, 24_000 * 10), at: now)
    let heard = converse(voice: 12_000, milliseconds: 400)
    let lastLoud = heard.lastIndex { $0 != 0 } ?? heard.count
    #expect(lastLoud >= 48 * 199, "not before the voice was there for 200 ms")
    #expect(lastLoud <= 48 * 260, "\(lastLoud / 48) ms")
  }

  @Test("goes on where it stopped when the server does not stop the bot")
  mutating func resumes() {
    session.play(ramp(24_000 * 4), at: now)
    let before = converse(voice: 12_000, milliseconds: 400)
    let after = converse(voice: 0, milliseconds: 5_000)
    let heard = (before + after).filter { $0 != 0 }
    let steps = zip(heard, heard.dropFirst()).map { $1 - $0 }
    // A ramp that goes on without a jump, but for the two fades of 20 ms.
    #expect(heard.last == 4_799)
    #expect(heard.count >= 48_000 * 4 - 4_000)
    #expect(steps.count { abs($0) > 1 } < 2_000)
  }

  @Test("plays on softly when the caller speaks on and the server lets the bot speak")
  mutating func ducks() {
    session.play(constant(3_000, 24_000 * 10), at: now)
    _ = converse(voice: 12_000, milliseconds: 2_200, pauses: true)
    let ducked = converse(voice: 12_000, milliseconds: 300, pauses: true).suffix(4_800)
    #expect(ducked.allSatisfy { (700...800).contains($0) }, "12 dB below 3 000")
    let after = converse(voice: 0, milliseconds: 800).suffix(4_800)
    #expect(after.allSatisfy { $0 == 3_000 })
  }

  @Test("forgets what it held back when the server stops the bot")
  mutating func stoppedWhileHeld() {
    session.play(constant(3_000, 24_000 * 10), at: now)
    _ = converse(voice: 12_000, milliseconds: 400)
    session.flush()
    #expect(converse(voice: 12_000, milliseconds: 200).allSatisfy { $0 == 0 })
    session.play(constant(2_000, 24_000), at: now)
    let heard = converse(voice: 0, milliseconds: 500)
    #expect(!heard.contains(3_000))
    #expect(heard.contains(2_000))
  }

  @Test("is not stopped by its own echo, by a click, or by a muted microphone")
  mutating func noBargeIn() {
    session.play(constant(6_000, 24_000 * 10), at: now)
    _ = converse(voice: 0, milliseconds: 200)
    #expect(converse(voice: 1_400, milliseconds: 600).allSatisfy { $0 == 6_000 }, "an echo")
    #expect(converse(voice: 20_000, milliseconds: 100).allSatisfy { $0 == 6_000 }, "a click")
    _ = converse(voice: 0, milliseconds: 100)
    session.setMuted(true)
    #expect(converse(voice: 20_000, milliseconds: 600).allSatisfy { $0 == 6_000 }, "muted")
  }

  // MARK: Helpers

  private mutating func pull(_ milliseconds: Int) -> [Int16] {
    var heard: [Int16] = []
    for _ in 0..<(milliseconds / 10) {
      heard += session.pull(sampleCount: 480, at: now).samples
      now = now.advanced(by: .milliseconds(10))
    }
    return heard
  }

  /// Lets the microphone hear something while the bot is played.
  ///
  /// - Parameter pauses: every two seconds a moment of quiet, as speech has, for the noise floor.
  private mutating func converse(
    voice: Int16, milliseconds: Int, pauses: Bool = false
  ) -> [Int16] {
    var heard: [Int16] = []
    for index in 0..<(milliseconds / 20) {
      let isPause = pauses && index % 40 == 39
      _ = session.captured(constant(isPause ? 10 : voice, frame), at: now)
      heard += pull(20)
    }
    return heard
  }

  private mutating func statistics() -> MediaStatistics? {
    guard let deadline = session.deadline else { return nil }
    for case .report(.statistics(let statistics)) in session.expire(at: deadline) {
      return statistics
    }
    return nil
  }

  private func constant(_ value: Int16, _ count: Int) -> [Int16] {
    [Int16](repeating: value, count: count)
  }

  private func ramp(_ count: Int) -> [Int16] {
    (0..<count).map { Int16($0 / 20) }
  }

  private func sounds(_ effects: [SessionEffect]) -> [[Int16]] {
    effects.compactMap { if case .report(.sound(let chunk)) = $0 { chunk } else { nil } }
  }

  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }
}

@Suite("Sound between the loops")
struct AbsorbTests {
  private let id = CallID(account: AccountID(0), isIncoming: false, number: 1)
  private let other = CallID(account: AccountID(0), isIncoming: false, number: 2)

  @Test("chunks of one call that wait become one, up to a bound")
  func orders() {
    var order = MediaOrder.play(id, [1])
    #expect(take(.play(id, [2, 3]), into: &order) == true)
    #expect(order == .play(id, [1, 2, 3]))
    #expect(take(.play(other, [4]), into: &order) == false)
    #expect(take(.flush(id), into: &order) == false)
    var full = MediaOrder.play(id, [Int16](repeating: 0, count: 48_000 * 120))
    #expect(take(.play(id, [1]), into: &full) == false)
  }

  @Test("so do chunks of the microphone, up to a second")
  func reports() {
    var report = MediaReport.sound(id, [1])
    #expect(take(.sound(id, [2]), into: &report) == true)
    #expect(report == .sound(id, [1, 2]))
    #expect(take(.sound(other, [2]), into: &report) == false)
    #expect(take(.secured(id), into: &report) == false)
    var full = MediaReport.sound(id, [Int16](repeating: 0, count: 48_000))
    #expect(take(.sound(id, [1]), into: &full) == false)
  }

  private func take(_ next: MediaOrder, into order: inout MediaOrder) -> Bool { order.absorb(next) }

  private func take(_ next: MediaReport, into report: inout MediaReport) -> Bool {
    report.absorb(next)
  }
}

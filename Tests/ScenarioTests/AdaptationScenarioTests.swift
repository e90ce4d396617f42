import Basics
import Media
import SDP
import Simulation
import Testing

/// Two sessions over links that change: what is sent follows, calmly.
@Suite("Scenario: adaptation")
struct AdaptationScenarioTests {
  private struct Moment {
    var waiting: Duration
    var account: AdaptationAccount
  }

  @Test(
    "a bottleneck of 40 kbit/s: the queue drains, loss ends, and all returns when it has gone",
    arguments: 1...2)
  func bottleneck(seed: UInt64) throws {
    let pair = makePair(seed: seed)
    pair.run(for: .seconds(10))
    #expect(try account(of: pair).bitsPerSecond == 64_000)

    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20), bitsPerSecond: 40_000))
    let narrow = try moments(of: pair, during: .seconds(50))
    let lost = statistics(of: pair, .callee)?.packetsLost ?? 0

    let drained = narrow.firstIndex { $0.waiting > .milliseconds(100) }
      .flatMap { start in narrow[start...].firstIndex { $0.waiting < .milliseconds(60) } }
    #expect((drained ?? .max) < 50, "seed \(seed): the queue stands for five seconds or more")
    let settled = narrow.dropFirst(80)
    let late = settled.count { $0.waiting > .milliseconds(200) }
    #expect(late * 20 < settled.count, "seed \(seed): \(late) of \(settled.count) wait long")
    #expect(settled.allSatisfy { $0.account.reason != .nothing }, "seed \(seed)")
    #expect(settled.allSatisfy { $0.account.packetTime >= 40 }, "seed \(seed)")
    // Each return that fails makes the next one come later.
    let changes = zip(settled, settled.dropFirst())
      .count { $1.account.bitsPerSecond < $0.account.bitsPerSecond }
    #expect(changes <= 5, "seed \(seed): \(changes) times less")
    pair.run(for: .seconds(10))
    #expect(statistics(of: pair, .callee)?.packetsLost ?? 0 <= lost + 3, "seed \(seed)")

    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20)))
    pair.run(for: .seconds(80))
    #expect(try account(of: pair).bitsPerSecond == 64_000, "seed \(seed)")
    #expect(try account(of: pair).packetTime == 20)
    #expect(try !account(of: pair).isNoteworthy)
    #expect(pair.violations == [])
  }

  @Test("without transport-wide feedback, round trips tell of the queue", arguments: 1...2)
  func reportsOnly(seed: UInt64) throws {
    let pair = makePair(seed: seed) { $0.unknownAttributes = ["rtcp-fb"] }
    pair.run(for: .seconds(10))
    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20), bitsPerSecond: 40_000))
    let narrow = try moments(of: pair, during: .seconds(80))
    let settled = narrow.dropFirst(300)
    let late = settled.count { $0.waiting > .milliseconds(300) }
    #expect(late * 5 < settled.count, "seed \(seed): \(late) of \(settled.count) wait long")
    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20)))
    pair.run(for: .seconds(120))
    #expect(try account(of: pair).bitsPerSecond == 64_000, "seed \(seed)")
  }

  @Test(
    "with 10 % loss each packet carries the one before, and next to nothing is concealed",
    arguments: 1...2)
  func loss(seed: UInt64) throws {
    let pair = makePair(seed: seed) {
      $0.link = LinkModel.Quality(delay: .milliseconds(20), loss: 0.1)
      $0.settings.encoder.usesFEC = false
    }
    pair.run(for: .seconds(30))
    let before = try #require(statistics(of: pair, .callee))
    pair.run(for: .seconds(60))
    let after = try #require(statistics(of: pair, .callee))
    let concealed = share(of: \.concealedSamples, from: before, to: after)
    #expect(concealed < 0.025, "seed \(seed): \(concealed)")
    #expect(after.packetsLost - before.packetsLost > 150)
    let account = try account(of: pair)
    #expect(account.copyCount >= 1, "seed \(seed)")
    #expect(account.sentence.contains("is lost on the way there; each packet carries the"))
    // Loss that is not ours takes nothing for long.
    #expect(account.bitsPerSecond * (1 + account.copyCount) >= 60_000, "seed \(seed): \(account)")
  }

  @Test("copies that are always sent restore single losses from the start")
  func always() throws {
    let pair = makePair(seed: 9) {
      $0.settings.encoder.usesFEC = false
      $0.settings.usesRedundancy = true
    }
    pair.loses = { _, kind, number in kind == .rtp && number > 20 && number % 7 == 0 }
    pair.run(for: .seconds(20))
    let heard = try #require(statistics(of: pair, .callee))
    #expect(heard.packetsLost > 100)
    #expect(heard.recoveredPackets >= heard.packetsLost - 2)
    #expect(share(of: \.concealedSamples, from: MediaStatistics(), to: heard) < 0.01)
  }

  @Test("copies are not sent against the user's wish")
  func never() throws {
    let pair = makePair(seed: 3) {
      $0.link.loss = 0.1
      $0.settings.usesRedundancy = false
    }
    pair.run(for: .seconds(40))
    #expect(try account(of: pair).copyCount == 0)
  }

  @Test("jitter alone changes nothing", arguments: 1...2)
  func jitter(seed: UInt64) throws {
    let pair = makePair(seed: seed) {
      $0.link = LinkModel.Quality(delay: .milliseconds(40), jitter: .milliseconds(80))
    }
    pair.run(for: .seconds(5))
    let moments = try moments(of: pair, during: .seconds(60))
    #expect(moments.allSatisfy { !$0.account.isNoteworthy }, "seed \(seed)")
  }

  @Test("adaptive quality begins with 64 kbit/s and rises to 128")
  func adaptive() throws {
    let pair = makePair(seed: 5) {
      $0.settings.encoder.bitsPerSecond = SoundQuality.adaptive.bitsPerSecond
      $0.settings.firstBitsPerSecond = SoundQuality.adaptive.firstBitsPerSecond
    }
    pair.run(for: .seconds(3))
    #expect(try account(of: pair).bitsPerSecond == 64_000)
    pair.run(for: .seconds(40))
    #expect(try account(of: pair).bitsPerSecond == 128_000)
  }

  // MARK: Helpers

  private func makePair(
    seed: UInt64, _ change: (inout SessionPair.Setup) -> Void = { _ in }
  ) -> SessionPair {
    var setup = SessionPair.Setup(seed: seed)
    setup.link = LinkModel.Quality(delay: .milliseconds(20))
    change(&setup)
    let pair = SessionPair(
      setup,
      mediaPorts: [
        FakePorts(seed: seed + 100, fillsBitrate: true),
        FakePorts(seed: seed + 200, fillsBitrate: true),
      ])
    // The fakes' encoder writes steady sound down in few bytes.
    pair.speech = [
      { [Int16](repeating: 1_000, count: $1) }, { [Int16](repeating: 2_000, count: $1) },
    ]
    return pair
  }

  /// The caller's sending, ten times a second.
  private func moments(of pair: SessionPair, during duration: Duration) throws -> [Moment] {
    try (0..<Int(duration.seconds * 10)).map { _ in
      pair.run(for: .milliseconds(100))
      return Moment(waiting: pair.waiting(from: .caller), account: try account(of: pair))
    }
  }

  private func statistics(of pair: SessionPair, _ side: SessionPair.Side) -> MediaStatistics? {
    for case .statistics(let statistics) in pair.reports[side.rawValue].reversed() {
      return statistics
    }
    return nil
  }

  private func account(of pair: SessionPair) throws -> AdaptationAccount {
    try #require(statistics(of: pair, .caller)?.adaptation)
  }

  private func share(
    of count: (MediaStatistics) -> Int, from first: MediaStatistics, to last: MediaStatistics
  ) -> Double {
    Double(count(last) - count(first))
      / Double(max(1, last.totalSamplesReceived - first.totalSamplesReceived))
  }
}

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
    pair.run(for: .seconds(4))
    #expect(try account(of: pair).bitsPerSecond == 64_000)

    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20), bitsPerSecond: 40_000))
    let narrow = try moments(of: pair, during: .seconds(30))
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
    pair.run(for: .seconds(5))
    #expect(statistics(of: pair, .callee)?.packetsLost ?? 0 <= lost + 3, "seed \(seed)")

    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20)))
    #expect(try settles(pair, at: 64_000, within: 80), "seed \(seed)")
    #expect(try account(of: pair).packetTime == 20)
    #expect(try !account(of: pair).isNoteworthy)
    #expect(pair.violations == [])
  }

  @Test("without transport-wide feedback, round trips tell of the queue")
  func reportsOnly() throws {
    let seed: UInt64 = 1
    let pair = makePair(seed: seed) { $0.unknownAttributes = ["rtcp-fb"] }
    pair.run(for: .seconds(10))
    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20), bitsPerSecond: 40_000))
    let narrow = try moments(of: pair, during: .seconds(80))
    let settled = narrow.dropFirst(300)
    let late = settled.count { $0.waiting > .milliseconds(300) }
    #expect(late * 5 < settled.count, "seed \(seed): \(late) of \(settled.count) wait long")
    pair.setLink(from: .caller, LinkModel.Quality(delay: .milliseconds(20)))
    #expect(try settles(pair, at: 64_000, within: 120), "seed \(seed)")
  }

  @Test(
    "with 10 % loss each packet carries the one before, and next to nothing is concealed",
    arguments: 1...2)
  func loss(seed: UInt64) throws {
    let pair = makePair(seed: seed) {
      $0.link = LinkModel.Quality(delay: .milliseconds(20), loss: 0.1)
      $0.settings.encoder.usesFEC = false
    }
    pair.run(for: .seconds(20))
    let before = try #require(statistics(of: pair, .callee))
    pair.run(for: .seconds(30))
    let after = try #require(statistics(of: pair, .callee))
    let concealed = share(of: \.concealedSamples, from: before, to: after)
    #expect(concealed < 0.025, "seed \(seed): \(concealed)")
    #expect(after.packetsLost - before.packetsLost > 75)
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
    pair.run(for: .seconds(16))
    let heard = try #require(statistics(of: pair, .callee))
    #expect(heard.packetsLost > 100)
    #expect(heard.recoveredPackets >= heard.packetsLost - 2)
    #expect(share(of: \.concealedSamples, from: MediaStatistics(), to: heard) < 0.01)
  }

  @Test("a peer that adds no copies by itself is asked for them, and what is lost is restored")
  func asksForCopies() throws {
    let pair = makePair(seed: 4) { $0.settings.encoder.usesFEC = false }
    // The caller never learns what is lost of its sound.
    pair.loses = { side, kind, number in
      side == .callee ? kind == .rtcp : kind == .rtp && number % 10 == 0
    }
    pair.run(for: .seconds(8))
    #expect(try account(of: pair).copyCount == 0)
    pair.run(for: .seconds(10))
    #expect(try account(of: pair).copyCount == 1)
    #expect(try account(of: pair).sentence.hasSuffix("as the other side asks"))
    let before = try #require(statistics(of: pair, .callee))
    pair.run(for: .seconds(10))
    let after = try #require(statistics(of: pair, .callee))
    let lost = after.packetsLost - before.packetsLost
    #expect(lost > 40)
    #expect(after.recoveredPackets - before.recoveredPackets >= lost - 1)
    let reception = try #require(after.reception)
    #expect(reception.isAsking && reception.hasCopies)
    // One renewed offer, and its answer.
    for side in SessionPair.Side.allCases {
      #expect(pair.count(side) { if case .described = $0 { true } else { false } } == 2)
    }
    #expect(pair.violations == [])
  }

  @Test(
    "packets that are lost in pairs are carried by the second after, and next to nothing is concealed"
  )
  func pairs() throws {
    let pair = makePair(seed: 5)
    pair.loses = { _, kind, number in kind == .rtp && number % 25 < 2 }
    pair.run(for: .seconds(16))
    let account = try account(of: pair)
    #expect(account.copyCount == 1 && account.copyDistance == 2)
    #expect(account.bitsPerSecond == 32_000)
    let before = try #require(statistics(of: pair, .callee))
    pair.run(for: .seconds(8))
    let after = try #require(statistics(of: pair, .callee))
    #expect(after.packetsLost - before.packetsLost >= 30)
    #expect(share(of: \.concealedSamples, from: before, to: after) < 0.002)
  }

  @Test("copies are not sent against the user's wish")
  func never() throws {
    let pair = makePair(seed: 3) {
      $0.link.loss = 0.1
      $0.settings.usesRedundancy = false
    }
    pair.run(for: .seconds(20))
    #expect(try account(of: pair).copyCount == 0)
  }

  @Test("jitter alone changes nothing", arguments: 1...2)
  func jitter(seed: UInt64) throws {
    let pair = makePair(seed: seed) {
      $0.link = LinkModel.Quality(delay: .milliseconds(40), jitter: .milliseconds(80))
    }
    pair.run(for: .seconds(5))
    let moments = try moments(of: pair, during: .seconds(25))
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
    #expect(try settles(pair, at: 128_000, within: 40))
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

  /// Whether the caller comes to send that much.
  private func settles(
    _ pair: SessionPair, at bitsPerSecond: Int, within seconds: Int
  ) throws -> Bool {
    for _ in 0..<seconds {
      pair.run(for: .seconds(1))
      if try account(of: pair).bitsPerSecond == bitsPerSecond { return true }
    }
    return false
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

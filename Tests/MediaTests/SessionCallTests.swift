import Basics
import Media
import SDP
import Simulation
import Testing

@Suite("Media session: a call")
struct SessionCallTests {
  @Test("finds a path, agrees on keys and carries sound both ways", arguments: [false, true])
  func connects(opensEarly: Bool) {
    var setup = SessionPair.Setup()
    setup.opensEarly = opensEarly
    let pair = SessionPair(setup)
    pair.run(for: .seconds(3))

    for side in SessionPair.Side.allCases {
      #expect(pair.session(side).state == .flowing)
      #expect(pair.count(side) { $0 == .secured } == 1)
      #expect(pair.count(side) { $0 == .flowing } == 1)
      #expect(pair.ports[side.rawValue].handshakes[0].startCount == 1)
    }
    #expect(hears(pair, .callee, 1_000..<2_000))
    #expect(hears(pair, .caller, 3_000..<4_000))
    #expect(pair.violations == [])
  }

  @Test("is heard within 150 ms of being taken")
  func quick() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(3))
    // Taken at 240 ms: 20 ms for the offer to arrive, 200 ms of ringing, 20 ms for the answer.
    let firstSound = try #require(pair.heard[0].firstIndex { $0 != 0 })
    #expect(firstSound < 39)
  }

  @Test("goes on through ten per cent loss, jitter, reordering and duplicates")
  func lossy() {
    var setup = SessionPair.Setup(seed: 7)
    setup.link = LinkModel.Quality(
      delay: .milliseconds(30), jitter: .milliseconds(20), loss: 0.1, duplication: 0.05,
      reordering: 0.05)
    let pair = SessionPair(setup)
    pair.run(for: .seconds(10))

    #expect(pair.session(.caller).state == .flowing)
    #expect(hears(pair, .callee, 1_000..<2_000))
    #expect(hears(pair, .caller, 3_000..<4_000))
    #expect(pair.violations == [])
    let statistics = lastStatistics(pair, .caller)
    #expect((0.03...0.2).contains(statistics?.remoteFractionLost ?? 0))
    #expect((0.06...0.16).contains(statistics?.roundTripTime ?? 0))
    #expect((statistics?.mos ?? 5) < 4.3)
  }

  @Test("tells the picture of the sound once a second")
  func statistics() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(10))

    let count = pair.count(.caller) { if case .statistics = $0 { true } else { false } }
    #expect(count == 9)
    let statistics = try #require(lastStatistics(pair, .caller))
    #expect((440...500).contains(statistics.packetsReceived))
    #expect((440...500).contains(statistics.packetsSent))
    #expect(statistics.packetsLost == 0)
    #expect(statistics.concealedSamples == 0)
    #expect(statistics.faultyPackets == 0)
    #expect(statistics.totalSamplesReceived > 400_000)
    #expect(statistics.jitter < 0.001)
    #expect(abs((statistics.roundTripTime ?? 0) - 0.02) < 0.002)
    #expect((statistics.mos ?? 0) > 4.3)
    #expect(statistics.recentLoss == 0)
    #expect((20_000...40_000).contains(statistics.receivedBitrate))
    #expect((20_000...40_000).contains(statistics.sentBitrate))
    #expect((0.01...0.1).contains(statistics.bufferDelay))
    #expect((0.05...0.2).contains(statistics.estimatedDelay))
    #expect(statistics.localCandidateType == "host")
    #expect(statistics.remoteCandidateType == "host")
    #expect(statistics.cipher == "AES-128-GCM")
    #expect((0.03...0.07).contains(statistics.localAudioLevel))
    #expect((0.08...0.15).contains(statistics.remoteAudioLevel))
  }

  @Test("says goodbye once, tells its last figures, and is silent for ever after")
  func closes() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.act(.caller) { $0.close(at: $1) }
    let sent = pair.datagramCount[0]
    pair.run(for: .seconds(8))

    #expect(pair.session(.caller).state == .closed)
    #expect(pair.session(.caller).deadline == nil)
    #expect(pair.datagramCount[0] == sent)
    #expect(pair.count(.callee) { $0 == .peerLeft } == 1)
    #expect(pair.count(.callee) { if case .stalled = $0 { true } else { false } } == 0)
    #expect(pair.violations == [])
    if case .statistics(let figures) = pair.reports[0].last {
      #expect(figures.receivedBitrate > 0)
    } else {
      Issue.record("the last figures are missing")
    }
  }

  @Test("knows the peer's end from the DTLS goodbye when the BYE is lost")
  func dtlsGoodbye() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.loses = { _, kind, _ in kind == .rtcp }
    pair.act(.caller) { $0.close(at: $1) }
    pair.run(for: .seconds(1))
    #expect(pair.count(.callee) { $0 == .peerLeft } == 1)
  }

  @Test("sends silence while muted, and its level says so")
  func mutes() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.act(.caller) { session, _ in
      session.setMuted(true)
      return []
    }
    pair.run(for: .seconds(2))
    #expect(pair.heard[1].suffix(100).allSatisfy { $0 == 0 })
    #expect(hears(pair, .caller, 3_000..<4_000))
    #expect(lastStatistics(pair, .caller)?.localAudioLevel == 0)
    #expect(pair.count(.callee) { if case .stalled = $0 { true } else { false } } == 0)

    pair.act(.caller) { session, _ in
      session.setMuted(false)
      return []
    }
    pair.run(for: .seconds(1))
    #expect(hears(pair, .callee, 1_000..<2_000))
  }

  @Test("bears 10 000 datagrams of junk of every class, before and during the call")
  func junk() {
    let pair = SessionPair()
    var generator = SeededGenerator(seed: 99)
    for round in 0..<10 {
      for _ in 0..<1_000 {
        var datagram = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        if !datagram.isEmpty {
          datagram[0] = [0, 2, 22, 40, 70, 100, 128, 150, 190, 230].randomElement(
            using: &generator)!
        }
        for side in SessionPair.Side.allCases where round > 0 || side == .caller {
          pair.inject(datagram, to: side)
        }
      }
      pair.run(for: .milliseconds(400))
    }
    #expect(pair.session(.caller).state == .flowing)
    #expect(hears(pair, .callee, 1_000..<2_000))
    #expect(pair.violations == [])
    #expect(pair.notes.allSatisfy { $0.count < 10 })
    #expect((lastStatistics(pair, .callee)?.faultyPackets ?? 0) > 3_000)
  }

  private func hears(
    _ pair: SessionPair, _ side: SessionPair.Side, _ range: Range<Int16>
  ) -> Bool {
    let last = pair.heard[side.rawValue].suffix(50)
    return last.count(where: range.contains) >= 45
  }
}

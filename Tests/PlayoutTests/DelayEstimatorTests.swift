import Basics
import Playout
import Testing

@Suite("Delay estimator")
struct DelayEstimatorTests {
  @Test("begins with the initial delay and comes down to the least on an even stream")
  func evenStream() {
    var estimator = DelayEstimator(settings: .normal)
    #expect(estimator.targetTransit == nil)
    for index in 0..<24 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.targetDelay == samples(20))
    arrive(24, late: 0, in: &estimator)
    #expect(estimator.targetDelay == samples(5))
    #expect(estimator.baseTransit == samples(100))
    #expect(estimator.targetTransit == samples(105))
  }

  @Test("covers even jitter nearly to its end")
  func evenJitter() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<500 { arrive(index, late: Double(index * 7 % 41), in: &estimator) }
    #expect((36 * 48...45 * 48).contains(estimator.targetDelay), "\(estimator.targetDelay)")
  }

  @Test("covers stalls nearly to their end while they are remembered")
  func stalls() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<900 {
      arrive(index, late: stall(index, at: 100) + stall(index, at: 350), in: &estimator)
    }
    #expect((samples(60)...samples(110)).contains(estimator.targetDelay))
    for index in 900..<4_000 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("forgets the only stall before long", arguments: [(150, 900), (750, 1_100)])
  func singleStall(beginning: Int, end: Int) {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<end { arrive(index, late: stall(index, at: beginning), in: &estimator) }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("forgets what came late while the call was set up, as soon as the stream is known")
  func setUp() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<130 {
      arrive(index, late: stall(index, at: 4) + stall(index, at: 20), in: &estimator)
    }
    #expect(estimator.targetDelay > samples(60))
    for index in 130..<300 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("lets a rare packet pass that comes a little late")
  func outlier() {
    var estimator = DelayEstimator(settings: .low)
    for index in 0..<990 { arrive(index, late: index == 700 ? 15 : 0, in: &estimator) }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("waits a little longer where several short gaps would be noticed")
  func shortGaps() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<2_980 {
      let isLatest = index % 700 == 500
      arrive(index, late: isLatest ? 129 : Double(index * 7 % 116), in: &estimator)
    }
    #expect((samples(130)...samples(140)).contains(estimator.targetDelay))
  }

  @Test(
    "waits as long as all packets need, to three hundredths", arguments: [90, 130, 170, 210, 250])
  func closeDelay(latest: Int) {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<1_500 {
      arrive(index, late: Double((index * 7 % 25) * latest / 24), in: &estimator)
    }
    let needed = samples(Int64(latest) + 5)
    #expect(abs(estimator.targetDelay - needed) <= needed * 3 / 100)
  }

  @Test("waits for stalls that come every five seconds, rather than go up and down with each")
  func regularStalls() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<3_000 {
      arrive(index, late: max(0, 180 - Double(index % 250) * 20), in: &estimator)
    }
    #expect((samples(180)...samples(190)).contains(estimator.targetDelay))
  }

  @Test("a packet that is late alone does not raise the delay, two do at once")
  func recentPackets() {
    var estimator = DelayEstimator(settings: .low)
    for index in 0..<500 { arrive(index, late: 0, in: &estimator) }
    arrive(500, late: 60, in: &estimator)
    #expect(estimator.targetDelay == samples(5))
    arrive(501, late: 40, in: &estimator)
    #expect(estimator.targetDelay >= samples(45))
  }

  @Test("goes ahead of a lateness that grows steadily")
  func growth() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<100 { arrive(index, late: 0, in: &estimator) }
    for index in 100..<110 { arrive(index, late: Double(index - 99) * 5, in: &estimator) }
    #expect(estimator.targetDelay > samples(55))
  }

  @Test("goes ahead of a queue that fills, unevenly as its packets come")
  func fillingQueue() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<300 { arrive(index, late: unevenness(index), in: &estimator) }
    #expect(estimator.targetDelay < samples(20))
    for index in 300..<400 {
      let lateness = Double(index - 300) * 1.5 + unevenness(index)
      // After half a second it is evident.
      #expect(
        index < 324 || Double(estimator.targetDelay) / 48 >= lateness + 10, "packet \(index)")
      arrive(index, late: lateness, in: &estimator)
    }
  }

  @Test("does not wait for a queue that has drained when the next one is foreseen in time")
  func drainedQueue() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<6_000 { arrive(index, late: queue(index), in: &estimator) }
    #expect(estimator.targetDelay < samples(60))
  }

  @Test("does not take a stall for a queue that fills")
  func stallIsNoQueue() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<400 {
      let lateness = index < 300 ? 0 : max(0, 300 - Double(index - 300) * 20)
      arrive(index, late: lateness, in: &estimator)
      #expect(estimator.targetDelay <= samples(305), "packet \(index)")
    }
  }

  @Test("forgets what is older than a minute")
  func forgetting() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<100 { arrive(index, late: Double(index % 2 * 50), in: &estimator) }
    #expect((samples(50)...samples(60)).contains(estimator.targetDelay))
    for index in 100..<3_200 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("follows a slower way at once upwards, and a quicker one at once downwards")
  func routeChange() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<100 { arrive(index, late: 0, in: &estimator) }
    for index in 100..<120 { arrive(index, late: 80, in: &estimator) }
    #expect((samples(80)...samples(90)).contains(estimator.targetDelay))
    for index in 120..<1_200 { arrive(index, late: 80, in: &estimator) }
    #expect(estimator.targetDelay == samples(5), "by then the old way is forgotten")
    arrive(1_200, late: 0, in: &estimator)
    #expect(estimator.baseTransit == samples(100))
  }

  @Test("does not count as late what came on time by a slower way")
  func quickerRoute() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<500 { arrive(index, late: 80, in: &estimator) }
    for index in 500..<800 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.baseTransit == samples(100))
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("does not hurry back for a while after a stall, since stalls come in groups")
  func holding() {
    var estimator = DelayEstimator(settings: .low)
    for index in 0..<500 { arrive(index, late: 0, in: &estimator) }
    for index in 500..<550 {
      arrive(index, late: max(0, 600 - Double(index - 500) * 20), in: &estimator)
    }
    #expect(estimator.targetDelay == samples(400))
    for index in 550..<1_200 { arrive(index, late: 0, in: &estimator) }
    #expect(estimator.targetDelay < samples(100))
  }

  @Test("does not wait for what redundancy has restored")
  func restored() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<500 {
      arrive(index, late: 0, in: &estimator)
      // The same packet once more, by a longer way.
      if index % 10 == 0 { arrive(index, late: 70, in: &estimator) }
    }
    #expect(estimator.targetDelay == samples(5))
  }

  @Test("never waits longer than the maximum")
  func maximum() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<1_000 { arrive(index, late: Double(index % 2) * 700, in: &estimator) }
    #expect(estimator.targetDelay == samples(400))
  }

  @Test("takes a jump of timestamps for a new beginning")
  func newBeginning() {
    var estimator = DelayEstimator(settings: .normal)
    for index in 0..<100 { arrive(index, late: 0, in: &estimator) }
    arrive(100, late: 2_001, in: &estimator)
    #expect(estimator.baseTransit == samples(2_101))
  }

  @Test("counts what arrives after a pause only", arguments: [Int64.min / 2, 0, Int64.max / 2])
  func anyTimestamp(offset: Int64) {
    var estimator = DelayEstimator(settings: .normal)
    estimator.packetArrived(timestamp: offset, at: .zero)
    estimator.packetArrived(timestamp: 0 &- offset, at: .zero)
    #expect(estimator.targetDelay == samples(20))
  }

  private func samples(_ milliseconds: Int64) -> Int64 { milliseconds * 48 }

  private func stall(_ index: Int, at start: Int) -> Double {
    max(0, Double(100 - (index - start) * 20)) * (index < start ? 0 : 1)
  }

  /// What comes on top of a queue.
  private func unevenness(_ index: Int) -> Double { Double(index * 7 % 5) * 2 }

  /// Fills to 200 ms within six seconds, drains within two and stays empty for twelve.
  private func queue(_ index: Int) -> Double {
    let phase = Double(index % 1_000)
    return max(0, min(phase / 1.5, 200 - (phase - 300) * 2)) + unevenness(index)
  }

  /// One packet each 20 ms, 100 ms on its way and as much longer as is said.
  private func arrive(_ index: Int, late milliseconds: Double, in estimator: inout DelayEstimator) {
    let time = Double(index) * 20 + 100 + milliseconds
    estimator.packetArrived(
      timestamp: Int64(index) * 960, at: Instant(nanoseconds: Int64(time * 1_000_000)))
  }
}

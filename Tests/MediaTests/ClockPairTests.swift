import Basics
import Testing

@testable import Media

/// A loudspeaker that takes periods of 10 ms by its own clock, and a microphone that gives frames of 20 ms.
@Suite("Clocks of loudspeaker and microphone")
struct ClockPairTests {
  @Test(
    "are known within eight seconds, though whole periods are taken, wake-ups are late and delays jump",
    arguments: [-300.0, 300])
  func learning(partsPerMillion: Double) {
    var devices = Devices(partsPerMillion)
    for _ in 0..<1_600 { devices.run(for: 0.005) }
    #expect(abs(devices.error) < 0.000_1)
    for _ in 0..<10_000 { devices.run(for: 0.005) }
    #expect(abs(devices.error) < 0.000_04)
  }

  @Test(
    "that differ so little that a canceller follows leave sound as it is", arguments: [0.0, 50])
  func same(partsPerMillion: Double) {
    var devices = Devices(partsPerMillion)
    for _ in 0..<12_000 {
      devices.run(for: 0.005)
      #expect(devices.clocks.pace == 1)
    }
  }

  @Test("are known as well when the loudspeaker takes two periods at once")
  func portions() {
    var devices = Devices(200, portions: 2)
    for _ in 0..<6_000 { devices.run(for: 0.005) }
    #expect(abs(devices.error) < 0.000_05)
  }

  @Test("are not mistaken when the loudspeaker rests for a while")
  func rest() {
    var devices = Devices(200)
    for _ in 0..<6_000 { devices.run(for: 0.005) }
    devices.rest(for: 7.3)
    for _ in 0..<4_000 {
      devices.run(for: 0.005)
      #expect(abs(devices.error) < 0.000_1)
    }
  }

  @Test("are taken for one while nobody tells the time")
  func timeless() {
    var clocks = ClockPair()
    for _ in 0..<3_000 {
      clocks.played(970, at: nil)
      clocks.captured(960, delay: 1_920, at: nil)
      #expect(clocks.pace == 1)
    }
  }
}

private struct Devices {
  var clocks = ClockPair()
  /// Of the pace.
  var error: Double { clocks.pace - 1 - skew }
  private let skew: Double
  private let portions: Int
  private var generator = SeededGenerator(seed: 4)
  private var (time, nextPeriod, nextFrame) = (0.0, 0.0, 0.02)

  init(_ partsPerMillion: Double, portions: Int = 1) {
    skew = partsPerMillion / 1e6
    self.portions = portions
  }

  mutating func run(for seconds: Double) {
    time += seconds
    while min(nextPeriod, nextFrame) <= time {
      let late = Double.random(in: 0..<0.002, using: &generator)
      if nextPeriod < nextFrame {
        for _ in 0..<portions { clocks.played(480, at: instant(nextPeriod + late)) }
        nextPeriod += 0.01 * Double(portions) / (1 + skew)
      } else {
        let delay = 2_880 + Int.random(in: -48...48, using: &generator)
        clocks.captured(960, delay: delay, at: instant(nextFrame + late))
        nextFrame += 0.02
      }
    }
  }

  mutating func rest(for seconds: Double) {
    let end = time + seconds
    nextPeriod = end
    run(for: seconds)
  }

  private func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }
}

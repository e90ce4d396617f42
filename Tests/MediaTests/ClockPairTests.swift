import Basics
import Testing

@testable import Media

/// A loudspeaker that takes periods of 10 ms by its own clock, and a microphone that gives frames of 20 ms.
@Suite("Clocks of loudspeaker and microphone")
struct ClockPairTests {
  @Test(
    "are known within eight seconds, though whole periods are taken and what is told is not exact",
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

  @Test("are not mistaken when the loudspeaker loses sound again and again")
  func losses() {
    var devices = Devices(200)
    for _ in 0..<6 {
      devices.run(for: 10)
      devices.rest(for: 0.025)
    }
    devices.run(for: 5)
    #expect(abs(devices.error) < 0.000_02, "\(devices.error)")
  }

  @Test(
    "are not mistaken however sound is lost, or another delay told, each few seconds",
    arguments: [5, 10, 20, 40], Leap.allCases)
  func leaps(periodMilliseconds: Int, leap: Leap) {
    for seed: UInt64 in 1...6 {
      var generator = SeededGenerator(seed: seed)
      for (partsPerMillion, milliseconds) in [(-300.0, 5.0...20.0), (200, 5...20), (300, 20...500)]
      {
        var devices = Devices(
          partsPerMillion, period: Double(periodMilliseconds) / 1_000, seed: seed)
        devices.run(for: 8)
        while devices.time < 60 {
          devices.run(for: .random(in: 3...15, using: &generator))
          #expect(abs(devices.error) < 0.000_1, "\(seed), \(devices.time) s: \(devices.error)")
          devices.leap(leap, by: .random(in: milliseconds, using: &generator) / 1_000)
        }
        devices.run(for: 5)
        #expect(abs(devices.error) < 0.000_05, "\(seed): \(devices.error)")
      }
    }
  }

  @Test(
    "that are the same leave sound as it is, whatever is lost at once", arguments: Leap.allCases)
  func leapsOfOneClock(leap: Leap) {
    for seed: UInt64 in 1...6 {
      var generator = SeededGenerator(seed: seed)
      var devices = Devices(0, seed: seed)
      while devices.time < 60 {
        devices.run(for: .random(in: 0.5...10, using: &generator))
        #expect(devices.clocks.pace == 1, "\(seed), \(devices.time) s")
        devices.leap(leap, by: .random(in: 0.005...0.1, using: &generator))
      }
    }
  }

  @Test(
    "make the delay steady, whenever in a period it is asked for and however inexact it is told",
    arguments: [-300.0, 0, 300])
  func steadyDelay(partsPerMillion: Double) {
    var devices = Devices(partsPerMillion, inexactness: 96)
    devices.run(for: 10)
    for _ in 0..<500 {
      devices.run(for: 0.02)
      #expect(abs(devices.delayError) < 40, "\(devices.time) s: \(devices.delayError)")
    }
  }

  @Test(
    "that are the same leave sound as it is, however inexact what is told is, and however long it lasts"
  )
  func lastingErrors() {
    for seed: UInt64 in 1...20 {
      var devices = Devices(0, inexactness: 72, framesTold: 75, seed: seed)
      while devices.time < 60 {
        devices.run(for: 0.2)
        #expect(devices.clocks.pace == 1, "\(seed), \(devices.time) s")
      }
    }
  }

  @Test("are not mistaken where what is told inexactly lasts, and sound is lost each few seconds")
  func lastingErrorsAndLosses() {
    for seed: UInt64 in 1...20 {
      var generator = SeededGenerator(seed: seed)
      var devices = Devices(0, inexactness: 72, framesTold: 75, seed: seed)
      while devices.time < 60 {
        devices.run(for: .random(in: 3...8, using: &generator))
        #expect(abs(devices.error) < 0.000_401, "\(seed), \(devices.time) s: \(devices.error)")
        devices.leap(.loudspeakerLoses, by: 0.005)
      }
    }
  }

  @Test("are known within twenty seconds where what is told lasts", arguments: [-300.0, 300])
  func lastingKnowledge(partsPerMillion: Double) {
    for seed: UInt64 in 1...20 {
      var devices = Devices(partsPerMillion, inexactness: 12, framesTold: 75, seed: seed)
      devices.run(for: 20)
      #expect(abs(devices.error) < 0.000_1, "\(seed): \(devices.error)")
      devices.run(for: 40)
      #expect(abs(devices.error) < 0.000_04, "\(seed): \(devices.error)")
    }
  }

  @Test("do not keep a delay that is told to be another one")
  func otherDelay() {
    var devices = Devices(0)
    devices.run(for: 10)
    for _ in 0..<5 {
      devices.leap(.moreDelayIsTold, by: 0.02)
      for _ in 0..<150 {
        devices.run(for: 0.02)
        #expect(abs(devices.delayError) < 100, "\(devices.time) s: \(devices.delayError)")
      }
    }
  }
}

/// What happens at once and is no matter of clocks.
enum Leap: CaseIterable {
  case loudspeakerLoses, microphoneLoses, moreDelayIsTold, lessDelayIsTold
}

private struct Devices {
  var clocks = ClockPair()
  /// Of the pace.
  var error: Double { clocks.pace - 1 - skew }
  /// Of the delay at the last frame, in samples.
  private(set) var delayError = 0.0
  private(set) var time = 0.0
  private let skew: Double
  private let period: Double
  private let portions: Int
  private let inexactness: Int
  /// For how many frames what is told lasts.
  private let framesTold: Int
  private var generator: SeededGenerator
  private var (nextPeriod, nextFrame) = (0.0, 0.02)
  private var frameCount = 0
  private var given = 0
  /// Since when the loudspeaker plays without a break, and what it had played before.
  private var playing = (since: 0.0, before: -1_440.0)
  private var told = (error: 0, delay: 0.0)

  init(
    _ partsPerMillion: Double, period: Double = 0.01, portions: Int = 1, inexactness: Int = 48,
    framesTold: Int = 8, seed: UInt64 = 4
  ) {
    skew = partsPerMillion / 1e6
    self.period = period
    self.portions = portions
    self.inexactness = inexactness
    self.framesTold = framesTold
    generator = SeededGenerator(seed: seed)
  }

  mutating func run(for seconds: Double) {
    time += seconds
    while min(nextPeriod, nextFrame) <= time {
      let late = Double.random(in: 0..<0.002, using: &generator)
      if nextPeriod < nextFrame {
        let count = Int(period * 48_000)
        for _ in 0..<portions { clocks.played(count) }
        given += count * portions
        nextPeriod += period * Double(portions) / (1 + skew)
      } else {
        frameCount += 1
        if frameCount % framesTold == 0 {
          told.error = .random(in: -inexactness...inexactness, using: &generator)
        }
        let now = nextFrame + late
        let heard = playing.before + max(0, now - playing.since) * (1 + skew) * 48_000
        // A microphone's frame is 20 ms and the delay of its device old, and waits while the loop is late.
        let delay = Double(given) - heard + (0.03 + late) * 48_000 + told.delay
        let steady = clocks.captured(960, delay: Int(delay) + told.error)
        delayError = Double(steady) - delay
        nextFrame += 0.02
      }
    }
  }

  mutating func rest(for seconds: Double) {
    let end = time + seconds
    playing = (end, playing.before + (nextPeriod - playing.since) * (1 + skew) * 48_000)
    nextPeriod = end
    run(for: seconds)
  }

  mutating func leap(_ leap: Leap, by seconds: Double) {
    switch leap {
    case .loudspeakerLoses:
      nextPeriod += seconds
      playing.before -= seconds * 48_000
    case .microphoneLoses: nextFrame += seconds
    case .moreDelayIsTold: told.delay += seconds * 48_000
    case .lessDelayIsTold: told.delay -= seconds * 48_000
    }
  }
}

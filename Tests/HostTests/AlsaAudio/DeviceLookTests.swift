import Testing

@testable import AlsaAudio

@Suite("Looks at a playback device")
struct DeviceLookTests {
  /// A device that takes sound in steps, and a thread that looks at it and gives it a period for each
  /// that there is room for, or more. Waking up takes a tenth of a millisecond.
  private struct Simulation {
    var period = 480
    /// How much the device takes at once.
    var step = 480
    /// How much faster than ours its clock runs, in millionths.
    var driftPartsPerMillion = 0.0
    /// How many periods are given at once.
    var portion = 1
    /// When a period less is to be kept in the device.
    var shrinksAt = Int64.max

    /// How long each period waited until it was asked for, and how often the thread rested, in a
    /// minute of which the first second is left out.
    func run() -> (waits: [Double], rests: Int) {
      var look = DeviceLook(periodSamples: period)
      var (now, given) = (Int64(3_000_000), 0)
      var waits: [Double] = []
      var rests = 0
      let stepTime = Double(step) * 1_000_000_000 / 48_000 / (1 + driftPartsPerMillion / 1_000_000)
      while now < 60_000_000_000 {
        now += 100_000
        let played = Int(Double(now) / stepTime) * step
        let target = now < shrinksAt ? 0 : period
        var room = played - given - target
        guard room >= period else {
          if now > 1_000_000_000 { rests += 1 }
          now += look.pause(room: room, at: now)
          continue
        }
        look.foundRoom(room, at: now)
        while room >= period {
          let stepNumber = (Double(given + target + period) / Double(step)).rounded(.up)
          given += portion * period
          room -= portion * period
          if now > 1_000_000_000 { waits.append(Double(now) - stepNumber * stepTime) }
        }
        // No look in between: the device has just told where it stands.
        if portion > 1 {
          if now > 1_000_000_000 { rests += 1 }
          now += look.pause(room: room, at: now)
        }
      }
      return (waits, rests)
    }
  }

  @Test(
    "come at most a millisecond and a little after a sound server's step, whatever its clock",
    arguments: [-300.0, -50, 0, 50, 300])
  func soundServer(drift: Double) {
    var simulation = Simulation()
    simulation.driftPartsPerMillion = drift
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 1_300_000)
    #expect(rests < 5_900 * 5 / 4, "hardly more than one for each step")
  }

  @Test(
    "are half as many where two periods are given at once, and come no later",
    arguments: [-300.0, -50, 0, 50, 300])
  func twoPeriods(drift: Double) {
    var simulation = Simulation()
    simulation.portion = 2
    simulation.driftPartsPerMillion = drift
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 1_300_000)
    #expect(rests < 2_950 * 5 / 4, "hardly more than one for two steps")
  }

  @Test("follow long steps also where two periods are given at once", arguments: [720, 1_024])
  func longStepsOfTwo(step: Int) {
    var simulation = Simulation()
    simulation.portion = 2
    simulation.step = step
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 2_500_000)
    #expect(rests < 59 * 48_000 / step * 2)
  }

  @Test("are one for each long packet that is given at once", arguments: [1, 480])
  func longPackets(step: Int) {
    var simulation = Simulation()
    simulation.portion = 6
    simulation.step = step
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 1_300_000)
    #expect(rests < 983 * 4 / 3)
  }

  @Test("follow steps that are longer than a period", arguments: [512, 720, 1_024])
  func longSteps(step: Int) {
    var simulation = Simulation()
    simulation.step = step
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 2_500_000)
    #expect(rests < 59 * 48_000 / step * 2)
  }

  @Test("come when there is room, and hardly more often, with hardware that counts samples")
  func hardware() {
    var simulation = Simulation()
    simulation.step = 1
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < 500_000)
    #expect(rests < 5_900 * 4 / 3)
  }

  @Test("come often enough to hardware that counts in blocks", arguments: [48, 120, 240])
  func blocks(step: Int) {
    var simulation = Simulation()
    simulation.step = step
    let (waits, rests) = simulation.run()
    #expect((waits.max() ?? .infinity) < Double(step) / 48 * 1_000_000 + 1_300_000)
    #expect(rests < 5_900 * 5 / 2)
  }

  @Test("still follow a sound server's steps after less was to be kept in the device")
  func shrunkQueue() {
    var simulation = Simulation()
    simulation.shrinksAt = 20_000_000_000
    let (waits, _) = simulation.run()
    #expect((waits.dropFirst(2_000).max() ?? .infinity) < 1_300_000)
  }

  @Test("never rest for longer than a few periods, however long a device stood still")
  func bound() {
    var look = DeviceLook(periodSamples: 480)
    for round in 0..<100 {
      let now = Int64(round) * 3_600_000_000_000
      look.foundRoom(480, at: now)
      #expect((200_000...80_000_000).contains(look.pause(room: 0, at: now)))
      #expect(look.pause(room: 0, at: now + 1) <= 1_000_000)
    }
  }
}

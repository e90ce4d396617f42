import Realtime
import Testing

@Suite("Audio output")
struct AudioOutputTests {
  @Test("is given a period for each that it asks for, though it takes it at once")
  func quickOutput() {
    let output = QuickOutput()
    var made: [Int] = []
    output.supply(inPortionsOf: 960, atMost: 48_000) { count in
      made.append(count)
      return [Int16](repeating: 1, count: count)
    }
    #expect(made == [480])
    #expect(output.ring.count == 480)
  }

  @Test("is given no more at once than is allowed, and in portions")
  func bounds() {
    let output = QuickOutput(reserve: 3_000)
    var made: [Int] = []
    output.supply(inPortionsOf: 960, atMost: 2_000) { count in
      made.append(count)
      return [Int16](repeating: 1, count: count)
    }
    #expect(made == [960, 960, 80])
  }

  @Test("tells how long a sample will wait, whenever in a period it is asked")
  func latency() {
    let output = QuickOutput(position: AudioPosition(count: 0, delay: 480, time: 5_000_000_000))
    _ = output.ring.write([Int16](repeating: 1, count: 960))
    #expect(output.latencySamples(at: 5_000_000_000) == 1_440)
    // Nothing is said about when the device takes the next period out of the ring.
    #expect(output.latencySamples(at: 5_005_000_000) == 1_200)
    _ = output.ring.read(exactly: 480)
    #expect(output.latencySamples(at: 5_005_000_000) == 1_200)
    #expect(output.latencySamples(at: 5_100_000_000) == 0)
    // What was noted so long ago is not reckoned on with.
    #expect(output.latencySamples(at: 7_000_000_000) == 960)
  }
}

/// Takes what is in the ring whenever it is asked how much it wants.
private final class QuickOutput: AudioOutput {
  let name = "quick"
  let ring = AudioRing()
  let doorbell = Doorbell()
  let faults = AudioFaults()
  let state = AudioDeviceState.running
  let periodSamples = 480
  let position: AudioPosition?
  var reserveSamples: Int {
    _ = ring.drain()
    return reserve
  }
  private let reserve: Int

  init(reserve: Int = 480, position: AudioPosition? = nil) {
    self.reserve = reserve
    self.position = position
  }
  func start() {}
  func stop() {}
}

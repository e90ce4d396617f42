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
}

/// Takes what is in the ring whenever it is asked how much it wants.
private final class QuickOutput: AudioOutput {
  let name = "quick"
  let ring = AudioRing()
  let doorbell = Doorbell()
  let faults = AudioFaults()
  let state = AudioDeviceState.running
  let periodSamples = 480
  let delaySamples = 0
  var reserveSamples: Int {
    _ = ring.drain()
    return reserve
  }
  private let reserve: Int

  init(reserve: Int = 480) { self.reserve = reserve }
  func start() {}
  func stop() {}
}

import Basics
import LoopGLib
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

  @Test("is given more shortly before it looks for it, as long as it tells when that is")
  func nextSupply() {
    let output = QuickOutput()
    let look = Instant.zero.advanced(by: .seconds(5))
    #expect(output.nextSupply(afterGiving: 960, at: look) == nil)
    output.nextLook = look
    let next = look.advanced(by: .milliseconds(18))
    // Asked for at the look, or given a little before it.
    for late in [-2, 0, 3, 17] {
      let now = look.advanced(by: .milliseconds(late))
      #expect(output.nextSupply(afterGiving: 960, at: now) == next)
    }
    #expect(output.nextSupply(afterGiving: 480, at: look) == look.advanced(by: .milliseconds(8)))
    // Neither at once, nor again and again.
    #expect(output.nextSupply(afterGiving: 960, at: next) == nil)
    #expect(output.nextSupply(afterGiving: 0, at: look) == nil)
    #expect(output.nextSupply(afterGiving: 96, at: look) == nil)
    #expect(output.nextSupply(afterGiving: .max, at: look) == nil)
    // A look that is far off is not the one that this was given for.
    #expect(output.nextSupply(afterGiving: 960, at: .zero) == nil)
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
  var nextLook: Instant? {
    get { look.withLock { $0 } }
    set { look.withLock { $0 = newValue } }
  }
  private let look = Lock<Instant?>(nil)
  private let reserve: Int

  init(reserve: Int = 480) { self.reserve = reserve }
  func start() {}
  func stop() {}
}

import Basics
import Testing

@testable import Media

@Suite("Echo reference")
struct EchoReferenceTests {
  @Test(
    "is as far ahead as what is played allows, between 5 and 20 ms", arguments: [20, 40, 60, 200])
  func lead(delayMilliseconds: Int) throws {
    var bench = ReferenceBench()
    bench.delay = delayMilliseconds * 48
    for _ in 0..<20 { bench.step() }
    let lead = try #require(bench.reference.lead)
    #expect(lead == min(max(bench.delay - 480 - 240, 240), 960))
    #expect(bench.offset == 0)
  }

  @Test("is no further ahead than what is played is there", arguments: [480, 500, 600, 720])
  func leastLead(delay: Int) throws {
    var bench = ReferenceBench()
    bench.delay = delay
    bench.portion = 20
    for _ in 0..<20 { bench.step() }
    #expect(try #require(bench.reference.lead) == delay - 480)
    #expect(bench.offset == 0)
  }

  @Test("does not leap when what is told of the delay jumps by 4 ms")
  func inexactness() throws {
    var bench = ReferenceBench()
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 { bench.step() }
    for _ in 0..<2_000 {
      bench.step(error: .random(in: -192...192, using: &generator))
      #expect(bench.offset == 0)
    }
  }

  @Test(
    "follows a delay that has changed within 300 ms, either way", arguments: [-1_500, 600, 24_000])
  func change(samples: Int) throws {
    var bench = ReferenceBench(delay: 4_800)
    for _ in 0..<20 { bench.step() }
    bench.delay += samples
    for _ in 0..<30 { bench.step() }
    #expect(bench.offset == 0)
    for _ in 0..<100 {
      bench.step()
      #expect(bench.offset == 0)
    }
  }

  @Test(
    "follows what is heard later, by 6 ms or more, in 60 ms, and is as far ahead as before",
    arguments: [288, 400, 600])
  func dryness(samples: Int) throws {
    // There is nearly as little as can be, and more would be led further.
    var bench = ReferenceBench(delay: 1_440)
    for _ in 0..<20 { bench.step() }
    let lead = try #require(bench.reference.lead)
    bench.heard -= Double(samples)
    for _ in 0..<6 { bench.step() }
    for _ in 0..<60 {
      bench.step()
      #expect(bench.offset == 0)
    }
    #expect(bench.reference.lead == lead)
    #expect(bench.reference.moves == 2)
  }

  @Test("does not follow in 60 ms what is told otherwise each time, nor what is not there")
  func unsure() {
    var bench = ReferenceBench(delay: 2_880)
    for _ in 0..<20 { bench.step() }
    for index in 0..<24 { bench.step(error: index.isMultiple(of: 2) ? 400 : -400) }
    #expect(bench.reference.moves == 1)
    bench = ReferenceBench(delay: 2_880)
    for _ in 0..<20 { bench.step() }
    // The lead is 20 ms, and 5 ms of it are no more.
    bench.delay = 1_200
    for _ in 0..<24 { bench.step() }
    #expect(bench.reference.moves == 1)
  }

  @Test(
    "gives what is played later or earlier at once when it is told to",
    arguments: [-500, -200, 500])
  func place(samples: Int) throws {
    var bench = ReferenceBench(delay: 4_800)
    for _ in 0..<20 { bench.step() }
    #expect(bench.reference.delay(by: samples) == samples)
    bench.hidden = samples
    for _ in 0..<3 { bench.step() }
    for _ in 0..<100 {
      bench.step()
      #expect(bench.offset == Double(-samples))
    }
    #expect(bench.reference.lead == 960)
    #expect(bench.reference.moves == 2)
  }

  @Test("gives nothing earlier than it is always there", arguments: [-3_120, -3_121, -200_000])
  func earliest(samples: Int) throws {
    // 480 of the delay are a block, 240 for a loudspeaker that asks late, and 960 the lead.
    var bench = ReferenceBench(delay: 3_840)
    for _ in 0..<20 { bench.step() }
    #expect(bench.reference.spare == 3_120)
    #expect(bench.reference.delay(by: samples) == -3_120)
    bench.hidden = -3_120
    // As far as the ramp goes.
    for _ in 0..<35 {
      bench.step()
      #expect(bench.offset == 3_120)
    }
    #expect(bench.reference.lead == 240)
    #expect(bench.reference.moves == 2)
    #expect(bench.reference.delay(by: -1) == 0)
  }

  @Test("gives nothing later than there is room to hold", arguments: [100_000, 200_000])
  func latest(samples: Int) throws {
    var bench = ReferenceBench(delay: 4_800)
    for _ in 0..<20 { bench.step() }
    let room = 120_000 - bench.reference.heldSamples
    #expect(bench.reference.delay(by: samples) == min(samples, room))
    #expect(bench.reference.delay(by: room) == max(0, room - samples))
    #expect(bench.reference.delay(by: 1) == 0)
    for _ in 0..<1_000 { bench.step() }
    #expect(bench.reference.heldSamples <= 120_000)
    #expect(bench.offset == 0)
  }

  @Test("is not moved before it knows where it is")
  func unknown() {
    var reference = EchoReference()
    #expect(reference.delay(by: 480) == 0)
    #expect(reference.moves == 0)
  }

  @Test(
    "keeps in step with clocks that differ, without a leap",
    arguments: [-0.000_3, -0.000_1, 0.000_2])
  func clocks(skew: Double) throws {
    var bench = ReferenceBench(skew: skew)
    for _ in 0..<20 { bench.step(isExact: true) }
    var before = bench.offset
    for _ in 0..<6_000 {
      bench.step(isExact: true)
      #expect(abs(bench.offset) < 200)
      #expect(abs(bench.offset - before) < 3)
      before = bench.offset
    }
  }

  @Test("holds no more than 2.5 s of what nobody asks for, and finds its place again")
  func bound() throws {
    var bench = ReferenceBench()
    for _ in 0..<20 { bench.step() }
    for _ in 0..<10_000 { bench.play(480) }
    #expect(bench.reference.heldSamples <= 120_000)
    bench.heard = Double(bench.given - bench.delay)
    for _ in 0..<60 { bench.step() }
    #expect(bench.offset == 0)
  }

  @Test("is silent while nothing is played, and finds its place when there is")
  func pause() throws {
    var bench = ReferenceBench()
    for _ in 0..<20 { bench.step() }
    for _ in 0..<300 { bench.rest() }
    for _ in 0..<60 { bench.step() }
    #expect(bench.offset == 0)
  }
}

/// A loudspeaker that plays a ramp, and a microphone of blocks.
private struct ReferenceBench {
  var reference = EchoReference()
  /// From a sample's being given until it is heard, in samples.
  var delay = 2_880
  private(set) var given = 0
  /// How much is given at once, in samples.
  var portion = 240
  /// By how much more delay is told than there is.
  var hidden = 0
  /// The sample of the loudspeaker's that is heard as the microphone's next one.
  var heard = 0.0
  /// By how many samples the last block was elsewhere than it should be.
  private(set) var offset = 0.0
  private let skew: Double

  init(delay: Int = 2_880, skew: Double = 0) {
    self.delay = delay
    self.skew = skew
  }

  /// Each sample tells its place.
  mutating func play(_ count: Int) {
    reference.append((given..<given + count).map { Int16(truncatingIfNeeded: $0 % 32_000) })
    given += count
  }

  mutating func step(error: Int = 0, isExact: Bool = false) {
    while given < Int(heard) + delay { play(portion) }
    take(told: given - Int(heard.rounded()) + hidden + error, isExact: isExact)
    heard += 480 * (1 + skew)
  }

  /// Nothing is given, and the devices tell a delay as before.
  mutating func rest() { take(told: delay, isExact: false) }

  private mutating func take(told: Int, isExact: Bool) {
    let block = reference.block(
      delay: told, pace: 1 + (isExact ? skew : 0), isExact: isExact, isHeard: true)
    guard let block, let lead = reference.lead else { return }
    #expect(block.count == 480)
    let place = (Int(heard.rounded()) + lead + 240) % 32_000
    // Not where the ramp begins anew.
    if (600..<31_400).contains(place) { offset = Double(Int(block[240]) - place) }
  }
}

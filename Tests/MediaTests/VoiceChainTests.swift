import Basics
import Simulation
import Testing

@testable import Media

@Suite("Voice chain")
struct VoiceChainTests {
  @Test(
    "with nothing played and no noise, sound goes as it came, at once, and the processor sleeps")
  func untouched() {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    let said = speech(blocks: 500)
    #expect(run(&chain, said) == said)
    #expect(chain.isAsleep)
    // It has had a second to get started, once both were in step.
    #expect(processor.cleanedBlocks == 100)
  }

  @Test(
    "it is heard before an echo can come back, and what is said then repeats no more than 22 ms")
  func wakes() throws {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    let said = speech(blocks: 600)
    _ = run(&chain, said, 0..<400)
    #expect(chain.isAsleep)
    let heard = run(&chain, said, 400..<450, playing: loud)
    #expect(!chain.isAsleep)
    let delay = try #require(shift(of: heard, from: said, at: 400, from: 2))
    #expect((DelayingProcessor.delay...DelayingProcessor.delay + 384).contains(delay))
  }

  @Test("it is left out again in a pause, a while after the last that was played")
  func sleepsAgain() {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    let said = speech(blocks: 1_000)
    _ = run(&chain, said, 0..<300, playing: loud)
    #expect(!chain.isAsleep)
    _ = run(&chain, said, 300..<440)
    #expect(!chain.isAsleep)
    _ = run(&chain, said, 440..<700)
    #expect(chain.isAsleep)
    #expect(run(&chain, said, 700..<1_000) == Array(said[700 * 480..<1_000 * 480]))
  }

  @Test("both changes of way leave no step in a tone")
  func noStep() {
    var chain = VoiceChain(DelayingProcessor())
    let tone = (0..<700 * 480).map { Self.tone($0, period: 218) }
    var heard = run(&chain, tone, 0..<300)
    heard += run(&chain, tone, 300..<330, playing: loud)
    let steepest = zip(tone, tone.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    let steepestHeard = zip(heard, heard.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(steepestHeard <= steepest * 11 / 10)
    // The periods of the voice are kept through the change.
    let around = heard[299 * 480..<303 * 480].map { abs(Int($0)) }
    for start in stride(from: 0, to: around.count - 218, by: 109) {
      #expect((around[start..<start + 218].max() ?? 0) > 7_000)
    }
  }

  @Test("noise is learned for half a second and then suppressed, from a pause on")
  func noise() {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    var generator = SeededGenerator(seed: 3)
    let noise = (0..<600 * 480).map { _ in Int16.random(in: -400...400, using: &generator) }
    let heard = run(&chain, noise)
    #expect(processor.noise == [true])
    #expect(heard[..<(90 * 480)] == noise[..<(90 * 480)])
    #expect(shift(of: Array(heard.suffix(48_000)), from: noise, at: 500, from: 0) != nil)
    #expect(shift(of: Array(heard.suffix(48_000)), from: noise, at: 500, from: 0) != 0)
    #expect(!chain.isAsleep)
  }

  @Test("noise that nobody would notice is suppressed once gain control makes it louder")
  func amplifiedNoise() {
    for controlsGain in [false, true] {
      let processor = DelayingProcessor()
      var chain = VoiceChain(processor, parts: VoiceParts(controlsGain: controlsGain))
      // −45 and −65 dBFS.
      let said = speech(blocks: 2_500, loudness: 319, noise: 32)
      _ = run(&chain, said)
      #expect(processor.noise == (controlsGain ? [true] : []))
      #expect(chain.isAsleep != controlsGain)
    }
  }

  @Test("with headphones, answers come through as they are while the far end speaks")
  func headphones() {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    let quiet = [Int16](repeating: 5, count: 600 * 480)
    _ = run(&chain, quiet, playing: loud)
    #expect(chain.isAsleep)
    let answer = Array(speech(blocks: 40)[..<(30 * 480)])
    #expect(run(&chain, answer, playing: loud) == answer)
    #expect(chain.isAsleep)
  }

  @Test("an echo that sets in after headphones is processed within a second")
  func unplugged() {
    let processor = DelayingProcessor()
    var chain = VoiceChain(processor)
    _ = run(&chain, [Int16](repeating: 5, count: 600 * 480), playing: loud)
    let echo = (0..<100).flatMap { _ in loud.map { $0 / 4 } }
    _ = run(&chain, echo, playing: loud)
    #expect(!chain.isAsleep)
    let heard = run(&chain, speech(blocks: 20), playing: loud)
    #expect(heard != speech(blocks: 20))
  }

  @Test("what is asked neither to cancel echoes nor to suppress noise never processes")
  func parts() {
    let processor = DelayingProcessor()
    let parts = VoiceParts(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    var chain = VoiceChain(processor, parts: parts)
    let said = speech(blocks: 300)
    #expect(run(&chain, said, playing: loud) == said)
    #expect(chain.isAsleep)
  }

  @Test("what is heard goes on where the microphone's sound is, however long the processor slept")
  func parity() {
    for slept in [10, 333, 3_000] {
      let processor = DelayingProcessor()
      var chain = VoiceChain(processor)
      let said = speech(blocks: 4_000)
      _ = run(&chain, said, 0..<300 + slept)
      _ = run(&chain, said, 300 + slept..<400 + slept, playing: loud)
      #expect(processor.heardBlocks == processor.cleanedBlocks, "\(slept)")
    }
  }

  @Test(
    "the processor finds what is played in step with the microphone, whatever portions it comes in",
    arguments: [480, 960])
  func steps(frameSamples: Int) throws {
    let ports = FakePorts(seed: 1)
    var chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts()))
    var generator = SeededGenerator(seed: 8)
    // The echo is what was played 50 ms before, and is played on for as long as the test needs.
    let sound = (0..<4 * 48_000).map { index in Int16(index % 30_000 + 1) }
    var given = 0
    for start in stride(from: 0, to: 3 * 48_000, by: frameSamples) {
      let heard = start - 2_400
      let wanted = start + frameSamples + Int.random(in: 0...700, using: &generator)
      while given < wanted {
        let count = [240, 480, 960].randomElement(using: &generator) ?? 480
        chain.played(Array(sound[given..<given + count]))
        given += count
      }
      var frame = [Int16](repeating: 8_000, count: frameSamples)
      chain.clean(&frame, delaySamples: given - heard)
    }
    let processor = try #require(ports.processors.first)
    #expect(Set(processor.delays).count == 1)
    let delay = try #require(processor.delays.first)
    #expect((5...60).contains(delay))
    // From the first block on there is no gap and nothing twice.
    let first = try #require(sound.firstIndex(of: processor.heard[4_800])) - 4_800
    #expect(processor.heard[4_800...] == sound[first + 4_800..<first + processor.heard.count])
  }

  @Test(
    "an echo that comes earlier or later than the devices tell is put where the canceller finds it",
    arguments: [(-15, 1), (-4, 1), (0, 0), (9, 9), (15, 1), (60, 1), (300, 1)])
  func placed(late: Int, foundAt: Int) throws {
    var bench = PlacingBench()
    bench.run(seconds: 3, late: late)
    #expect(try abs(bench.delay() - Double(foundAt)) <= 0.5)
  }

  @Test("an echo that moves is left alone in the canceller's filter, and followed out of it")
  func moved() throws {
    var bench = PlacingBench()
    bench.run(seconds: 3, late: 0)
    for (late, foundAt) in [(-3, -3), (30, 30), (-10, 1), (20, 31), (40, 1)] {
      bench.run(seconds: 8, late: late)
      #expect(try abs(bench.delay() - Double(foundAt)) <= 0.5, "\(late)")
    }
  }

  @Test("an echo later than can be learned is left alone")
  func tooLate() throws {
    var bench = PlacingBench()
    bench.run(seconds: 6, late: 360)
    #expect(try abs(bench.delay() - 360) <= 0.5)
  }

  @Test("what is said here and comes back from the far end is not taken for an echo")
  func sentBack() throws {
    // No network is as fast as to bring it before it could have been played.
    var bench = PlacingBench()
    bench.run(seconds: 6, late: -50)
    #expect(try abs(bench.delay() + 50) <= 0.5)
  }

  @Test("frames of 10 and 60 ms are processed wholly, and a delay below zero is none")
  func frames() throws {
    for count in [480, 2_880] {
      let ports = FakePorts(seed: 1)
      var chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts()))
      for _ in 0..<24 * 480 / count {
        var frame = [Int16](repeating: 8, count: count)
        chain.clean(&frame, delaySamples: 100)
      }
      // The first 80 ms tell where the two are.
      let processor = try #require(ports.processors.first)
      #expect(processor.delays.count == 24 - 7)
      #expect(processor.delays.allSatisfy { $0 == 0 })
      #expect(processor.filteredBlocks == 24)
    }
  }

  private let silence = [Int16](repeating: 0, count: 480)
  private let loud = (0..<480).map { VoiceChainTests.tone($0, period: 96) }

  private static func tone(_ index: Int, period: Int) -> Int16 {
    // A parabola of each half period is like enough to a sine.
    let phase = index % period
    let half = period / 2
    let place = phase % half
    let height = 4 * 8_000 * place * (half - place) / (half * half)
    return Int16(phase < half ? height : -height)
  }

  /// Words of 300 ms, each of noise of its own, with pauses of 100 ms.
  private func speech(blocks: Int, loudness: Int = 3_000, noise: Int = 5) -> [Int16] {
    var generator = SeededGenerator(seed: 9)
    return (0..<blocks).flatMap { block in
      let peak = block % 40 < 30 ? loudness : noise
      return (0..<480).map { _ in Int16(Int.random(in: -peak...peak, using: &generator)) }
    }
  }

  private func run(
    _ chain: inout VoiceChain, _ said: [Int16], _ blocks: Range<Int>? = nil,
    playing far: [Int16]? = nil
  ) -> [Int16] {
    var heard: [Int16] = []
    for block in blocks ?? 0..<said.count / 480 {
      chain.played(far ?? silence)
      var frame = Array(said[block * 480..<block * 480 + 480])
      chain.clean(&frame, delaySamples: 1_920)
      heard += frame
    }
    return heard
  }

  /// By how many samples `heard`, from a block on, follows what was said from block `start` on.
  private func shift(of heard: [Int16], from said: [Int16], at start: Int, from block: Int) -> Int?
  {
    let piece = heard[block * 480..<(block + 4) * 480]
    let place = (start + block) * 480
    return (0...1_440).first { said[place - $0..<place - $0 + piece.count] == piece }
  }
}

/// A phone whose devices tell a delay of 60 ms, and a room without walls.
private struct PlacingBench {
  private let ports = FakePorts(seed: 1)
  private var chain: VoiceChain
  private var generator = SeededGenerator(seed: 5)
  /// What is played, from its beginning, and the blocks of it.
  private var sound: [Int16] = []
  private var level = 0
  private var late = 0

  init() { chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts())) }

  /// - Parameter late: by how much the echo comes later than told, in milliseconds.
  mutating func run(seconds: Int, late: Int) {
    self.late = late
    for _ in 0..<seconds * 100 {
      speak()
      chain.played(Array(sound.suffix(480)))
      let first = sound.count - Self.told - late * 48
      var frame = (first..<first + 480).map { sound.indices.contains($0) ? sound[$0] / 2 : 0 }
      chain.clean(&frame, delaySamples: Self.told)
    }
  }

  /// By how much later than told to the canceller the echo comes, less what is always kept, in milliseconds.
  func delay() throws -> Double {
    let processor = try #require(ports.processors.first)
    let given = Array(processor.heard.suffix(480))
    let place = try #require(
      (0..<sound.count - 479).last { sound[$0] == given[0] && sound[$0..<$0 + 480] == given[...] })
    let heard = sound.count - Self.told - late * 48
    let told = try #require(processor.delays.last)
    return Double(place - heard) / 48 - Double(told) - 5
  }

  /// 10 ms of words of 300 ms, each of noise of its own, with pauses of 100 ms.
  private mutating func speak() {
    let peak = sound.count / 480 % 40 < 30 ? 3_000 : 300
    for _ in 0..<480 {
      level += (Int.random(in: -peak...peak, using: &generator) - level) / 4
      sound.append(Int16(level))
    }
  }

  /// In samples.
  private static let told = 2_880
}

/// Gives what it takes 670 samples later.
private final class DelayingProcessor: VoiceProcessorPort {
  static let delay = 670
  let delaySamples = DelayingProcessor.delay
  private(set) var heardBlocks = 0
  private(set) var cleanedBlocks = 0
  private(set) var noise: [Bool] = []
  private var held = [Int16](repeating: 0, count: DelayingProcessor.delay)

  func filter(_ frame: inout [Int16], from start: Int) {}

  func hear(_ block: [Int16]) { heardBlocks += 1 }

  func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int) {
    cleanedBlocks += 1
    held += frame[start..<start + VoiceBlock.sampleCount]
    frame.replaceSubrange(
      start..<start + VoiceBlock.sampleCount, with: held.prefix(VoiceBlock.sampleCount))
    held.removeFirst(VoiceBlock.sampleCount)
  }

  func expectNoise(_ isNoisy: Bool) { noise.append(isNoisy) }
}

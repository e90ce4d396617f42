import Basics
import Testing

@testable import Media

@Suite("Echo search")
struct EchoSearchTests {
  @Test(
    "finds an echo to half a millisecond within a second of speech, whichever way round it is",
    arguments: [(-50, 0.5), (-20, -0.5), (0, 0.1), (30, -1), (300, 0.5)])
  func found(milliseconds: Int, gain: Double) throws {
    let said = speech(seed: 1)
    let found = search(said, delayed(said, by: milliseconds, gain: gain))
    let first = try #require(found.first)
    // What comes late is late to be found.
    #expect(first.block <= 130 + max(0, milliseconds / 10))
    for one in found { #expect(abs(one.delay - milliseconds * 48) <= 24) }
  }

  @Test("finds the sound that comes first, though a reflection is as loud")
  func reflection() throws {
    let said = speech(seed: 2)
    let direct = delayed(said, by: 20, gain: 0.3)
    let reflected = delayed(said, by: 45, gain: 0.3)
    let found = search(said, zip(direct, reflected).map { $0 + $1 })
    #expect(!found.isEmpty)
    for one in found { #expect(abs(one.delay - 20 * 48) <= 24) }
  }

  @Test("finds nothing where another one speaks, where all is quiet, and in a tone")
  func nothing() {
    let said = speech(seed: 3)
    let tone = said.indices.map { Int16(($0 % 96 - 48) * 100) }
    #expect(search(said, speech(seed: 4)).isEmpty)
    #expect(search(said, delayed(said, by: 30, gain: 0.005)).isEmpty)
    #expect(search(said, [Int16](repeating: 0, count: said.count)).isEmpty)
    #expect(search(tone, delayed(tone, by: 30, gain: 0.5)).isEmpty)
  }

  private func search(_ played: [Int16], _ heard: [Int16]) -> [(block: Int, delay: Int)] {
    var search = EchoSearch()
    var found: [(block: Int, delay: Int)] = []
    for start in stride(from: 0, to: played.count - 479, by: 480) {
      let (block, far) = (Array(heard[start..<start + 480]), Array(played[start..<start + 480]))
      if let delay = search.compare(block, with: far) { found.append((start / 480, delay)) }
    }
    return found
  }

  private func delayed(_ sound: [Int16], by milliseconds: Int, gain: Double) -> [Int16] {
    sound.indices.map { index in
      let place = index - milliseconds * 48
      return sound.indices.contains(place) ? Int16(Double(sound[place]) * gain) : 0
    }
  }

  /// 4 s of words of 300 ms, each of noise of its own, with pauses of 100 ms.
  private func speech(seed: UInt64) -> [Int16] {
    var generator = SeededGenerator(seed: seed)
    var level = 0
    return (0..<4 * 48_000).map { index in
      let peak = index / 480 % 40 < 30 ? 3_000 : 5
      level += (Int.random(in: -peak...peak, using: &generator) - level) / 4
      return Int16(level)
    }
  }
}

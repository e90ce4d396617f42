import Basics
import Testing

@testable import Media

@Suite("Speech level")
struct SpeechLevelTests {
  @Test("speech at a comfortable level stays as it is", arguments: [1_100, 3_000, 8_000])
  func comfortable(amplitude: Int16) {
    var level = SpeechLevel()
    let block = square(amplitude)
    for _ in 0..<2_000 { #expect(adjusted(&level, block) == block) }
  }

  @Test("soft speech becomes louder by 2 dB a second and not softer meanwhile, up to −24 dBFS")
  func soft() {
    var level = SpeechLevel()
    var gains: [Double] = []
    for _ in 0..<2_000 {
      _ = adjusted(&level, square(327))
      gains.append(level.gain)
    }
    #expect(gains[98] == 1)
    #expect(gains[600] <= 1.26 * gains[500])
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(abs(level.gain * 327 - 2_067) < 25)
  }

  @Test("no speech becomes louder by more than 20 dB")
  func bound() {
    var level = SpeechLevel()
    for _ in 0..<5_000 { _ = adjusted(&level, square(33)) }
    #expect(level.gain == 10)
  }

  @Test("loud speech becomes softer")
  func loud() {
    var level = SpeechLevel()
    for _ in 0..<1_000 { _ = adjusted(&level, square(16_000)) }
    #expect(abs(level.gain * 16_000 - 5_827) < 60)
  }

  @Test("what is no speech changes nothing")
  func noise() {
    var level = SpeechLevel()
    for _ in 0..<1_000 { _ = adjusted(&level, square(327), isSpeech: false) }
    #expect(level.gain == 1)
  }

  @Test("a shout after soft speech is not cut off")
  func peak() {
    var level = SpeechLevel()
    for _ in 0..<2_000 { _ = adjusted(&level, square(327)) }
    let shout = adjusted(&level, square(20_000))
    #expect(shout.suffix(432).allSatisfy { abs(Int($0)) <= 30_001 && abs(Int($0)) >= 29_000 })
  }

  private func square(_ amplitude: Int16) -> [Int16] {
    (0..<480).map { $0 % 48 < 24 ? amplitude : -amplitude }
  }

  private func adjusted(
    _ level: inout SpeechLevel, _ block: [Int16], isSpeech: Bool = true
  ) -> [Int16] {
    var block = block
    level.adjust(&block, isSpeech: isSpeech)
    return block
  }
}

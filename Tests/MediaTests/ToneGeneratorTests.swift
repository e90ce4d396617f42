import Media
import Testing

@Suite("Tone generator")
struct ToneGeneratorTests {
  @Test(
    "never clicks, and repeats itself",
    arguments: [CallTone.ring, .ringback, .busy, .failure, .waiting])
  func smooth(tone: CallTone) {
    var generator = ToneGenerator(tone)
    let samples = generator.next(sampleCount: 48_000 * 11)
    // The fastest tone, 1 800 Hz at a tenth of full scale, moves by less than 1 000 a sample.
    #expect(largestStep(samples) < 1_400)
    #expect(!generator.isFinished)
    #expect(samples.suffix(48_000 * 6).contains { $0 != 0 })
    #expect(samples.prefix(48_000).contains { $0 != 0 })
  }

  @Test("sounds the same in whatever portions it is asked")
  func portions() {
    var whole = ToneGenerator(.failure)
    var parts = ToneGenerator(.failure)
    let expected = whole.next(sampleCount: 48_000)
    var collected: [Int16] = []
    for count in [1, 479, 480, 7_000, 0, 40_040] { collected += parts.next(sampleCount: count) }
    #expect(collected == expected)
  }

  @Test("keeps the cadence of the busy tone: half a second on, half a second off")
  func cadence() {
    var generator = ToneGenerator(.busy)
    let samples = generator.next(sampleCount: 48_000)
    #expect(samples[100..<23_900].contains { abs(Int($0)) > 3_000 })
    #expect(samples[24_000...].allSatisfy { $0 == 0 })
  }

  @Test("fades when stopped and is then finished")
  func stops() {
    var generator = ToneGenerator(.ringback)
    let before = generator.next(sampleCount: 4_811)
    generator.stop()
    let after = generator.next(sampleCount: 480)
    #expect(largestStep(before + after) < 500)
    #expect(generator.isFinished)
    #expect(after.suffix(200).allSatisfy { $0 == 0 })
    #expect(generator.next(sampleCount: 100).allSatisfy { $0 == 0 })
  }

  @Test("gives each key its two frequencies, for a tenth of a second")
  func keys() throws {
    var generator = try #require(ToneGenerator(key: "5"))
    let samples = generator.next(sampleCount: 7_200)
    #expect(generator.isFinished)
    let tone = Array(samples.prefix(4_800))
    for frequency in [770, 1_336] { #expect(power(of: tone, at: frequency) > 0.3) }
    for frequency in [697, 852, 941, 1_209, 1_477, 1_633] {
      #expect(power(of: tone, at: frequency) < 0.01)
    }
    #expect(samples.suffix(2_400).allSatisfy { $0 == 0 })
    #expect(ToneGenerator(key: "x") == nil)
    #expect(ToneGenerator.keys.allSatisfy { ToneGenerator(key: $0) != nil })
  }

  private func largestStep(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}

import Media
import Testing

@Suite("Mixer")
struct MixerTests {
  @Test("adds sounds and limits the sum, not the parts")
  func saturates() {
    var mixer = Mixer(sampleCount: 3)
    mixer.add([30_000, -30_000, 100])
    mixer.add([30_000, -30_000, 23])
    #expect(mixer.mixed() == [32_767, -32_768, 123])

    mixer.add([-30_000, 30_000, 0])
    #expect(mixer.mixed() == [30_000, -30_000, 123])
  }

  @Test("fills up what is short and leaves out what is long")
  func lengths() {
    var mixer = Mixer(sampleCount: 3)
    mixer.add([1])
    mixer.add([1, 2, 3, 4])
    #expect(mixer.mixed() == [2, 2, 3])
    #expect(Mixer(sampleCount: -1).mixed() == [])
  }

  @Test("passes an only sound on, and leaves it out for who made it")
  func single() {
    var mixer = Mixer(sampleCount: 2)
    #expect(mixer.mixed() == [0, 0])
    mixer.add([Int16.max, -5])
    #expect(mixer.mixed() == [Int16.max, -5])
    #expect(mixer.mixed(without: [Int16.max, -5]) == [0, 0])
    mixer.add([1, -1])
    #expect(mixer.mixed() == [Int16.max, -6])
    #expect(mixer.mixed(without: [1, -1]) == [Int16.max, -5])
  }

  @Test("changes loudness by decibels")
  func gain() {
    var mixer = Mixer(sampleCount: 2)
    mixer.add([10_000, -10_000], gain: Gain(decibels: -6))
    #expect(mixer.mixed().map { abs(Int($0)) }.allSatisfy { (5_000...5_020).contains($0) })
    #expect(Gain(decibels: 0) == .unity)
    #expect(Gain(decibels: 1_000) == Gain(decibels: 20))
    #expect(Gain(decibels: -1_000) == Gain(decibels: -60))
  }

  @Test("holds eight calls at full volume")
  func loudest() {
    var mixer = Mixer(sampleCount: 1)
    for _ in 0..<8 { mixer.add([Int16.max], gain: Gain(decibels: 20)) }
    #expect(mixer.mixed() == [Int16.max])
  }

  @Test("fades evenly from one gain to another")
  func fades() {
    var samples = [Int16](repeating: 10_000, count: 100)
    Gain.fade(&samples, from: .unity, to: .silence)
    #expect(samples.last == 0)
    let steps = zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }
    #expect(steps.allSatisfy { $0 <= 103 })
  }
}

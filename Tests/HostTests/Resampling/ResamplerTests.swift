import Resampling
import Testing

@Suite("Resampler")
struct ResamplerTests {
  @Test(
    "keeps a tone clean at any rate, in both directions",
    arguments: [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000])
  func clean(rate: Int) throws {
    let tone = Tones.sine(hertz: 1_000, rate: rate, count: rate)
    let up = try converted(tone, from: rate, to: 48_000)
    #expect(up.count == 48_000)
    #expect(Tones.signalToNoise(up[2_400..<45_600], hertz: 1_000) > 60)

    let back = try converted(up, from: 48_000, to: rate)
    #expect(back.count == rate)
    let middle = back[rate / 20..<rate - rate / 20]
    #expect(Tones.signalToNoise(middle, hertz: 1_000, rate: rate) > 60)
  }

  @Test("gives the same in pieces of any size as in one", arguments: [1, 7, 160, 4_096])
  func pieces(size: Int) throws {
    let tone = Tones.sine(hertz: 440, rate: 16_000, count: 8_000)
    let whole = try converted(tone, from: 16_000, to: 48_000)
    let resampler = try Resampler(from: 16_000, to: 48_000)
    var parts: [Int16] = []
    var start = 0
    while start < tone.count {
      let end = min(start + size, tone.count)
      parts += resampler.convert(Array(tone[start..<end]))
      start = end
    }
    parts += resampler.finish()
    #expect(parts.elementsEqual(whole))
  }

  @Test("puts the first sample out where the first sample in was")
  func aligned() throws {
    var click = [Int16](repeating: 0, count: 1_000)
    click[500] = 20_000
    let up = try converted(click, from: 16_000, to: 48_000)
    let peak = up.indices.max { up[$0] < up[$1] }
    #expect(abs((peak ?? 0) - 1_500) <= 1)
  }

  @Test("begins anew after the end of a stream")
  func reused() throws {
    let resampler = try Resampler(from: 24_000, to: 48_000)
    let tone = Tones.sine(hertz: 300, rate: 24_000, count: 2_400)
    let first = resampler.convert(tone) + resampler.finish()
    let second = resampler.convert(tone) + resampler.finish()
    #expect(first.elementsEqual(second))
    #expect(first.count == 4_800)
  }

  @Test("gives nothing for nothing")
  func empty() throws {
    let resampler = try Resampler(from: 8_000, to: 48_000)
    #expect(resampler.convert([]) == [])
    #expect(resampler.finish() == [])
  }

  @Test("refuses rates out of bounds", arguments: [-1, 0, 1_999, 768_001, Int.max])
  func refused(rate: Int) {
    #expect(throws: Resampler.Failure.unsupportedRate(rate)) {
      _ = try Resampler(from: rate, to: 48_000)
    }
    #expect(throws: Resampler.Failure.unsupportedRate(rate)) {
      _ = try Resampler(from: 48_000, to: rate)
    }
  }

  private func converted(_ input: [Int16], from: Int, to: Int) throws -> [Int16] {
    let resampler = try Resampler(from: from, to: to)
    return resampler.convert(input) + resampler.finish()
  }
}

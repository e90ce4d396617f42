import EndToEnd
import Testing

@Suite("Comparison of sounds")
struct SoundComparisonTests {
  /// Noise in syllables, each of its own loudness and length, with pauses between: as hard to mistake
  /// as speech.
  private static let reference: Sound = {
    var state: UInt32 = 12_345
    func random() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24)
    }
    var samples: [Float] = []
    var smooth: Float = 0
    while samples.count < 4 * 48_000 {
      let loudness = 0.1 + 0.6 * random()
      for _ in 0..<Int(4_000 + 12_000 * random()) {
        smooth += (random() - 0.5 - smooth) / 8
        samples.append(smooth * loudness)
      }
      samples += [Float](repeating: 0, count: Int(6_000 * random()))
    }
    return Sound(rate: 48_000, samples: Array(samples.prefix(4 * 48_000)))
  }()

  private var reference: Sound { Self.reference }

  private func recording(_ change: (inout [Float]) -> Void) -> Sound {
    var samples = [Float](repeating: 0, count: 48_000) + reference.samples
    samples += [Float](repeating: 0, count: 48_000)
    change(&samples)
    return Sound(rate: 48_000, samples: samples)
  }

  @Test("finds a sound in itself, where it is")
  func identical() {
    let result = SoundComparison(of: reference, in: recording { _ in })
    #expect(result.correlation > 0.999)
    #expect(abs(result.delay / .milliseconds(1) - 1_000) < 0.5)
    #expect(result.delaySpread < .milliseconds(1))
    #expect(result.longestGap == .zero)
  }

  @Test("does not mind a softer sound with a little noise")
  func softer() {
    var state: UInt32 = 1
    let result = SoundComparison(
      of: reference,
      in: recording { samples in
        for index in samples.indices {
          state = state &* 1_664_525 &+ 1_013_904_223
          samples[index] = samples[index] / 5 + Float(state >> 8) / Float(1 << 24) / 2_000
        }
      })
    #expect(result.correlation > 0.98)
    #expect(result.longestGap <= .milliseconds(5))
  }

  @Test("finds a gap and its length", arguments: [40, 100, 300])
  func gap(milliseconds: Int) {
    let loud = reference.envelope(window: .milliseconds(milliseconds))
    let window = loud.indices.dropFirst().max { loud[$0] < loud[$1] } ?? 0
    let start = 48_000 + window * milliseconds * 48
    let result = SoundComparison(
      of: reference,
      in: recording { samples in
        for index in start..<start + milliseconds * 48 { samples[index] = 0 }
      })
    #expect(abs(result.longestGap / .milliseconds(1) - Double(milliseconds)) <= 15)
  }

  @Test("follows a pause that was stretched")
  func stretched() {
    let half = 48_000 + reference.samples.count / 2
    let result = SoundComparison(
      of: reference,
      in: recording { $0.insert(contentsOf: [Float](repeating: 0, count: 960), at: half) })
    #expect(result.correlation > 0.9)
    #expect(abs(result.delaySpread / .milliseconds(1) - 20) < 1)
  }

  @Test("finds nothing in silence and little in another sound")
  func other() {
    let silence = recording { samples in
      for index in samples.indices { samples[index] = 0 }
    }
    let nothing = SoundComparison(of: reference, in: silence)
    #expect(nothing.correlation == 0)
    let other = recording { $0 = $0.reversed() }
    #expect(SoundComparison(of: reference, in: other).correlation < 0.5)
  }

  @Test("a recording that is cut off keeps what it has")
  func cutOff() {
    let result = SoundComparison(of: reference, in: recording { $0.removeLast(48_000 + 9_600) })
    #expect(result.correlation > 0.9)
    #expect(abs(result.delay / .milliseconds(1) - 1_000) < 0.5)
  }

  @Test("reads one channel of a file, also when its header promises more than there is")
  func files() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/two.wav"
    let arguments = [
      "-n", "-r", "48000", "-b", "16", file, "synth", "1", "sine", "440", "sine", "0",
    ]
    let maker = try ChildProcess("sox", ["-R"] + arguments)
    #expect(maker.wait(within: .seconds(10)) == .exited(0))
    let left = try Sound(wav: file)
    let right = try Sound(wav: file, channel: 1)
    #expect(left.rate == 48_000)
    #expect(left.samples.count == 48_000)
    #expect(left.loudness > 0.5)
    #expect(right.loudness < 0.01)
    #expect(throws: Sound.Unreadable.self) { try Sound(wav: file, channel: 2) }
    let cutter = try ChildProcess("truncate", ["-s", "96044", file])
    _ = cutter.wait(within: .seconds(10))
    #expect(try Sound(wav: file).samples.count == 24_000)
    #expect(throws: Sound.Unreadable.self) { try Sound(wav: "/etc/passwd") }
  }
}

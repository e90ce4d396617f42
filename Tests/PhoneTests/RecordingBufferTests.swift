import Basics
import Media
import Testing

@testable import Phone

/// The microphone's part of a recording, which runs at the pace of playback.
@Suite("Recording buffer")
struct RecordingBufferTests {
  @Test(
    "half a minute of a steady tone have no gap and no click, whatever the microphone's clock",
    arguments: [-300.0, 300])
  func skewed(partsPerMillion: Double) {
    var buffer = RecordingBuffer()
    var generator = SeededGenerator(seed: 3)
    let wave = ToneWave()
    var (said, heard, nextFrame) = (0, [Int16](), 960.0)
    for period in 1...3_000 {
      let now = Double(period) * 480 * (1 + partsPerMillion / 1e6)
      while nextFrame <= now {
        buffer.append((said..<said + 960).map { wave[$0] })
        said += 960
        nextFrame = Double(said) + 960 + .random(in: 0..<240, using: &generator)
      }
      heard += buffer.take(480)
    }
    #expect(heard.count == 3_000 * 480)
    #expect(buffer.count < 3 * 960)
    let sound = heard.drop { $0 == 0 }
    #expect(heard.count - sound.count <= 4 * 960)
    // A tone of 250 Hz moves by 393 from one sample to the next at most.
    let steepest = zip(sound, sound.dropFirst()).map { abs(Int($1) - Int($0)) }.max() ?? .max
    #expect(steepest < 420, "\(steepest)")
    let quiet = zip(sound, sound.dropFirst(48)).filter { abs(Int($0)) < 50 && abs(Int($1)) < 50 }
    #expect(quiet.isEmpty)
  }

  @Test("what is missing is one piece of silence, and what is too much is dropped")
  func gaps() {
    var buffer = RecordingBuffer()
    #expect(buffer.take(480) == [Int16](repeating: 0, count: 480))
    buffer.append([Int16](repeating: 5, count: 960))
    #expect(buffer.take(480).allSatisfy { $0 == 0 }, "so little would run dry at once")
    buffer.append([Int16](repeating: 5, count: 960))
    #expect(buffer.take(480).allSatisfy { $0 == 5 })
    #expect(
      buffer.take(2_400) == [Int16](repeating: 5, count: 1_440) + [Int16](repeating: 0, count: 960))
    for _ in 0..<100 {
      buffer.append([Int16](repeating: 5, count: 960))
      #expect(buffer.count <= RecordingBuffer.limit)
    }
  }

  /// One wave of 250 Hz, again and again.
  private struct ToneWave {
    private let samples: [Int16]

    init() {
      var (sine, cosine) = (0.0, 1.0)
      // By rotation: the sine and cosine of 2π/192 to ten digits.
      let (s, c) = (0.032_719_082_82, 0.999_464_587_5)
      samples = (0..<192).map { _ in
        defer { (sine, cosine) = (sine * c + cosine * s, cosine * c - sine * s) }
        return Int16((sine * 12_000).rounded())
      }
    }

    subscript(index: Int) -> Int16 { samples[index % 192] }
  }
}

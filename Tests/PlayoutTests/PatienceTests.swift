import Basics
import Playout
import Testing

@Suite("Patience")
struct PatienceTests {
  @Test("waits four seconds for a pause, and then no longer until all is done")
  func limit() {
    var patience = Patience()
    let wanted = Stretch.accelerate(sampleCount: 480, haste: .patient)
    for _ in 1..<200 { #expect(patience.wait(with: wanted, for: 960) == wanted) }
    for _ in 0..<3 {
      #expect(
        patience.wait(with: wanted, for: 960) == .accelerate(sampleCount: 480, haste: .steady))
    }
    #expect(patience.wait(with: .none, for: 960) == .none)
    #expect(patience == Patience())
    #expect(patience.wait(with: wanted, for: 960) == wanted)
  }

  @Test("hurries wherever it can when a great delay has waited in vain")
  func excess() {
    func waited(for sampleCount: Int) -> Stretch {
      var patience = Patience()
      return patience.wait(
        with: .accelerate(sampleCount: sampleCount, haste: .patient), for: 4 * 48_000)
    }
    #expect(waited(for: 7_679) == .accelerate(sampleCount: 7_679, haste: .steady))
    #expect(waited(for: 7_680) == .accelerate(sampleCount: 7_680, haste: .urgent))
  }

  @Test("leaves alone what does not wait")
  func hasty() {
    var patience = Patience()
    for haste in [Stretch.Haste.steady, .urgent] {
      let wanted = Stretch.decelerate(sampleCount: 480, haste: haste)
      #expect(patience.wait(with: wanted, for: 480_000) == wanted)
    }
    let wanted = Stretch.decelerate(sampleCount: 480, haste: .patient)
    #expect(patience.wait(with: wanted, for: 1) == .decelerate(sampleCount: 480, haste: .steady))
  }

  @Test("shortens the delay in the voice's pause, not in its words")
  func pause() {
    /// A voice that says nothing between the third second and the fourth.
    final class Speaker: FrameDecoder {
      func decode(_ payload: [UInt8]) -> [Int16]? {
        (150..<200).contains(payload[0])
          ? Array(repeating: 0, count: 960) : Voice.samples(from: 0, count: 960)
      }
      func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? { nil }
      func conceal(sampleCount: Int) -> [Int16] { Array(repeating: 0, count: sampleCount) }
      func sampleCount(of payload: [UInt8]) -> Int? { 960 }
      func hasRedundancy(_ payload: [UInt8]) -> Bool { false }
    }
    var stream = PlayoutStream(
      decoder: Speaker(), settings: PlayoutSettings(initialDelay: .milliseconds(60)))
    var removed: [Int] = []
    for index in 0..<200 {
      let now = Instant.zero.advanced(by: .milliseconds(index * 20))
      _ = stream.insert(
        [UInt8(index)], sequence: Int64(index), timestamp: Int64(index * 960), at: now)
      _ = stream.pull(sampleCount: 960, at: now)
      removed.append(stream.statistics.removedSamplesForAcceleration)
    }
    #expect(removed[149] == 0)
    #expect(removed[160] >= 40 * 48)
    #expect(removed[199] == removed[160])
  }
}

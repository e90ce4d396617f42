import Realtime
import Testing

@Suite("How far a microphone is that does not tell so")
struct ArrivalEnvelopeTests {
  /// In nanoseconds, of 10 ms.
  private let portion: Int64 = 10_000_000

  @Test("before anything has come nothing is known")
  func unknown() {
    #expect(ArrivalEnvelope(sampleRate: 48_000).progress(at: 5) == nil)
  }

  @Test("what was late least counts, and what came late later changes nothing")
  func late() throws {
    var envelope = ArrivalEnvelope(sampleRate: 48_000)
    for index in 1...200 {
      // Every eighth portion is in time; the others are up to 7 ms late.
      let delay = index % 8 == 0 ? 0 : Int64(index * 5 % 8) * 1_000_000
      let now = Int64(index) * portion + delay
      envelope.arrived(after: index * 480, at: now)
      guard index >= 8 else { continue }
      let progress = try #require(envelope.progress(at: now))
      let exact = Int(now * 48 / 1_000_000)
      // 300 ppm in 80 ms are 1.2 samples.
      #expect((exact - 2...exact + 1).contains(progress))
    }
  }

  @Test("portions of any length are heard by when the next one comes, in whatever pieces they do")
  func portions() throws {
    var envelope = ArrivalEnvelope(sampleRate: 48_000)
    var count = 0
    for index in 1...400 {
      let start = Int64(count) * 1_000_000 / 48
      for piece in 0..<index % 4 {
        envelope.arrived(after: count + piece * 120, at: start + Int64(piece) * 300_000)
      }
      let progress = try #require(envelope.progress(at: start))
      #expect(abs(progress - count) <= 12)
      count += 480 + index % 3 * 240
    }
  }

  @Test("clocks that go 200 parts in a million faster or slower are followed", arguments: [-1, 1])
  func drift(direction: Int64) throws {
    var envelope = ArrivalEnvelope(sampleRate: 48_000)
    var now: Int64 = 0
    for index in 1...6_000 {
      now += portion + direction * 2_000
      envelope.arrived(after: index * 480, at: now)
      let progress = try #require(envelope.progress(at: now))
      #expect(abs(progress - index * 480) <= 1)
    }
  }

  @Test("what has been lost is known after four seconds")
  func loss() throws {
    var envelope = ArrivalEnvelope(sampleRate: 48_000)
    for index in 1...500 {
      let now = Int64(index) * portion + Int64(index % 4) * 1_000_000
      // 30 ms are lost after a second.
      let count = index * 480 - (index > 100 ? 1_440 : 0)
      envelope.arrived(after: count, at: now)
      guard index > 500 - 4 else { continue }
      let progress = try #require(envelope.progress(at: now))
      #expect(abs(progress - (Int(now * 48 / 1_000_000) - 1_440)) <= 2)
    }
  }
}

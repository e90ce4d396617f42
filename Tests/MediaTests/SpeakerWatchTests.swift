import Basics
import Testing

@testable import Media

@Suite("Who speaks")
struct SpeakerWatchTests {
  private var watch = SpeakerWatch(expecting: [1, 2])
  private var now = Instant.zero

  @Test("tells a voice after 100 ms and its end after 600 ms")
  mutating func hysteresis() {
    #expect(listen([1: 0.1], milliseconds: 50) == [])
    #expect(listen([1: 0.1], milliseconds: 100) == [[1]])
    #expect(listen([1: 0.006], milliseconds: 2_000) == [], "between the thresholds nothing changes")
    #expect(listen([1: 0], milliseconds: 500) == [])
    #expect(listen([1: 0], milliseconds: 200) == [[]])
  }

  @Test("a click is no voice, and a short pause no end")
  mutating func short() {
    #expect(listen([1: 0.5], milliseconds: 50) == [])
    #expect(listen([1: 0], milliseconds: 200) == [])
    #expect(listen([1: 0.5], milliseconds: 200) == [[1]])
    #expect(listen([:], milliseconds: 300) == [])
    #expect(listen([1: 0.5], milliseconds: 200) == [])
  }

  @Test("tells several, and of strangers nothing")
  mutating func several() {
    #expect(listen([2: 0.2, 1: 0.1, 7: 0.9], milliseconds: 200) == [[1, 2]])
    watch.expect([2, 7])
    #expect(listen([2: 0.2, 1: 0.1, 7: 0.9], milliseconds: 200) == [[2, 7]])
  }

  private mutating func listen(_ levels: [UInt32: Double], milliseconds: Int) -> [[UInt32]] {
    var told: [[UInt32]] = []
    for _ in 0..<(milliseconds / 50) {
      if let speaking = watch.look(at: levels.map { ($0.key, $0.value) }, now: now) {
        told.append(speaking)
      }
      now = now.advanced(by: .milliseconds(50))
    }
    return told
  }
}

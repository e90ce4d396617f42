import Glibc
import Realtime
import Testing

@Suite("Audio ring")
struct AudioRingTests {
  @Test("gives back what was written, in order, across its end")
  func wraps() {
    let ring = AudioRing(capacity: 8)
    #expect(ring.write([1, 2, 3, 4, 5, 6]) == 6)
    #expect(ring.read(exactly: 5) == [1, 2, 3, 4, 5])
    #expect(ring.write([7, 8, 9, 10, 11, 12]) == 6)
    #expect(ring.count == 7)
    #expect(ring.read(exactly: 7) == [6, 7, 8, 9, 10, 11, 12])
    #expect(ring.count == 0)
  }

  @Test("takes what fits and no more when it is full")
  func full() {
    let ring = AudioRing(capacity: 4)
    #expect(ring.write([1, 2, 3, 4, 5]) == 4)
    #expect(ring.write([6]) == 0)
    #expect(ring.writeSilence(count: 3) == 0)
    #expect(ring.read(exactly: 4) == [1, 2, 3, 4])
  }

  @Test("gives what there is and no more when it runs empty")
  func empty() {
    let ring = AudioRing(capacity: 4)
    var target = [Int16](repeating: -1, count: 4)
    #expect(ring.read(into: &target, count: 4) == 0)
    #expect(ring.write([1, 2]) == 2)
    #expect(ring.read(exactly: 3) == nil)
    #expect(ring.read(into: &target, count: 4) == 2)
    #expect(target == [1, 2, -1, -1])
  }

  @Test("forgets what waits when it is drained")
  func drained() {
    let ring = AudioRing(capacity: 8)
    _ = ring.write([1, 2, 3])
    _ = ring.writeSilence(count: 2)
    #expect(ring.drain() == 5)
    #expect(ring.count == 0)
    #expect(ring.write([4]) == 1)
    #expect(ring.read(exactly: 1) == [4])
  }

  @Test("holds 85 ms by default")
  func standard() {
    #expect(AudioRing().capacity == 4_096)
  }

  @Test("carries a million samples from one thread to another unharmed")
  func twoThreads() throws {
    let ring = AudioRing(capacity: 256)
    let total = 1_000_000
    let writer = RealtimeThread(
      name: "writer", work: CountingWriter(ring: ring, total: total), wantsPriority: false)
    #expect(writer.start() == 0)
    defer { writer.stop() }
    var expected = 0
    var target = [Int16](repeating: 0, count: 100)
    let deadline = StopSignal.now + 20_000_000_000
    while expected < total, StopSignal.now < deadline {
      let count = ring.read(into: &target, count: target.count)
      if count == 0 { sched_yield() }
      for index in 0..<count {
        try #require(target[index] == Int16(truncatingIfNeeded: expected))
        expected += 1
      }
    }
    #expect(expected == total)
  }
}

/// Writes 0, 1, 2, … as fast as there is room.
private final class CountingWriter: RealtimeWork {
  let ring: AudioRing
  let total: Int

  init(ring: AudioRing, total: Int) {
    self.ring = ring
    self.total = total
  }

  func prepare(stop: StopSignal) -> Bool { true }

  func run(until stop: StopSignal) {
    var next = 0
    var piece = [Int16](repeating: 0, count: 77)
    while next < total, !stop.isSet {
      let count = min(piece.count, total - next)
      for index in 0..<count { piece[index] = Int16(truncatingIfNeeded: next + index) }
      let fitting = ring.write(piece, count: count)
      if fitting == 0 { sched_yield() }
      next += fitting
    }
  }

  func finish() {}
}

import Testing

@testable import RTP

@Suite("Numbers of redundant copies")
struct CopyNumbersTests {
  private var numbers = CopyNumbers()

  /// Packets of 20 ms with those numbers, on a clock of 48 kHz.
  private mutating func arrive(_ sequence: [Int64], later: Int64 = 0) {
    for number in sequence {
      numbers.packetArrived(sequence: number, timestamp: number * 960 + later)
    }
  }

  private func sequence(_ offset: Int64, place: Int = 1, in number: Int64, later: Int64 = 0)
    -> Int64
  {
    numbers.sequence(
      ofCopy: offset, place: place, in: number, timestamp: number * 960 + later)
  }

  @Test("a copy that stands alone is told by its time, also over losses")
  mutating func byTime() {
    arrive([10, 11, 12, 16])
    #expect(sequence(3 * 960, in: 16) == 13)
    #expect(sequence(960, in: 16) == 15)
    #expect(sequence(4 * 960, place: 2, in: 16) == 12)
  }

  @Test("before two packets have come in a row, and of what was before them, the place tells")
  mutating func byPlace() {
    arrive([10])
    #expect(sequence(2 * 960, in: 10) == 9)
    arrive([12])
    #expect(sequence(2 * 960, place: 2, in: 12) == 10)
    arrive([13])
    #expect(sequence(960, in: 13) == 12)
    #expect(sequence(3 * 960, place: 3, in: 13) == 10, "the same either way")
    #expect(sequence(5 * 960, place: 2, in: 13) == 11)
  }

  @Test("a pause of the sender takes time and no numbers")
  mutating func pause() {
    arrive([10, 11, 12])
    // 200 ms nothing; then packet 13, which repeats 12, and 14, which repeats 13.
    arrive([13], later: 9_600)
    #expect(sequence(960 + 9_600, in: 13, later: 9_600) == 12)
    arrive([14], later: 9_600)
    #expect(sequence(960, in: 14, later: 9_600) == 13)
    #expect(sequence(2 * 960 + 9_600, place: 2, in: 14, later: 9_600) == 12)
  }

  @Test("longer packets are counted as such from the next on")
  mutating func longer() {
    arrive([10, 11])
    for number in Int64(12)...14 {
      numbers.packetArrived(sequence: number, timestamp: 11 * 960 + 960 + (number - 12) * 1_920)
    }
    #expect(
      numbers.sequence(ofCopy: 2 * 1_920, place: 1, in: 14, timestamp: 12 * 960 + 2 * 1_920) == 12)
  }

  @Test(
    "what is in no step with the packets is told by its place, and the overtaken changes nothing")
  mutating func strange() {
    arrive([10, 11, 13, 12])
    #expect(sequence(2 * 960, in: 13) == 11)
    #expect(sequence(1_000, in: 13) == 12)
  }
}

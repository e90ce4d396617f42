import Basics
import RTP
import Testing

@testable import Media

@Suite("Runs of losses")
struct LossRunsTests {
  private var runs = LossRuns()
  private var next: Int64 = 0

  /// Feedback on the next packets; `true` for those that arrived.
  private mutating func tell(_ arrivals: [Bool], from base: Int64? = nil) {
    let base = base ?? next
    next = max(next, base + Int64(arrivals.count))
    runs.told(
      TransportFeedback(
        senderSSRC: 1, mediaSSRC: 2, base: UInt16(truncatingIfNeeded: base), referenceTime: 0,
        feedbackCount: 0, arrivals: arrivals.map { $0 ? 0 : nil }),
      from: base)
  }

  private mutating func tell(_ pattern: String, times: Int) {
    for _ in 0..<times { tell(pattern.map { $0 == "." }) }
  }

  private func shares() -> [Double]? {
    let shares = (0...2).compactMap { runs.missingShare(CopyPattern(count: $0)) }
    return shares.count == 3 ? shares.map { ($0 * 1_000).rounded() / 1_000 } : nil
  }

  @Test("nothing is said before enough is known")
  mutating func few() {
    tell("....x", times: 40)
    #expect(shares() == nil)
    tell("....x", times: 10)
    #expect(shares() != nil)
  }

  @Test("single losses are gone with one copy, pairs with two, and of three one remains")
  mutating func lengths() {
    tell(".........x", times: 400)
    #expect(shares() == [0.1, 0, 0])
    runs = LossRuns()
    next = 0
    tell("........xx", times: 400)
    #expect(shares() == [0.2, 0.1, 0])
    runs = LossRuns()
    next = 0
    tell(".......xxx", times: 400)
    #expect(shares() == [0.3, 0.2, 0.1])
  }

  @Test("what is lost in pairs is restored by one copy that comes two packets later")
  mutating func distances() {
    func shares(of distance: Int) -> [Double?] {
      (1...2).map { count in
        runs.missingShare(CopyPattern(count: count, distance: distance))
          .map { ($0 * 1_000).rounded() / 1_000 }
      }
    }
    tell("........xx", times: 400)
    #expect(shares(of: 2) == [0, 0])
    #expect(runs.missingShare(CopyPattern(count: 1, distance: 3)) == 0)
    runs = LossRuns()
    next = 0
    tell(".....xx.xx", times: 400)
    #expect(shares(of: 1) == [0.2, 0])
    #expect(shares(of: 2) == [0.1, 0])
    #expect(runs.missingShare(CopyPattern(count: 2, distance: 3)) == nil, "nobody asks")
  }

  @Test("the last of a run is what the encoder's own redundancy restores")
  mutating func restorable() {
    for (pattern, share) in [(".........x", 0.1), ("........xx", 0.1), (".....xxxxx", 0.1)] {
      runs = LossRuns()
      next = 0
      #expect(runs.restorableShare == nil)
      tell(pattern, times: 400)
      #expect(runs.restorableShare.map { ($0 * 1_000).rounded() / 1_000 } == share)
    }
  }

  @Test("a run goes on from one feedback to the next")
  mutating func across() {
    for _ in 0..<400 {
      tell(".........x".map { $0 == "." })
      tell("x.........".map { $0 == "." })
    }
    // The last few are judged when their copies would have come.
    tell("....", times: 1)
    #expect(shares() == [0.1, 0.05, 0])
  }

  @Test("what was only overtaken is not lost")
  mutating func overtaken() {
    for _ in 0..<400 {
      let base = next
      tell([true, false, false, true])
      tell([true, true], from: base + 1)
    }
    #expect(shares() == [0, 0, 0])
  }

  @Test("packets whose feedback was lost say nothing")
  mutating func untold() {
    for _ in 0..<100 {
      tell([true, true, false, true])
      next += 4
    }
    #expect(shares() == [0.25, 0, 0])
  }

  @Test("feedback on packets far ahead or long settled is survived")
  mutating func strange() {
    tell(".........x", times: 400)
    tell([false, false], from: 5)
    tell([true], from: 1 << 40)
    tell([true], from: 0)
    tell([true], from: (1 << 40) + 4_000)
    #expect(shares()?[0] ?? 1 <= 0.1)
  }
}

import Basics
import Testing

@testable import Media

@Suite("Wish for copies")
struct CopyWishTests {
  private var wish = CopyWish()
  private var counts = CopyWish.Counts()
  private var seconds = 0

  /// Lets seconds pass, of 50 packets each.
  ///
  /// - Parameter run: how many packets are lost in a row.
  private mutating func pass(_ count: Int, loss: Double, run: Int = 1, copies: Bool = false) {
    for _ in 0..<count {
      let lost = Int(50 * loss)
      counts.lost += lost
      counts.gaps += lost / run
      counts.received += 50 - lost
      if copies { counts.redundant += 50 - lost }
      seconds += 1
      wish.judge(counts, at: Instant.zero.advanced(by: .seconds(seconds)))
    }
  }

  @Test("copies are asked for when much is lost for as long as is looked at, and not before")
  mutating func asks() {
    pass(8, loss: 0.06)
    #expect(!wish.isAsking)
    pass(1, loss: 0.06)
    #expect(wish.isAsking)
    #expect(wish.loss == 0.06)
  }

  @Test("runs are put up with whose last packets, which copies would bring back, are few")
  mutating func outages() {
    pass(60, loss: 0.2, run: 10)
    #expect(wish.isAsking)
    wish = CopyWish()
    for _ in 0..<8 {
      pass(1, loss: 0.5, run: 25)
      pass(7, loss: 0)
    }
    #expect(!wish.isAsking)
  }

  @Test("little loss, and a stream of few packets, are put up with")
  mutating func contents() {
    pass(60, loss: 0.02)
    #expect(!wish.isAsking)
    var idle = CopyWish()
    for second in 0..<60 {
      let counts = CopyWish.Counts(received: second * 8, lost: second * 3)
      idle.judge(counts, at: Instant.zero.advanced(by: .seconds(second)))
    }
    #expect(!idle.isAsking)
  }

  @Test("whoever sends copies unasked is not asked for them")
  mutating func unasked() {
    pass(60, loss: 0.1, copies: true)
    #expect(!wish.isAsking)
    #expect(wish.hasCopies)
  }

  @Test("the wish is taken back after a minute with little loss, and may come again")
  mutating func ends() {
    pass(12, loss: 0.1)
    pass(66, loss: 0)
    #expect(wish.isAsking)
    pass(1, loss: 0)
    #expect(!wish.isAsking)
    pass(12, loss: 0.1)
    #expect(wish.isAsking)
  }

  @Test("copies that make it worse are asked for again after minutes, and more of them each time")
  mutating func harm() {
    pass(12, loss: 0.04)
    #expect(wish.isAsking)
    pass(60, loss: 0.2, copies: true)
    #expect(wish.isAsking)
    pass(14, loss: 0.32, copies: true)
    #expect(!wish.isAsking)
    pass(200, loss: 0.32)
    #expect(!wish.isAsking)
    pass(50, loss: 0.04)
    #expect(wish.isAsking)
    pass(60, loss: 0.32, copies: true)
    #expect(!wish.isAsking)
    pass(400, loss: 0.04)
    #expect(!wish.isAsking)
    pass(80, loss: 0.04)
    #expect(wish.isAsking)
  }

  @Test("more loss without copies is no fault of theirs")
  mutating func noHarm() {
    pass(12, loss: 0.04)
    pass(60, loss: 0.2)
    #expect(wish.isAsking)
  }

  @Test("what is told of it says what was asked for, what came, and why")
  func sentences() {
    #expect(ReceptionAccount(wish, isAsking: false) == nil)
    #expect(
      ReceptionAccount(loss: 0.08, isAsking: true, hasCopies: false).sentence
        == "copies of earlier packets are asked for; 8 % is lost on the way here")
    #expect(
      ReceptionAccount(loss: 0.08, isAsking: true, hasCopies: true).sentence
        == "with copies of earlier packets, as asked for; 8 % is lost on the way here")
    #expect(
      ReceptionAccount(loss: 0, isAsking: false, hasCopies: true).sentence
        == "with copies of earlier packets; little is lost on the way here")
  }
}

import Basics
import Testing

@testable import Playout

@Suite("Playout rehearsal")
struct PlayoutRehearsalTests {
  @Test("ends early only for plans that cost too much", arguments: 1...40)
  func early(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let most = [480, 4_800, 24_000].randomElement(using: &generator)!
    let rarity = Int.random(in: 1...60, using: &generator)
    let lateness = (0..<Int.random(in: 1...3_000, using: &generator)).map { _ in
      let isLate = Int.random(in: 0..<rarity, using: &generator) == 0
      return ArrivalHistory.Lateness(
        actual: Int64.random(in: 0...Int64(isLate ? most : 480), using: &generator),
        foreseen: Int64.random(in: 0...Int64(isLate ? most : 1), using: &generator))
    }
    let rehearsal = PlayoutRehearsal(
      lateness: lateness, overdueLateness: 960, concealmentWeight: 2)
    for aim in stride(from: Int64(0), through: 19_200, by: 1_200) {
      let plan = PlayoutRehearsal.Plan(aim: aim, hold: .milliseconds(500))
      let whole = rehearsal.cost(of: plan)
      for share in [0.2, 0.8, 0.999, 1.001, 1.5] {
        let limit = whole * share
        let cost = rehearsal.cost(of: plan, ifLessThan: limit)
        if whole < limit {
          #expect(cost == whole, "seed \(seed), aim \(aim), limit \(limit)")
        } else {
          #expect(limit...whole + 1e-6 ~= cost, "seed \(seed), aim \(aim), limit \(limit)")
        }
      }
    }
  }
}

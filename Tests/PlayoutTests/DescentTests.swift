import Testing

@testable import Playout

@Suite("Descent")
struct DescentTests {
  @Test("goes down when a shorter delay has proved best four times, to the longest of them")
  func down() {
    var descent = Descent()
    for aim in [300, 500, 400] as [Int64] { #expect(follow(aim, from: 960, in: &descent) == 960) }
    #expect(follow(300, from: 960, in: &descent) == 500)
    #expect(follow(300, from: 500, in: &descent) == 500, "and begins anew")
  }

  @Test("begins anew when the delay has to stay or to rise, which it does at once")
  func up() {
    for interruption in [960, 1_200] as [Int64] {
      var descent = Descent()
      for _ in 0..<3 { #expect(follow(300, from: 960, in: &descent) == 960) }
      #expect(follow(interruption, from: 960, in: &descent) == interruption)
      for _ in 0..<3 { #expect(follow(300, from: 960, in: &descent) == 960) }
      #expect(follow(300, from: 960, in: &descent) == 300)
    }
  }

  @Test("follows at once how long a stall's delay is to be kept")
  func hold() {
    var descent = Descent()
    let best = PlayoutRehearsal.Plan(aim: 300, hold: .seconds(4))
    let plan = descent.plan(towards: best, from: PlayoutRehearsal.Plan(aim: 960))
    #expect(plan == PlayoutRehearsal.Plan(aim: 960, hold: .seconds(4)))
  }

  private func follow(_ aim: Int64, from current: Int64, in descent: inout Descent) -> Int64 {
    descent.plan(
      towards: PlayoutRehearsal.Plan(aim: aim), from: PlayoutRehearsal.Plan(aim: current)
    ).aim
  }
}

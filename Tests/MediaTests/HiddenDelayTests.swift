import Testing

@testable import Media

@Suite("Hidden delay")
struct HiddenDelayTests {
  @Test("corrections add up within bounds")
  func bounds() {
    var delay = HiddenDelay()
    for _ in 0..<20 { delay.correct(by: 4_800, told: 2_400) }
    #expect(delay.samples == HiddenDelay.range.upperBound)
    for _ in 0..<20 { delay.correct(by: -4_800, told: 2_400) }
    #expect(delay.samples == HiddenDelay.range.lowerBound)
  }

  @Test("learns up to −150 and 350 ms, and nothing beyond")
  func range() {
    var delay = HiddenDelay()
    #expect(delay.canLearn(-7_200) && delay.canLearn(16_800))
    #expect(!delay.canLearn(-7_201) && !delay.canLearn(16_801))
    delay.correct(by: 2_880, told: 2_400)
    #expect(delay.canLearn(-10_080) && delay.canLearn(13_920))
    #expect(!delay.canLearn(-10_081) && !delay.canLearn(13_921))
  }

  @Test("is forgotten when the devices tell of quite another delay, and learned again")
  func leap() {
    var delay = HiddenDelay()
    delay.correct(by: 2_880, told: 14_400)
    delay.devicesTell(9_700)
    #expect(delay.samples == 2_880)
    delay.devicesTell(9_599)
    #expect(delay.samples == 0)
    delay.correct(by: 1_440, told: 2_880)
    delay.devicesTell(2_880)
    #expect(delay.samples == 1_440)
  }
}

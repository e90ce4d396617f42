import Media
import Testing

@Suite("E-model")
struct EModelTests {
  @Test("agrees with the worked example: 100 ms round trip, 40 ms buffer, 2 % loss")
  func example() {
    let model = EModel(delayMilliseconds: 100 / 2 + 40 + 26.5, lossPercent: 2, lossRobustness: 10)
    #expect(abs(model.delayMilliseconds - 116.5) < 0.01)
    #expect(abs(model.delayImpairment - 2.8) < 0.01)
    #expect(abs(model.lossImpairment - 15.8) < 0.04)
    #expect(abs(model.rating - 74.6) < 0.04)
    #expect(abs(model.meanOpinionScore - 3.80) < 0.005)
  }

  @Test("charges delay more beyond 177.3 ms")
  func delay() {
    let near = EModel(delayMilliseconds: 177.3, lossPercent: 0, lossRobustness: 10)
    let far = EModel(delayMilliseconds: 277.3, lossPercent: 0, lossRobustness: 10)
    #expect(abs(near.delayImpairment - 4.2552) < 0.0001)
    #expect(abs(far.delayImpairment - near.delayImpairment - 13.4) < 0.0001)
  }

  @Test("stays between 1 and 4.5 whatever it is told", arguments: [-50.0, 0, 50, 1_000])
  func limits(loss: Double) {
    for delay in [-1.0, 0, 400, 100_000] {
      let model = EModel(delayMilliseconds: delay, lossPercent: loss, lossRobustness: 0)
      #expect((1...4.5).contains(model.meanOpinionScore))
    }
    #expect(
      EModel(delayMilliseconds: 0, lossPercent: 0, lossRobustness: 20).meanOpinionScore > 4.4)
  }
}

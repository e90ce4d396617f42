import Simulation
import Testing

@Suite("Exchange, asked directly")
struct ExchangeCaseTests {
  @Test("does what it must", arguments: ExchangeCase.all)
  func case_(_ example: ExchangeCase) throws {
    try example.run(on: ExchangeBench())
  }
}

import Basics
import Calling
import Cells
import Console
import Testing

@Suite("Placing calls")
struct PlacingTests {
  @Test("Enter on a contact calls it and looks at the call")
  func enterCalls() {
    var state = Situations.state(Size(rows: 24, columns: 80))
    let commands = Situations.type([.down, .enter], &state)
    #expect(
      commands == [
        .order(.call(account: Situations.exchange, address: "parrot", name: "Parrot"))
      ])
    #expect(state.focus == .call)
  }
}

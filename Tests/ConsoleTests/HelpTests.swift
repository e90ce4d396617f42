import Calling
import Cells
import Testing

@testable import Console

@Suite("Help")
struct HelpTests {
  private let size = Size(rows: 24, columns: 80)

  private func keys(_ state: ConsoleState) -> [String] {
    var state = state
    _ = Situations.type("?", &state)
    return state.helpLines.filter { !$0.isHeading }.map(\.text)
  }

  @Test("lists the keys of the place it was opened in, and only those that do something")
  func place() {
    let idle = keys(Situations.state(size))
    #expect(idle.contains("Call the selected contact"))
    #expect(!idle.contains("Hang up"))
    var state = Situations.inCall(size)
    _ = Situations.type([.tab], &state)
    let inCall = keys(state)
    #expect(inCall.contains("Hang up"))
    #expect(inCall.contains("Send tones"))
    #expect(!inCall.contains("Call the selected contact"))
  }

  @Test("lists no key for what it does elsewhere: digits are tones in a call, and h holds")
  func shadowed() {
    var state = Situations.inCall(size)
    #expect(keys(state).contains("Go to the history"))
    _ = Situations.type([.tab], &state)
    #expect(!keys(state).contains("Go to the history"))
    _ = Situations.type("?", &state)
    let left = state.helpLines.first { $0.text == "Pane to the left" }
    #expect(left?.keys == "←")
  }

  @Test("scrolls to its end and no further, and closes by the keys that opened it")
  func scrolls() {
    var state = Situations.state(Size(rows: 16, columns: 60))
    _ = Situations.type("?G", &state)
    #expect(render(state).screen.text.contains("Quit"))
    let end = render(state).screen.text
    _ = Situations.type([.down, .pageDown], &state)
    #expect(render(state).screen.text == end)
    _ = Situations.type("?", &state)
    #expect(state.popup == nil)
  }

  @Test("lists what decides about a ringing call first")
  func ringing() {
    var board = Situations.idleBoard
    board.calls = [Situations.handedOver]
    let state = Situations.state(size, board)
    #expect(
      keys(state).prefix(4) == [
        "Accept the ringing call", "Decline the ringing call", "Decline with a reason",
        "Silence the ringing",
      ])
  }
}

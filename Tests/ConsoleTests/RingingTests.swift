import Basics
import Calling
import Cells
import Console
import Testing

@Suite("Ringing")
struct RingingTests {
  private let caller = Situations.handedOver

  private func ringing(_ state: inout ConsoleState, _ calls: [CallSummary]? = nil)
    -> [ConsoleCommand]
  {
    var board = Situations.idleBoard
    board.calls = calls ?? [caller]
    return reduce(&state, .board(board, at: state.now))
  }

  private func idle() -> ConsoleState { Situations.state(Size(rows: 24, columns: 80)) }

  @Test("alerts once, and rings the bell every three seconds until it is silenced")
  func alerts() {
    var state = idle()
    #expect(
      ringing(&state) == [
        .ringAlert(
          caller.id, title: "Amina Okafor is calling",
          body: "exchange: Wants the invoice of March sent again; the bot could not find it.")
      ])
    #expect(ringing(&state) == [])
    let tick: (Int64, inout ConsoleState) -> [ConsoleCommand] = { milliseconds, state in
      reduce(
        &state,
        .tick(
          now: state.now.advanced(by: .milliseconds(milliseconds)), wallTime: state.wallTime,
          offset: .zero))
    }
    #expect(tick(2_999, &state) == [])
    #expect(tick(1, &state) == [.bell])
    var silent = caller
    silent.isSilenced = true
    _ = ringing(&state, [silent])
    #expect(tick(10_000, &state) == [])
  }

  @Test("keys of the first 300 milliseconds do not count")
  func deaf() {
    var state = idle()
    _ = ringing(&state)
    let appeared = state.now
    #expect(state.deadline == appeared.advanced(by: .milliseconds(300)))
    let press: (Int64, inout ConsoleState) -> [ConsoleCommand] = {
      reduce(&$1, .key(.character("d"), at: appeared.advanced(by: .milliseconds($0))))
    }
    #expect(press(299, &state) == [])
    #expect(press(300, &state) == [.order(.decline(caller.id, reason: nil))])
  }

  @Test("a accepts once and says so until the call is up")
  func accepts() {
    var state = idle()
    _ = ringing(&state)
    state = Situations.later(state, .seconds(1))
    #expect(Situations.type("a", &state) == [.order(.answer(caller.id))])
    #expect(state.focus == .call)
    #expect(render(state).screen.text.contains("Answering…"))
    #expect(Situations.type("a", &state) == [])
    #expect(state.message?.text == "It is being answered already.")
  }

  @Test("D asks for a reason, and Esc takes the question back")
  func declinesWithReason() {
    var state = idle()
    _ = ringing(&state)
    state = Situations.later(state, .seconds(1))
    _ = Situations.type("Dbusy", &state)
    _ = Situations.type([.escape], &state)
    _ = Situations.type("Din a meeting", &state)
    #expect(
      Situations.type([.enter], &state) == [.order(.decline(caller.id, reason: "in a meeting"))])
  }

  @Test("whoever types keeps the cursor and the draft; F2 and F3 decide")
  func typing() {
    var state = idle()
    _ = Situations.type("/a", &state)
    let cursor = render(state).cursor
    _ = ringing(&state)
    #expect(render(state).cursor == cursor)
    // Also in the first moment, what is typed is text.
    #expect(Situations.type("d", &state) == [])
    #expect(render(state).cursor == Point(row: cursor.row, column: cursor.column + 1))
    #expect(Situations.type([.function(2)], &state) == [])
    state = Situations.later(state, .seconds(1))
    #expect(Situations.type([.function(3)], &state) == [.order(.decline(caller.id, reason: nil))])
    #expect(Situations.type([.function(2)], &state) == [.order(.answer(caller.id))])
    #expect(render(state).screen.text.contains("/ ad"))
    #expect(state.focus == .contacts)
  }

  @Test("Enter does not reach the panes behind, but says what to press")
  func enterExplains() {
    var state = idle()
    _ = ringing(&state)
    state = Situations.later(state, .seconds(1))
    #expect(Situations.type([.enter], &state) == [])
    #expect(state.message?.text == "a accepts, d declines, i silences.")
    _ = Situations.type([.escape], &state)
    #expect(Situations.type([.enter], &state).count == 1)
  }

  @Test("of several ringing calls the arrows choose the one that keys mean")
  func several() {
    let second = Situations.call("Bernd", number: 7, incoming: true, .incoming)
    var state = idle()
    #expect(ringing(&state, [caller, second]).count == 2)
    state = Situations.later(state, .seconds(1))
    #expect(Situations.type([.down, .character("i")], &state) == [.order(.silence(second.id))])
    #expect(Situations.type([.up, .character("a")], &state) == [.order(.answer(caller.id))])
  }

  @Test("a call that nobody took leaves a notification")
  func missed() {
    var state = idle()
    _ = ringing(&state)
    var over = caller
    over.phase = .ended(.missed)
    #expect(
      ringing(&state, [over]) == [.notify(title: "Missed call", body: "Amina Okafor · exchange")])
    #expect(state.message?.text == "Amina Okafor: missed.")
  }

  @Test("the reason being typed goes away with the call")
  func callGoes() {
    var state = idle()
    _ = ringing(&state)
    state = Situations.later(state, .seconds(1))
    _ = Situations.type("Dlater", &state)
    _ = reduce(&state, .board(Situations.idleBoard, at: state.now))
    #expect(state.popup == nil)
  }

  @Test("what a caller is called cannot command the terminal by way of the alert")
  func harmlessAlert() {
    var hostile = caller
    hostile.party.name = "\u{1B}]0;x\u{7}Eve\u{202E}"
    hostile.summary = "a\u{1B}[2Jb"
    var state = idle()
    #expect(
      ringing(&state, [hostile]) == [
        .ringAlert(hostile.id, title: "]0;x Eve is calling", body: "exchange: a [2Jb")
      ])
  }
}

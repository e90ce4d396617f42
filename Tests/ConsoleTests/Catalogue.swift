import Basics
import Calling
import Cells
import Console

/// Every situation by name, for any size.
enum Catalogue {
  typealias Make = @Sendable (Size) -> ConsoleState

  static let all: [(String, Make)] = [
    ("idle", { Situations.state($0) }),
    (
      "filter",
      { size in
        var state = Situations.state(size)
        _ = Situations.type("/o", &state)
        return state
      }
    ),
    (
      "ringing",
      { size in
        var board = Situations.idleBoard
        board.calls = [Situations.handedOver]
        return Situations.state(size, board)
      }
    ),
    (
      "ringingWhileTyping",
      { size in
        var state = Situations.state(size)
        _ = Situations.type(":ami", &state)
        var board = Situations.idleBoard
        board.calls = [Situations.handedOver]
        _ = reduce(&state, .board(board, at: state.now))
        return state
      }
    ),
    (
      "twoRinging",
      { size in
        var board = Situations.idleBoard
        board.calls = [
          Situations.handedOver,
          Situations.call(
            "Bernd", number: 3, incoming: true, .incoming, startedAfter: .seconds(18)),
        ]
        return Situations.state(size, board)
      }
    ),
    ("active", { Situations.inCall($0) }),
    (
      "callPane",
      { size in
        var state = Situations.inCall(size)
        _ = Situations.type([.tab], &state)
        _ = Situations.type("12#", &state)
        return state
      }
    ),
    (
      "muted",
      { size in
        var state = Situations.inCall(size) { $0.isMuted = true }
        _ = Situations.type([.tab], &state)
        return state
      }
    ),
    (
      "heldAndWaiting",
      { size in
        var waiting = Situations.call(
          "Bernd", number: 3, incoming: true, .incoming, startedAfter: .seconds(18))
        waiting.isSilenced = true
        var state = Situations.inCall(
          size, [Situations.call("Amina Okafor", number: 2, .held), Situations.parrot, waiting])
        _ = Situations.type([.escape, .character("2"), .down], &state)
        return state
      }
    ),
    (
      "bad",
      { size in
        var state = Situations.inCall(size, loss: 0.07, jitter: 0.04)
        _ = Situations.type("4", &state)
        return state
      }
    ),
    (
      "help",
      { size in
        var state = Situations.state(size)
        _ = Situations.type("?", &state)
        return state
      }
    ),
    (
      "palette",
      { size in
        var state = Situations.inCall(size)
        _ = Situations.type(":ho", &state)
        return state
      }
    ),
    (
      "quit",
      { size in
        var state = Situations.inCall(size)
        _ = Situations.type("q", &state)
        return state
      }
    ),
    (
      "devices",
      { size in
        var state = Situations.inCall(size)
        _ = Situations.type("v", &state)
        return state
      }
    ),
    (
      "note",
      { size in
        var state = Situations.inCall(size)
        _ = Situations.type("ncalls back on Monday", &state)
        return state
      }
    ),
    (
      "history",
      { size in
        var state = Situations.state(size)
        _ = Situations.type("3j", &state)
        return state
      }
    ),
    (
      "message",
      { size in
        var state = Situations.state(size)
        _ = Situations.type("x", &state)
        return state
      }
    ),
  ]
}

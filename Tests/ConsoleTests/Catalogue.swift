import Basics
import Calling
import Cells
import Console
import Formats

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
    ("conference", { Situations.inConference($0) }),
    (
      "fourSystems",
      { size in
        var state = Situations.inConference(size)
        _ = reduce(&state, .board(Situations.fourSystemsRinging(state.board), at: state.now))
        return Situations.later(state, .seconds(2))
      }
    ),
    (
      "answer",
      { size in
        var state = Situations.inConference(size)
        _ = Situations.type(":rooms", &state)
        _ = Situations.type([.enter], &state)
        let rows = [["Standup", "3", "no"], ["Lobby", "0", "yes"]]
        let table = ServiceTable(
          columns: ["room", "people", "waiting room"], rows: rows, json: .null)
        _ = reduce(&state, .answered(ServiceID(1), .table(table)))
        return Situations.later(state, .seconds(20))
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
    (
      "hostile",
      { size in
        var caller = Situations.call(
          "\u{1B}]0;owned\u{7}\u{1B}[2J\u{202E}evil\u{2066}", number: 9, incoming: true, .incoming,
          startedAfter: .seconds(15))
        caller.party.address = String(repeating: "a\u{301}\u{1B}[31m", count: 400)
        caller.summary = "line one\r\nline two\u{9B}2J" + String(repeating: "x", count: 4_096)
        var board = Situations.idleBoard
        board.calls = [caller]
        board.contacts[0].name = String(repeating: "W\u{1B}[H", count: 1_000)
        board.contacts[1].name = "\u{200B}\u{202E}"
        board.history[0].party.name = "\u{1B}c\u{2028}two\u{85}lines"
        board.accounts[0].username = "y\u{7}ou"
        return Situations.state(size, board)
      }
    ),
    (
      "wide",
      { size in
        var call = Situations.parrot
        call.party.name = "鈴木 一郎 📞"
        call.transcript = [
          Situations.said("こんにちは、聞こえますか。今日はとても良い天気ですね。", by: "鈴木", at: 1),
          Situations.said("👩\u{200D}🚀 はい 👍🏽 🇯🇵", by: "you", at: 4),
        ]
        var board = Situations.idleBoard
        board.contacts[0].name = "鈴木 一郎 (東京オフィス)"
        board.contacts[1].name = "José e\u{301}🇩🇪"
        board.contacts[2].name = "한국어 이름"
        board.history[0].party.name = "鈴木 一郎 株式会社"
        board.calls = [call]
        return Situations.state(size, board)
      }
    ),
    (
      "ascii",
      { size in
        var options = ConsoleOptions()
        options.isASCII = true
        options.usesColour = false
        return Situations.inCall(size, options: options) { $0.contacts[0].name = "Zoë Łącka" }
      }
    ),
    (
      "firstRun",
      { size in
        var board = Situations.idleBoard
        board.history = []
        board.missedCount = 0
        return Situations.state(size, board)
      }
    ),
    (
      "signingIn",
      { size in
        var board = Board()
        board.accounts = [Situations.account]
        board.accounts[0].state = .signingIn
        return Situations.state(size, board)
      }
    ),
    (
      "trouble",
      { size in
        var options = ConsoleOptions()
        options.isInsecure = true
        var work = Situations.account
        work.id = AccountID(1)
        work.name = "zulip"
        work.system = .zulip
        work.username = "amina"
        work.state = .refused(reason: "the password is wrong; see password-command")
        var board = Situations.idleBoard
        board.accounts[0].state = .reconnecting(
          since: Situations.start, nextTry: Situations.start.advanced(by: .seconds(28)),
          reason: "connection refused")
        board.accounts.append(work)
        board.sound.complaint = "No sound device: silence is sent."
        var state = Situations.state(size, options: options)
        _ = reduce(&state, .board(board, at: state.now))
        return state
      }
    ),
    (
      "recording",
      { size in
        var call = Situations.call("Operator", .active)
        call.recordingPath =
          "/home/you/.local/state/tipring/recordings/2026-11-20-124110-operator.wav"
        call.note = "asked for a callback"
        var state = Situations.inCall(size, [call]) { $0.volumeDecibels = -4 }
        _ = Situations.type("2", &state)
        return state
      }
    ),
    (
      "ended",
      { size in
        var call = Situations.call("Bernd", .ended(.declined(reason: "in a meeting until three")))
        call.times.endedAt = Situations.start.advanced(by: .seconds(4))
        var board = Situations.idleBoard
        board.calls = [call]
        return Situations.state(size, board)
      }
    ),
    (
      "outgoing",
      { size in
        var board = Situations.idleBoard
        var call = Situations.call("Bernd", .ringing)
        call.times.ringingAt = Situations.start.advanced(by: .milliseconds(120))
        board.calls = [call]
        return Situations.state(size, board)
      }
    ),
  ]
}

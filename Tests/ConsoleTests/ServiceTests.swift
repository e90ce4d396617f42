import Basics
import Calling
import Cells
import Console
import Formats
import Testing

@Suite("What a server can do beside carrying a call")
struct ServiceTests {
  private let size = Size(rows: 24, columns: 80)

  private func choose(_ words: String, _ state: inout ConsoleState) -> [ConsoleCommand] {
    Situations.type(":" + words, &state) + Situations.type([.enter], &state)
  }

  @Test("asks the call's account by the server's own name of the call")
  func asks() {
    var state = Situations.inConference(size)
    #expect(
      choose("server record the", &state) == [
        .order(.serve(ServiceID(1), AccountID(0), .startRecording(call: "r1")))
      ])
    #expect(
      choose("end the server's", &state) == [
        .order(.serve(ServiceID(2), AccountID(0), .stopRecording(call: "r1")))
      ])
    #expect(
      choose("write the call down", &state) == [
        .order(.serve(ServiceID(3), AccountID(0), .startTranscription(call: "r1", language: nil)))
      ])
    #expect(
      choose("recordings", &state) == [
        .order(.serve(ServiceID(4), AccountID(0), .recordings(call: "r1")))
      ])
  }

  @Test("shows a table that is answered, and what was done or failed as a message")
  func answers() {
    var state = Situations.inConference(size)
    _ = choose("recordings", &state)
    #expect(state.message?.text == "Recordings: asking…")
    let table = ServiceTable(columns: ["id"], rows: [["3\u{1B}[2J"]], json: .null)
    _ = reduce(&state, .answered(ServiceID(1), .table(table)))
    #expect(state.message == nil, "it has been answered")
    guard case .answer = state.popup else {
      Issue.record("no popup")
      return
    }
    #expect(render(state).screen.text.contains(" Recordings "))
    _ = Situations.type([.escape], &state)
    #expect(state.popup == nil)
    _ = choose("recordings", &state)
    _ = reduce(&state, .answered(ServiceID(2), .failed("Nobody may.")))
    #expect(state.message?.text == "Recordings: Nobody may.")
    #expect(state.message?.kind == .error)
    #expect(state.log.last == LogEntry(.error, "Recordings", "Nobody may."), "to be read again")
    _ = reduce(&state, .answered(ServiceID(2), .failed("Twice.")))
    #expect(state.message?.text == "Recordings: Nobody may.", "an answer comes once")
  }

  @Test("tells a table that is wider than the screen in paragraphs, to its end")
  func wideTable() {
    let table = ServiceTable(
      columns: ["Room", "Id", "Type", "In it", "Limit", "Rules"],
      rows: [
        ["Standup", "8f6f7c1e-0d55-4bb4-9d38-2f5c4c6f2a11", "persistent", "2", "50", "password"],
        ["Lobby", "lobby", "persistent", "0", "10", ""],
      ], json: .null)
    var wide = Situations.inConference(Size(rows: 40, columns: 120))
    var narrow = Situations.inConference(Size(rows: 16, columns: 60))
    for column in [0, 1] {
      var state = column == 0 ? wide : narrow
      _ = choose("recordings", &state)
      _ = reduce(&state, .answered(ServiceID(1), .table(table)))
      if column == 0 { wide = state } else { narrow = state }
    }
    #expect(render(wide).screen.text.contains("Room     Id "))
    let shown = render(narrow).screen.text
    let expected = [
      "│  Standup ", "│    id 8f6f7c1e-0d55-4bb4-9d38-2f5c4c6f2a11 · type ",
      "│    persistent · in it 2 · limit 50 · rules password ", "│  Lobby ",
      "│    id lobby · type persistent · in it 0 · limit 10 ",
    ]
    for line in expected { #expect(shown.contains(line), "\n\(shown)") }
  }

  @Test("says in a message, which is wrapped, that there is nothing to list")
  func emptyAnswer() {
    var state = Situations.inConference(Size(rows: 16, columns: 60))
    _ = choose("recordings", &state)
    let table = ServiceTable(
      columns: ["id"], rows: [], json: .null,
      emptiness: "There is no recording of this call; tipring calls record start CALL begins one.")
    _ = reduce(&state, .answered(ServiceID(1), .table(table)))
    #expect(state.popup == nil)
    #expect(state.message?.text == "Recordings: \(table.emptiness)")
    #expect(state.log.last == LogEntry(.info, "Recordings", table.emptiness))
    #expect(render(state).screen.text.contains("CALL begins one."))
  }

  @Test("does not take a text away that is being written")
  func whileTyping() {
    var state = Situations.inConference(size)
    _ = choose("recordings", &state)
    _ = Situations.type("nimportant", &state)
    let table = ServiceTable(columns: ["id"], rows: [["3"]], json: .null)
    _ = reduce(&state, .answered(ServiceID(1), .table(table)))
    guard case .note = state.popup else {
      Issue.record("the note is gone")
      return
    }
    #expect(state.log.contains { $0.text.contains("3") })
  }

  @Test("shows who is in the call, and asks who is in a room")
  func people() {
    var state = Situations.inConference(size)
    _ = Situations.type("2p", &state)
    guard case .answer = state.popup else {
      Issue.record("no popup")
      return
    }
    _ = Situations.type([.escape], &state)
    _ = Situations.type("jjj", &state)
    var idle = Situations.state(size)
    #expect(
      Situations.type("jjjp", &idle).contains { command in
        if case .order(.serve(_, _, .roomParticipants(id: "lobby"))) = command {
          true
        } else {
          false
        }
      })
    var alone = Situations.state(size)
    #expect(Situations.type("p", &alone) == [])
    #expect(alone.message?.text == "This is no room, and no call of several.")
  }

  @Test("changes what speech may take, and asks a bot for a person")
  func qualityAndPerson() {
    var state = Situations.inCall(size)
    #expect(choose("32 kbit", &state) == [.order(.bitrate(bitsPerSecond: 32_000))])
    #expect(choose("128 kbit", &state) == [.order(.bitrate(bitsPerSecond: 128_000))])
    let id = Situations.parrot.id
    #expect(choose("bot for a person", &state) == [.order(.requestPerson(id))])
  }

  @Test("says that one waits alone in a conference")
  func alone() {
    var board = Situations.idleBoard
    var call = Situations.call("Standup", .connecting)
    call.participants = [Participant(id: "me", name: "Amina", isSelf: true)]
    board.calls = [call]
    #expect(render(Situations.state(size, board)).screen.text.contains("waiting for others"))
  }

  @Test("counts the people that do not fit")
  func many() {
    var board = Situations.idleBoard
    var call = Situations.call("Standup", .active)
    call.participants = (1...60).map { Participant(id: "\($0)", name: "Person \($0)") }
    board.calls = [call]
    for columns in [80, 120, 200] {
      let screen = render(Situations.state(Size(rows: 24, columns: columns), board)).screen
      #expect(screen.text.contains("60 people"))
      #expect(screen.text.firstMatch(of: #/\+[0-9]+/#) != nil)
    }
  }
}

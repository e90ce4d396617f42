import Basics
import Calling
import Cells
import Console
import Testing

@Suite("Board")
struct BoardTests {
  private let size = Size(rows: 24, columns: 80)

  @Test("the selected contact stays selected when others come and go")
  func selectionFollows() {
    var state = Situations.state(size)
    _ = Situations.type("jj", &state)
    var board = Situations.idleBoard
    board.contacts.removeFirst()
    board.contacts.append(Situations.contact("Zoe", .person))
    _ = reduce(&state, .board(board, at: state.now))
    #expect(
      Situations.type([.enter], &state) == [
        .order(.call(account: Situations.exchange, address: "operator", name: "Operator"))
      ])
  }

  @Test("until a key is pressed the first contact is selected, whoever came first")
  func selectionBeginsAtTheTop() {
    var state = Situations.state(size)
    var board = Situations.idleBoard
    board.contacts.insert(Situations.contact("Adele", .person), at: 0)
    _ = reduce(&state, .board(board, at: state.now))
    #expect(
      Situations.type([.enter], &state) == [
        .order(.call(account: Situations.exchange, address: "adele", name: "Adele"))
      ])
  }

  @Test("whoever is selected is whom Enter calls, also in words")
  func hintFollowsSelection() {
    var board = Situations.idleBoard
    board.history = []
    var state = Situations.state(size, board)
    #expect(render(state).screen.text.contains("Enter calls Echo"))
    _ = Situations.type("j", &state)
    #expect(!render(state).screen.text.contains("Enter calls Echo"))
    #expect(render(state).screen.text.contains("Enter calls the selected contact"))
  }

  @Test("an account that gets into trouble says so once")
  func tellsTrouble() {
    var state = Situations.state(size)
    var board = Situations.idleBoard
    board.accounts[0].state = .refused(reason: "wrong\u{7} token")
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.message?.text == "exchange does not let you in: wrong token")
    #expect(state.message?.kind == .error)
    state = Situations.later(state, .seconds(60))
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.message == nil)
  }

  @Test("a call that fails says why")
  func tellsFailure() {
    var state = Situations.inCall(size)
    var board = Situations.idleBoard
    board.calls = [Situations.call("Parrot", .ended(.mediaFailed("no path to the other side")))]
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.message?.text == "Parrot: no sound: no path to the other side.")
    #expect(state.log.last?.text == "no sound: no path to the other side.", "to be read again")
    #expect(state.message?.kind == .error)
    state = Situations.inCall(size)
    board.calls = [Situations.call("Parrot", .ended(.signalingFailed("Nobody is called “Bo”.")))]
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.message?.text == "Parrot: failed: Nobody is called “Bo”.", "with one full stop")
  }

  @Test("tells of a call that failed before it was seen, once")
  func failsAtOnce() {
    var state = Situations.inCall(size)
    var board = state.board
    let end = CallPhase.ended(.unknownCallee("Nobody is called “Bo”."))
    board.calls.append(Situations.call("Bo", number: 2, end))
    for _ in 1...2 {
      _ = reduce(&state, .board(board, at: state.now))
      #expect(state.log.map(\.text) == ["unknown: Nobody is called “Bo”."])
    }
    #expect(state.message?.text == "Bo: unknown: Nobody is called “Bo”.")
    #expect(state.message?.kind == .error)
  }

  @Test("a recording that ends says where it is, by itself or with its call")
  func tellsRecording() {
    for phase in [CallPhase.active, .ended(.hungUp)] {
      var state = Situations.inCall(size)
      var board = state.board
      board.calls[0].recordingPath = "/home/you/call.wav"
      _ = reduce(&state, .board(board, at: state.now))
      #expect(state.message == nil)
      board.calls[0].recordingPath = nil
      board.calls[0].phase = phase
      _ = reduce(&state, .board(board, at: state.now))
      #expect(state.message?.text == "Parrot: recorded in /home/you/call.wav")
      #expect(state.log.last?.text == "recorded in /home/you/call.wav")
      _ = reduce(&state, .board(board, at: state.now))
      #expect(state.log.count == 1)
    }
  }

  @Test("a past party is called back by its account, or as a target where that is gone")
  func callsBack() {
    var board = Situations.idleBoard
    board.missedCount = 0
    var state = Situations.state(size, board)
    #expect(
      Situations.type([.character("3"), .enter], &state) == [
        .order(.call(account: Situations.exchange, address: "operator", name: "Operator"))
      ])
    board.history[0].accountName = "old"
    board.history[0].system = .nexacon
    state = Situations.state(size, board)
    #expect(
      Situations.type([.character("3"), .enter], &state) == [.order(.place(target: "operator"))])
  }

  @Test("keeps the last 200 messages and shows warnings and errors")
  func logs() {
    var state = Situations.state(size)
    for number in 1...300 { _ = reduce(&state, .log(LogEntry(.info, "test", "\(number)"))) }
    #expect(state.log.count == 200)
    #expect(state.message == nil)
    _ = reduce(&state, .log(LogEntry(.warning, "media", "late\u{1B}[2J")))
    #expect(state.message?.text == "media: late [2J")
    _ = Situations.type("L", &state)
    #expect(render(state).screen.text.contains("! media: late [2J"))
  }

  @Test("statistics of a call that is gone are not kept")
  func forgetsStatistics() {
    var state = Situations.inCall(size)
    _ = reduce(&state, .board(Situations.idleBoard, at: state.now))
    _ = reduce(&state, .statistics(Situations.parrot.id, Situations.sample(1)))
    #expect(!render(state).screen.text.contains("kbit/s"))
  }

  @Test("a partial line is replaced by the next of its speaker")
  func foldsTranscript() {
    let text = render(Situations.inCall(Size(rows: 40, columns: 120))).screen.text
    #expect(text.contains("what is the weather like in the mountains today"))
    #expect(text.components(of: "what is the").count == 2)
  }

  @Test("a long transcript follows its end, scrolls back to its start and no further")
  func scrolls() {
    var call = Situations.parrot
    call.transcript = (1...600).map { Situations.said("line \($0) end", by: "Parrot", at: $0) }
    var state = Situations.inCall(size, [call])
    #expect(render(state).screen.text.contains("line 600 end"))
    _ = Situations.type("2", &state)
    _ = Situations.type([.pageUp], &state)
    #expect(!render(state).screen.text.contains("line 600 end"))
    #expect(render(state).screen.text.contains("more lines"))
    // Of the transcript the last 500 lines are kept.
    _ = Situations.type("g", &state)
    #expect(render(state).screen.text.contains("line 101 end"))
    _ = Situations.type([.up, .up], &state)
    #expect(render(state).screen.text.contains("line 101 end"))
    _ = Situations.type("G", &state)
    #expect(render(state).screen.text.contains("line 600 end"))
  }

  @Test("leaves a line for each call, and counts those beyond ten")
  func summarises() {
    var state = Situations.inCall(size)
    #expect(
      exitSummary(state) == [
        "tipring: ↗ Parrot (bot · exchange) 0:41, you hung up, MOS 4.4, sound after 0.91 s"
      ])
    #expect(exitSummary(Situations.state(size)) == [])
    for number in 2...14 {
      var board = Situations.idleBoard
      board.calls = [
        Situations.call("Bernd", number: number, incoming: true, .ended(.missed))
      ]
      _ = reduce(&state, .board(board, at: state.now))
    }
    let lines = exitSummary(state)
    #expect(lines.count == 11)
    #expect(lines.first == "tipring: 4 earlier calls are in the history")
    #expect(lines.last == "tipring: ↙ Bernd (exchange), missed")
  }
}

extension String {
  fileprivate func components(of text: String) -> [Substring] {
    self.split(separator: text, omittingEmptySubsequences: false)
  }
}

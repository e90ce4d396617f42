import Basics
import Calling
import Cells
import Console
import Testing

@Suite("Keys")
struct KeyTests {
  private static let size = Size(rows: 24, columns: 80)
  private let parrot = Situations.parrot.id

  @Test("tones are not offered where no call takes them, and a key for one says why")
  func tonesOverBuzzi() {
    var state = Situations.inCall(Size(rows: 24, columns: 100))
    _ = Situations.type("2", &state)
    #expect(render(state).screen.text.contains("0-9 tones"))
    var board = state.board
    board.calls[0].system = .buzzi
    _ = reduce(&state, .board(board, at: state.now))
    #expect(!render(state).screen.text.contains("0-9 tones"))
    #expect(Situations.type("5", &state) == [])
    #expect(state.message?.text.hasPrefix("Buzzi's calls take no tones") == true)
  }

  @Test("Enter on a contact calls it and looks at the call")
  func enterCalls() {
    var state = Situations.state(Self.size)
    let commands = Situations.type([.down, .enter], &state)
    #expect(
      commands == [
        .order(.call(account: Situations.exchange, address: "parrot", name: "Parrot"))
      ])
    #expect(state.focus == .call)
  }

  @Test("the focus returns from the call when it is over, unless it was moved meanwhile")
  func focusReturns() {
    var state = Situations.state(Self.size)
    _ = Situations.type([.character("3"), .enter], &state)
    var board = Situations.idleBoard
    board.calls = [Situations.parrot]
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.focus == .call)
    _ = reduce(&state, .board(Situations.idleBoard, at: state.now))
    #expect(state.focus == .history)

    _ = Situations.type([.enter, .tab], &state)
    _ = reduce(&state, .board(board, at: state.now))
    _ = reduce(&state, .board(Situations.idleBoard, at: state.now))
    #expect(state.focus == .history)
  }

  @Test("digits choose a pane, and are tones in the pane of a call")
  func digits() {
    var state = Situations.inCall(Self.size)
    #expect(Situations.type("2", &state) == [])
    #expect(state.focus == .call)
    #expect(
      Situations.type("3#", &state) == [.order(.digits(parrot, "3")), .order(.digits(parrot, "#"))])
    _ = Situations.type([.tab], &state)
    #expect(state.focus == .history)
    _ = Situations.type("1", &state)
    #expect(state.focus == .contacts)

    state = Situations.state(Self.size)
    _ = Situations.type("23", &state)
    #expect(state.focus == .history)
  }

  @Test(
    "where digits are tones, titles have none and the screen names the way to the other panes",
    arguments: [(16, 40), (16, 60), (24, 80), (40, 120)])
  func wayOut(rows: Int, columns: Int) {
    var state = Situations.inCall(Size(rows: rows, columns: columns))
    let shown: (ConsoleState) -> String = { render($0).screen.text }
    let digit = #/ [134] ([A-Z]|[━─])/#
    #expect(shown(state).contains(digit))
    _ = Situations.type("2", &state)
    #expect(shown(state).contains(" Tab panes "), "\n\(shown(state))")
    #expect(!shown(state).contains(digit), "\n\(shown(state))")
    _ = Situations.type("3", &state)
    #expect(state.message?.text == "3 was sent as a tone. Tab leads to the other panes.")
    _ = Situations.type("4", &state)
    #expect(state.message == nil)
    _ = Situations.type([.tab], &state)
    #expect(!shown(state).contains(" Tab panes "))
    #expect(shown(state).contains(digit), "\n\(shown(state))")
  }

  @Test("Tab goes round the panes, both ways")
  func tab() {
    var state = Situations.state(Self.size)
    let forth = (0..<4).map { _ in
      _ = Situations.type([.tab], &state)
      return state.focus
    }
    #expect(forth == [.call, .history, .statistics, .contacts])
    _ = Situations.type([.backTab], &state)
    #expect(state.focus == .statistics)
  }

  @Test("h holds and resumes a call, and without one moves to the left")
  func hold() {
    var state = Situations.inCall(Self.size)
    #expect(Situations.type("h", &state) == [.order(.hold(parrot))])
    state = Situations.inCall(Self.size, [Situations.call("Amina", .held)])
    #expect(Situations.type("h", &state) == [.order(.resume(parrot))])
    state = Situations.state(Self.size)
    _ = Situations.type("l", &state)
    #expect(state.focus == .call)
    #expect(Situations.type("h", &state) == [])
    #expect(state.focus == .contacts)
  }

  @Test("call keys give their orders")
  func orders() {
    var state = Situations.inCall(Self.size) { $0.isMuted = true }
    #expect(Situations.type("m", &state) == [.order(.mute(false))])
    #expect(Situations.type("x", &state) == [.order(.hangUp(parrot))])
    #expect(Situations.type("r", &state) == [.order(.record(parrot, path: nil))])
    #expect(
      Situations.type("+-", &state) == [
        .order(.changeVolume(steps: 1)), .order(.changeVolume(steps: -1)),
      ])
    #expect(Situations.type("o", &state) == [.openBrowser(url: "https://example.org/call/1")])
    #expect(Situations.type("nlate\n", &state) == [])
    #expect(Situations.type([.enter], &state) == [.order(.note(parrot, "late"))])
  }

  @Test("a recording is stopped by the key that began it")
  func stopsRecording() {
    var call = Situations.parrot
    call.recordingPath = "/tmp/call.wav"
    var state = Situations.inCall(Self.size, [call])
    #expect(Situations.type("r", &state) == [.order(.stopRecording(parrot))])
  }

  @Test("only web pages are opened, whatever a server names")
  func opensWebPagesOnly() {
    var call = Situations.parrot
    call.browserURL = "file:///etc/passwd"
    var state = Situations.inCall(Self.size, [call])
    #expect(Situations.type("o", &state) == [])
    #expect(state.message?.text == "The server names no web page for this call.")
  }

  @Test(
    "a key that does nothing says why",
    arguments: [
      ("x", "No call is up."), ("a", "No call is ringing."), ("r", "No call is up."),
      ("n", "There is no call to note something about."),
      ("Z", "Z does nothing here; ? lists the keys."),
    ])
  func saysWhy(key: String, reason: String) {
    var state = Situations.state(Self.size)
    #expect(Situations.type(key, &state) == [])
    #expect(state.message?.text == reason)
    #expect(render(state).screen.text.contains(reason))
    #expect(Situations.later(state, .seconds(6)).message == nil)
    _ = Situations.type([.down], &state)
    #expect(state.message == nil)
  }

  @Test("Enter says nothing of calls that ring, where none rings and it means nothing else")
  func enterNowhere() {
    var state = Situations.state(Self.size)
    #expect(Situations.type([.character("4"), .enter], &state) == [])
    #expect(state.message?.text == "Enter does nothing here; ? lists the keys.")
  }

  @Test("Esc goes back one level at a time and never quits")
  func escape() {
    var state = Situations.inCall(Self.size)
    _ = Situations.type("2t", &state)
    #expect(state.isZoomed)
    _ = Situations.type("?", &state)
    #expect(state.popup != nil)
    var commands = Situations.type([.escape], &state)
    #expect(state.popup == nil && state.isZoomed)
    commands += Situations.type([.escape], &state)
    #expect(!state.isZoomed && state.focus == .call)
    commands += Situations.type([.escape, .escape, .escape], &state)
    #expect(state.focus == .contacts)
    #expect(commands == [])
  }

  @Test("q quits at once without a call and asks during one")
  func quits() {
    var state = Situations.state(Self.size)
    #expect(Situations.type("q", &state) == [.quit])
    state = Situations.inCall(Self.size)
    #expect(Situations.type("q", &state) == [])
    #expect(state.popup == .quitQuestion)
    _ = Situations.type([.escape], &state)
    #expect(state.popup == nil)
    #expect(Situations.type("qy", &state) == [.order(.hangUp(parrot)), .quit])
  }

  @Test("Ctrl-C asks from anywhere, and quits the second time")
  func interrupts() {
    var state = Situations.inCall(Self.size)
    _ = Situations.type(":pal", &state)
    #expect(Situations.type([.control("c")], &state) == [])
    #expect(state.popup == .quitQuestion)
    #expect(Situations.type([.control("c")], &state) == [.order(.hangUp(parrot)), .quit])
  }

  @Test("help and the quit question give a draft back")
  func keepsDraft() {
    var state = Situations.inCall(Self.size)
    _ = Situations.type("nback on Mon", &state)
    _ = Situations.type([.function(1), .escape, .control("c"), .escape], &state)
    _ = Situations.type("day", &state)
    #expect(Situations.type([.enter], &state) == [.order(.note(parrot, "back on Monday"))])
  }

  @Test("the quit question goes away with the call")
  func questionGoes() {
    var state = Situations.inCall(Self.size)
    _ = Situations.type("q", &state)
    _ = reduce(&state, .board(Situations.idleBoard, at: state.now))
    #expect(state.popup == nil)
  }

  @Test("a filter narrows its list while one types, is kept by Enter and cleared by Esc")
  func filters() {
    var state = Situations.state(Self.size)
    _ = Situations.type("/mina", &state)
    #expect(render(state).screen.text.contains("1 of 6"))
    _ = Situations.type([.enter], &state)
    #expect(
      Situations.type([.enter], &state).contains(
        .order(.call(account: Situations.exchange, address: "amina okafor", name: "Amina Okafor"))))
    state = Situations.state(Self.size)
    _ = Situations.type("/mina", &state)
    _ = Situations.type([.escape], &state)
    #expect(!render(state).screen.text.contains(" of 6"))
  }

  @Test("leaving the history means that missed calls have been seen")
  func seesMissed() {
    var state = Situations.state(Self.size)
    #expect(Situations.type("3j", &state) == [])
    #expect(Situations.type([.tab], &state) == [.order(.seeMissedCalls)])
    state = Situations.state(Self.size)
    #expect(Situations.type("3q", &state) == [.order(.seeMissedCalls), .quit])
  }

  @Test("deleting from the history takes the key twice in a row")
  func deletes() {
    var state = Situations.state(Self.size)
    #expect(Situations.type([.character("3"), .delete, .down, .delete], &state) == [])
    #expect(Situations.type([.delete], &state) == [.order(.deleteRecord(id: "Amina Okafor-39"))])
  }

  @Test("suspending during a call takes the key twice")
  func suspends() {
    var state = Situations.state(Self.size)
    #expect(Situations.type([.control("z")], &state) == [.suspend])
    state = Situations.inCall(Self.size)
    #expect(Situations.type([.control("z")], &state) == [])
    #expect(Situations.type([.control("z")], &state) == [.suspend])
  }

  @Test("the mouse is off until its key; then a press selects and a second one calls")
  func mouse() {
    var state = Situations.state(Self.size)
    #expect(Situations.type("M", &state) == [.setMouse(true)])
    let row = Point(row: 4, column: 5)
    #expect(Situations.type([.mouse(MouseEvent(.press, at: row))], &state) == [])
    #expect(render(state).cursor == Point(row: 4, column: 0))
    #expect(Situations.type([.mouse(MouseEvent(.doublePress, at: row))], &state).count == 1)
  }

  @Test("pasted text becomes something to call")
  func pastes() {
    var state = Situations.state(Self.size)
    _ = Situations.type([.paste("+44 20 7946 0000\n")], &state)
    #expect(Situations.type([.enter], &state) == [.order(.place(target: "+44 20 7946 0000 "))])
  }

  @Test("devices are chosen on two sides without leaving the call")
  func devices() {
    var state = Situations.inCall(Self.size)
    #expect(
      Situations.type([.character("v"), .down, .enter], &state) == [
        .listDevices, .order(.chooseDevices(capture: "pulse", playback: nil)),
      ])
    #expect(
      Situations.type([.tab, .down, .down, .enter], &state) == [
        .order(.chooseDevices(capture: nil, playback: "hdmi:CARD=NVidia,DEV=0"))
      ])
    _ = Situations.type([.escape], &state)
    #expect(state.popup == nil)
  }

  @Test("what is wrong with the devices is told to its end where there is room")
  func deviceComplaint() {
    let words = Array(repeating: "speaker", count: 30).joined(separator: " ") + " last"
    for (rows, columns, isWhole) in [(40, 120, true), (24, 80, true), (8, 40, false)] {
      var state = Situations.inCall(Size(rows: rows, columns: columns))
      var board = state.board
      board.sound.complaint = words
      _ = reduce(&state, .board(board, at: state.now))
      _ = Situations.type([.character("v")], &state)
      let text = render(state).screen.text
      #expect(text.contains("last") == isWhole)
      #expect(text.contains("…") || isWhole)
    }
  }

  @Test("the ringer is chosen after microphone and speaker, and is the speaker at first")
  func ringer() {
    var state = Situations.inCall(Self.size)
    var board = state.board
    board.sound.descriptions = ["default": "Playback/recording through PulseAudio"]
    _ = reduce(&state, .board(board, at: state.now))
    #expect(Situations.type([.character("v"), .tab, .tab], &state) == [.listDevices])
    #expect(render(state).screen.text.contains("Ringer"))
    #expect(render(state).screen.text.contains("the speaker"))
    #expect(
      Situations.type([.down, .enter, .up, .enter], &state) == [
        .order(.chooseDevices(capture: nil, playback: nil, ringer: "default")),
        .order(.chooseDevices(capture: nil, playback: nil, ringer: "")),
      ])
    _ = Situations.type([.down], &state)
    #expect(render(state).screen.text.contains("through PulseAudio"))
    _ = Situations.type([.tab], &state)
    #expect(render(state).screen.text.contains("Speaker"))
  }

  @Test("with several calls, keys mean the marked one while the call pane has them")
  func marks() {
    let held = Situations.call("Amina", number: 2, .held)
    var state = Situations.inCall(Self.size, [held, Situations.parrot])
    _ = Situations.type([.character("2"), .down], &state)
    #expect(Situations.type([.enter], &state) == [.order(.resume(held.id))])
    _ = Situations.type([.down], &state)
    #expect(Situations.type("x", &state) == [.order(.hangUp(held.id))])
    _ = Situations.type([.tab], &state)
    #expect(Situations.type("x", &state) == [.order(.hangUp(parrot))])
  }
}

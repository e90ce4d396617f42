import Basics
import Calling
import Cells
import Testing

@testable import Console

@Suite("Palette")
struct PaletteTests {
  private let size = Size(rows: 24, columns: 80)

  private func titles(_ query: String, _ state: ConsoleState) -> [String] {
    state.paletteEntries(for: query).map(\.title)
  }

  @Test("finds every action that makes sense anywhere, with its key")
  func everything() {
    let state = Situations.inCall(size)
    let found = titles("", state)
    for action in Action.allCases where action.isInPalette { #expect(found.contains(action.title)) }
    #expect(state.paletteEntries(for: "mute").first?.detail == "m")
  }

  @Test("finds by a few letters, best first, and offers contacts")
  func fuzzy() {
    let state = Situations.inCall(size)
    #expect(titles("hup", state).first == "Hang up")
    #expect(titles("rec", state).first == "Record, or stop recording")
    #expect(titles("amok", state).first == "Call Amina Okafor")
    #expect(titles("call par", state).first == "Call Parrot")
  }

  @Test("offers to call what is typed: first when it looks like an address, else last")
  func targets() {
    let state = Situations.state(size)
    for target in [
      "amina@example.org", "+442079460000", "room:Lobby", "https://meet.example.org/x",
    ] {
      #expect(titles(target, state).first == "Call “\(target)”")
    }
    #expect(titles("par", state).last == "Call “par”")
  }

  @Test("says why an action cannot be done, below those that can")
  func impossible() {
    let state = Situations.state(size)
    let entry = state.paletteEntries(for: "hang").first
    #expect(entry?.isPossible == false)
    #expect(entry?.detail == "No call is up.")
    let all = state.paletteEntries(for: "")
    let firstImpossible = all.firstIndex { !$0.isPossible } ?? 0
    #expect(all[firstImpossible...].allSatisfy { !$0.isPossible })
  }

  @Test("does what is chosen, and stays open when nothing came of it")
  func chooses() {
    var state = Situations.inCall(size)
    #expect(Situations.type(":mute", &state) == [])
    #expect(Situations.type([.enter], &state) == [.order(.mute(true))])
    #expect(state.popup == nil)
    state = Situations.state(size)
    _ = Situations.type(":hang", &state)
    #expect(Situations.type([.enter], &state) == [])
    #expect(state.popup != nil)
    #expect(state.message?.text == "No call is up.")
  }

  @Test("tells how many lines are below those that it has room for")
  func rest() {
    var state = Situations.state(Size(rows: 24, columns: 80))
    _ = Situations.type(":", &state)
    let below = state.paletteEntries(for: "").count - state.paletteHeight
    #expect(below > 0)
    #expect(render(state).screen.text.contains("─ ↓ \(below) more ─╯"))
    for _ in 0..<10 { _ = Situations.type([.pageDown], &state) }
    #expect(!render(state).screen.text.contains(" more ─╯"))
  }

  @Test("offers at most a hundred lines")
  func bound() {
    var board = Situations.idleBoard
    board.contacts = (0..<500).map { Situations.contact("Person \($0)", .person) }
    let state = Situations.state(size, board)
    #expect(state.paletteEntries(for: "person").count == 100)
  }
}

@Suite("Keymap")
struct KeymapTests {
  @Test("shows every action with a key, except those that need none")
  func complete() {
    let keymap = Keymap()
    let rare: [Action] = [
      .person, .rooms, .serverRecord, .serverRecordStop, .recordings, .transcribe, .qualityPoor,
      .qualityMedium, .qualityGood,
    ]
    for action in Action.allCases where !rare.contains(action) {
      #expect(!keymap.keys(for: action).isEmpty, "\(action)")
    }
    #expect(rare.allSatisfy { $0.isInPalette }, "what has no key is found by name")
  }

  @Test("gives each key one meaning in a place, but for h")
  func unambiguous() {
    let keymap = Keymap()
    for context in Context.allCases {
      let keys = keymap.bindings.filter { $0.context == context }.flatMap(\.keys)
      let doubled = Set(keys.filter { key in keys.count { $0 == key } > 1 })
      #expect(doubled.isSubset(of: [.character("h")]))
    }
  }

  @Test("takes the user's keys everywhere, in help and key bar too")
  func overrides() {
    var complaints: [String] = []
    var options = ConsoleOptions()
    options.keymap = Keymap(
      overrides: [("hang-up", "F8 e"), ("mute", "none")], complaints: &complaints)
    #expect(complaints == [])
    var state = Situations.inCall(Size(rows: 24, columns: 100), options: options)
    #expect(Situations.type("e", &state) == [.order(.hangUp(Situations.parrot.id))])
    #expect(Situations.type("x", &state) == [])
    #expect(Situations.type("m", &state) == [])
    #expect(render(state).screen.text.contains("F8 hang up"))
  }

  @Test("a key given to another action leaves its old one")
  func steals() {
    var complaints: [String] = []
    let keymap = Keymap(overrides: [("hang-up", "m")], complaints: &complaints)
    #expect(keymap.actions(for: .character("m"), in: [.everywhere]) == [.hangUp])
    #expect(keymap.robbedActions == ["mute"])
    #expect(Keymap().robbedActions == [])
  }

  @Test("where one types, a letter stays a letter")
  func typing() {
    var complaints: [String] = []
    let keymap = Keymap(overrides: [("down", "n"), ("accept", "e")], complaints: &complaints)
    #expect(keymap.actions(for: .character("n"), in: [.filter]) == [])
    #expect(keymap.keys(for: .accept, in: [.ringingWhileTyping]) == [.function(2)])
    #expect(keymap.keys(for: .accept, in: [.ringing]) == [.character("e")])
  }

  @Test("complains about what it does not know, and follows the rest")
  func complains() {
    var complaints: [String] = []
    let keymap = Keymap(
      overrides: [
        ("dance", "d"), ("hangup", "F9"), ("mute", "Hyper-m"), ("hold", "F6"), ("tone", "x"),
      ],
      complaints: &complaints)
    #expect(complaints.count == 4)
    #expect(complaints[1].hasSuffix("did you mean “hang-up”?"))
    #expect(
      complaints[0] == "There is no action “dance” to give a key to; tipring.conf(5) lists them.")
    #expect(keymap.keys(for: .hold).first == .function(6))
    #expect(keymap.keys(for: .mute).first == .character("m"))
  }

  @Test("Ctrl-C quits whatever the settings say")
  func interrupt() {
    var complaints: [String] = []
    var options = ConsoleOptions()
    options.keymap = Keymap(overrides: [("quit", "F10")], complaints: &complaints)
    var state = Situations.state(Size(rows: 24, columns: 80), options: options)
    #expect(Situations.type([.control("c")], &state) == [.quit])
  }
}

extension Keymap {
  /// The keys with the user's own, and a sentence for each of these that cannot be followed.
  fileprivate init(
    overrides: [(action: String, keys: String)], complaints: inout [String]
  ) {
    self.init()
    for (action, keys) in overrides {
      if let complaint = give(keys, to: action) { complaints.append(complaint) }
    }
  }
}

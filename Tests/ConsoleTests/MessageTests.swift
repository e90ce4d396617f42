import Basics
import Calling
import Cells
import Media
import Testing

@testable import Console

@Suite("Messages")
struct MessageTests {
  private static let sentence =
    "There is no sound device “hw:CARD=Headset,DEV=0”. Choose another one; `tipring devices` lists "
    + "them. No sound server answers for “pulse”. Start PulseAudio or PipeWire, or choose another "
    + "device; `tipring devices` lists them. Until then the default microphone is used and nothing "
    + "is heard."

  private static func warned(_ size: Size) -> ConsoleState {
    var state = Situations.state(size)
    _ = reduce(&state, .log(LogEntry(.warning, "sound", sentence)))
    return state
  }

  /// What stands in the box whose left edge is in that column.
  private func boxed(_ picture: Picture, column: Int) -> String {
    let rows = picture.screen.text.split(separator: "\n").compactMap { row -> String? in
      let cells = Array(row)
      guard cells.count > column, cells[column] == "│" else { return nil }
      return String(cells[(column + 1)...].prefix { $0 != "│" })
    }
    return rows.joined(separator: " ").split(separator: " ").joined(separator: " ")
  }

  @Test(
    "that are long are told to their end, over the panes",
    arguments: [Size(rows: 16, columns: 60), Size(rows: 24, columns: 80)])
  func whole(size: Size) {
    let shown = render(Self.warned(size))
    #expect(boxed(shown, column: 0) == "! sound: " + Self.sentence, "\n\(shown.screen.text)")
  }

  @Test(
    "that are long leave the call's measurements to be seen",
    arguments: [Size(rows: 40, columns: 120), Size(rows: 24, columns: 80)])
  func beside(size: Size) {
    var state = Situations.inCall(size)
    _ = reduce(&state, .log(LogEntry(.warning, "sound", Self.sentence)))
    let shown = render(state)
    #expect(boxed(shown, column: 0).hasPrefix("! sound: There is no"), "\n\(shown.screen.text)")
    #expect(boxed(shown, column: 0).hasSuffix(Self.sentence.suffix(25)), "\n\(shown.screen.text)")
    #expect(shown.screen.text.contains("✓ Sounds good."), "\n\(shown.screen.text)")
    #expect(shown.screen.text.contains("host ↔ host"), "\n\(shown.screen.text)")
  }

  @Test(
    "that are long take a third of the only pane in a call, and say where the rest is",
    arguments: ["2", "4", "1"])
  func third(pane: String) throws {
    var state = Situations.inCall(Size(rows: 16, columns: 60))
    _ = Situations.type(pane, &state)
    let before = render(state).screen.text.split(separator: "\n", omittingEmptySubsequences: false)
    _ = reduce(&state, .log(LogEntry(.warning, "sound", Self.sentence)))
    let shown = render(state)
    let rows = shown.screen.text.split(separator: "\n", omittingEmptySubsequences: false)
    let top = try #require(rows.firstIndex { $0.contains("╭") }, "\n\(shown.screen.text)")
    let paneRows = try #require(state.layout.panes[state.focus]).rows
    #expect((14 - top) * 3 <= paneRows, "\n\(shown.screen.text)")
    #expect(rows[..<top] == before[..<top])
    #expect(boxed(shown, column: 0).hasPrefix("! sound: There is no"), "\n\(shown.screen.text)")
    #expect(boxed(shown, column: 0).hasSuffix("…"), "\n\(shown.screen.text)")
    #expect(rows[14].contains(" L all of it "), "\n\(shown.screen.text)")
  }

  @Test("about the microphone are taken back when they are no longer true")
  func takenBack() {
    var state = Situations.inCall(Size(rows: 24, columns: 80))
    _ = reduce(&state, .hint(.dead))
    #expect(state.message?.text.hasPrefix("microphone: Nothing but silence") == true)
    _ = reduce(&state, .hint(.alive))
    #expect(state.message == nil)
    #expect(state.log.last?.text == "It gives sound again.")
    var board = state.board
    board.isMuted = true
    _ = reduce(&state, .board(board, at: state.now))
    _ = reduce(&state, .hint(.speakingWhileMuted))
    #expect(state.message?.text == "microphone: You are muted: m to speak.")
    board.isMuted = false
    _ = reduce(&state, .board(board, at: state.now))
    #expect(state.message == nil)
    _ = reduce(&state, .log(LogEntry(.warning, "sound", "Other.")))
    _ = reduce(&state, .hint(.alive))
    #expect(state.message?.text == "sound: Other.")
  }

  @Test("are about the other side of a call, or the phone")
  func subject() {
    let state = Situations.inCall(Size(rows: 24, columns: 80))
    #expect(state.subject(of: Situations.parrot.id) == "Parrot")
    #expect(state.subject(of: CallID(account: AccountID(7), isIncoming: true, number: 7)) == "call")
    #expect(state.subject(of: nil) == "phone")
  }

  @Test("that are long stay longer than a hint")
  func time() {
    var state = Self.warned(Size(rows: 24, columns: 80))
    state = Situations.later(state, .seconds(14))
    #expect(state.message != nil)
    #expect(Situations.later(state, .seconds(1)).message == nil)
  }

  @Test("about the settings begin with the first, and say how many more there are and where")
  func settings() {
    var state = Situations.state(Size(rows: 24, columns: 80))
    _ = reduce(&state, .complaints(["tipring.conf:3: No.", "tipring.conf:7: Nor this."]))
    #expect(state.message?.text == "settings: tipring.conf:3: No. (1 more: L)")
    #expect(state.message?.kind == .warning)
    let texts = state.log.suffix(2).map(\.text)
    #expect(texts == ["tipring.conf:7: Nor this.", "tipring.conf:3: No."])
    _ = reduce(&state, .complaints(["Alone."]))
    #expect(state.message?.text == "settings: Alone.")
    let shown = state.message
    _ = reduce(&state, .complaints([]))
    #expect(state.message == shown)
  }

  @Test("leave other boxes the screen, and keep to their line there")
  func underPopup() {
    var state = Situations.state(Size(rows: 24, columns: 80))
    _ = Situations.type(":", &state)
    _ = reduce(&state, .log(LogEntry(.warning, "sound", Self.sentence)))
    let rows = render(state).screen.text.split(separator: "\n")
    #expect(rows[22].contains("! sound: There is no sound device"))
    #expect(!rows[21].contains("device"))
  }

  @Test(
    "are read whole in the list of them, and scrolled through",
    arguments: [Size(rows: 16, columns: 60), Size(rows: 24, columns: 80)])
  func list(size: Size) {
    var state = Self.warned(size)
    state.popup = .log(offset: 0)
    let shown = render(state)
    #expect(boxed(shown, column: 1) == "! sound: " + Self.sentence, "\n\(shown.screen.text)")
    for number in 1...40 { _ = reduce(&state, .log(LogEntry(.info, "test", "\(number)"))) }
    _ = Situations.type([.end], &state)
    #expect(render(state).screen.text.contains("is heard."))
  }
}

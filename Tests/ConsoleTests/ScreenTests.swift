import Basics
import Calling
import Cells
import Media
import Testing

@testable import Console

/// One situation at one size, as a block of text.
///
/// A deliberate change of the look is taken over from the failure's message, after reading it.
struct Shot: Sendable, CustomTestStringConvertible {
  var name: String
  var size: Size
  var text: String

  init(_ name: String, _ size: Size, _ text: String) {
    self.name = name
    self.size = size
    self.text = text
  }

  var testDescription: String { "\(name) at \(size.columns)×\(size.rows)" }
}

@Suite("Screens")
struct ScreenTests {
  @Test(
    "look as they should",
    arguments: Screens60x16.all + Screens80x24.all + Screens120x40.all + Screens200x50.all
      + SmallScreens.all)
  func look(shot: Shot) throws {
    let make = try #require(Catalogue.all.first { $0.0 == shot.name }?.1)
    let text = render(make(shot.size)).screen.text
    #expect(text == shot.text, "\n\(text)")
  }

  @Test("the statistics say how sound is sent, and why, when it is not sent as always")
  func sending() {
    var state = Situations.inCall(Size(rows: 40, columns: 120))
    #expect(!render(state).screen.text.contains("Sent: "))
    var sample = Situations.sample(46)
    sample.adaptation = AdaptationAccount(
      bitsPerSecond: 32_000, copyCount: 1, reason: .loss(0.08))
    _ = reduce(&state, .statistics(Situations.parrot.id, sample))
    let shown = render(state).screen.text
    #expect(shown.contains("Sent: 32 kbit/s"), "\n\(shown)")
  }

  @Test(
    "the account of what is sent, or received, is whole at every size",
    arguments: [(16, 60), (24, 80), (40, 120), (50, 200)])
  func account(rows: Int, columns: Int) throws {
    var much = AdaptationAccount(
      bitsPerSecond: 24_000, packetTime: 40, copyCount: 2, copyCause: .peer,
      reason: .narrow(bitsPerSecond: 48_000))
    much.fecLossPercent = 20
    for reason in [
      AdaptationAccount.Reason.nothing, .queue(.milliseconds(250)),
      .narrow(bitsPerSecond: 48_000), .estimate(bitsPerSecond: 48_000), .loss(0.2),
    ] {
      much.reason = reason
      #expect(try shown(rows, columns) { $0.adaptation = much }.contains("Sent: 24 kbit/s"))
    }
    for (isAsking, hasCopies) in [(true, true), (true, false), (false, true)] {
      let text = try shown(rows, columns) {
        $0.reception = ReceptionAccount(loss: 0.2, isAsking: isAsking, hasCopies: hasCopies)
      }
      #expect(text.contains("Received: ") && text.contains("copies"), "\n\(text)")
    }
  }

  /// The statistics as the pane in front has them, in a call with such an account.
  private func shown(
    _ rows: Int, _ columns: Int, _ change: (inout MediaStatistics) -> Void
  ) throws -> String {
    var state = Situations.inCall(Size(rows: rows, columns: columns))
    state.focus = .statistics
    var sample = Situations.sample(46)
    change(&sample)
    _ = reduce(&state, .statistics(Situations.parrot.id, sample))
    let text = render(state).screen.text
    let lines = text.split(separator: "\n").map(String.init)
    let first = try #require(lines.firstIndex { $0.contains(#/Sent: |Received: /#) }, "\n\(text)")
    let isWhole = lines[first...(first + 1)].contains { $0.contains(#/\.\s*(│|┃|║|\||$)/#) }
    #expect(isWhole, "\n\(text)")
    return text
  }

  @Test("the contacts of several accounts say what they are and whose, clipped where that is much")
  func contactsOfSeveral() {
    var board = Situations.idleBoard
    var other = Situations.account
    other.id = AccountID(1)
    other.name = "work"
    board.accounts.append(other)
    board.contacts = [
      Situations.contact("Echo", about: "repeats you"),
      Situations.contact("Parrot", about: "talks"), Situations.contact("Lobby", .room, members: 2),
    ]
    func rows() -> [String] {
      let state = Situations.state(Size(rows: 24, columns: 80), board)
      let shown = render(state).screen.text.split(separator: "\n")
      return shown[2...4].map { row in
        String(row.prefix { $0 != "│" }.reversed().drop { $0 == " " }.reversed())
      }
    }
    #expect(
      rows() == [
        "▸● Echo    repeat… · exchange", " ● Parrot  talks · exchange",
        " # Lobby   room 2 · exchange",
      ])
    board.accounts[0].name = "the exchange at home"
    #expect(
      rows() == [
        "▸● Echo    repeats… · the ex…", " ● Parrot  talks · the excha…",
        " # Lobby   room 2 · the exch…",
      ])
    board.contacts[0].name = "Amina Okafor from Lagos"
    #expect(rows()[0] == "▸● Amina Okafor…  repeats you")
  }

  @Test("an account that can have no contacts does not make others say whose they are")
  func contactsBesideConferences() {
    var board = Situations.idleBoard
    let alone = render(Situations.state(Size(rows: 24, columns: 80), board)).screen.text
    var conferences = Situations.account
    conferences.id = AccountID(1)
    conferences.name = "conferences"
    conferences.system = .jitsi
    board.accounts.append(conferences)
    let shown = render(Situations.state(Size(rows: 24, columns: 80), board)).screen.text
    // The first row lists the accounts.
    #expect(shown.split(separator: "\n").dropFirst() == alone.split(separator: "\n").dropFirst())
  }

  @Test("the call's name is told on narrow screens, before how long it lasts")
  func narrowHeader() {
    var state = Situations.inCall(Size(rows: 5, columns: 20))
    _ = Situations.type("2", &state)
    let shown = render(state).screen.text
    #expect(shown.hasPrefix(" ● Parrot"), "\n\(shown)")
    #expect(shown.contains("active"), "\n\(shown)")
  }

  @Test("titles that do not fit are left out, not cut", arguments: [24, 26, 28, 30])
  func tabs(columns: Int) {
    let shown = render(Situations.state(Size(rows: 10, columns: columns))).screen.text
    let line = shown.split(separator: "\n")[1]
    #expect(!line.contains("…"), "\n\(shown)")
    #expect(line.contains(" 1 Contacts "))
  }

  @Test("use no colour under NO_COLOR, and still mark what matters")
  func monochrome() {
    var options = ConsoleOptions()
    options.usesColour = false
    let state = Situations.inCall(Size(rows: 24, columns: 80), options: options) {
      $0.isMuted = true
    }
    let screen = render(state).screen
    let cells = (0..<24).flatMap { screen.row($0) }
    #expect(cells.allSatisfy { $0.style.foreground == nil && $0.style.background == nil })
    let muted = cells.filter { $0.style.attributes.contains([.bold, .reverse]) }
    #expect(muted.map(\.text).joined().contains("MUTED"))
  }

  @Test("use ASCII alone where the locale knows nothing else", arguments: Catalogue.all.map(\.0))
  func ascii(name: String) throws {
    let make = try #require(Catalogue.all.first { $0.0 == name }?.1)
    var options = ConsoleOptions()
    options.isASCII = true
    for size in [Size(rows: 16, columns: 60), Size(rows: 24, columns: 80)] {
      var state = make(size)
      _ = reduce(&state, .options(options))
      #expect(render(state).screen.text.utf8.allSatisfy { $0 < 0x80 })
    }
  }

  @Test("have a stand-in in ASCII for every sign of their own")
  func standIns() {
    let name = #/[A-Za-z0-9]/#
    for (situation, make) in Catalogue.all where situation != "wide" && situation != "hostile" {
      let screen = render(make(Size(rows: 40, columns: 120))).screen
      for cell in (0..<40).flatMap({ screen.row($0) })
      where !cell.text.utf8.allSatisfy({ $0 < 0x80 }) && cell.text.firstMatch(of: name) == nil {
        #expect(ASCIIFallback.character(for: cell.text) != nil, "\(cell.text)")
      }
    }
  }

  @Test("have in ASCII the letters of names, and question marks for what it lacks")
  func asciiText() {
    #expect(ASCIIFallback.text("● Ann – Łódź") == "* Ann - Lodz")
    #expect(ASCIIFallback.text("○ 日本 “é”") == "o ?? \"e\"")
  }

  @Test("rest the cursor on the selected row, or in the text being typed")
  func cursor() {
    var state = Situations.state(Size(rows: 24, columns: 80))
    _ = Situations.type("jj", &state)
    #expect(render(state).cursor == Point(row: 4, column: 0))
    _ = Situations.type("3j", &state)
    #expect(render(state).cursor == Point(row: 17, column: 0))
    _ = Situations.type(":日本", &state)
    #expect(render(state).cursor == Point(row: 3, column: 12))
  }

  @Test("show what must not be overlooked at every width")
  func flags() {
    var options = ConsoleOptions()
    options.isInsecure = true
    for columns in [60, 76, 80, 120, 200] {
      let state = Situations.inCall(Size(rows: 24, columns: columns), options: options) {
        $0.isMuted = true
      }
      let title = render(state).screen.text.prefix { $0 != "\n" }
      #expect(title.contains("INSECURE"))
      #expect(title.contains("MUTED"))
    }
  }
}

import Testing

@testable import NcursesTerminal

@Suite("Announcements")
struct AnnouncementTests {
  @Test("pass through a multiplexer with their escapes doubled")
  func multiplexers() {
    let tmux = Announcements(notifier: .osc9, multiplexer: .tmux)
    #expect(
      text(tmux.notification(title: "Amina", body: ""))
        == "\u{1B}Ptmux;\u{1B}\u{1B}]9;Amina\u{7}\u{1B}\\")
    let screen = Announcements(notifier: .osc9, multiplexer: .screen)
    #expect(
      text(screen.notification(title: "Amina", body: "")) == "\u{1B}P\u{1B}]9;Amina\u{7}\u{1B}\\")
  }

  @Test("keep the fields of OSC 777 apart")
  func fields() {
    let announcements = Announcements(notifier: .osc777, multiplexer: .none)
    #expect(
      text(announcements.notification(title: "a;b", body: "c;d"))
        == "\u{1B}]777;notify;a,b;c,d\u{7}")
  }

  @Test("choose the sequence by what the terminal is")
  func chooses() {
    let plain = Announcements(type: "xterm-256color") { _ in nil }
    #expect(plain.notifier == .osc9 && plain.multiplexer == .none)
    let vte = Announcements(type: "xterm-256color") { $0 == "VTE_VERSION" ? "7200" : nil }
    #expect(vte.notifier == .osc777)
    let console = Announcements(type: "linux") { _ in nil }
    #expect(console.notification(title: "x", body: "y") == [])
    let tmux = Announcements(type: "tmux-256color") { $0 == "TMUX" ? "/tmp/s,1,0" : nil }
    #expect(tmux.multiplexer == .tmux)
  }

  @Test("encode the clipboard's text and bound it")
  func clipboard() {
    let announcements = Announcements(notifier: .osc9, multiplexer: .none)
    for (plain, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj")] {
      #expect(text(announcements.clipboard(plain)) == "\u{1B}]52;c;\(encoded)\u{7}")
    }
    let long = announcements.clipboard(String(repeating: "x", count: 100_000))
    #expect(long.count < Announcements.clipboardLimit * 3 / 2)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

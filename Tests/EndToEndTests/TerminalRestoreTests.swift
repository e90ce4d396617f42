import Basics
import EndToEnd
import Glibc
import Testing

extension WholePrograms {
  /// What becomes of the terminal when the phone is ended from outside.
  @Suite("The terminal after the phone's end")
  struct TerminalRestoreTests {
    @Test(
      "is as it was before, however the phone was ended in mid-call",
      arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGABRT])
    func restored(signal: Int32) throws {
      let rig = try Rig()
      let terminal = try Tmux(
        "ulimit -c 0; \(Rig.program) --capture tone:300 --playback null; stty -a; sleep 60",
        columns: 80, rows: 24,
        environment: rig.environment(of: "you").merging(
          // Where the toolchain is installed, its own reporter would first ask what to do.
          ["SWIFT_BACKTRACE": "enable=no"]) { $1 })
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      try terminal.press("Enter")
      _ = try #require(try terminal.screen(showing: "active", within: .seconds(15)))
      let shell = try #require(terminal.processID)
      let phone = try #require(ProcessFacts.children(of: shell).first)
      kill(phone, signal)
      let screen = try #require(try terminal.screen(showing: "icanon", within: .seconds(10)))
      let words = Set(screen.joined(separator: " ").split(separator: " "))
      for word in ["echo", "icanon", "isig", "icrnl", "ixon", "opost"] {
        #expect(words.contains(Substring(word)), "\(word)")
      }
      #expect(try terminal.query("#{alternate_on} #{cursor_flag} #{mouse_any_flag}") == "0 1 0")
    }
  }
}

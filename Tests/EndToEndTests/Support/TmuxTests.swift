import EndToEnd
import Files
import Glibc
import Testing

@Suite("A terminal driven by a test")
struct TmuxTests {
  @Test("shows what a program draws and gives it what is typed")
  func typing() throws {
    let terminal = try Tmux(
      "printf 'Hällo ☎\\n'; read x; echo \"got $x\"; exit 7", columns: 40, rows: 10)
    let screen = try #require(try terminal.screen(showing: "Hällo", within: .seconds(10)))
    #expect(screen.count == 10)
    #expect(screen[0] == "Hällo ☎")
    try terminal.type("a b ;")
    try terminal.press("Enter")
    #expect(try terminal.screen(showing: "got a b ;", within: .seconds(10)) != nil)
    #expect(terminal.exitCode(within: .seconds(10)) == 7)
  }

  @Test("tells what signal has ended a program")
  func killed() throws {
    let terminal = try Tmux("kill -9 $$", columns: 20, rows: 5)
    #expect(terminal.exitCode(within: .seconds(10)) == 137)
  }

  @Test("knows the process that a line puts in its shell's place")
  func process() throws {
    let terminal = try Tmux("exec sleep 600", columns: 20, rows: 5)
    let process = try #require(
      Deadline(within: .seconds(10)).poll {
        terminal.processID.flatMap { id in
          let name = try? String(
            decoding: SmallFile.read("/proc/\(id)/comm", limit: 64), as: UTF8.self)
          return name == "sleep\n" ? id : nil
        }
      })
    kill(process, SIGTERM)
    #expect(terminal.exitCode(within: .seconds(10)) == 143)
  }

  @Test("can be resized, which the program is told")
  func resizing() throws {
    let terminal = try Tmux(
      "trap 'echo size $(stty size)' WINCH; echo ready; while :; do sleep 0.1; done", columns: 80,
      rows: 24)
    #expect(try terminal.screen(showing: "ready", within: .seconds(10)) != nil)
    try terminal.resize(columns: 60, rows: 16)
    #expect(try terminal.screen(showing: "size 16 60", within: .seconds(10)) != nil)
  }

  @Test("tells the cursor's place and the alternate screen")
  func queries() throws {
    let terminal = try Tmux("printf '\\033[?1049hxyz'; sleep 60", columns: 20, rows: 5)
    #expect(try terminal.screen(showing: "xyz", within: .seconds(10)) != nil)
    #expect(try terminal.query("#{alternate_on} #{cursor_x} #{cursor_y}") == "1 3 0")
    #expect(terminal.exitCode(within: .milliseconds(50)) == nil)
    #expect((terminal.processID ?? 0) > 1)
  }

  @Test("shows colours when asked")
  func colours() throws {
    let terminal = try Tmux("printf '\\033[31mred\\033[0m'; sleep 60", columns: 20, rows: 5)
    #expect(try terminal.screen(showing: "red", within: .seconds(10)) != nil)
    #expect(try terminal.coloredScreen.contains("\u{1B}[31mred"))
  }
}

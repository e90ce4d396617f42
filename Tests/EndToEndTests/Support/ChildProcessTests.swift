import EndToEnd
import Glibc
import Testing

@Suite("A program run by a test")
struct ChildProcessTests {
  @Test("its lines come one after the other, and none when there is no more")
  func lines() throws {
    let child = try ChildProcess("sh", ["-c", "echo one; echo two; printf rest"])
    #expect(child.nextLine(within: .seconds(5)) == "one")
    #expect(child.nextLine(within: .seconds(5)) == "two")
    #expect(child.nextLine(within: .seconds(5)) == nil)
    #expect(child.wait(within: .seconds(5)) == .exited(0))
  }

  @Test("waiting for a line ends with its time")
  func lineInTime() throws {
    let child = try ChildProcess("sleep", ["60"])
    let start = ContinuousClock.now
    #expect(child.nextLine(within: .milliseconds(100)) == nil)
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(child.isRunning)
  }

  @Test("a wanted line is found among others, which are kept")
  func wantedLine() throws {
    let child = try ChildProcess("sh", ["-c", "seq 1000"])
    #expect(child.line(containing: "777", within: .seconds(5)) == "777")
    #expect(child.nextLine(within: .seconds(5)) == "778")
    #expect(child.wait(within: .seconds(5)) == .exited(0))
    #expect(child.lines.count == 1_000)
  }

  @Test("it hears what it is sent, and the end of it")
  func input() throws {
    let child = try ChildProcess("cat")
    child.send("hello")
    #expect(child.nextLine(within: .seconds(5)) == "hello")
    child.closeInput()
    #expect(child.wait(within: .seconds(5)) == .exited(0))
  }

  @Test("its exit code and its signal are told apart")
  func exits() throws {
    #expect(
      try ChildProcess("sh", ["-c", "exit 130"]).wait(within: .seconds(5)) == .exited(130))
    let child = try ChildProcess("sleep", ["60"])
    child.signal(SIGTERM)
    #expect(child.wait(within: .seconds(5)) == .signalled(SIGTERM))
    #expect(!child.isRunning)
  }

  @Test("waiting for its end ends with its time")
  func exitInTime() throws {
    let child = try ChildProcess("sleep", ["60"])
    #expect(child.wait(within: .milliseconds(100)) == nil)
  }

  @Test("a great deal of output does not hold it up")
  func muchOutput() throws {
    let child = try ChildProcess("sh", ["-c", "seq 300000; seq 300000 >&2"])
    #expect(child.wait(within: .seconds(30)) == .exited(0))
    #expect(child.lines.count == 300_000)
    #expect(child.errorText.hasSuffix("\n300000\n"))
  }

  @Test("it finds the environment it is given and no other")
  func environment() throws {
    setenv("TIPRING_TEST_FOREIGN", "1", 1)
    defer { unsetenv("TIPRING_TEST_FOREIGN") }
    let child = try ChildProcess("env", environment: ["HOME": "/nowhere"])
    _ = child.wait(within: .seconds(5))
    #expect(Set(child.lines.map { $0.prefix { $0 != "=" } }) == ["HOME", "PATH", "LC_ALL"])
  }

  @Test("it does not outlive the test's hold on it")
  func killed() throws {
    var child: ChildProcess? = try ChildProcess("sleep", ["60"])
    let id = try #require(child?.id)
    child = nil
    #expect(Glibc.kill(id, 0) != 0)
  }

  @Test("a program that does not exist says so")
  func absent() {
    #expect(throws: ChildProcess.NotStarted.self) { try ChildProcess("no-such-program") }
    #expect(throws: ChildProcess.NotStarted.self) { try ChildProcess("/no/such/program") }
  }
}

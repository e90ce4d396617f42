import Basics
import Calling
import EndToEnd
import Files
import Glibc
import Testing

@Suite("Secrets")
struct SecretTests {
  private let folder = TemporaryFolder()

  @Test("a command's first line is the password")
  func command() throws {
    let reference = SecretReference.command("printf 'one two\\r\\nthree\\n'")
    #expect(try reference.read().exposed == "one two")
  }

  @Test("a command is a line of shell")
  func shell() throws {
    #expect(try SecretReference.command("echo abc | tr a-c x-z").read().exposed == "xyz")
  }

  @Test("a command that prints a great deal is heard to its end")
  func longOutput() throws {
    let reference = SecretReference.command("echo first; head -c 3000000 /dev/zero; exit 0")
    #expect(try reference.read().exposed == "first")
  }

  @Test("a command that fails gives its status and not its words")
  func failing() {
    let reference = SecretReference.command("echo hunter2 >&2; exit 3")
    let error = #expect(throws: SecretError.command(.ended(status: 3))) { try reference.read() }
    #expect(error?.sentence.contains("status 3") == true)
    #expect(error?.sentence.contains("hunter2") == false)
  }

  @Test("a command that is killed says by what")
  func killed() {
    #expect(throws: SecretError.command(.killed(signal: SIGTERM))) {
      try SecretReference.command("kill -TERM $$").read()
    }
  }

  @Test("a command that does not end is killed with all that it started")
  func endless() throws {
    let pidFile = folder.path + "/pid"
    let reference = SecretReference.command("sleep 600 & echo $! > \(pidFile); wait")
    #expect(throws: SecretError.command(.timedOut(after: .milliseconds(300)))) {
      try reference.read(timeout: .milliseconds(300))
    }
    let pid = try #require(folder.read("pid").flatMap { pid_t($0.dropLast()) })
    for _ in 0..<100 where kill(pid, 0) == 0 { usleep(10_000) }
    #expect(kill(pid, 0) != 0 || isZombie(pid))
  }

  @Test("a command that closes its output and goes on is killed as well")
  func closedOutput() {
    #expect(throws: SecretError.command(.timedOut(after: .milliseconds(200)))) {
      try SecretReference.command("echo abc; exec >&-; sleep 600").read(
        timeout: .milliseconds(200))
    }
  }

  @Test("a process that a command leaves behind is not waited for")
  func leftBehind() throws {
    let reference = SecretReference.command("echo abc; sleep 5 &")
    let start = ContinuousClock.now
    #expect(try reference.read(timeout: .seconds(4)).exposed == "abc")
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test("a command has no terminal and nothing to read")
  func noInput() throws {
    #expect(try SecretReference.command("cat; [ -t 0 ] || echo none").read().exposed == "none")
  }

  @Test("an empty first line is no password", arguments: ["true", "echo", "printf '\\nx\\n'"])
  func empty(command: String) {
    #expect(throws: SecretError.empty) { try SecretReference.command(command).read() }
  }

  @Test("bytes that are no text are no password")
  func notText() {
    #expect(throws: SecretError.notText) {
      try SecretReference.command("printf '\\377\\376\\n'").read()
    }
  }

  @Test("a file for its owner alone is read")
  func file() throws {
    let path = folder.write("hunter2\nmore\n", to: "secret", mode: 0o600)
    #expect(try SecretReference.file(path: path).read().exposed == "hunter2")
  }

  @Test(
    "a file that others can reach is refused", arguments: [0o640, 0o604, 0o644, 0o620] as [mode_t])
  func looseFile(mode: mode_t) {
    let path = folder.write("hunter2\n", to: "secret", mode: mode)
    let error = #expect(throws: SecretError.loose(path)) {
      try SecretReference.file(path: path).read()
    }
    #expect(error?.sentence.contains("chmod 600") == true)
  }

  @Test("what is no file is refused without waiting")
  func noFile() {
    let pipe = folder.path + "/pipe"
    mkfifo(pipe, 0o600)
    #expect(throws: SecretError.file(.notAFile(path: pipe))) {
      try SecretReference.file(path: pipe).read()
    }
    let error = #expect(throws: SecretError.self) {
      try SecretReference.file(path: folder.path + "/absent").read()
    }
    #expect(error?.sentence.contains("there is no such file") == true)
  }

  @Test("a file of 4096 bytes is read and a larger one is not")
  func fileLimit() throws {
    let path = folder.write(String(repeating: "x", count: 4_096), to: "secret")
    #expect(try SecretReference.file(path: path).read().exposed.count == 4_096)
    folder.write(String(repeating: "x", count: 4_097), to: "secret")
    #expect(throws: SecretError.file(.tooLarge(path: path, limit: 4_096))) {
      try SecretReference.file(path: path).read()
    }
  }

  @Test("a variable is read, or said not to be set")
  func environment() throws {
    setenv("TIPRING_TEST_SECRET", "hunter2", 1)
    defer { unsetenv("TIPRING_TEST_SECRET") }
    #expect(
      try SecretReference.environment(variable: "TIPRING_TEST_SECRET").read().exposed == "hunter2")
    #expect(throws: SecretError.unset(variable: "TIPRING_TEST_ABSENT")) {
      try SecretReference.environment(variable: "TIPRING_TEST_ABSENT").read()
    }
  }

  /// Its parent is gone and nobody has asked for its status yet.
  private func isZombie(_ pid: pid_t) -> Bool {
    let stat = (try? SmallFile.read("/proc/\(pid)/stat", limit: 4_096)) ?? []
    return String(decoding: stat, as: UTF8.self).contains(") Z ")
  }
}

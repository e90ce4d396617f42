import CLinux
import Glibc

/// A program that a test runs beside itself: its lines, its end, and no way to be left behind.
///
/// Used by one test at a time. Standard output is read when the test waits for it, which it should do
/// before a mebibyte has gathered; standard error goes to a file that has no bound.
package final class ChildProcess {
  /// How it ended.
  package enum Exit: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
  }

  package struct NotStarted: Error, Equatable {
    package let program: String
    package let code: Int32
  }

  package let id: Int32
  /// Every whole line of standard output that has been read so far.
  package private(set) var lines: [String] = []

  private let output: Int32
  private let errors: Int32
  private var input: Int32
  private var rest: [UInt8] = []
  private var taken = 0
  private var hasOutputEnded = false
  private var exit: Exit?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: a path, or a name to be found in `/usr/local/bin`, `/usr/bin` and `/bin`.
  ///   - environment: all that it finds, beside a `PATH` and a UTF-8 locale.
  ///   - outputFile: where standard output goes instead of to the test.
  package init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    outputFile: String? = nil
  ) throws {
    let path = try Self.path(of: program)
    var inputEnds: [Int32] = [-1, -1]
    var outputEnds: [Int32] = [-1, -1]
    guard shim_pipe2(&inputEnds, O_CLOEXEC) == 0, shim_pipe2(&outputEnds, O_CLOEXEC) == 0 else {
      throw NotStarted(program: program, code: errno)
    }
    input = inputEnds[1]
    output = outputEnds[0]
    errors = try Self.unnamedFile()
    _ = fcntl(output, Self.setPipeSize, 1 << 20)
    defer {
      close(inputEnds[0])
      close(outputEnds[1])
    }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, inputEnds[0], STDIN_FILENO)
    if let outputFile {
      posix_spawn_file_actions_addopen(
        &actions, STDOUT_FILENO, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    } else {
      posix_spawn_file_actions_adddup2(&actions, outputEnds[1], STDOUT_FILENO)
    }
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    shim_spawn_closefrom(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The program that runs the tests blocks some signals; the child shall hear them all.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    let base = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    let variables = base.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
    var process: pid_t = 0
    let code = Self.withPointers(to: [path] + arguments) { arguments in
      Self.withPointers(to: variables) { variables in
        posix_spawn(&process, path, &actions, &attributes, arguments, variables)
      }
    }
    id = process
    guard code == 0 else {
      exit = .exited(127)
      throw NotStarted(program: program, code: code)
    }
  }

  deinit {
    kill()
    for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
  }

  // MARK: Verbs

  /// Writes a line to its standard input.
  package func send(_ line: String) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty, input >= 0 {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR else { return }
        continue
      }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Ends its standard input.
  package func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  package func signal(_ number: Int32) {
    if exit == nil { Glibc.kill(id, number) }
  }

  /// Ends it at once, if it has not ended, and waits for that.
  package func kill() {
    guard exit == nil else { return }
    Glibc.kill(id, SIGKILL)
    reap(options: 0)
  }

  // MARK: Waiting

  /// The next line of standard output that has not been taken; `nil` when none comes in time or the
  /// output has ended.
  package func nextLine(within limit: Duration) -> String? {
    let deadline = Deadline(within: limit)
    while true {
      if taken < lines.count {
        taken += 1
        return lines[taken - 1]
      }
      if hasOutputEnded || !readOutput(until: deadline) { return nil }
    }
  }

  /// Takes lines until one is as wanted.
  package func line(within limit: Duration, where isWanted: (String) -> Bool) -> String? {
    let deadline = Deadline(within: limit)
    while let line = nextLine(within: .milliseconds(deadline.milliseconds(atMost: .max))) {
      if isWanted(line) { return line }
    }
    return nil
  }

  /// Takes lines until one holds a text.
  package func line(containing text: String, within limit: Duration) -> String? {
    line(within: limit) { $0.contains(text) }
  }

  /// Waits for its end, reading what it writes meanwhile; `nil` when it goes on.
  package func wait(within limit: Duration) -> Exit? {
    let deadline = Deadline(within: limit)
    while exit == nil {
      if !hasOutputEnded {
        _ = readOutput(until: Deadline(within: .milliseconds(deadline.milliseconds(atMost: 5))))
      } else if !deadline.hasPassed {
        usleep(2_000)
      }
      reap(options: WNOHANG)
      if deadline.hasPassed { break }
    }
    // What it wrote last is still in the pipe.
    while exit != nil, !hasOutputEnded, readOutput(until: Deadline(within: .milliseconds(20))) {}
    return exit
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool {
    reap(options: WNOHANG)
    return exit == nil
  }

  /// What it has written to standard error so far.
  package var errorText: String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = pread(errors, &buffer, buffer.count, bytes.count), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Helpers

  /// Whether something was read, or the end was.
  private func readOutput(until deadline: Deadline) -> Bool {
    var watched = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, deadline.milliseconds(atMost: 60_000)) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(output, &buffer, buffer.count)
    guard count > 0 else {
      hasOutputEnded = true
      return count == 0
    }
    rest += buffer[..<count]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: rest[..<end], as: UTF8.self))
      rest.removeSubrange(...end)
    }
    return true
  }

  private func reap(options: Int32) {
    guard exit == nil else { return }
    var status: Int32 = 0
    var result = waitpid(id, &status, options)
    while result < 0, errno == EINTR { result = waitpid(id, &status, options) }
    guard result == id else { return }
    let signal = status & 0x7F
    exit = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }

  private static func path(of program: String) throws -> String {
    if program.contains("/") { return program }
    for folder in ["/usr/local/bin", "/usr/bin", "/bin"] {
      let path = "\(folder)/\(program)"
      if access(path, X_OK) == 0 { return path }
    }
    throw NotStarted(program: program, code: ENOENT)
  }

  private static func unnamedFile() throws -> Int32 {
    var template = Array("/tmp/tipring-errors-XXXXXX".utf8CString)
    let descriptor = shim_mkostemp(&template, O_CLOEXEC)
    guard descriptor >= 0 else { throw NotStarted(program: "", code: errno) }
    unlink(template)
    return descriptor
  }

  private static func withPointers<Result>(
    to texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { text in strdup(text) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }

  /// `F_SETPIPE_SZ` (fcntl.h), which is declared for GNU sources only.
  private static let setPipeSize: Int32 = 1_031
}

import EndToEnd
import Glibc

/// Other programs, and the bytes they leave.
enum Program {
  /// A program that was started, by the test that ends it.
  final class Process: Sendable {
    let id: pid_t

    fileprivate init(id: pid_t) {
      self.id = id
    }

    /// Waits until it has ended.
    ///
    /// - Returns: its exit status, or minus the signal that ended it.
    @discardableResult
    func wait() -> Int32 {
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7F
      return signal == 0 ? status >> 8 & 0xFF : -signal
    }

    /// Waits for its end without holding up the thread.
    ///
    /// - Returns: as ``wait()``; `nil` when it was ended because the time was over.
    func wait(within limit: Duration) async -> Int32? {
      var status: Int32 = 0
      let deadline = ContinuousClock.now + limit
      while waitpid(id, &status, WNOHANG) == 0 {
        guard ContinuousClock.now < deadline else {
          end(SIGKILL)
          return nil
        }
        try? await Task.sleep(for: .milliseconds(20))
      }
      let signal = status & 0x7F
      return signal == 0 ? status >> 8 & 0xFF : -signal
    }

    /// Ends it by its own id and waits for that.
    func end(_ signal: Int32 = SIGTERM) {
      kill(id, signal)
      wait()
    }
  }

  struct NotStarted: Error {
    var name: String
    var code: Int32
  }

  static func exists(_ name: String) -> Bool { path(of: name) != nil }

  static func path(of name: String) -> String? {
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - environment: added to the test's own.
  ///   - output: a file for its standard output and standard error; `nil` to lose them.
  static func start(
    _ name: String, _ arguments: [String], environment: [String: String] = [:],
    output: String? = nil
  ) throws -> Process {
    guard let program = name.contains("/") ? name : path(of: name) else {
      throw NotStarted(name: name, code: ENOENT)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, output ?? "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var id = pid_t()
    let code = withCStrings([program] + arguments) { arguments in
      withCStrings(inherited(environment)) { environment in
        posix_spawn(&id, program, &actions, nil, arguments, environment)
      }
    }
    guard code == 0 else { throw NotStarted(name: name, code: code) }
    return Process(id: id)
  }

  /// Runs a program to its end and returns its exit status.
  static func run(_ name: String, _ arguments: [String]) throws -> Int32 {
    try start(name, arguments).wait()
  }

  /// Runs one suite of this very test program in a process of its own, where it finds another
  /// environment.
  ///
  /// - Returns: what it wrote, and whether it passed in time.
  static func runSuite(
    _ name: String, environment: [String: String], within limit: Duration
  ) async throws -> (output: String, hasPassed: Bool) {
    let folder = TemporaryFolder()
    let output = "\(folder.path)/output"
    guard let path = realpath("/proc/self/exe", nil) else {
      throw NotStarted(name: name, code: errno)
    }
    defer { free(path) }
    let process = try start(
      String(cString: path), ["--testing-library", "swift-testing", "--filter", name],
      environment: environment, output: output)
    let status = await process.wait(within: limit)
    return (String(decoding: try bytes(of: output), as: UTF8.self), status == 0)
  }

  static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw NotStarted(name: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &piece, piece.count), count > 0 {
      bytes += piece[..<count]
    }
    return bytes
  }

  private static func inherited(_ added: [String: String]) -> [String] {
    var lines = added.map { "\($0.key)=\($0.value)" }
    var next = environ
    while let line = next.pointee {
      let text = String(cString: line)
      if added[String(text.prefix { $0 != "=" })] == nil { lines.append(text) }
      next += 1
    }
    return lines
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}

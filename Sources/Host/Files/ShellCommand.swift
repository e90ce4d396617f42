import Basics
import CLinux
import Glibc

/// Runs what users write into the settings, by way of `/bin/sh -c`.
///
/// A command has no terminal and reads nothing: it runs in a session of its own with `/dev/null` as
/// standard input and error, so that it can neither disturb the screen nor wait for a key.
package enum ShellCommand {
  /// What a command printed, at most as many bytes as asked for.
  package struct Output: Equatable, Sendable {
    package let bytes: [UInt8]
  }

  /// Why a command gave nothing.
  package enum Failure: Error, Equatable, Sendable {
    case notStarted(code: Int32)
    case timedOut(after: Duration)
    case ended(status: Int32)
    case killed(signal: Int32)

    /// Follows “The … command”.
    package var sentence: String {
      switch self {
      case .notStarted(let code): "could not be started: \(String(cString: strerror(code)))."
      case .timedOut(let time):
        "took longer than \(time.written); it must not ask for anything on the terminal."
      case .ended(let status): "ended with status \(status); run it by hand to see why."
      case .killed(let signal): "was ended by signal \(signal)."
      }
    }
  }

  /// Runs a command to its end and returns what it printed first.
  ///
  /// - Parameters:
  ///   - timeout: when it is over, the command and what it has started are killed.
  ///   - limit: how many bytes are kept; the rest is read and dropped.
  package static func run(
    _ command: String, timeout: Duration, limit: Int
  ) throws(Failure) -> Output {
    var ends: [Int32] = [-1, -1]
    guard shim_pipe2(&ends, O_CLOEXEC) == 0 else { throw .notStarted(code: errno) }
    defer { close(ends[0]) }
    let process: pid_t
    do {
      process = try start(command, output: ends[1])
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    let deadline = monotonicMilliseconds() + timeout.nanoseconds / 1_000_000
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    var status: Int32?
    var isAtEnd = false
    while true {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else {
        kill(-process, SIGKILL)
        if status == nil { _ = reap(process, options: 0) }
        throw .timedOut(after: timeout)
      }
      if status == nil { status = reap(process, options: WNOHANG) }
      // A command may leave a process behind that keeps the pipe open, or close the pipe and go on:
      // once it has ended itself, only what it has printed already is waited for.
      let pause = status == nil ? Int32(min(left, 20)) : 0
      if isAtEnd {
        if let status { return try output(bytes, status) }
        usleep(UInt32(pause) * 1_000)
        continue
      }
      var watched = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      if poll(&watched, 1, pause) > 0 {
        let count = read(ends[0], &buffer, buffer.count)
        if count > 0 { bytes += buffer[..<count].prefix(limit - bytes.count) }
        isAtEnd = count == 0
      } else if status != nil {
        isAtEnd = true
      }
    }
  }

  /// Spawns the shell as the leader of a session of its own.
  private static func start(_ command: String, output: Int32) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    shim_spawn_closefrom(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this program ignores or blocks shall not be ignored or blocked there.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes,
      shim_spawn_setsid() | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    let words: [String] = ["/bin/sh", "-c", command]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
    defer { for pointer in arguments { free(pointer) } }
    arguments.append(nil)
    var process: pid_t = 0
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, shim_environ())
    guard code == 0 else { throw .notStarted(code: code) }
    return process
  }

  /// The status as `waitpid` gives it; `nil` when the process still runs and `WNOHANG` was asked.
  private static func reap(_ process: pid_t, options: Int32) -> Int32? {
    var status: Int32 = 0
    while true {
      let result = waitpid(process, &status, options)
      if result == process { return status }
      if result == 0 { return nil }
      // Nobody else waits for it; should somebody have, there is no status to be had.
      if errno != EINTR { return 0 }
    }
  }

  private static func output(_ bytes: [UInt8], _ status: Int32) throws(Failure) -> Output {
    let signal = status & 0x7F
    guard signal == 0 else { throw .killed(signal: signal) }
    let code = (status >> 8) & 0xFF
    guard code == 0 else { throw .ended(status: code) }
    return Output(bytes: bytes)
  }

  private static func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

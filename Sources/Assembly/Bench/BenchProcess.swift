import Basics
import CLinux
import Files
import Glibc
import LoopGLib
import Realtime

/// A child of the bench, mostly this same program: on a pipe or on a terminal of its own.
final class BenchProcess {
  /// Why a child could not be measured.
  enum Failure: Error {
    case spawn(Int32)
    case terminal(Int32)
    case timedOut(waitingFor: String)
    case ended(beforeSaying: String, status: Int32)
    case missing(programs: [String])
    case silence
    /// The microphone does not hear the loudspeaker.
    case deaf
    case device(AudioDeviceError)
    case file(FileError)
    case store(String)
    case network(String)
    case interrupted

    var sentence: String {
      switch self {
      case .spawn(let code):
        "A child process could not be started: \(String(cString: strerror(code)))."
      case .terminal(let code):
        "No pseudo-terminal could be had: \(String(cString: strerror(code)))."
      case .timedOut(let what): "Nothing showed “\(what)” in time."
      case .ended(let what, let status):
        "The program ended (status \(status)) before it showed “\(what)”."
      case .missing(let programs):
        """
        \(programs.joined(separator: ", ")) not found. This measurement needs a sound server of its \
        own; install pulseaudio, pulseaudio-utils and libasound2-plugins.
        """
      case .silence:
        """
        Nothing of what was said was heard. Are PulseAudio's plug-ins for ALSA installed \
        (libasound2-plugins)?
        """
      case .deaf:
        """
        The microphone does not hear the loudspeaker twice. Turn both up, put them close together, or \
        name a device that captures what is played, such as a sound server's monitor.
        """
      case .device(let error): error.sentence
      case .file(let error): error.sentence
      case .store(let sentence), .network(let sentence): sentence
      case .interrupted: "Interrupted."
      }
    }
  }

  let identifier: pid_t
  /// When the child was started.
  let startedAt: Instant
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var status: Int32?

  /// Starts this program, or another one.
  ///
  /// - Parameters:
  ///   - program: to be found in `PATH`; `nil` for this one.
  ///   - terminalSize: columns and rows of a terminal of its own; `nil` gives it a pipe for output.
  init(
    _ arguments: [String], of program: String? = nil, environment: [String: String] = [:],
    terminalSize: (columns: UInt16, rows: UInt16)? = nil
  ) throws(Failure) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let childEnd: Int32
    if let terminalSize {
      var name = [CChar](repeating: 0, count: 64)
      let master = shim_open_terminal(&name, UInt(name.count))
      guard master >= 0 else { throw .terminal(errno) }
      var size = winsize(
        ws_row: terminalSize.rows, ws_col: terminalSize.columns, ws_xpixel: 0, ws_ypixel: 0)
      _ = ioctl(master, UInt(TIOCSWINSZ), &size)
      // The first terminal that a session's leader opens becomes its controlling terminal.
      posix_spawnattr_setflags(&attributes, shim_spawn_setsid())
      posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
      descriptor = master
      childEnd = -1
    } else {
      var ends: [Int32] = [0, 0]
      guard shim_pipe2(&ends, O_CLOEXEC) == 0 else { throw .spawn(errno) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
      descriptor = ends[0]
      childEnd = ends[1]
    }
    let words = [program ?? "tipring"] + arguments
    var argv = words.map { strdup($0) } + [nil]
    var variables = ProcessEnvironment.lines(adding: environment).map { strdup($0) } + [nil]
    defer {
      for pointer in argv + variables { free(pointer) }
    }
    var pid: pid_t = 0
    startedAt = .now
    let result = posix_spawnp(
      &pid, program ?? "/proc/self/exe", &actions, &attributes, &argv, &variables)
    if childEnd >= 0 { Glibc.close(childEnd) }
    identifier = pid
    guard result == 0 else { throw .spawn(result) }
  }

  deinit {
    if status == nil {
      Glibc.kill(identifier, SIGKILL)
      _ = wait(timeout: .seconds(5))
    }
    Glibc.close(descriptor)
  }

  /// Where this program's file is, for children that are started by way of another program.
  static var ownPath: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return "tipring" }
    return String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether a program is in `PATH`.
  static func isInstalled(_ program: String) -> Bool {
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return folders.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  /// Writes to the child's terminal.
  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }

  /// The next line of output, without its end; `nil` at the end of output.
  func line(timeout: Duration = .seconds(20)) throws(Failure) -> String? {
    let deadline = Instant.now.advanced(by: timeout)
    while true {
      if let end = pending.firstIndex(of: 10) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
      }
      guard try read(until: deadline, for: "a line") else { return nil }
    }
  }

  /// Reads until the output holds `text`, and returns when that was.
  func waitFor(_ text: String, timeout: Duration = .seconds(20)) throws(Failure) -> Instant {
    let deadline = Instant.now.advanced(by: timeout)
    let wanted = Array(text.utf8)
    while !Self.contains(pending, wanted) {
      guard try read(until: deadline, for: text) else {
        throw .ended(beforeSaying: text, status: wait(timeout: .seconds(1)) ?? -1)
      }
      // A screen repaints for ever; what was looked at need not be kept whole.
      if pending.count > 1 << 20 { pending.removeFirst(1 << 19) }
    }
    pending.removeAll()
    return .now
  }

  /// Throws away what the child writes for a while, so that it never waits for a reader.
  func drain(for duration: Duration) {
    let deadline = Instant.now.advanced(by: duration)
    while Instant.now < deadline {
      guard (try? read(until: deadline, for: "")) ?? false else { return }
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// Ends the child without asking.
  func kill() {
    Glibc.kill(identifier, SIGKILL)
    _ = wait(timeout: .seconds(5))
  }

  /// Asks the child to end.
  func terminate() { Glibc.kill(identifier, SIGTERM) }

  /// The exit status, or `nil` when the child still runs at the time-out.
  func wait(timeout: Duration) -> Int32? {
    if let status { return status }
    let deadline = Instant.now.advanced(by: timeout)
    repeat {
      var result: Int32 = 0
      if waitpid(identifier, &result, WNOHANG) == identifier {
        status = (result & 0x7F) == 0 ? (result >> 8) & 0xFF : 128 + (result & 0x7F)
        return status
      }
      Self.pause(.milliseconds(2))
    } while Instant.now < deadline
    return nil
  }

  /// Waits, at most a second.
  static func pause(_ duration: Duration) {
    var pause = timespec(tv_sec: 0, tv_nsec: Int(min(duration, .milliseconds(999)).nanoseconds))
    nanosleep(&pause, nil)
  }

  /// Processor time used so far, of all threads.
  func processorTime() -> Duration {
    guard let text = Self.contents("/proc/\(identifier)/stat"), let end = text.lastIndex(of: ")")
    else { return .zero }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else {
      return .zero
    }
    return .milliseconds((user + system) * 1_000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// The memory that is this process's alone plus its share of what is shared, in bytes.
  func proportionalSetSize() -> Int {
    guard let text = Self.contents("/proc/\(identifier)/smaps_rollup") else { return 0 }
    for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
      return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
    }
    return 0
  }

  /// - Returns: `false` at the end of output.
  private func read(until deadline: Instant, for what: String) throws(Failure) -> Bool {
    guard !Interruption.hasHappened else { throw .interrupted }
    let left = Instant.now.duration(to: deadline).milliseconds
    guard left > 0 else { throw .timedOut(waitingFor: what) }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, Int32(left.rounded(.up))) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    // A terminal whose last user has gone answers with an error instead of an end.
    guard count > 0 else { return false }
    pending += buffer[..<count]
    return true
  }

  private static func contains(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard text.count >= wanted.count, let first = wanted.first else { return wanted.isEmpty }
    for start in 0...(text.count - wanted.count) where text[start] == first {
      if text[start..<start + wanted.count].elementsEqual(wanted) { return true }
    }
    return false
  }

  /// A small file of the system's, as text; `nil` when it is not there.
  static func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0, bytes.count < 1 << 16 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

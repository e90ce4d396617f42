import Basics
import CLinux
import Glibc

/// A program that is started on the side and left alone: the ring command, a browser.
struct ChildCommand {
  private let identifier: pid_t

  /// Runs a line of shell; `nil` when it could not be started.
  init?(shell line: String, environment: [String: String]) {
    self.init(["/bin/sh", "-c", line], environment: environment)
  }

  /// Opens an address of the web in the user's browser, as `BROWSER` or `xdg-open` know it; `nil` for any
  /// other address, or without one.
  init?(opening url: String) {
    guard url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= 2_048,
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    self.init([Self.browser, url], environment: [:])
  }

  /// Of several programs in `BROWSER` the first; one with arguments of its own is not understood.
  private static var browser: String {
    guard let list = getenv("BROWSER").map({ String(cString: $0) }),
      let first = list.split(separator: ":").first, !first.contains(" "), !first.contains("%")
    else { return "xdg-open" }
    return String(first)
  }

  /// Whether it is over; to be asked until it is, so that the system can forget it.
  var hasEnded: Bool {
    var status: Int32 = 0
    return waitpid(identifier, &status, WNOHANG) != 0
  }

  private init?(_ words: [String], environment: [String: String]) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // It has no business on our terminal.
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var argv = words.map { strdup($0) } + [nil]
    var variables = ProcessEnvironment.lines(adding: environment).map { strdup($0) } + [nil]
    defer {
      for pointer in argv + variables { free(pointer) }
    }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, words[0], &actions, nil, &argv, &variables) == 0 else { return nil }
    identifier = pid
  }
}

/// The environment for children.
enum ProcessEnvironment {
  /// This process's variables, some of them set anew.
  static func lines(adding changes: [String: String]) -> [String] {
    var result: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if !changes.keys.contains(where: { line.hasPrefix($0 + "=") }) { result.append(line) }
      entry += 1
    }
    return result + changes.map { "\($0.key)=\($0.value)" }
  }
}

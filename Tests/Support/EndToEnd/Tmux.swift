import Glibc

/// A terminal that a test looks at and types into: one program in a tmux server of its own.
package final class Tmux {
  private let folder = TemporaryFolder()
  private let environment: [String: String]

  package struct Failed: Error {
    package let command: [String]
    package let text: String
  }

  /// Starts a shell line in a terminal of that size.
  ///
  /// The pane stays when the line has ended, with what it left on the screen.
  ///
  /// - Parameter environment: all that the program finds, beside a `PATH`, a UTF-8 locale and `TERM`.
  package init(
    _ line: String, columns: Int, rows: Int, environment: [String: String] = [:]
  ) throws {
    let home = ["HOME": folder.path, "TMUX_TMPDIR": folder.path]
    self.environment = home.merging(environment) { $1 }
    folder.write(
      """
      set -g default-terminal tmux-256color
      set -g default-shell /bin/sh
      set -g remain-on-exit on
      set -g escape-time 0
      set -g status off
      set -g allow-passthrough on
      """, to: "tmux.conf")
    folder.write(line, to: "line")
    // tmux does not always learn how a program has ended; the shell around it does.
    folder.write(
      """
      at=\(folder.path)
      sh -c 'echo $$ > "$0/process"; exec sh -c "$(cat "$0/line")"' $at
      echo $? > $at/ended && mv $at/ended $at/exit
      """, to: "script")
    try run([
      "new-session", "-d", "-s", "test", "-x", "\(columns)", "-y", "\(rows)",
      "exec sh \(folder.path)/script",
    ])
  }

  deinit { _ = try? run(["kill-server"]) }

  // MARK: Typing

  /// Presses keys by tmux's names: `Enter`, `Escape`, `C-c`, `F1`, `Up`, `a`.
  package func press(_ keys: String...) throws {
    try run(["send-keys", "-t", "test"] + keys)
  }

  /// Types a text as it is.
  package func type(_ text: String) throws {
    // A semicolon at the end would part two commands of tmux.
    let isParting = text.hasSuffix(";")
    try run(["send-keys", "-t", "test", "-l", isParting ? text.dropLast() + "\\;" : text])
  }

  package func resize(columns: Int, rows: Int) throws {
    try run(["resize-window", "-t", "test", "-x", "\(columns)", "-y", "\(rows)"])
  }

  // MARK: Looking

  /// What is on the screen, a line each, without blanks at their ends.
  package var screen: [String] {
    get throws {
      try run(["capture-pane", "-p", "-t", "test"])
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
          var line = line
          while line.last == " " { line.removeLast() }
          return String(line)
        }
    }
  }

  /// The screen with its colours and attributes as escape sequences.
  package var coloredScreen: String {
    get throws { try run(["capture-pane", "-p", "-e", "-t", "test"]) }
  }

  /// The screen once it is as wanted; `nil` when it does not become so in time.
  package func screen(
    within limit: Duration, where isWanted: ([String]) -> Bool
  ) throws -> [String]? {
    try Deadline(within: limit).poll(every: .milliseconds(30)) {
      let screen = try screen
      return isWanted(screen) ? screen : nil
    }
  }

  /// The screen once it shows a text.
  package func screen(showing text: String, within limit: Duration) throws -> [String]? {
    try screen(within: limit) { screen in screen.contains { $0.contains(text) } }
  }

  /// The answer to a tmux format: `#{cursor_y}`, `#{alternate_on}`, `#{pane_dead_status}`.
  package func query(_ format: String) throws -> String {
    let answer = try run(["display-message", "-p", "-t", "test", format])
    return String(answer.dropLast())
  }

  /// The shell that runs the line, or the program that the line puts in its place by `exec`.
  package var processID: Int32? { number(in: "process") }

  /// The exit code of the line once it has ended, 128 more than the number of a signal that ended it;
  /// `nil` when it goes on.
  package func exitCode(within limit: Duration) -> Int32? {
    Deadline(within: limit).poll { number(in: "exit") }
  }

  private func number(in file: String) -> Int32? {
    folder.read(file).flatMap { Int32($0.dropLast()) }
  }

  @discardableResult
  private func run(_ command: [String]) throws -> String {
    let client = try ChildProcess(
      "tmux", ["-u", "-L", "test", "-f", "\(folder.path)/tmux.conf"] + command,
      environment: environment)
    let exit = client.wait(within: .seconds(10))
    guard exit == .exited(0) else { throw Failed(command: command, text: client.errorText) }
    return client.lines.map { $0 + "\n" }.joined()
  }
}

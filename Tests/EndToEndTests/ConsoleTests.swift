import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// The phone with its screen, in a real terminal.
  @Suite("The phone in a terminal")
  struct ConsoleTests {
    private func open(
      _ rig: Rig, _ arguments: [String] = [], as user: String = "you", columns: Int = 80,
      rows: Int = 24
    ) throws -> Tmux {
      let words = [Rig.program] + arguments + ["--capture", "tone:300", "--playback", "null"]
      return try Tmux(
        "exec " + words.joined(separator: " "), columns: columns, rows: rows,
        environment: rig.environment(of: user))
    }

    /// Presses a key of the ringing call until it counts: those of the first moment do not.
    private func pressUntilAccepted(_ key: String, in terminal: Tmux) throws {
      let isDone: Void? = try Deadline(within: .seconds(10)).poll(every: .milliseconds(400)) {
        try terminal.press(key)
        return try terminal.screen.contains { $0.contains("a accept") } ? nil : ()
      }
      #expect(isDone != nil)
    }

    @Test("Enter calls Echo, x hangs up, and the call is in the history")
    func echo() throws {
      let rig = try Rig()
      let terminal = try open(rig)
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      try terminal.press("Enter")
      _ = try #require(try terminal.screen(showing: "active", within: .seconds(15)))
      try terminal.press("x")
      _ = try #require(
        try terminal.screen(within: .seconds(10)) { screen in
          screen.contains { $0.contains("↗ Echo") && $0.contains("0:0") }
            && !screen.contains { $0.contains("active") }
        })
      try terminal.press("q")
      #expect(terminal.exitCode(within: .seconds(10)) == 0)
    }

    @Test("what is wrong in the settings is on the first screen, with its line")
    func settings() throws {
      let rig = try Rig()
      rig.folder.write(
        "[phone]\nmosue = yes\n[keys]\nhangup = F9\n", to: "you/config/tipring/tipring.conf")
      let terminal = try open(rig, columns: 120, rows: 40)
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      #expect(try terminal.screen.contains { $0.contains("tipring.conf:2:") })
      try terminal.press("L")
      _ = try #require(
        try terminal.screen(within: .seconds(10)) { screen in
          screen.contains { $0.contains("tipring.conf:4:") && $0.contains("“hangup”") }
        })
      try terminal.press("Escape")
      _ = try #require(
        try terminal.screen(within: .seconds(10)) { screen in
          !screen.contains { $0.contains("Messages") }
        })
      try terminal.press("q")
      #expect(terminal.exitCode(within: .seconds(10)) == 0)
    }

    @Test("an incoming call is accepted with a, and every size shows it")
    func incoming() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let terminal = try open(rig, ["--exchange", url, "--as", "carol"])
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      let caller = try rig.start(
        [
          "call", "carol", "--exchange", url, "--as", "alice", "--capture", "silence", "--playback",
          "null", "--duration", "2s", "--json",
        ], as: "alice")
      for size in [(60, 16), (120, 40), (200, 50), (80, 24)] {
        try terminal.resize(columns: size.0, rows: size.1)
        _ = try #require(
          try terminal.screen(within: .seconds(10)) { screen in
            screen.contains { $0.contains("alice") } && screen.contains { $0.contains("accept") }
          }, "\(size.0)×\(size.1)")
      }
      try pressUntilAccepted("a", in: terminal)
      _ = try #require(try terminal.screen(showing: "active", within: .seconds(15)))
      #expect(caller.exitCode(within: .seconds(20)) == 0)
    }

    @Test("d declines an incoming call")
    func declines() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let terminal = try open(rig, ["--exchange", url, "--as", "carol"])
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      let caller = try rig.start(
        [
          "call", "carol", "--exchange", url, "--as", "alice", "--capture", "silence", "--playback",
          "null", "--json",
        ], as: "alice")
      _ = try #require(try terminal.screen(showing: "accept", within: .seconds(15)))
      try pressUntilAccepted("d", in: terminal)
      #expect(caller.exitCode(within: .seconds(10)) == 3)
    }

    @Test("Operator calls back after three seconds")
    func operatorCallsBack() throws {
      let rig = try Rig()
      let terminal = try open(rig)
      _ = try #require(try terminal.screen(showing: "calls you back", within: .seconds(15)))
      try terminal.press("Down", "Enter")
      _ = try #require(try terminal.screen(showing: "accept", within: .seconds(30)))
    }

    @Test("quitting in a call asks, and leaves the terminal as it was")
    func quits() throws {
      let rig = try Rig()
      let terminal = try open(rig)
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      try terminal.press("Enter")
      _ = try #require(try terminal.screen(showing: "active", within: .seconds(15)))
      try terminal.press("q")
      _ = try #require(
        try terminal.screen(within: .seconds(5)) { screen in
          screen.contains { $0.lowercased().contains("hang up") && $0.contains("?") }
        })
      try terminal.press("y")
      #expect(terminal.exitCode(within: .seconds(10)) == 0)
      #expect(try terminal.query("#{alternate_on}") == "0")
    }

    @Test("a kill in mid-call leaves the call in the history")
    func killed() throws {
      let rig = try Rig()
      let terminal = try open(rig)
      _ = try #require(try terminal.screen(showing: "repeats you", within: .seconds(15)))
      try terminal.press("Enter")
      _ = try #require(try terminal.screen(showing: "active", within: .seconds(15)))
      let process = terminal.processID
      kill(try #require(process), SIGKILL)
      let history = try rig.start(["history", "--json"], as: "you")
      #expect(history.exitCode(within: .seconds(5)) == 0)
      #expect(history.allEvents?.first?["party"]?.string == "Echo")
    }
  }
}

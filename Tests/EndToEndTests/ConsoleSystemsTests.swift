import Basics
import EndToEnd
import Formats
import Testing

extension WholePrograms {
  /// The phone in a terminal with an account of every call system at once.
  @Suite("The phone with every system")
  struct ConsoleSystemsTests {
    @Test("all are signed in and show their contacts; a call of each rings, is taken and hung up")
    func calls() throws {
      let rig = try Rig()
      // An exchange for each: a call rings at all of somebody's phones, whatever they speak.
      let urls = try ["one", "two", "three", "four"].map { try rig.startExchange(named: $0).url }
      for user in ["alice", "bob"] {
        rig.writeAccounts(of: user, at: urls[0], urls[1], urls[2], urls[3])
      }
      let terminal = try Tmux(
        "exec \(Rig.program) --capture tone:300 --playback null", columns: 120, rows: 40,
        environment: rig.environment(of: "bob"))
      let systems = ["botserver", "zulip", "nexacon", "buzzi"]
      _ = try #require(
        try terminal.screen(within: .seconds(20)) { screen in
          systems.allSatisfy { screen.first?.contains("● bob · \($0)") == true }
            && ["botserver", "buzzi"].allSatisfy { name in
              screen.dropFirst().contains { $0.contains("· \(name)") }
            }
        })
      for system in PeopleSystem.allCases {
        let caller = try rig.startCall(system)
        for (columns, rows) in [(60, 16), (80, 24), (200, 50), (120, 40)] {
          try terminal.resize(columns: columns, rows: rows)
          _ = try #require(
            try terminal.screen(within: .seconds(15)) { screen in
              ["alice", "audio · \(system.rawValue)", "a accept"].allSatisfy { text in
                screen.contains { $0.contains(text) }
              }
            }, "\(system) at \(columns)×\(rows)")
        }
        // Keys of the first moment do not count.
        let isTaken: Void? = try Deadline(within: .seconds(10)).poll(every: .milliseconds(400)) {
          try terminal.press("a")
          return try terminal.screen.contains { $0.contains("a accept") } ? nil : ()
        }
        #expect(isTaken != nil)
        _ = try #require(
          try terminal.screen(within: .seconds(15)) { screen in
            screen.contains { $0.contains("alice  \(system.rawValue)") && $0.contains("active") }
          })
        #expect(caller.state("active", within: .seconds(10)) != nil)
        try terminal.press("x")
        #expect(caller.exitCode(within: .seconds(15)) == 0)
        _ = try #require(
          try terminal.screen(within: .seconds(10)) { screen in
            !screen.contains { $0.contains("active") }
          })
      }
      try terminal.press("q")
      #expect(terminal.exitCode(within: .seconds(10)) == 0)
    }
  }
}

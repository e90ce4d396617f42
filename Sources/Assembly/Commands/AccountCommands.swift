import Basics
import Calling
import Files
import Formats
import Invocation

/// `tipring accounts …`.
enum AccountCommands {
  /// Lists what is configured; the passwords' places, never the passwords.
  static func list(isJSON: Bool) -> ExitCode {
    let reader = SetupReader()
    for complaint in reader.complaints { Output.error(complaint) }
    for account in reader.settings.accounts {
      let isSpoken = DialectRegistry.systems.contains(account.system)
      if isJSON {
        let value: JSONValue = [
          "name": .string(account.name), "system": .string(account.system.rawValue),
          "server": .string(account.server), "username": .string(account.username),
          "isEnabled": .boolean(account.isEnabled), "isSpoken": .boolean(isSpoken),
          "hasPassword": .boolean(account.password != nil),
        ]
        Output.line(value.text)
      } else {
        let remark =
          !isSpoken
          ? "  (\(account.system.title) is not spoken by this version yet)"
          : account.isEnabled ? "" : "  (disabled)"
        Output.line(
          "\(account.name)  \(account.system.title)  \(account.username) at \(account.server)\(remark)"
        )
      }
    }
    if reader.settings.accounts.isEmpty, !isJSON {
      Output.line(
        "No accounts. The phone uses its own exchange; add one with: tipring accounts add")
    }
    return .success
  }

  /// Writes an account into the settings.
  static func add(_ account: NewAccount) -> ExitCode {
    guard DialectRegistry.systems.contains(account.system) else {
      let spoken = DialectRegistry.systems.map(\.rawValue).joined(separator: ", ")
      Output.error("This version does not speak \(account.system.title) yet; it speaks \(spoken).")
      return .usage
    }
    let (settings, complaints) = settings(of: account)
    guard let settings, complaints.isEmpty else {
      for complaint in complaints { Output.error(complaint) }
      return .usage
    }
    return edit("Added \(account.name). Try it with: tipring accounts test \(account.name)") {
      file throws(SettingsEditError) in try file.add(settings)
    }
  }

  /// The account as the settings file would have it, and what is wrong with it.
  private static func settings(of account: NewAccount) -> (AccountSettings?, [String]) {
    // What follows as KEY=VALUE is read as if it stood in the file.
    var lines = ["[account \(account.name)]", "system = \(account.system.rawValue)"]
    if !account.server.isEmpty { lines.append("server = \(account.server)") }
    if !account.username.isEmpty { lines.append("user = \(account.username)") }
    lines += account.settings.map { "\($0.key) = \($0.value)" }
    let (read, complaints) = Settings.reading(
      Array(lines.joined(separator: "\n").utf8), file: "accounts add",
      expanded: SearchPaths.ofThisProcess.expanded)
    guard var settings = read.accounts.first else { return (nil, complaints.map(\.sentence)) }
    switch account.password {
    case .command(let command): settings.password = .command(command)
    case .file(let path): settings.password = .file(path: path)
    case .environment(let name): settings.password = .environment(variable: name)
    case nil: break
    }
    return (settings, complaints.map(\.sentence))
  }

  /// Takes an account out of the settings.
  static func remove(_ name: String) -> ExitCode {
    edit("Removed \(name).") { file throws(SettingsEditError) in
      try file.removeAccount(named: name)
    }
  }

  /// Signs in and says what works.
  static func test(_ name: String?, _ trust: Trust) -> ExitCode {
    let reader = SetupReader()
    for complaint in reader.complaints { Output.error(complaint) }
    var names = reader.settings.accounts.map(\.name)
    if let name { names = [name] }
    if names.isEmpty { names = ["exchange"] }
    var worst = ExitCode.success
    for name in names {
      do throws(SetupError) {
        var server = ServerOptions()
        server.accountName = name
        server.trust = trust
        let (setup, _) = try reader.phone(server, SoundOptions())
        // Rooms come after the sign-in is told; what was asked for last is answered last.
        let outcome = SignIn(setup) { _, _ in .rooms }.run()
        if let failure = outcome.failure { throw failure }
        for line in report(on: name, outcome.board) { Output.line(line) }
      } catch {
        Output.line("\(name): \(error.sentence)")
        worst = error.exitCode
      }
    }
    return worst
  }

  /// What works, in a few lines.
  static func report(on name: String, _ board: Board) -> [String] {
    let account = board.accounts.first
    let user = HarmlessText.line(account?.username ?? "", limit: 40)
    let title = account?.system.title ?? "the server"
    // The board shows the whole machine's.
    let calls = board.history.count { $0.accountName == account?.name }
    let kinds = [
      (Contact.Kind.person, "person", "people"), (.bot, "bot", "bots"), (.room, "room", "rooms"),
    ].compactMap { kind, one, several -> String? in
      let count = board.contacts.count { $0.kind == kind && $0.account == account?.id }
      return count == 0 ? nil : "\(count) \(count == 1 ? one : several)"
    }
    return [
      "\(name): signed in to \(title) as \(user)".asSentence,
      "\(name): can call \(kinds.isEmpty ? "any address" : kinds.joined(separator: ", ")); "
        + "\(calls) \(calls == 1 ? "call" : "calls") in the history.",
    ]
  }

  private static func edit(
    _ success: String, _ change: (SettingsFile) throws(SettingsEditError) -> Void
  ) -> ExitCode {
    do throws(SettingsEditError) {
      try change(SettingsFile(.ofThisProcess))
      Output.line(success)
      return .success
    } catch {
      Output.error(error.sentence)
      return .usage
    }
  }
}

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
    guard let system = CallSystem(rawValue: account.system.lowercased()) else {
      let known = CallSystem.allCases.map(\.rawValue).joined(separator: ", ")
      Output.error("“\(account.system)” is no call system; there is \(known).")
      return .usage
    }
    guard DialectRegistry.systems.contains(system) else {
      let spoken = DialectRegistry.systems.map(\.rawValue).joined(separator: ", ")
      Output.error("This version does not speak \(system.title) yet; it speaks \(spoken).")
      return .usage
    }
    var settings = AccountSettings(name: account.name)
    settings.system = system
    settings.server = account.server
    settings.username = account.username
    settings.password =
      switch account.password {
      case .command(let command): .command(command)
      case .file(let path): .file(path: path)
      case .environment(let name): .environment(variable: name)
      case nil: nil
      }
    return edit("Added \(account.name). Try it with: tipring accounts test \(account.name)") {
      file throws(SettingsEditError) in try file.add(settings)
    }
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
        let (board, failure) = SignIn(setup).run()
        if let failure { throw failure }
        let user = board.accounts.first?.username ?? ""
        Output.line(
          "\(name): signed in as \(HarmlessText.line(user, limit: 40)); \(board.contacts.count) contacts, "
            + "\(board.history.count) calls in the history.")
      } catch {
        Output.line("\(name): \(error.sentence)")
        worst = error.exitCode
      }
    }
    return worst
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

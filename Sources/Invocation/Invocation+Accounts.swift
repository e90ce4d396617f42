import Basics
import Calling

/// `tipring accounts add`.
extension ArgumentReader {
  func newAccount() throws(UsageError) -> NewAccount {
    let first = try operand("NAME")
    guard !first.contains("=") else { throw error(.missingOperand("NAME")) }
    let accountName = try name(first, of: "NAME")
    guard let system = CallSystem(rawValue: try needed("--system").lowercased()) else {
      throw bad("--system", CallSystem.allCases.map(\.rawValue).asAlternatives)
    }
    let settings = try fields(scanned.operands.dropFirst())
    let isInZuliprc = settings.contains { $0.key == "zuliprc" }
    if !isInZuliprc { for name in ["--server", "--user"] { _ = try needed(name) } }
    let passwords = ["--password-command", "--password-file", "--password-env"]
    for (index, first) in passwords.enumerated() {
      for second in passwords.dropFirst(index + 1) { try exclude(first, second) }
    }
    var password: NewAccount.PasswordSource?
    if let command = scanned.value("--password-command") { password = .command(command) }
    if let file = scanned.value("--password-file") { password = .file(file) }
    if let variable = scanned.value("--password-env") { password = .environment(variable) }
    var account = NewAccount(
      name: accountName, system: system, server: try url("--server") ?? "",
      username: scanned.value("--user") ?? "", password: password)
    account.settings = settings
    return account
  }

  /// The same command line with `system=zulip` read as `--system zulip`: both are keys of the settings,
  /// so whoever has written one of them there will try the other.
  func withFieldsAsOptions() throws(UsageError) -> ArgumentReader {
    var scanned = scanned
    scanned.operands = []
    for word in self.scanned.operands {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let option = scanned.spec.option(named: "--\(parts[0])") else {
        scanned.operands.append(word)
        continue
      }
      guard !scanned.has(option.name) else { throw error(.excluded(option.name, by: word)) }
      guard !parts[1].isEmpty else {
        throw error(.missingValue(option: String(parts[0]), usage: "\(parts[0])=VALUE"))
      }
      scanned.values[option.name] = String(parts[1])
    }
    return ArgumentReader(scanned)
  }

  /// The value of an option that has to be there.
  private func needed(_ name: String) throws(UsageError) -> String {
    if let value = scanned.value(name) { return value }
    guard let option = scanned.spec.option(named: name) else {
      preconditionFailure("only options of the command are asked for")
    }
    throw error(.missingOption(option))
  }
}

import Basics
import Calling
import Glibc
import SDP

/// The settings as they stand in the user's files.
package struct SettingsFile: Sendable {
  package let paths: SearchPaths

  package init(_ paths: SearchPaths) { self.paths = paths }

  /// Reads the settings, and `~/.zuliprc` if there is one. Without a file everything is standard.
  package func read() -> (settings: Settings, complaints: [Complaint]) {
    var settings = Settings()
    var complaints: [Complaint] = []
    do {
      let bytes = try SmallFile.read(paths.settingsFile, limit: SettingsDocument.fileLimit)
      (settings, complaints) = Settings.reading(
        bytes, file: paths.settingsFile, expanded: paths.expanded)
    } catch {
      if !error.isAbsence {
        complaints.append(Complaint(file: paths.settingsFile, line: nil, .unreadable(error)))
      }
    }
    completeFromZuliprc(&settings, &complaints)
    addZuliprc(to: &settings, &complaints)
    return (settings, complaints)
  }

  /// When the file was changed last, and how; compare to notice a change. `nil` without a file.
  package var stamp: Stamp? {
    var attributes = stat()
    guard stat(paths.settingsFile, &attributes) == 0 else { return nil }
    return Stamp(
      seconds: attributes.st_mtim.tv_sec, nanoseconds: attributes.st_mtim.tv_nsec,
      size: Int(attributes.st_size), inode: UInt64(attributes.st_ino))
  }

  /// One state of the file.
  package struct Stamp: Equatable, Sendable {
    let seconds: Int
    let nanoseconds: Int
    let size: Int
    let inode: UInt64
  }

  /// Writes an account at the end of the file, which is made if it is not there.
  package func add(_ account: AccountSettings) throws(SettingsEditError) {
    guard AccountSettings.isUsable(name: account.name) else { throw .badName(account.name) }
    var document = try document()
    guard !document.lines.contains(where: { Self.isAccount(account.name, $0.content) }) else {
      throw .nameTaken(account.name)
    }
    let entries = Self.entries(of: account)
    // A line break would begin a line of its own.
    guard entries.allSatisfy({ _, value in value.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
    else { throw .notOneLine }
    document.append(group: "account \(account.name)", entries: entries)
    try write(document)
  }

  /// What a file says of an account, line by line.
  private static func entries(of account: AccountSettings) -> [(key: String, value: String)] {
    var entries = [("system", account.system.rawValue)]
    if let path = account.zuliprcFile {
      entries += [("server", account.server), ("user", account.username)].filter { !$0.1.isEmpty }
      entries.append(("zuliprc", path))
    } else {
      entries += [("server", account.server), ("user", account.username)]
    }
    entries += Self.entries(of: account.password, named: "password")
    if !account.isEnabled { entries.append(("enabled", "no")) }
    if let path = account.authorityFile { entries.append(("ca-file", path)) }
    if let server = account.stunServer { entries.append(("stun-server", server.description)) }
    if let server = account.turnServer { entries.append(("turn-server", server.description)) }
    if account.turnTransport != AccountSettings(name: "").turnTransport {
      entries.append(("turn-transport", account.turnTransport.rawValue))
    }
    if !account.turnUsername.isEmpty { entries.append(("turn-user", account.turnUsername)) }
    entries += Self.entries(of: account.turnPassword, named: "turn-password")
    entries += account.options.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (name, reference) in account.secrets.sorted(by: { $0.key < $1.key }) {
      entries += Self.entries(of: reference, named: name)
    }
    return entries
  }

  private static func entries(
    of reference: SecretReference?, named name: String
  ) -> [(String, String)] {
    switch reference {
    case .command(let command)?: [("\(name)-command", command)]
    case .file(let path)?: [("\(name)-file", path)]
    case .environment(let variable)?: [("\(name)-env", variable)]
    case .zuliprc?, nil: []
    }
  }

  /// Takes an account out of the file; everything else stays as it is written.
  package func removeAccount(named name: String) throws(SettingsEditError) {
    var document = try document()
    guard document.removeGroups(where: { Self.isAccount(name, .group($0)) }) else {
      throw .noSuchAccount(name)
    }
    try write(document)
  }

  /// Takes from Zulip's own settings files what accounts leave to them.
  private func completeFromZuliprc(_ settings: inout Settings, _ complaints: inout [Complaint]) {
    for index in settings.accounts.indices {
      guard let path = settings.accounts[index].zuliprcFile else { continue }
      do throws(FileError) {
        let file = try OpenedFile(path)
        let bytes = try file.contents(limit: SettingsDocument.fileLimit)
        if file.isOpenToOthers {
          complaints.append(Complaint(file: path, line: nil, .readableByOthers))
        }
        guard let found = Zuliprc.account(reading: bytes, path: path) else {
          complaints.append(Complaint(file: path, line: nil, .notZuliprc))
          continue
        }
        if settings.accounts[index].server.isEmpty {
          settings.accounts[index].server = found.server
        }
        if settings.accounts[index].username.isEmpty {
          settings.accounts[index].username = found.username
        }
        if settings.accounts[index].password == nil {
          settings.accounts[index].password = found.password
        }
      } catch {
        complaints.append(Complaint(file: path, line: nil, .unreadable(error)))
      }
    }
    // Without a server nobody can be signed in; why, has been told.
    settings.accounts.removeAll { $0.server.isEmpty }
  }

  private func addZuliprc(to settings: inout Settings, _ complaints: inout [Complaint]) {
    guard settings.accounts.count < Settings.accountLimit,
      !settings.accounts.contains(where: { $0.name == "zulip" })
    else { return }
    do throws(FileError) {
      let file = try OpenedFile(paths.zuliprc)
      let bytes = try file.contents(limit: SettingsDocument.fileLimit)
      guard let account = Zuliprc.account(reading: bytes, path: paths.zuliprc),
        !settings.accounts.contains(where: {
          $0.system == .zulip && $0.server == account.server && $0.username == account.username
        })
      else { return }
      settings.accounts.append(account)
      // Zulip's own tools take such a file, so it is used, but not without a word.
      if file.isOpenToOthers {
        complaints.append(Complaint(file: paths.zuliprc, line: nil, .readableByOthers))
      }
    } catch {
      if !error.isAbsence {
        complaints.append(Complaint(file: paths.zuliprc, line: nil, .unreadable(error)))
      }
    }
  }

  private func document() throws(SettingsEditError) -> SettingsDocument {
    do {
      return SettingsDocument(
        try SmallFile.read(paths.settingsFile, limit: SettingsDocument.fileLimit))
    } catch {
      guard error.isAbsence else { throw .file(error) }
      return SettingsDocument([])
    }
  }

  private func write(_ document: SettingsDocument) throws(SettingsEditError) {
    do {
      try SmallFile.makePrivateDirectory(paths.configuration)
      try SmallFile.replace(paths.settingsFile, with: document.bytes)
    } catch {
      throw .file(error)
    }
  }

  private static func isAccount(_ name: String, _ content: SettingsDocument.Content) -> Bool {
    guard case .group(let group) = content else { return false }
    let words = group.split(separator: " ", maxSplits: 1).map(String.init)
    return words.count == 2 && words[0].lowercased() == "account" && unquoted(words[1]) == name
  }
}

/// Why the settings were left as they are.
package enum SettingsEditError: Error, Equatable, Sendable {
  case badName(String)
  case nameTaken(String)
  case noSuchAccount(String)
  /// A value holds a line break or another control character.
  case notOneLine
  case file(FileError)

  /// One sentence for people.
  package var sentence: String {
    switch self {
    case .badName(let name):
      "“\(HarmlessText.line(name, limit: 40))” cannot name an account; use 1 to 32 letters, digits, "
        + "dots, dashes or underscores, and not “exchange”."
    case .nameTaken(let name): "There is an account \(name) already; remove it first."
    case .noSuchAccount(let name):
      "There is no account \(HarmlessText.line(name, limit: 40)) in the settings."
    case .notOneLine: "A value cannot hold a line break."
    case .file(let error): error.sentence
    }
  }
}

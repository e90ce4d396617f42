import Basics

extension Settings {
  /// Reads a settings file's bytes.
  ///
  /// Whatever is wrong is left out and complained about; the rest counts.
  ///
  /// - Parameters:
  ///   - file: the path, for the complaints.
  ///   - expanded: makes a path of the file absolute.
  package static func reading(
    _ bytes: [UInt8], file: String, expanded: (String) -> String
  ) -> (settings: Settings, complaints: [Complaint]) {
    withoutActuallyEscaping(expanded) { expanded in
      var reader = SettingsReader(file: file, expanded: expanded)
      reader.read(SettingsDocument(bytes))
      return (reader.settings, reader.complaints)
    }
  }
}

/// Walks through the lines of a document, with the table in its hand.
private struct SettingsReader {
  private(set) var settings = Settings()
  private(set) var complaints: [Complaint] = []

  private let file: String
  private let expanded: PathExpansion
  private var place = Place.outside
  private var line = 0
  /// The line in which each key was set, by group and key.
  private var firstLines: [String: Int] = [:]

  private enum Place {
    case outside
    /// A group that was complained about; its lines are passed over.
    case unknown
    case group(String)
    case account(index: Int)
  }

  init(file: String, expanded: @escaping PathExpansion) {
    self.file = file
    self.expanded = expanded
  }

  mutating func read(_ document: SettingsDocument) {
    for (index, content) in document.lines.map(\.content).enumerated() {
      line = index + 1
      switch content {
      case .nothing: break
      case .fault(let fault): complain(fault)
      case .group(let name): enter(name)
      case .entry(let key, let value): take(key, value)
      }
    }
    dropIncompleteAccounts()
  }

  private mutating func enter(_ name: String) {
    let words = name.split(separator: " ", maxSplits: 1).map(String.init)
    let kind = words.first?.lowercased() ?? ""
    place = .unknown
    if kind == "account" {
      enterAccount(unquoted(words.count == 2 ? words[1] : ""))
    } else if words.count == 1, SettingsTable.groups.contains(kind) {
      place = .group(kind)
    } else {
      complain(
        .unknownGroup(name, suggestion: nearestName(to: kind, among: SettingsTable.groups)))
    }
  }

  private mutating func enterAccount(_ name: String) {
    guard AccountSettings.isUsable(name: name) else { return complain(.badAccountName(name)) }
    if let index = settings.accounts.firstIndex(where: { $0.name == name }) {
      place = .account(index: index)
      return
    }
    guard settings.accounts.count < Settings.accountLimit else {
      return complain(.tooManyAccounts(limit: Settings.accountLimit))
    }
    settings.accounts.append(AccountSettings(name: name))
    place = .account(index: settings.accounts.count - 1)
    firstLines["account \(name)"] = line
  }

  private mutating func take(_ key: String, _ value: String) {
    switch place {
    case .outside: complain(.outsideGroups(key))
    case .unknown: break
    case .group("keys"):
      guard !value.isEmpty, settings.keys.count < Settings.keyLimit else { return }
      note(key, in: "keys")
      settings.keys.removeAll { $0.action == key }
      settings.keys.append(Settings.KeyBinding(action: key, key: unquoted(value), line: line))
    case .group(let group):
      guard let entries = SettingsTable.entries(of: group), !isSecret(key, of: entries) else {
        return
      }
      var changed = settings
      guard apply(key, value, in: group, entries, to: &changed) else { return }
      excludeOtherSources(than: key, in: group)
      settings = changed
    case .account(let index):
      guard !isSecret(key, of: SettingsTable.account) else { return }
      var account = settings.accounts[index]
      let group = "account \(account.name)"
      guard apply(key, value, in: group, SettingsTable.account, to: &account) else { return }
      excludeOtherSources(than: key, in: group)
      settings.accounts[index] = account
    }
  }

  /// Whether the value was taken.
  private mutating func apply<Root>(
    _ key: String, _ value: String, in group: String, _ entries: [SettingEntry<Root>],
    to root: inout Root
  ) -> Bool {
    guard let entry = entries.first(where: { $0.key == key }) else {
      let suggestion = nearestName(to: key, among: entries.map(\.key))
      complain(.unknownKey(key, group: group, suggestion: suggestion))
      return false
    }
    // A key without a value leaves the standard.
    guard !value.isEmpty else { return false }
    guard entry.read(value, &root, expanded) else {
      complain(.badValue(value, key: key, expected: entry.expected))
      return false
    }
    note(key, in: group)
    return true
  }

  /// Remembers where a key was set, and complains if it was before.
  private mutating func note(_ key: String, in group: String) {
    if let firstLine = firstLines.updateValue(line, forKey: "\(group) \(key)") {
      complain(.setTwice(key, firstLine: firstLine))
    }
  }

  /// A password has one source; the last one counts.
  private mutating func excludeOtherSources(than key: String, in group: String) {
    guard let dash = key.lastIndex(of: "-") else { return }
    let kinds = ["-command", "-file", "-env"]
    guard kinds.contains(String(key[dash...])) else { return }
    for other in kinds.map({ key[..<dash] + $0 }) where other != key {
      if firstLines.removeValue(forKey: "\(group) \(other)") != nil {
        complain(.excluded(String(other), by: key))
      }
    }
  }

  /// Whether the key would put a secret into the file itself, which is complained about.
  private mutating func isSecret<Root>(_ key: String, of entries: [SettingEntry<Root>]) -> Bool {
    func isReferred(_ name: String) -> Bool { entries.contains { $0.key == name + "-file" } }
    let isOtherName = ["token", "key", "api-key", "secret"].contains(key)
    let name = isOtherName && !isReferred(key) ? "password" : key
    guard isReferred(name) else { return false }
    complain(.passwordInFile(key, instead: name))
    return true
  }

  private mutating func dropIncompleteAccounts() {
    settings.accounts.removeAll { account in
      let group = "account \(account.name)"
      let isInZuliprc = account.zuliprcFile != nil
      let missing = SettingsTable.requiredOfAccounts.first {
        firstLines["\(group) \($0)"] == nil && ($0 == "system" || !isInZuliprc)
      }
      guard let missing else { return false }
      complaints.append(
        Complaint(
          file: file, line: firstLines[group], .incompleteAccount(account.name, missing: missing)))
      return true
    }
  }

  private mutating func complain(_ fault: Complaint.Fault) {
    guard complaints.count < Self.complaintLimit else { return }
    complaints.append(Complaint(file: file, line: line, fault))
  }

  /// A file that is none of ours would otherwise give one complaint a line.
  private static let complaintLimit = 50
}

package import Basics

/// Whom the user means: what was typed, taken apart.
///
///     NAME,NAME,… │ NAME-OR-ID │ user@example.org │ +49 30 1234 │ room:NAME │ bot:ID │ https://host/room
///
/// each with `@ACCOUNT` after it if wanted. An `@` names an account only when there is one of that
/// name, so that e-mail addresses need no care.
package struct CallTarget: Equatable, Sendable {
  /// What sort of thing was typed.
  package enum Kind: Equatable, Sendable {
    case name(String)
    case email(String)
    /// `+` and digits.
    case number(String)
    case room(String)
    case bot(String)
    case conference(url: String)
  }

  /// Whom a target turned out to be.
  package enum Resolution: Equatable, Sendable {
    case contact(Contact)
    /// Nobody in the contacts, but an address that the account's server may know.
    case address(AccountID, String)
    /// Nobody, or not one alone; a sentence that says what to type instead.
    case nobody(String)
  }

  package var kind: Kind
  /// As the settings spell it.
  package var accountName: String?

  /// Takes apart what was typed.
  ///
  /// - Parameter accountNames: the accounts there are.
  /// - Returns: `nil` when nothing was typed, or more than ``lengthLimit`` characters.
  package init?(_ text: String, accountNames: [String]) {
    var rest = Self.trimmed(text[...])
    guard !rest.isEmpty, rest.count <= Self.lengthLimit else { return nil }
    if let at = rest.lastIndex(of: "@"), at > rest.startIndex {
      let suffix = rest[rest.index(after: at)...].lowercased()
      if let name = accountNames.first(where: { $0.lowercased() == suffix }) {
        accountName = name
        rest = Self.trimmed(rest[..<at])
      }
    }
    guard let kind = Self.kind(of: rest) else { return nil }
    self.kind = kind
  }

  /// Finds whom the target means among the contacts of the accounts given.
  ///
  /// An exact name or address counts before a beginning; upper and lower case are alike.
  package func resolve(contacts: [Contact], accounts: [AccountSummary]) -> Resolution {
    let accounts = accounts.filter { accountName == nil || $0.name == accountName }
    let known = contacts.filter { contact in accounts.contains { $0.id == contact.account } }
    guard let first = accounts.first else {
      return .nobody("There is no account to call with.")
    }
    switch kind {
    case .name(let name) where name.contains(","):
      return group(name, among: known, accounts: accounts)
    case .name, .email, .number: return single(kind, among: known, accounts: accounts)
    case .room(let name):
      let rooms = known.filter { $0.kind == .room }
      return exact(name, among: rooms, accounts: accounts) ?? .address(first.id, "room:\(name)")
    case .bot(let id):
      let bots = known.filter { $0.kind == .bot }
      return exact(id, among: bots, accounts: accounts) ?? .address(first.id, "bot:\(id)")
    case .conference(let url):
      let account =
        accounts.first { $0.system == .jitsi && url.lowercased().hasPrefix($0.server.lowercased()) }
        ?? accounts.first { $0.system == .jitsi } ?? accounts.first { $0.system == .zulip }
      guard let account else {
        return .nobody("A conference URL needs an account of Jitsi or Zulip.")
      }
      return .address(account.id, url)
    }
  }

  /// Several people, whose addresses the system takes with commas between.
  ///
  /// Whom several accounts know is meant on the one account that knows all of them.
  private func group(
    _ text: String, among known: [Contact], accounts: [AccountSummary]
  ) -> Resolution {
    let names = text.split(separator: ",").map { String(Self.trimmed($0)) }.filter { !$0.isEmpty }
    guard !names.isEmpty else { return .nobody("There is nobody between the commas.") }
    let resolution = gather(names, among: known, accounts: accounts)
    guard case .nobody = resolution, accounts.count > 1 else { return resolution }
    let found = accounts.map { account in
      gather(names, among: known.filter { $0.account == account.id }, accounts: [account])
    }.filter { if case .nobody = $0 { false } else { true } }
    return found.count == 1 ? found[0] : resolution
  }

  /// The members of a group: contacts, or numbers and e-mail addresses that the server may know.
  private func gather(
    _ names: [String], among known: [Contact], accounts: [AccountSummary]
  ) -> Resolution {
    var members: [(account: AccountID, address: String)] = []
    var contact: Contact?
    for name in names {
      let member: (account: AccountID, address: String)
      switch Self.kind(of: name[...]).map({ single($0, among: known, accounts: accounts) }) {
      case .contact(let found)?:
        guard found.kind == .person else {
          guard names.count > 1 else { return .contact(found) }
          return .nobody("“\(shown(found.name))” cannot be in a group; only people can.")
        }
        contact = found
        member = (found.account, found.address)
      case .address(let account, let address)?: member = (account, address)
      case .nobody(let words)?: return .nobody(words)
      case nil: return .nobody("“\(shown(name))” cannot be in a group.")
      }
      if !members.contains(where: { $0 == member }) { members.append(member) }
    }
    guard members.allSatisfy({ $0.account == members[0].account }) else {
      return .nobody("These people are not all on one account; a group is.")
    }
    if members.count == 1, let contact { return .contact(contact) }
    return .address(members[0].account, members.map(\.address).joined(separator: ","))
  }

  private func single(
    _ kind: Kind, among known: [Contact], accounts: [AccountSummary]
  ) -> Resolution {
    switch kind {
    case .name(let name): return pick(name, among: known, accounts: accounts)
    case .email(let address), .number(let address):
      let matches = known.filter { $0.address.lowercased() == address.lowercased() }
      return matches.isEmpty
        ? .address(accounts[0].id, address) : one(of: matches, typed: address, accounts: accounts)
    case .room(let name), .bot(let name), .conference(let name):
      return .nobody("“\(shown(name))” cannot be in a group.")
    }
  }

  private func pick(
    _ name: String, among known: [Contact], accounts: [AccountSummary]
  ) -> Resolution {
    if let resolution = exact(name, among: known, accounts: accounts) { return resolution }
    let beginning = name.lowercased()
    let matches = known.filter {
      $0.name.lowercased().hasPrefix(beginning) || $0.address.lowercased().hasPrefix(beginning)
    }
    guard matches.isEmpty else { return one(of: matches, typed: name, accounts: accounts) }
    let near = NearNames.find(name, among: known).map(shown)
    var hint = near.isEmpty ? "" : " Near it: \(near.joined(separator: ", "))."
    if let at = name.lastIndex(of: "@"), accountName == nil {
      hint += " There is no account “\(shown(String(name[name.index(after: at)...])))” either."
    }
    return .nobody("Nobody is called “\(shown(name))”.\(hint)")
  }

  private func exact(
    _ text: String, among known: [Contact], accounts: [AccountSummary]
  ) -> Resolution? {
    let wanted = text.lowercased()
    // An address is one person's; a name may be several persons'.
    for matches in [
      known.filter { $0.address.lowercased() == wanted },
      known.filter { $0.name.lowercased() == wanted },
    ] where !matches.isEmpty {
      return one(of: matches, typed: text, accounts: accounts)
    }
    return nil
  }

  private func one(
    of matches: [Contact], typed: String, accounts: [AccountSummary]
  ) -> Resolution {
    if matches.count == 1 { return .contact(matches[0]) }
    let isSpread = Set(matches.map(\.account)).count > 1
    let names = matches.prefix(5).map { contact in
      let account = accounts.first { $0.id == contact.account }?.name ?? ""
      return isSpread ? shown("\(contact.address)@\(account)") : shown(contact.address)
    }
    let more = matches.count > 5 ? " and \(matches.count - 5) more" : ""
    return .nobody(
      "“\(shown(typed))” may be \(names.joined(separator: ", "))\(more); type one of these.")
  }

  private static func kind(of text: Substring) -> Kind? {
    let lowercased = text.lowercased()
    if lowercased.hasPrefix("https://") || lowercased.hasPrefix("http://") {
      return .conference(url: String(text))
    }
    for (prefix, make) in [("room:", Kind.room), ("bot:", Kind.bot)]
    where lowercased.hasPrefix(prefix) {
      let name = trimmed(text.dropFirst(prefix.count))
      return name.isEmpty ? nil : make(String(name))
    }
    if text.first == "+", let number = number(text) { return .number(number) }
    if isEmail(text) { return .email(String(text)) }
    return text.isEmpty ? nil : .name(String(text))
  }

  /// The digits of a number as people write it; `nil` for anything else.
  private static func number(_ text: Substring) -> String? {
    var digits = "+"
    for character in text.dropFirst() {
      if "0123456789".contains(character) {
        digits.append(character)
      } else if !" -/().".contains(character) {
        return nil
      }
    }
    return digits.count > 2 ? digits : nil
  }

  private static func isEmail(_ text: Substring) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
      && !text.contains(" ")
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// Characters of a target at most.
  package static let lengthLimit = 500
}

private func shown(_ text: String) -> String { HarmlessText.line(text, limit: 60) }

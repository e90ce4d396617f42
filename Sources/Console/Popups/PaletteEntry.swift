import Basics
import Calling
import Cells

/// One line of the palette.
struct PaletteEntry: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case action(Action)
    case contact(Contact)
    /// A name or address as it was typed.
    case target(String)
  }

  var kind: Kind
  var title: String
  /// At the right: the key, what the contact is, or why not.
  var detail: String
  var isPossible = true
}

extension ConsoleState {
  /// What the palette offers for these letters, best first. What is possible now comes before what is
  /// not.
  func paletteEntries(for query: String) -> [PaletteEntry] {
    let query = String(query.drop { $0 == " " })
    let actions = Action.allCases.filter(\.isInPalette).map(entry(for:))
    let contacts = board.contacts.map(entry(for:))
    guard !query.isEmpty else {
      return actions.filter(\.isPossible) + contacts + actions.filter { !$0.isPossible }
    }
    let scored = (contacts + actions).enumerated().compactMap { index, entry in
      score(query, entry).map { (entry: entry, rank: ($0 + (entry.isPossible ? 20 : 0), -index)) }
    }
    // Faint likenesses only distract when something fits well.
    let best = scored.map(\.rank.0).max() ?? 0
    var entries = scored.filter { $0.rank.0 * 2 > best }.sorted { $0.rank > $1.rank }.map(\.entry)
    let target = PaletteEntry(
      kind: .target(query), title: "Call “\(HarmlessText.line(query, limit: 80))”", detail: "")
    // What looks like an address is more likely meant as one than as a few letters of a name.
    entries.insert(target, at: looksLikeAddress(query) ? 0 : entries.count)
    return Array(entries.prefix(100))
  }

  private func entry(for action: Action) -> PaletteEntry {
    let keys = options.keymap.keys(for: action).prefix(2).map(\.name)
    let obstacle = obstacle(to: action)
    return PaletteEntry(
      kind: .action(action), title: action.title,
      detail: obstacle ?? keys.joined(separator: " "), isPossible: obstacle == nil)
  }

  private func entry(for contact: Contact) -> PaletteEntry {
    var details = [contact.detail]
    if tellsAccounts { details.append(HarmlessText.line(accountName(of: contact))) }
    return PaletteEntry(
      kind: .contact(contact), title: "Call \(contact.shownName)",
      detail: details.filter { !$0.isEmpty }.joined(separator: " · "))
  }

  private func score(_ query: String, _ entry: PaletteEntry) -> Int? {
    let title = FuzzyMatch.score(query, in: entry.title)
    switch entry.kind {
    case .action(let action):
      return [title, FuzzyMatch.score(query, in: action.label)].compactMap { $0 }.max()
    case .contact(let contact):
      // A contact is found by its own name, with or without “call” in front.
      let own = [contact.shownName, contact.address].compactMap {
        FuzzyMatch.score(query, in: $0)
      }
      return ([title].compactMap { $0 } + own).max()
    case .target:
      return title
    }
  }

  private func looksLikeAddress(_ text: String) -> Bool {
    let digits = text.filter(\.isNumber).count
    return text.contains("@") || text.contains("://") || text.hasPrefix("room:")
      || text.hasPrefix("bot:")
      || (digits >= 3 && text.allSatisfy { "+0123456789 -*#".contains($0) })
  }
}

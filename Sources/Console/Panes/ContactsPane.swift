import Basics
import Calling
import Cells

/// Who can be called.
extension Painter {
  mutating func paintContacts(in rect: Rect) {
    let contacts = state.shownContacts
    let list = paintFilter(
      state.contactFilter, of: .contacts, shown: contacts.count, total: state.board.contacts.count,
      in: rect)
    guard !contacts.isEmpty else {
      screen.drawHint(contactHint, in: list)
      if isFocused(.contacts), !state.isFiltering {
        cursor = Point(row: list.row, column: list.column)
      }
      return
    }
    // The first few hundred settle the width; measuring thousands would be felt.
    let longest = contacts.prefix(200).map { $0.shownName.columns }.max() ?? 0
    let nameWidth = min(longest, max(8, (list.columns - 6) * 5 / 9))
    let visible = state.contactPosition.visible(count: contacts.count, height: list.rows)
    for (row, index) in visible.enumerated() {
      paint(
        contacts[index], row: list.row + row, in: list, nameWidth: nameWidth,
        isSelected: index == state.contactPosition.index)
    }
  }

  private mutating func paint(
    _ contact: Contact, row: Int, in list: Rect, nameWidth: Int, isSelected: Bool
  ) {
    let room = list.columns - 4
    let detailRoom = room - nameWidth - 2
    let detail = detail(of: contact, room: detailRoom)
    // Without room for a word beside it, the name has the row to itself.
    let width = detailRoom < Self.leastDetail ? room : nameWidth
    screen.draw(contact.sign, row: row, column: list.column + 1, style: style(of: contact))
    screen.draw(contact.shownName, row: row, column: list.column + 3, limit: width)
    if detailRoom >= Self.leastDetail {
      screen.draw(
        detail, row: row, column: list.column + 5 + nameWidth, limit: detailRoom,
        style: Theme.quiet)
    }
    guard isSelected, isFocused(.contacts) else { return }
    mark(row: row, in: list)
  }

  /// What the contact is, and with several accounts whose: both clipped where they do not fit, and what it
  /// is alone where too little would be left of that.
  private func detail(of contact: Contact, room: Int) -> String {
    let detail = contact.detail
    guard state.tellsAccounts else { return detail }
    let account = HarmlessText.line(state.accountName(of: contact), limit: 24)
    let both = room - Self.separator.columns
    var own = account.columns
    if both - own < Self.leastClipped { own = min(own, max(both - detail.columns, both / 2)) }
    let rest = detail.clipped(to: both - own)
    if detail.isEmpty { return account }
    guard rest == detail || rest.columns >= Self.leastClipped else { return detail }
    return rest + Self.separator + account.clipped(to: own)
  }

  private static let separator = " · "
  /// Columns of a word that still tell something.
  private static let leastDetail = 5
  /// The same of a word that loses its end.
  private static let leastClipped = 7

  private func style(of contact: Contact) -> Style {
    if contact.kind == .room { return Theme.own }
    switch contact.presence {
    case .online: return Theme.good
    case .away: return Theme.fair
    case .offline, .unknown: return Theme.quiet
    }
  }

  private var contactHint: [String] {
    if state.contactFilter?.isEmpty == false {
      return ["Nobody here is called so. \(key(.palette)) calls any name or address."]
    }
    let accounts = state.board.accounts
    if accounts.isEmpty { return ["Starting…"] }
    let complaints = accounts.compactMap { $0.complaint(at: state.now) }
    if !complaints.isEmpty { return complaints }
    if let account = accounts.first(where: { $0.state == .signingIn }) {
      return ["Signing in to \(HarmlessText.line(account.name, limit: 24))…"]
    }
    return ["No contacts yet. \(key(.palette)) calls any name or address."]
  }

  // MARK: What lists share

  /// The filter's row, when there is one, and the room below it.
  mutating func paintFilter(
    _ filter: TextField?, of pane: Pane, shown: Int, total: Int, in rect: Rect
  ) -> Rect {
    guard let filter, rect.rows > 0 else { return rect }
    let count = "\(shown) of \(total)"
    let room = rect.columns - 6 - count.columns
    let window = filter.window(width: room)
    screen.draw("/", row: rect.row, column: rect.column + 1, style: Theme.key)
    screen.draw(window.text, row: rect.row, column: rect.column + 3)
    screen.draw(count, row: rect.row, endColumn: rect.endColumn - 1, style: Theme.quiet)
    if state.isFiltering, isFocused(pane) {
      cursor = Point(row: rect.row, column: rect.column + 3 + window.cursorColumn)
    }
    return rect.splitRows(.fixed(1), .share(1))[1]
  }

  /// Marks the row that keys act upon, and rests the cursor on it.
  mutating func mark(row: Int, in list: Rect) {
    screen.draw("▸", row: row, column: list.column)
    // Under a popup the row only waits for the keys to come back.
    guard state.popup == nil, !state.isRingingOnTop else { return }
    screen.restyle(Rect(row: row, column: list.column, rows: 1, columns: list.columns)) { _ in
      Theme.selected
    }
    if !state.isFiltering { cursor = Point(row: row, column: list.column) }
  }
}

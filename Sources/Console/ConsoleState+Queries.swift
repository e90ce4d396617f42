package import Basics
import Calling
import Cells

extension ConsoleState {
  // MARK: Calls

  /// What a message is about, in a word or two: who is on the other side of a call, else the phone.
  package func subject(of id: CallID?) -> String {
    guard let id else { return "phone" }
    return board.calls.first { $0.id == id }?.partyName ?? "call"
  }

  /// Calls that ring here, oldest first.
  var ringingCalls: [CallSummary] { board.calls.filter { $0.phase == .incoming } }

  /// The ringing call that keys mean.
  var ringingCall: CallSummary? {
    ringingCalls.first { $0.id == markedRinging } ?? ringingCalls.first
  }

  /// Calls that hanging up would end: placed or accepted, and not over.
  var liveCalls: [CallSummary] { board.calls.filter(\.isLive) }

  /// The calls of the call pane: the one on top first, then the others, oldest first.
  var callsInOrder: [CallSummary] {
    guard let top = topCall else { return [] }
    return [top] + board.calls.filter { $0.id != top.id }
  }

  /// The call on top: the one with sound, else the one nearest to it.
  var topCall: CallSummary? {
    board.calls.enumerated().min {
      ($0.element.phase.rank, -$0.offset) < ($1.element.phase.rank, -$1.offset)
    }?.element
  }

  /// The call that keys mean: the marked one in the call pane, elsewhere the one on top.
  var targetCall: CallSummary? {
    guard focus == .call, let markedCall else { return topCall }
    return board.calls.first { $0.id == markedCall } ?? topCall
  }

  /// Whether digits are tones in the focused pane, and lead nowhere.
  var digitsAreTones: Bool { focus == .call && obstacle(to: .tone) == nil }

  // MARK: Lists

  /// The contacts that pass the filter.
  var shownContacts: [Contact] {
    guard let filter = contactFilter?.text, !filter.isEmpty else { return board.contacts }
    return board.contacts.filter {
      matches(filter, in: [$0.name, $0.address, $0.about ?? "", accountName(of: $0)])
    }
  }

  var selectedContact: Contact? {
    let contacts = shownContacts
    return contacts.indices.contains(contactPosition.index) ? contacts[contactPosition.index] : nil
  }

  /// The past calls that pass the filter.
  var shownRecords: [CallRecord] {
    guard let filter = historyFilter?.text, !filter.isEmpty else { return board.history }
    return board.history.filter {
      matches(
        filter,
        in: [$0.party.name, $0.party.address, $0.accountName, $0.outcomeWord, $0.note ?? ""])
    }
  }

  var selectedRecord: CallRecord? {
    let records = shownRecords
    return records.indices.contains(historyPosition.index) ? records[historyPosition.index] : nil
  }

  /// The filter of the focused pane.
  var focusedFilter: TextField? {
    get {
      switch focus {
      case .contacts: contactFilter
      case .history: historyFilter
      case .call, .statistics: nil
      }
    }
    set {
      switch focus {
      case .contacts: contactFilter = newValue
      case .history: historyFilter = newValue
      case .call, .statistics: break
      }
    }
  }

  /// Whether it must be said whose a contact is.
  var tellsAccounts: Bool { board.accounts.count { $0.system.hasContacts } > 1 }

  func accountName(of contact: Contact) -> String {
    board.accounts.first { $0.id == contact.account }?.name ?? ""
  }

  // MARK: Typing

  /// Whether keys go into a text.
  var isTyping: Bool {
    switch popup {
    case .palette, .note, .declineReason: true
    case .help, .log, .answer, .devices, .quitQuestion: false
    case nil: isFiltering
    }
  }

  /// Whether the ringing popup lies over the middle of the screen, rather than at its edge.
  var isRingingOnTop: Bool { !ringingCalls.isEmpty && !isRingingDocked && !isTyping }

  /// Whether the newest ringing call has appeared too recently to have been meant by a key.
  func isDeaf(at now: Instant) -> Bool {
    ringingSince.values.contains { now < $0.advanced(by: Self.deafTime) }
  }

  private func matches(_ filter: String, in texts: [String]) -> Bool {
    // Every word must be found somewhere, in any order.
    filter.lowercased().split(separator: " ").allSatisfy { word in
      texts.contains { $0.lowercased().contains(word) }
    }
  }
}

extension CallSummary {
  var isLive: Bool {
    switch phase {
    case .outgoing, .ringing, .connecting, .active, .held: true
    case .incoming, .ended: false
    }
  }

  var isOver: Bool {
    if case .ended = phase { true } else { false }
  }
}

extension CallPhase {
  /// The order on the screen: what sounds comes first.
  var rank: Int {
    switch self {
    case .active: 0
    case .connecting: 1
    case .outgoing, .ringing: 2
    case .held: 3
    case .incoming: 4
    case .ended: 5
    }
  }
}

extension ConsoleState {
  /// Whether the call of a record is still going on.
  func isLive(_ record: CallRecord) -> Bool {
    record.outcome == .unfinished
      && board.calls.contains {
        $0.accountName == record.accountName && $0.startedAt == record.startedAt
          && ($0.isLive || $0.phase == .incoming)
      }
  }
}

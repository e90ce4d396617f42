/// The local name of one account's place in the settings; accounts keep it while the program runs.
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let number: Int

  package init(_ number: Int) { self.number = number }

  package static func < (left: AccountID, right: AccountID) -> Bool { left.number < right.number }

  package var description: String { "account \(number)" }
}

/// The local name of one call: its account, who began it, and a running number.
///
/// Outgoing calls are numbered by the call book, incoming ones by the account's dialect; since the
/// direction is part of the name, the two never clash.
package struct CallID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let account: AccountID
  package let isIncoming: Bool
  package let number: Int

  package init(account: AccountID, isIncoming: Bool, number: Int) {
    self.account = account
    self.isIncoming = isIncoming
    self.number = number
  }

  package static func < (left: CallID, right: CallID) -> Bool {
    (left.account, left.number, left.isIncoming ? 1 : 0)
      < (right.account, right.number, right.isIncoming ? 1 : 0)
  }

  /// As people and JSON lines see it: `o1` for the first outgoing call, `i2` for the second incoming;
  /// calls of further accounts carry the account's number: `o1.2`.
  package var description: String {
    (isIncoming ? "i" : "o") + String(number) + (account.number == 0 ? "" : ".\(account.number)")
  }
}

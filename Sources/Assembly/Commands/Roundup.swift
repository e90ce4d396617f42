import Basics
import Calling

/// When the lists of all accounts are whole: each is signed in to, or cannot be, and those that are have
/// told their rooms, which come after the rest.
struct Roundup: Equatable, Sendable {
  enum Step: Equatable, Sendable {
    case wait
    /// These are to be asked for their rooms; each answer is told by ``answered()``.
    case ask([AccountSummary])
    /// All is there, but for what an account that failed would have told.
    case done(SetupError?)
  }

  /// Answers that have not come; `nil` before anything was asked.
  private var missingCount: Int?
  /// What kept the last account that failed.
  private(set) var failure: SetupError?

  /// Whether everybody is signed in, and only rooms may be missing.
  var isAsking: Bool { missingCount != nil }

  /// What is to be done now; the accounts are asked once.
  mutating func step(_ accounts: [AccountSummary], ready: Set<AccountID>) -> Step {
    guard !accounts.isEmpty else { return .wait }
    if let missingCount { return missingCount > 0 ? .wait : .done(failure) }
    var failure: SetupError?
    for account in accounts where !ready.contains(account.id) {
      failure = account.failure(isAlone: accounts.count == 1)
      if failure == nil { return .wait }
    }
    self.failure = failure
    let asked = accounts.filter { ready.contains($0.id) }
    missingCount = asked.count
    return asked.isEmpty ? .done(failure) : .ask(asked)
  }

  mutating func answered() {
    if let count = missingCount { missingCount = max(0, count - 1) }
  }
}

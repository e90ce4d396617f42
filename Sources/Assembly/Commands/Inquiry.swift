import Basics
import Calling
import Invocation

/// Which of several accounts is asked for something: one after the other, in the order of the
/// settings, until one has it.
struct Inquiry: Equatable, Sendable {
  enum Step: Equatable, Sendable {
    /// The account has not signed in yet.
    case wait
    case ask(AccountSummary)
    /// The account cannot be signed in to; those after it are not asked in its place.
    case fail(SetupError)
    /// Nobody has it.
    case giveUp
  }

  private var position = 0
  private var isAsked = false
  /// Why the last account that could not even be asked was not.
  private(set) var obstacle: SetupError?

  /// What is to be done now; each account is asked once.
  mutating func step(_ accounts: [AccountSummary], ready: Set<AccountID>) -> Step {
    guard !isAsked, !accounts.isEmpty else { return .wait }
    guard accounts.indices.contains(position) else { return .giveUp }
    let account = accounts[position]
    guard !ready.contains(account.id) else {
      isAsked = true
      return .ask(account)
    }
    return account.failure(isAlone: accounts.count == 1).map { .fail($0) } ?? .wait
  }

  /// The account that was asked has nothing of the kind, or what was asked makes no sense there.
  mutating func pass(_ obstacle: SetupError? = nil) {
    position += 1
    isAsked = false
    self.obstacle = obstacle ?? self.obstacle
  }
}

extension AccountSummary {
  /// Why nobody is signed in to the account; `nil` while that may still come.
  ///
  /// - Parameter isAlone: whether it is clear whose server is meant.
  func failure(isAlone: Bool) -> SetupError? {
    let name = isAlone ? "" : self.name + ": "
    switch state {
    case .refused(let reason):
      return SetupError(sentence: name + reason, exitCode: .notSignedIn)
    case .unreachable(let reason, _):
      return SetupError(sentence: name + reason, exitCode: .signalingFailed)
    case .signedOut, .signingIn, .signedIn, .reconnecting: return nil
    }
  }
}

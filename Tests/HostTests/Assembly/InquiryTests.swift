import Basics
import Calling
import Invocation
import Testing

@testable import Assembly

@Suite("Which account is asked")
struct InquiryTests {
  @Test("one after the other, until one has it")
  func passes() {
    var inquiry = Inquiry()
    let accounts = [account(0), account(1)]
    let ready = Set(accounts.map(\.id))
    #expect(inquiry.step(accounts, ready: ready) == .ask(accounts[0]))
    #expect(inquiry.step(accounts, ready: ready) == .wait)
    inquiry.pass()
    #expect(inquiry.step(accounts, ready: ready) == .ask(accounts[1]))
    let obstacle = SetupError(sentence: "Nobody is called that.", exitCode: .usage)
    inquiry.pass(obstacle)
    #expect(inquiry.step(accounts, ready: ready) == .giveUp)
    #expect(inquiry.obstacle == obstacle)
  }

  @Test("the first, also when a later one is ready sooner, and none in place of one that fails")
  func keepsOrder() {
    var inquiry = Inquiry()
    var accounts = [account(0), account(1)]
    accounts[0].state = .signingIn
    #expect(inquiry.step(accounts, ready: [AccountID(1)]) == .wait)
    accounts[0].state = .refused(reason: "Wrong password.")
    #expect(
      inquiry.step(accounts, ready: [AccountID(1)])
        == .fail(SetupError(sentence: "a0: Wrong password.", exitCode: .notSignedIn)))
  }

  @Test("lists are whole when each account has told its rooms, or cannot be signed in to")
  func roundsUp() {
    var roundup = Roundup()
    var accounts = [account(0), account(1), account(2)]
    let failure = SetupError(sentence: "a2: Wrong password.", exitCode: .notSignedIn)
    #expect(roundup.step([], ready: []) == .wait)
    #expect(roundup.step(accounts, ready: [AccountID(0), AccountID(1)]) == .wait)
    #expect(!roundup.isAsking)
    accounts[2].state = .refused(reason: "Wrong password.")
    let ready: Set<AccountID> = [AccountID(0), AccountID(1)]
    #expect(roundup.step(accounts, ready: ready) == .ask(Array(accounts.prefix(2))))
    #expect(roundup.isAsking && roundup.failure == failure)
    roundup.answered()
    #expect(roundup.step(accounts, ready: ready) == .wait)
    roundup.answered()
    #expect(roundup.step(accounts, ready: ready) == .done(failure))
  }

  @Test("nobody is asked when nobody could be signed in to")
  func nobodyToAsk() {
    var roundup = Roundup()
    var accounts = [account(0)]
    accounts[0].state = .unreachable(reason: "No server answers.", nextTry: .zero)
    let failure = SetupError(sentence: "No server answers.", exitCode: .signalingFailed)
    #expect(roundup.step(accounts, ready: []) == .done(failure))
    #expect(roundup.step(accounts, ready: []) == .done(failure))
  }

  @Test("an account's test counts its own calls and contacts")
  func countsOwn() {
    var board = Board()
    board.accounts = [account(0)]
    board.contacts = [
      Contact(
        account: AccountID(0), address: "bob", name: "Bob", kind: .person, presence: .online)
    ]
    board.history = [record("a0"), record("other"), record("other")]
    let lines = AccountCommands.report(on: "a0", board)
    #expect(lines.last == "a0: can call 1 person; 1 call in the history.")
  }

  private func account(_ number: Int) -> AccountSummary {
    AccountSummary(
      id: AccountID(number), name: "a\(number)", system: .botServer,
      server: "https://example.org", username: "you", state: .signedIn)
  }

  private func record(_ account: String) -> CallRecord {
    CallRecord(
      id: "\(account)/1", accountName: account, system: .botServer, isIncoming: false,
      party: .init(name: "Bob", address: "bob"), startedAt: WallTime(milliseconds: 0),
      outcome: .answered)
  }
}

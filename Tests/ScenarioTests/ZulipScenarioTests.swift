import Basics
import Calling
import Exchange
import Media
import Phone
import Simulation
import Testing
import ZulipWire

@Suite("Phones with Zulip accounts on an exchange")
struct ZulipScenarioTests {
  private let outgoing = CallID(account: AccountID(0), isIncoming: false, number: 1)
  private let incoming = CallID(account: AccountID(0), isIncoming: true, number: 1)
  /// Those in which a phone can be rung.
  private static let ringing: [ZulipDialect] = [.three, .two, .seedC, .stock]

  @Test("sign in as guests and see each other", arguments: ZulipDialect.allCases)
  func signIn(dialect: ZulipDialect) {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: dialect)
    phones.advance(.seconds(3))
    #expect(phones["alice"].board.accounts.map(\.state) == [.signedIn])
    #expect(phones["alice"].board.contacts.map(\.address) == ["bob@tipring.local"])
    #expect(phones["alice"].board.contacts.map(\.presence) == [.online])
  }

  @Test(
    "carry a call from the order to the hang-up of either side", arguments: ringing, [true, false])
  func wholeCall(dialect: ZulipDialect, callerHangsUp: Bool) {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: dialect)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(8))
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    #expect(phones.calls("bob").map(\.party.name) == ["alice"])
    phones.order("bob", .answer(incoming))
    phones.advance(.seconds(4))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    phones.advance(.seconds(400))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    let (name, other) = callerHangsUp ? ("alice", "bob") : ("bob", "alice")
    phones.order(name, .hangUp(callerHangsUp ? outgoing : incoming))
    #expect(phones.calls(name).map(\.phase) == [.ended(.hungUp)])
    phones.advance(.seconds(4))
    #expect(phones.calls(other).map(\.phase) == [.ended(.remoteHungUp)])
    phones.advance(.seconds(20))
    for name in ["alice", "bob"] {
      #expect(phones[name].records.values.map(\.outcome) == [.answered], "\(name)")
      #expect(phones[name].sessions.isEmpty)
      phones.order(name, .refresh)
      #expect(phones[name].board.history.count == 1)
    }
    #expect(phones.exchange?.exchange.liveCallCount == 0)
  }

  @Test("a decline ends the call for both", arguments: [ZulipDialect.three, .two, .seedC])
  func decline(dialect: ZulipDialect) {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: dialect)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(8))
    phones.order("bob", .decline(incoming, reason: nil))
    phones.advance(.seconds(3))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.declined(reason: nil))])
    #expect(phones.calls("bob").map(\.phase) == [.ended(.declined(reason: nil))])
  }

  @Test("a caller who gives up is missed", arguments: [ZulipDialect.three, .two, .seedC])
  func cancel(dialect: ZulipDialect) {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: dialect)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(8))
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(3))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.cancelled)])
    #expect(phones["bob"].board.missedCount == 1)
  }

  @Test("nobody answers for a minute", arguments: ringing)
  func noAnswer(dialect: ZulipDialect) {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: dialect)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(59))
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    phones.advance(.seconds(2))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.noAnswer)])
    phones.advance(.seconds(12))
    #expect(phones.calls("bob").allSatisfy { $0.phase.isEnded })
    #expect(phones["bob"].board.missedCount == 1)
  }

  @Test("a third hears busy, or waits where calls are queued")
  func busy() {
    for dialect in [ZulipDialect.three, .two] {
      let phones = PhonesOnExchange(["alice", "bob", "carol"], zulip: dialect)
      phones.advance(.seconds(3))
      phones.order("alice", .place(target: "bob"))
      phones.order("bob", .answer(incoming))
      phones.order("carol", .place(target: "bob"))
      if dialect == .three {
        #expect(phones.calls("carol").map(\.phase) == [.ended(.busy)])
        continue
      }
      #expect(phones.calls("carol").map(\.phase) == [.outgoing])
      phones.order("alice", .hangUp(outgoing))
      phones.advance(.seconds(1))
      let second = CallID(account: AccountID(0), isIncoming: true, number: 2)
      phones.order("bob", .answer(second))
      phones.advance(.seconds(1))
      #expect(phones.calls("carol").map(\.phase) == [.active])
    }
  }

  @Test("a caller who is asked to wait a moment calls again by itself")
  func redial() {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: .three)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("alice", .hangUp(outgoing))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(2))
    #expect(phones.calls("bob").filter { !$0.phase.isEnded }.isEmpty)
    phones.advance(.seconds(4))
    #expect(phones.calls("bob").contains { $0.phase == .incoming })
  }

  @Test("three meet in a group call, and it goes on when one leaves")
  func group() {
    let phones = PhonesOnExchange(["alice", "bob", "carol"], zulip: .three)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "room:bob,carol"))
    phones.advance(.seconds(1))
    for name in ["bob", "carol"] {
      #expect(phones.calls(name).map(\.phase) == [.incoming])
      phones.order(name, .answer(incoming))
    }
    phones.advance(.seconds(200))
    for name in ["alice", "bob", "carol"] {
      #expect(phones.calls(name).map(\.phase) == [.active], "\(name)")
      #expect(phones.calls(name).first?.participants.count == 3, "\(name)")
    }
    phones.order("bob", .hangUp(incoming))
    phones.advance(.seconds(40))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("alice").first?.participants.count == 2)
    phones.order("carol", .hangUp(incoming))
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(10))
    #expect(phones.exchange?.exchange.deadline.map { $0 > phones.now } ?? true)
  }

  @Test("a call outlives a restart of the exchange, and is hung up cleanly")
  func restart() {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: .three)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.advance(.seconds(5))
    phones.killExchange()
    phones.advance(.seconds(5))
    for name in ["alice", "bob"] {
      #expect(phones.calls(name).map(\.phase.isEnded) == [false])
      guard case .reconnecting = phones[name].board.accounts[0].state else {
        Issue.record("\(name) has not noticed")
        return
      }
    }
    phones.restartExchange()
    phones.advance(.seconds(80))
    for name in ["alice", "bob"] {
      #expect(phones[name].board.accounts[0].state == .signedIn)
      #expect(phones.calls(name).map(\.phase) == [.active], "\(name)")
    }
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test("stopping a phone ends its call for the other side")
  func stop() {
    let phones = PhonesOnExchange(["alice", "bob"], zulip: .three)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.stop("alice")
    phones.advance(.seconds(3))
    #expect(phones["alice"].core.isStopped)
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }
}

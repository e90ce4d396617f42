import Basics
import Calling
import Exchange
import Media
import Phone
import Simulation
import Testing

@Suite("Phones on an exchange")
struct SignalingScenarioTests {
  private let outgoing = CallID(account: AccountID(0), isIncoming: false, number: 1)
  private let incoming = CallID(account: AccountID(0), isIncoming: true, number: 1)

  @Test("sign in as guests and see each other and the attendants")
  func signIn() {
    let phones = PhonesOnExchange(["alice", "bob"])
    #expect(phones["alice"].board.accounts.map(\.state) == [.signedIn])
    let names = phones["alice"].board.contacts.map(\.name)
    #expect(names.contains("bob") && names.contains("Echo") && !names.contains("alice"))
    #expect(phones["alice"].events.contains(.ready(AccountID(0))))
  }

  @Test("carry a call from the order to the hang-up, with its history on both sides")
  func wholeCall() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    #expect(phones.calls("alice").map(\.phase) == [.ringing])
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    #expect(phones["bob"].mediaOrders.contains(.startTone(.ring)))
    phones.advance(.seconds(3))
    phones.order("bob", .answer(incoming))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.party.name) == ["alice"])
    phones.advance(.seconds(20))
    phones.order("bob", .hangUp(incoming))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.remoteHungUp)])
    #expect(phones.calls("bob").map(\.phase) == [.ended(.hungUp)])
    for name in ["alice", "bob"] {
      #expect(phones[name].records.values.map(\.outcome) == [.answered])
      #expect(phones[name].records.values.map(\.duration) == [.seconds(20)])
      #expect(phones[name].sessions.isEmpty)
    }
    phones.advance(.seconds(6))
    phones.order("alice", .refresh)
    #expect(phones["alice"].board.history.count == 1)
    #expect(phones["alice"].board.calls == [])
  }

  @Test("decline, and tell the reason")
  func decline() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .decline(incoming, reason: "in a meeting"))
    #expect(
      phones.calls("alice").map(\.phase) == [.ended(.declined(reason: "in a meeting"))])
    #expect(phones.calls("bob").map(\.phase) == [.ended(.declined(reason: "in a meeting"))])
  }

  @Test("give up, and are missed")
  func cancel() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("alice", .hangUp(outgoing))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.cancelled)])
    #expect(phones["bob"].board.missedCount == 1)
    phones.order("bob", .seeMissedCalls)
    #expect(phones["bob"].board.missedCount == 0)
  }

  @Test("ring for a minute and then count as not answered and missed")
  func noAnswer() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(59))
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    phones.advance(.seconds(2))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.noAnswer)])
    guard case .ended = phones.calls("bob").first?.phase else {
      Issue.record("it still rings")
      return
    }
    #expect(phones["bob"].board.missedCount == 1)
  }

  @Test("say that nobody has that name")
  func unknown() {
    let phones = PhonesOnExchange(["alice"])
    phones.order("alice", .place(target: "nobody"))
    guard case .notPlaced("nobody", .unknownCallee) = phones["alice"].events.last else {
      Issue.record("\(phones["alice"].events)")
      return
    }
    phones.order("alice", .call(account: AccountID(0), address: "nobody", name: "Nobody"))
    guard case .ended(.unknownCallee(let words)) = phones.calls("alice").first?.phase else {
      Issue.record("nobody was called")
      return
    }
    #expect(words.contains("“nobody”"))
  }

  @Test("keep their call while the exchange is killed, find its successor, and hang up cleanly")
  func exchangeKilled() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.killExchange()
    phones.advance(.seconds(35))
    for name in ["alice", "bob"] {
      #expect(phones.calls(name).map(\.phase) == [.active])
      guard case .reconnecting = phones[name].board.accounts[0].state else {
        Issue.record("\(name) has not noticed")
        return
      }
    }
    phones.restartExchange()
    phones.advance(.seconds(70))
    for name in ["alice", "bob"] {
      #expect(phones[name].board.accounts[0].state == .signedIn)
      #expect(phones.calls(name).map(\.phase) == [.active])
    }
    phones.order("alice", .hangUp(outgoing))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test("find an exchange that was restarted at once within half a second")
  func exchangeRestarted() {
    let phones = PhonesOnExchange(["alice"])
    phones.advance(.seconds(60))
    phones.killExchange()
    phones.restartExchange()
    phones.advance(.milliseconds(400))
    #expect(phones["alice"].board.accounts[0].state == .signedIn)
  }

  @Test("deliver the end of a call that was hung up while the exchange was away")
  func keptEnd() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.killExchange()
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(20))
    #expect(phones.calls("bob").map(\.phase) == [.active])
    phones.restartExchange()
    phones.advance(.seconds(70))
    #expect(phones.calls("bob") == [])
    #expect(phones["bob"].board.history.map(\.outcome) == [.answered])
  }

  @Test("end by the goodbye in media alone")
  func mediaGoodbye() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.killExchange()
    phones.media("bob", .peerLeft(incoming))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test("sign out when stopped, ending the call for the other side")
  func stop() {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.stop("alice")
    #expect(phones["alice"].core.isStopped)
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test("call an attendant")
  func attendant() {
    let phones = PhonesOnExchange(["alice"])
    phones.order("alice", .place(target: "echo"))
    #expect(phones.calls("alice").map(\.party.isBot) == [true])
    let orders = phones.attendantOrders
    let isInvited = orders.contains { order in
      if case .invite(_, "echo", _, _) = order { return true }
      return false
    }
    #expect(isInvited, "\(orders)")
  }
}

import Basics
import Calling
import Media
import Phone
import Testing

@Suite("Control core: placing")
struct ControlPlacingTests {
  @Test("signs all accounts in, and tells each once it is ready")
  func ready() {
    var bench = ControlBench(accounts: ["exchange", "work"])
    bench.start()
    #expect(bench.scripts.map(\.startCount) == [1, 1])
    bench.report([.account(.signedIn)])
    #expect(bench.takeEvents() == [])
    bench.report([.contacts([])])
    #expect(bench.takeEvents() == [.ready(AccountID(0))])
    bench.report([.contacts(people(1)), .account(.signedIn)], of: 1)
    bench.report([.contacts(people(1))], of: 1)
    #expect(bench.takeEvents() == [.ready(AccountID(1))])
    #expect(bench.board.contacts.count == 2)
  }

  @Test("waits with an order until the account is signed in and its contacts are known")
  func waits() {
    var bench = ControlBench()
    bench.start()
    bench.order(.place(target: "echo"))
    bench.report([.account(.signingIn)])
    bench.report([.account(.signedIn)])
    #expect(bench.scripts[0].takeOrders() == [])
    bench.report([.contacts(people(0))])
    #expect(bench.scripts[0].takeOrders() == [.place(outgoingID, to: "echo", kind: .audio)])
    #expect(bench.board.calls[0].party == Party(name: "Echo", address: "echo", isBot: true))
    bench.advance(.seconds(20))
    #expect(bench.scripts[0].takeOrders() == [])
  }

  @Test("gives up waiting after ten seconds and not a nanosecond earlier")
  func waitsNoLonger() {
    var bench = ControlBench()
    bench.start()
    bench.order(.place(target: "echo"))
    bench.order(.call(account: AccountID(0), address: "bob", name: "Bob"))
    bench.advance(.seconds(10) - .nanoseconds(1))
    #expect(bench.takeEvents() == [])
    bench.advance(.nanoseconds(1))
    let reason = EndReason.notSignedIn("Not signed in to exchange.")
    #expect(
      bench.takeEvents() == [
        .notPlaced(target: "echo", reason), .notPlaced(target: "bob", reason),
      ])
    #expect(bench.core.deadline == nil)
  }

  @Test("holds a bounded number of orders that wait")
  func boundsWaiting() {
    var bench = ControlBench()
    bench.start()
    for _ in 0..<50 { bench.order(.place(target: "echo")) }
    #expect(bench.takeEvents().count == 42)
  }

  @Test("fails at once when the server is dead, or refuses the credentials")
  func failsAtOnce() {
    var bench = ControlBench()
    bench.start()
    bench.order(.place(target: "echo"))
    _ = bench.takeEffects()
    bench.report([.account(.unreachable(reason: "Nobody there.", nextTry: bench.now))])
    #expect(
      bench.takeEvents().contains(
        .notPlaced(target: "echo", .signalingFailed("Nobody there."))))
    bench.report([.account(.refused(reason: "Wrong password."))])
    _ = bench.takeEffects()
    bench.order(.place(target: "echo"))
    #expect(
      bench.takeEvents() == [.notPlaced(target: "echo", .notSignedIn("Wrong password."))])
  }

  @Test("says that nobody is called that, and who is near")
  func unknownTarget() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "ecoh"))
    #expect(bench.takeEvents() == [])
    #expect(bench.scripts[0].takeOrders() == [.refreshContacts])
    bench.report([.contacts(people(0))])
    #expect(
      bench.takeEvents() == [
        .notPlaced(
          target: "ecoh", .unknownCallee("Nobody is called “ecoh”. Near it: Echo."))
      ])
    bench.order(.place(target: "  "))
    guard case .notPlaced(_, .unknownCallee) = bench.takeEvents().first else {
      Issue.record("nobody was called")
      return
    }
    #expect(bench.scripts[0].takeOrders() == [])
  }

  @Test("asks once who there is now before it says that nobody is called that")
  func newcomer() {
    var bench = ControlBench.signedIn(accounts: ["exchange", "work"])
    let carol = Contact(
      account: AccountID(1), address: "carol", name: "Carol", kind: .person, presence: .online)
    bench.order(.place(target: "carol"))
    #expect(bench.scripts.map { $0.takeOrders() } == [[.refreshContacts], [.refreshContacts]])
    bench.report([.contacts(people(0))], of: 0)
    #expect(bench.takeEvents() == [])
    bench.report([.contacts(people(1) + [carol])], of: 1)
    #expect(bench.board.calls.map(\.party.name) == ["Carol"])
    #expect(
      bench.scripts[1].takeOrders() == [
        .place(
          CallID(account: AccountID(1), isIncoming: false, number: 1), to: "carol", kind: .audio)
      ])
  }

  @Test("does not wait for contacts from servers that are away, nor long for others")
  func silentContacts() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "carol"))
    bench.advance(ControlCore.contactTime - .nanoseconds(1))
    #expect(bench.takeEvents() == [])
    bench.advance(.nanoseconds(1))
    #expect(bench.takeEvents().count == 1)
    #expect(bench.core.deadline == nil)
    bench.report([.account(.reconnecting(since: bench.now, nextTry: bench.now, reason: "Gone."))])
    _ = bench.takeEvents()
    _ = bench.scripts[0].takeOrders()
    bench.order(.place(target: "carol"))
    #expect(bench.takeEvents().count == 1)
    #expect(bench.scripts[0].takeOrders() == [])
  }

  @Test("finds the account that the target names, and asks which when several match")
  func chooses() {
    var bench = ControlBench.signedIn(accounts: ["exchange", "work"])
    bench.order(.place(target: "bob"))
    for index in 0...1 {
      bench.report([.contacts(people(index))], of: index)
      _ = bench.scripts[index].takeOrders()
    }
    guard case .notPlaced(_, .unknownCallee(let words)) = bench.takeEvents().first else {
      Issue.record("one of two was called")
      return
    }
    #expect(words.contains("bob@exchange") && words.contains("bob@work"))
    bench.order(.place(target: "bob@WORK"))
    #expect(bench.scripts[0].takeOrders() == [])
    #expect(bench.scripts[1].takeOrders().count == 1)
    #expect(bench.board.calls[0].accountName == "work")
  }

  @Test("does not wait for an account that the target does not name")
  func ignoresOthers() {
    var bench = ControlBench(accounts: ["exchange", "work"])
    bench.start()
    bench.report([.account(.signedIn), .contacts(people(0))])
    bench.order(.place(target: "bob@exchange"))
    #expect(bench.scripts[0].takeOrders().count == 1)
  }

  @Test("calls exactly the past party, by its account")
  func callsBack() {
    var bench = ControlBench.signedIn(accounts: ["exchange", "work"])
    bench.order(.call(account: AccountID(1), address: "echo", name: "Echo"))
    #expect(bench.scripts[1].takeOrders().count == 1)
    #expect(bench.board.calls[0].party.isBot)
    bench.order(.call(account: AccountID(7), address: "x", name: "X"))
    guard case .notPlaced(target: "x", .notSignedIn) = bench.takeEvents().last else {
      Issue.record("an account that does not exist was used")
      return
    }
  }

  @Test("places calls while the connection is being found again")
  func placesWhileReconnecting() {
    var bench = ControlBench.signedIn()
    bench.report([.account(.reconnecting(since: bench.now, nextTry: bench.now, reason: "Gone."))])
    bench.order(.place(target: "bob"))
    #expect(bench.scripts[0].takeOrders().count == 1)
  }

  @Test("refuses the ninth call with a sentence")
  func isFull() {
    var bench = ControlBench.signedIn()
    for _ in 1...8 { bench.order(.place(target: "bob")) }
    _ = bench.takeEffects()
    bench.order(.place(target: "bob"))
    guard case .notPlaced(target: "bob", .signalingFailed) = bench.takeEvents().first else {
      Issue.record("a ninth call was placed")
      return
    }
  }

  @Test("tells once that a server was lost, and once that it is back")
  func tellsConnection() {
    var bench = ControlBench.signedIn()
    for _ in 0..<3 {
      bench.report([
        .account(.reconnecting(since: bench.now, nextTry: bench.now, reason: "Gone."))
      ])
    }
    bench.report([.account(.signedIn)])
    #expect(
      bench.takeEvents() == [
        .warning(nil, "Lost exchange: Gone. Trying again."),
        .note(nil, "Connected to exchange again."),
      ])
  }

  @Test("asks all accounts anew when told to refresh, and passes notices on")
  func refreshes() {
    var bench = ControlBench.signedIn()
    bench.order(.refresh)
    #expect(bench.scripts[0].takeOrders() == [.refreshContacts, .refreshHistory])
    bench.report([.notice("No Calls API."), .identity(Party(name: "You", address: "y"))])
    #expect(bench.takeEvents() == [.note(nil, "No Calls API.")])
    #expect(bench.board.accounts[0].username == "You")
  }

  @Test("answers an order about a call that is not there with a warning")
  func unknownCall() {
    var bench = ControlBench.signedIn()
    let orders: [CallOrder] = [
      .answer(outgoingID), .decline(outgoingID, reason: nil), .hangUp(outgoingID),
      .hold(outgoingID), .resume(outgoingID), .silence(outgoingID), .digits(outgoingID, "1"),
      .record(outgoingID, path: nil), .noteRecord(id: "x", "y"),
    ]
    for order in orders {
      bench.order(order)
      guard case .warning(nil, _) = bench.takeEvents().first else {
        Issue.record("\(order) was not answered")
        continue
      }
    }
  }

  @Test("a conference URL needs no account: it is joined as a guest, without waiting for others")
  func guest() {
    let guest = Script()
    var bench = ControlBench(guest: guest)
    bench.start()
    #expect(guest.startCount == 0)
    guest.say([.account(.signedIn), .contacts([])])
    bench.order(.place(target: "https://meet.example.org/Standup?jwt=secret"))
    #expect(guest.startCount == 1)
    let id = CallID(account: AccountID(1), isIncoming: false, number: 1)
    #expect(
      guest.takeOrders() == [
        .place(id, to: "https://meet.example.org/Standup?jwt=secret", kind: .audio)
      ])
    #expect(bench.board.accounts.map(\.name) == ["exchange", "conferences"])
    let url = "https://meet.example.org/Standup"
    #expect(bench.board.calls.first?.party == Party(name: url, address: url))
    bench.order(.place(target: "https://other.example.org/Second"))
    #expect(guest.startCount == 1)
  }

  @Test("a guest in a conference on this machine looks for paths on this machine")
  func guestLoopback() {
    let guest = Script()
    var bench = ControlBench(guest: guest)
    bench.start()
    guest.say([.account(.signedIn), .contacts([])])
    bench.order(.place(target: "http://127.0.0.1:8077/Standup"))
    let id = CallID(account: AccountID(1), isIncoming: false, number: 1)
    let party = Party(name: "Standup", address: "http://127.0.0.1:8077/Standup")
    guest.say([
      .placed(
        id, remoteID: "standup", party: party, terms: MediaTerms(.offeredByServer),
        browserURL: nil), .accepted(id), .described(id, description(1)),
    ])
    bench.wake(AccountID(1))
    let plans = bench.effects.compactMap { effect -> MediaPlan? in
      if case .media(.prepare(id, let plan)) = effect { plan } else { nil }
    }
    #expect(plans.map(\.includesLoopback) == [true])
  }
}

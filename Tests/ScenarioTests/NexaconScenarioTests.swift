import Basics
import Calling
import Exchange
import Media
import Phone
import Simulation
import Testing

@Suite("Phones with Nexacon accounts on an exchange")
struct NexaconScenarioTests {
  private let outgoing = CallID(account: AccountID(0), isIncoming: false, number: 1)
  private let incoming = CallID(account: AccountID(0), isIncoming: true, number: 1)

  /// Who speaks Nexacon; the other speaks BotServer.
  private static let sides: [Set<String>] = [["alice", "bob"], ["alice"], ["bob"]]

  @Test("sign in as guests and see each other and the attendants")
  func signIn() {
    let phones = PhonesOnExchange(["alice", "bob"], nexacon: ["alice", "bob"])
    phones.advance(.seconds(3))
    #expect(phones["alice"].board.accounts.map(\.state) == [.signedIn])
    let contacts = phones["bob"].board.contacts
    #expect(contacts.map(\.address).sorted() == ["alice", "echo", "operator", "parrot"])
    #expect(contacts.allSatisfy { $0.presence == .online })
  }

  @Test(
    "carry a call from the order to the hang-up of either side", arguments: sides, [true, false])
  func wholeCall(nexacon: Set<String>, callerHangsUp: Bool) {
    let phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(1))
    #expect(phones.calls("alice").map(\.phase) == [.ringing])
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    #expect(phones.calls("bob").map(\.party.name) == ["alice"])
    phones.order("bob", .answer(incoming))
    phones.advance(.seconds(1))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    // Well beyond every ping, repetition and time-out.
    phones.advance(.seconds(400))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    phones.order(
      callerHangsUp ? "alice" : "bob", .hangUp(callerHangsUp ? outgoing : incoming))
    phones.advance(.seconds(1))
    #expect(
      phones.calls("alice").map(\.phase) == [.ended(callerHangsUp ? .hungUp : .remoteHungUp)])
    #expect(
      phones.calls("bob").map(\.phase) == [.ended(callerHangsUp ? .remoteHungUp : .hungUp)])
    for name in ["alice", "bob"] {
      #expect(phones[name].records.values.map(\.outcome) == [.answered])
      #expect(phones[name].sessions.isEmpty)
    }
    phones.advance(.seconds(6))
    phones.order("alice", .refresh)
    phones.advance(.seconds(1))
    #expect(phones["alice"].board.history.count == 1)
  }

  @Test("decline, cancel and let ring, and tell each other", arguments: sides)
  func ends(nexacon: Set<String>) {
    var phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .decline(incoming, reason: nil))
    phones.advance(.seconds(1))
    guard case .ended(.declined)? = phones.calls("alice").first?.phase else {
      Issue.record("\(phones.calls("alice").map(\.phase))")
      return
    }

    phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.cancelled)])

    phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(61))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.noAnswer)])
    #expect(phones.calls("bob").first?.phase != .incoming)
    #expect(phones["bob"].board.missedCount == 1)
  }

  @Test("come back after their connections broke, in a call and while it rings", arguments: sides)
  func brokenConnections(nexacon: Set<String>) {
    let phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.cut("bob")
    phones.advance(.seconds(3))
    phones.order("bob", .answer(incoming))
    phones.advance(.seconds(2))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    phones.cut("alice")
    phones.cut("bob")
    phones.advance(.seconds(5))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob").map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test(
    "ring beside one of BotServer's of the same user, and stop when the call is taken there",
    arguments: [["bob", "desk"], ["desk", "bob"]], [["desk"], ["bob", "desk"], ["alice", "desk"]])
  func twoDevices(devices: [String], nexacon: Set<String>) {
    let phones = PhonesOnExchange(
      ["alice", "bob", "desk"], nexacon: nexacon, owners: ["bob": "bob", "desk": "bob"])
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.advance(.seconds(1))
    for name in devices { #expect(phones.calls(name).map(\.phase) == [.incoming]) }
    phones.order(devices[0], .answer(incoming))
    // At once, and for as long as the call goes on.
    #expect(phones.calls(devices[1]).map(\.phase) == [.ended(.answeredElsewhere)])
    #expect(phones.calls(devices[0]).map(\.phase) == [.active])
    phones.advance(.seconds(1))
    phones.cut(devices[0])
    phones.cut(devices[1])
    phones.advance(.seconds(5))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls(devices[0]).map(\.phase) == [.active])
    #expect(phones[devices[1]].board.missedCount == 0)
    phones.order("alice", .hangUp(outgoing))
    phones.advance(.seconds(1))
    #expect(phones.calls(devices[0]).map(\.phase) == [.ended(.remoteHungUp)])
  }

  @Test("survive a restart of the exchange in a call, and a broken connection after it")
  func restart() {
    let phones = PhonesOnExchange(
      ["alice", "bob"], nexacon: ["bob"], owners: ["alice": "alice", "bob": "bob"])
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .answer(incoming))
    phones.advance(.seconds(1))
    phones.killExchange()
    phones.restartExchange()
    phones.advance(.seconds(10))
    phones.cut("bob")
    phones.advance(.seconds(10))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
  }

  @Test("decline with words that the caller is told", arguments: sides)
  func reasons(nexacon: Set<String>) {
    let phones = PhonesOnExchange(["alice", "bob"], nexacon: nexacon)
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob"))
    phones.order("bob", .decline(incoming, reason: "In a meeting"))
    phones.advance(.seconds(1))
    #expect(
      phones.calls("alice").map(\.phase) == [.ended(.declined(reason: "In a meeting"))])
  }

  @Test("call several at once by names with commas between; the first who answers is talked to")
  func group() {
    let phones = PhonesOnExchange(
      ["alice", "bob", "carol"], nexacon: ["alice", "bob", "carol"])
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "bob,carol@exchange"))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob").map(\.phase) == [.incoming])
    #expect(phones.calls("carol").map(\.phase) == [.incoming])
    phones.order("carol", .answer(incoming))
    phones.advance(.seconds(1))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("carol").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.ended(.cancelled)])
  }

  @Test("offer an attendant their sound, though they wait to be taken first")
  func attendant() {
    let phones = PhonesOnExchange(["alice"], nexacon: ["alice"])
    phones.advance(.seconds(3))
    phones.order("alice", .place(target: "Echo"))
    phones.advance(.seconds(1))
    let isInvited = phones.attendantOrders.contains {
      if case .invite(_, "echo", _, _) = $0 { true } else { false }
    }
    #expect(isInvited)
  }
}

import Basics
import Calling
import Exchange
import Phone
import Simulation
import Testing

@Suite("Phones in rooms of an exchange")
struct RoomScenarioTests {
  private let outgoing = CallID(account: AccountID(0), isIncoming: false, number: 1)
  private let incoming = CallID(account: AccountID(0), isIncoming: true, number: 1)

  @Test("three meet in the lobby, see one another, and go one by one")
  func lobby() {
    let names = ["alice", "bob", "carol"]
    let phones = PhonesOnExchange(names)
    for name in names { phones.order(name, .place(target: "room:lobby")) }
    for name in names {
      #expect(phones.calls(name).map(\.phase) == [.active], "\(name)")
      let members = phones.calls(name).first?.participants ?? []
      #expect(members.map(\.name) == names)
      #expect(members.filter(\.isSelf).map(\.name) == [name])
    }
    let room = phones["alice"].board.contacts.first { $0.kind == .room }
    #expect(room?.name == "Lobby" && room?.memberCount == 3)
    phones.advance(.seconds(30))
    phones.order("alice", .hangUp(outgoing))
    #expect(phones.calls("bob").first?.participants.map(\.name) == ["bob", "carol"])
    phones.order("bob", .hangUp(outgoing))
    phones.order("carol", .hangUp(outgoing))
    #expect(phones.exchange?.exchange.liveCallCount == 0)
    for name in names {
      #expect(phones[name].records.values.map(\.duration) == [.seconds(30)])
      #expect(phones[name].sessions.isEmpty)
    }
  }

  @Test("a group rings at all, is taken by one and refused by the other")
  func group() {
    let phones = PhonesOnExchange(["alice", "bob", "carol"])
    phones.order("alice", .place(target: "bob, carol"))
    #expect(phones.calls("alice").map(\.phase) == [.ringing])
    for name in ["bob", "carol"] {
      #expect(phones.calls(name).map(\.phase) == [.incoming], "\(name)")
      #expect(phones.calls(name).map(\.party.name) == ["alice"])
    }
    phones.order("bob", .answer(incoming))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones.calls("bob").map(\.phase) == [.active])
    #expect(phones.calls("carol").map(\.phase) == [.incoming])
    phones.order("carol", .decline(incoming, reason: nil))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    phones.order("bob", .hangUp(incoming))
    #expect(phones.calls("alice").map(\.phase) == [.ended(.remoteHungUp)])
  }
}

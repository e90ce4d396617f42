import Basics
import Calling
import Exchange
import Jitsi
import Media
import Phone
import SDP
import Simulation
import Testing

@Suite("Phones in an exchange's conference")
struct ConferenceScenarioTests {
  private let call = CallID(account: AccountID(1), isIncoming: false, number: 1)
  private let url = "http://127.0.0.1:8077/Standup"

  @Test("two phones enter by URL, without an account, and are offered each other's sound")
  func two() throws {
    let phones = PhonesOnExchange(["alice", "bob"])
    phones.order("alice", .place(target: url))
    phones.advance(.seconds(1))
    #expect(phones.calls("alice").map(\.phase) == [.connecting])
    #expect(phones["alice"].sessions.isEmpty)
    #expect(phones.legs.isEmpty)
    phones.order("bob", .place(target: url))
    phones.advance(.seconds(1))
    for name in ["alice", "bob"] {
      #expect(phones.calls(name).map(\.phase) == [.active])
      #expect(phones.calls(name).first?.party.name == "Standup")
      #expect(Set(phones.calls(name)[0].participants.map(\.name)) == ["alice", "bob"])
      #expect(streams(phones, name).count == 1)
    }
    #expect(streams(phones, "alice") != streams(phones, "bob"))
    #expect(phones.legs.count == 2)
    for sdp in phones.legs.values {
      let audio = try AudioDescription(reading: SessionDescription(decoding: sdp))
      #expect(audio.setup == .active)
    }
  }

  @Test("three phones each expect the two others' streams, and lose one that leaves")
  func three() {
    let phones = entered(["alice", "bob", "carl"])
    for name in ["alice", "bob", "carl"] {
      #expect(streams(phones, name).count == 2)
      #expect(phones.calls(name)[0].participants.count == 3)
    }
    phones.order("carl", .hangUp(call))
    phones.advance(.seconds(1))
    #expect(phones.calls("carl").map(\.phase) == [.ended(.hungUp)])
    for name in ["alice", "bob"] {
      #expect(streams(phones, name).count == 1)
      #expect(phones.calls(name)[0].participants.count == 2)
      #expect(phones.calls(name).map(\.phase) == [.active])
    }
    #expect(phones.legs.count == 2)
  }

  @Test("who is left alone keeps the call, without sound, until somebody comes again")
  func alone() {
    let phones = entered(["alice", "bob"])
    phones.order("bob", .hangUp(call))
    phones.advance(.seconds(19))
    #expect(!phones["alice"].sessions.isEmpty)
    phones.advance(.seconds(2))
    #expect(phones["alice"].sessions.isEmpty)
    #expect(phones.calls("alice").map(\.phase) == [.connecting])
    phones.order("bob", .place(target: url))
    phones.advance(.seconds(1))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(streams(phones, "alice").count == 1)
  }

  @Test("a muted microphone is shown to the others")
  func mute() {
    let phones = entered(["alice", "bob"])
    phones.order("alice", .mute(true))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob")[0].participants.first { $0.name == "alice" }?.isMuted == true)
    phones.order("alice", .mute(false))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob")[0].participants.first { $0.name == "alice" }?.isMuted == false)
  }

  @Test("a connection that breaks is resumed, and the sound never knows")
  func resumed() {
    let phones = entered(["alice", "bob"])
    let orders = phones["alice"].mediaOrders.count
    phones.cut("alice")
    phones.advance(.seconds(5))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(phones["alice"].mediaOrders.count == orders)
    #expect(phones.calls("bob")[0].participants.count == 2)
    // What is said afterwards arrives.
    phones.order("alice", .mute(true))
    phones.advance(.seconds(1))
    #expect(phones.calls("bob")[0].participants.first { $0.name == "alice" }?.isMuted == true)
  }

  @Test("an exchange that is killed and started again finds the conference in it again")
  func restarted() {
    let phones = entered(["alice", "bob"])
    phones.killExchange()
    phones.advance(.seconds(3))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    phones.restartExchange()
    phones.advance(.seconds(30))
    for name in ["alice", "bob"] {
      #expect(phones.calls(name).map(\.phase) == [.active])
      #expect(streams(phones, name).count == 1)
      #expect(phones.calls(name)[0].participants.count == 2)
    }
  }

  @Test("sound that fails is offered anew")
  func mediaFails() {
    let phones = entered(["alice", "bob"])
    let before = streams(phones, "bob")
    phones.media("alice", .failed(call, "no path"))
    phones.advance(.seconds(8))
    #expect(phones.calls("alice").map(\.phase) == [.active])
    #expect(streams(phones, "bob").count == 1)
    #expect(streams(phones, "bob") != before)
  }

  @Test("hanging up leaves nothing behind on either side")
  func hangUp() {
    let phones = entered(["alice", "bob"])
    for name in ["alice", "bob"] { phones.order(name, .hangUp(call)) }
    phones.advance(.seconds(30))
    #expect(phones.legs.isEmpty)
    for name in ["alice", "bob"] {
      #expect(phones[name].sessions.isEmpty)
      #expect(phones[name].records.values.map(\.outcome) == [.answered])
      // The account's own socket stays.
      #expect(phones[name].sockets.count == 1)
    }
  }

  private func entered(_ names: [String]) -> PhonesOnExchange {
    let phones = PhonesOnExchange(names)
    for name in names { phones.order(name, .place(target: url)) }
    phones.advance(.seconds(2))
    return phones
  }

  /// The streams that a phone was last told to expect of others.
  private func streams(_ phones: PhonesOnExchange, _ name: String) -> Set<UInt32> {
    Set(phones.calls(name).first?.participants.flatMap(\.streams) ?? [])
  }
}

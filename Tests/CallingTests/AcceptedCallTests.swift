import Basics
import Calling
import SDP
import Testing

@Suite("Accepted call")
struct AcceptedCallTests {
  private var call: IncomingCall

  init() {
    call = IncomingCall(id: incomingID, terms: terms, invitedAt: .zero)
    _ = call.described(offer)
    _ = call.answer(at: .zero)
  }

  @Test("fails when no sound arrives in time, and not a nanosecond earlier")
  mutating func connectTime() {
    #expect(call.deadline == at(18))
    #expect(call.expire(at: before(at(18))) == [])
    let effects = call.expire(at: at(18))
    guard case .ended(.mediaFailed(let words)) = call.phase else {
      Issue.record("the call goes on: \(call.phase)")
      return
    }
    #expect(words.contains("firewall"))
    #expect(
      effects
        == [.signaling(.end(incomingID, .mediaFailed(words))), .media(incomingID, .close)])
  }

  @Test("says that the path stood when only sound was missing")
  mutating func silentPeer() {
    _ = call.hear(.secured, at: at(1))
    _ = call.expire(at: at(18))
    guard case .ended(.mediaFailed(let words)) = call.phase else {
      Issue.record("the call goes on: \(call.phase)")
      return
    }
    #expect(words.contains("connection stands"))
  }

  @Test("fails with the words of media")
  mutating func mediaFails() {
    _ = call.hear(.failed("The fingerprint is wrong."), at: at(1))
    #expect(call.phase == .ended(.mediaFailed("The fingerprint is wrong.")))
  }

  @Test("owes no sound while the peer holds it, and gets its time when the hold is over")
  mutating func heldWhileConnecting() {
    _ = call.hear(.secured, at: at(1))
    _ = call.hear(.heldByPeer(true), at: at(1))
    #expect(call.deadline == nil)
    #expect(call.expire(at: at(100)) == [])
    _ = call.hear(.heldByPeer(false), at: at(100))
    #expect(call.deadline == at(118))
  }

  @Test("goes on for ever without signalling while sound flows")
  mutating func survivesSignalingLoss() {
    flow()
    call.signalingLost(at: at(5))
    #expect(call.deadline == nil)
    #expect(call.expire(at: at(5_000)) == [])
    #expect(call.phase == .active)
  }

  @Test("ends when the peer says goodbye in media, and tells the server")
  mutating func peerLeaves() {
    flow()
    call.signalingLost(at: at(5))
    #expect(
      call.hear(.peerLeft, at: at(6))
        == [.signaling(.end(incomingID, .remoteHungUp)), .media(incomingID, .close)])
    #expect(call.phase == .ended(.remoteHungUp))
  }

  @Test("warns of a stall, and takes the warning back when sound returns")
  mutating func warns() {
    flow()
    guard case .warning(incomingID, .some) = call.hear(.stalled(since: at(10)), at: at(12)).first
    else {
      Issue.record("no warning")
      return
    }
    #expect(call.phase == .active)
    #expect(call.hear(.stalled(since: at(10)), at: at(13)) == [])
    #expect(call.hear(.recovered, at: at(14)) == [.warning(incomingID, nil)])
    #expect(call.deadline == nil)
  }

  @Test("ends a stall after a minute while the server is there, and not a nanosecond earlier")
  mutating func stallAlone() {
    flow()
    _ = call.hear(.stalled(since: at(10)), at: at(12))
    #expect(call.deadline == at(70))
    #expect(call.expire(at: before(at(70))) == [])
    #expect(call.expire(at: at(70)).count == 2)
    #expect(
      call.phase
        == .ended(.mediaFailed("Nothing has come from the other side for 60 seconds.")))
  }

  @Test("ends a stall when sound and server have both been away for 30 s, and not earlier")
  mutating func stallWithoutServer() {
    flow()
    _ = call.hear(.stalled(since: at(10)), at: at(12))
    call.signalingLost(at: at(20))
    #expect(call.deadline == at(50))
    #expect(call.expire(at: before(at(50))) == [])
    call.signalingLost(at: nil)
    #expect(call.deadline == at(70))
    call.signalingLost(at: at(60))
    #expect(call.deadline == at(70))
    #expect(call.expire(at: at(70)).count == 2)
  }

  @Test("does not end a stall of a call that the peer holds")
  mutating func heldByPeer() {
    flow()
    _ = call.hear(.heldByPeer(true), at: at(10))
    _ = call.hear(.stalled(since: at(10)), at: at(12))
    #expect(call.deadline == nil)
  }

  @Test("is held and resumed, and shows it")
  mutating func holds() {
    flow()
    #expect(call.setHeld(true) == [.media(incomingID, .setActive(false))])
    #expect(call.phase == .held)
    #expect(call.setHeld(false) == [.media(incomingID, .setActive(true))])
    #expect(call.phase == .active)
  }

  @Test("is opened unheard when it was held before its offer came")
  func heldBeforeOffer() {
    var call = IncomingCall(id: incomingID, terms: terms, invitedAt: .zero)
    _ = call.answer(at: .zero)
    #expect(call.setHeld(true) == [])
    #expect(
      call.described(offer)
        == [
          .media(incomingID, .prepare(offer: offer, iceServers: [server])),
          .media(incomingID, .setActive(false)), .media(incomingID, .open),
        ])
  }

  private mutating func flow() {
    _ = call.hear(.secured, at: at(0.1))
    _ = call.hear(.flowing, at: at(0.2))
  }
}

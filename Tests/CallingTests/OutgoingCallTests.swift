import Basics
import Calling
import SDP
import Testing

@Suite("Outgoing call")
struct OutgoingCallTests {
  private var call = OutgoingCall(id: outgoingID, offeredAt: .zero)

  @Test("prepares media when the server has taken the call, and tells the offer when it is made")
  mutating func prepares() {
    #expect(
      call.placed(terms: terms, at: .zero)
        == [.media(outgoingID, .prepare(offer: nil, iceServers: [server]))])
    #expect(call.phase == .outgoing)
    #expect(call.hear(.described(offer), at: .zero) == [.signaling(.describe(outgoingID, offer))])
    #expect(
      call.hear(.candidate(candidate(1)), at: .zero)
        == [.signaling(.candidate(outgoingID, candidate(1)))])
    #expect(
      call.hear(.endOfCandidates, at: .zero) == [.signaling(.endOfCandidates(outgoingID))])
  }

  @Test("tells no candidate before the offer")
  mutating func holdsBackCandidates() {
    _ = call.placed(terms: terms, at: .zero)
    #expect(call.hear(.candidate(candidate(1)), at: .zero) == [])
    #expect(call.hear(.endOfCandidates, at: .zero) == [])
    #expect(
      call.hear(.described(offer), at: .zero)
        == [
          .signaling(.describe(outgoingID, offer)),
          .signaling(.candidate(outgoingID, candidate(1))),
          .signaling(.endOfCandidates(outgoingID)),
        ])
  }

  @Test("keeps a bounded number of candidates, and the end of them in any case")
  mutating func boundsCandidates() {
    _ = call.placed(terms: terms, at: .zero)
    for port in 1...200 { _ = call.hear(.candidate(candidate(UInt16(port))), at: .zero) }
    _ = call.hear(.endOfCandidates, at: .zero)
    let effects = call.hear(.described(offer), at: .zero)
    #expect(effects.count == 1 + 64 + 1)
    #expect(effects.last == .signaling(.endOfCandidates(outgoingID)))
  }

  @Test("becomes active through ringing, acceptance and answer only when sound has arrived")
  mutating func becomesActive() {
    _ = call.placed(terms: terms, at: .zero)
    #expect(call.rings() == [])
    #expect(call.phase == .ringing)
    #expect(
      call.accepted(at: at(3))
        == [.media(outgoingID, .setActive(true)), .media(outgoingID, .open)])
    #expect(call.phase == .connecting)
    #expect(call.described(answer) == [.media(outgoingID, .describe(answer))])
    #expect(call.hear(.secured, at: at(3.1)) == [])
    #expect(call.phase == .connecting)
    #expect(call.hear(.flowing, at: at(3.2)) == [])
    #expect(call.phase == .active)
    #expect(call.deadline == nil)
  }

  @Test("hands an answer that comes before the acceptance to media at once")
  mutating func takesEarlyAnswer() {
    _ = call.placed(terms: terms, at: .zero)
    #expect(call.candidate(candidate(9)) == [])
    #expect(
      call.described(answer)
        == [
          .media(outgoingID, .describe(answer)), .media(outgoingID, .candidate(candidate(9))),
        ])
    #expect(call.accepted(at: .zero).last == .media(outgoingID, .open))
  }

  @Test("passes on candidates after the answer as they come")
  mutating func tricklesIn() {
    accept()
    _ = call.described(answer)
    #expect(
      call.candidate(candidate(1)) == [.media(outgoingID, .candidate(candidate(1)))])
    #expect(call.endOfCandidates() == [.media(outgoingID, .endOfCandidates)])
  }

  @Test("rings out a minute after the server took it, and not a nanosecond earlier")
  mutating func ringsOut() {
    _ = call.placed(terms: terms, at: at(2))
    _ = call.rings()
    #expect(call.deadline == at(62))
    #expect(call.expire(at: before(at(62))) == [])
    #expect(
      call.expire(at: at(62))
        == [.signaling(.end(outgoingID, .noAnswer)), .media(outgoingID, .close)])
    #expect(call.phase == .ended(.noAnswer))
    #expect(call.deadline == nil)
  }

  @Test("fails when the server never takes it")
  mutating func neverPlaced() {
    #expect(call.expire(at: before(at(60))) == [])
    let effects = call.expire(at: at(60))
    guard case .ended(let reason) = call.phase, case .signalingFailed = reason else {
      Issue.record("the call goes on: \(call.phase)")
      return
    }
    #expect(effects == [.signaling(.end(outgoingID, reason))])
  }

  @Test("is cancelled by hanging up before the answer, and hung up afterwards")
  mutating func hangsUp() {
    var early = call
    #expect(early.hangUp() == [.signaling(.end(outgoingID, .cancelled))])
    #expect(early.placed(terms: terms, at: .zero) == [])
    accept()
    #expect(
      call.hangUp() == [.signaling(.end(outgoingID, .hungUp)), .media(outgoingID, .close)])
    #expect(call.hangUp() == [])
  }

  @Test("ends without telling the server when the server says so")
  mutating func endedByServer() {
    _ = call.placed(terms: terms, at: .zero)
    #expect(call.ended(.declined(reason: "in a meeting")) == [.media(outgoingID, .close)])
    #expect(call.phase == .ended(.declined(reason: "in a meeting")))
    #expect(call.ended(.busy) == [])
  }

  @Test("ends when media cannot even be prepared")
  mutating func preparationFails() {
    _ = call.placed(terms: terms, at: .zero)
    #expect(
      call.hear(.failed("No network."), at: .zero)
        == [
          .signaling(.end(outgoingID, .mediaFailed("No network."))), .media(outgoingID, .close),
        ])
  }

  @Test("does nothing after its end, whatever comes")
  mutating func staysEnded() {
    accept()
    _ = call.hangUp()
    #expect(call.rings() == [])
    #expect(call.accepted(at: .zero) == [])
    #expect(call.described(answer) == [])
    #expect(call.candidate(candidate(1)) == [])
    #expect(call.endOfCandidates() == [])
    for news: MediaNews in [
      .described(offer), .candidate(candidate(1)), .endOfCandidates, .secured, .flowing,
      .stalled(since: .zero), .recovered, .heldByPeer(true), .peerLeft, .failed("x"),
    ] {
      #expect(call.hear(news, at: .zero) == [])
    }
    #expect(call.setHeld(true) == [])
    #expect(call.expire(at: at(9_999)) == [])
    #expect(call.phase == .ended(.hungUp))
  }

  @Test("ignores an acceptance that no placement preceded")
  mutating func ignoresEarlyAcceptance() {
    #expect(call.accepted(at: .zero) == [])
    #expect(call.rings() == [])
    #expect(call.phase == .outgoing)
  }

  @Test("passes renewed descriptions on in both directions")
  mutating func renegotiates() {
    accept()
    _ = call.described(answer)
    _ = call.hear(.described(offer), at: .zero)
    _ = call.hear(.flowing, at: .zero)
    #expect(
      call.hear(.described(description(5)), at: .zero)
        == [.signaling(.describe(outgoingID, description(5)))])
    #expect(call.described(description(6)) == [.media(outgoingID, .describe(description(6)))])
  }

  private mutating func accept() {
    _ = call.placed(terms: terms, at: .zero)
    _ = call.accepted(at: .zero)
  }
}

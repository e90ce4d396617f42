import Basics
import Calling
import SDP
import Testing

@Suite("Incoming call")
struct IncomingCallTests {
  private var call = IncomingCall(id: incomingID, terms: terms, invitedAt: .zero)

  @Test("prepares media while it rings, and lets nothing of it out before the answer")
  mutating func warmRinging() {
    #expect(
      call.described(offer)
        == [.media(incomingID, .prepare(offer: offer, iceServers: [server]))])
    #expect(call.hear(.described(answer), at: .zero) == [])
    #expect(call.hear(.candidate(candidate(1)), at: .zero) == [])
    #expect(call.phase == .incoming)
    #expect(
      call.answer(at: at(2))
        == [
          .signaling(.accept(incomingID)), .signaling(.describe(incomingID, answer)),
          .signaling(.candidate(incomingID, candidate(1))),
          .media(incomingID, .setActive(true)), .media(incomingID, .open),
        ])
    #expect(call.phase == .connecting)
  }

  @Test("answers an offer that comes after the key press")
  mutating func lateOffer() {
    #expect(call.answer(at: .zero) == [.signaling(.accept(incomingID))])
    #expect(
      call.described(offer)
        == [
          .media(incomingID, .prepare(offer: offer, iceServers: [server])),
          .media(incomingID, .setActive(true)), .media(incomingID, .open),
        ])
    #expect(
      call.hear(.described(answer), at: .zero) == [.signaling(.describe(incomingID, answer))])
  }

  @Test("hands the caller's candidates to media once there is an offer")
  mutating func earlyCandidates() {
    #expect(call.candidate(candidate(1)) == [])
    #expect(call.endOfCandidates() == [])
    #expect(
      call.described(offer)
        == [
          .media(incomingID, .prepare(offer: offer, iceServers: [server])),
          .media(incomingID, .candidate(candidate(1))), .media(incomingID, .endOfCandidates),
        ])
  }

  @Test("sends one acceptance however often the key is pressed")
  mutating func answersOnce() {
    _ = call.answer(at: .zero)
    #expect(call.answer(at: .zero) == [])
  }

  @Test("is declined with the reason given")
  mutating func declines() {
    _ = call.described(offer)
    #expect(
      call.decline(reason: "later")
        == [
          .signaling(.decline(incomingID, reason: "later")), .media(incomingID, .close),
        ])
    #expect(call.phase == .ended(.declined(reason: "later")))
    #expect(call.decline(reason: nil) == [])
  }

  @Test("is declined by hanging up while it rings, and hung up afterwards")
  mutating func hangsUp() {
    var ringing = call
    #expect(ringing.hangUp() == [.signaling(.decline(incomingID, reason: nil))])
    _ = call.answer(at: .zero)
    #expect(call.hangUp() == [.signaling(.end(incomingID, .hungUp))])
  }

  @Test("counts as missed at the ring time and not a nanosecond earlier")
  mutating func ringsOut() throws {
    let deadline = try #require(call.deadline)
    #expect(deadline == at(90))
    #expect(call.expire(at: before(deadline)) == [])
    #expect(call.expire(at: deadline) == [])
    #expect(call.phase == .ended(.missed))
  }

  @Test("ends while it rings when the caller gives up or another device takes it")
  mutating func endedWhileRinging() {
    var cancelled = call
    #expect(cancelled.ended(.cancelled) == [])
    #expect(cancelled.phase == .ended(.cancelled))
    _ = call.described(offer)
    #expect(call.ended(.answeredElsewhere) == [.media(incomingID, .close)])
    #expect(call.phase == .ended(.answeredElsewhere))
  }

  @Test("ends when the offer is junk to media")
  mutating func junkOffer() {
    _ = call.described(offer)
    #expect(
      call.hear(.failed("No audio."), at: .zero)
        == [
          .signaling(.end(incomingID, .mediaFailed("No audio."))), .media(incomingID, .close),
        ])
  }

  @Test("takes in nothing but failure from media before it is taken")
  mutating func ignoresEarlyNews() {
    for news: MediaNews in [.secured, .flowing, .stalled(since: .zero), .recovered, .peerLeft] {
      #expect(call.hear(news, at: .zero) == [])
      #expect(call.phase == .incoming)
    }
  }

  @Test("does nothing after its end, whatever comes")
  mutating func staysEnded() {
    _ = call.hangUp()
    #expect(call.answer(at: .zero) == [])
    #expect(call.described(offer) == [])
    #expect(call.candidate(candidate(1)) == [])
    #expect(call.endOfCandidates() == [])
    #expect(call.hear(.failed("x"), at: .zero) == [])
    #expect(call.setHeld(true) == [])
    #expect(call.expire(at: at(999)) == [])
    #expect(call.deadline == nil)
  }
}

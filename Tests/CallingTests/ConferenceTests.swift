import Basics
import Calling
import SDP
import Testing

@Suite("Conferences and calls of samples")
struct ConferenceTests {
  private let conference = MediaTerms(.offeredByServer, iceServers: [server])
  private let samples = SampleTerms(sentRate: 24_000, receivedRate: 24_000)
  private var call = OutgoingCall(id: outgoingID, offeredAt: .zero)

  private func prepared(_ id: CallID, _ offer: SessionDescription) -> CallEffect {
    .media(id, .prepare(offer: offer, iceServers: [server], isConference: true))
  }

  @Test("prepares nothing before the conference offers, and answers at once")
  mutating func waitsForOffer() {
    #expect(call.placed(terms: conference, at: .zero) == [])
    #expect(call.accepted(at: at(1)) == [])
    #expect(call.phase == .connecting)
    #expect(call.deadline == nil, "being alone is no error")
    #expect(
      call.described(offer) == [
        prepared(outgoingID, offer), .media(outgoingID, .setActive(true)),
        .media(outgoingID, .open),
      ])
    #expect(
      call.hear(.described(answer), at: at(2)) == [.signaling(.describe(outgoingID, answer))])
    _ = call.hear(.secured, at: at(3))
    #expect(call.phase == .active)
    #expect(call.deadline == nil)
  }

  @Test("keeps an offer that comes before the server has taken the call")
  mutating func earlyOffer() {
    #expect(call.described(offer) == [])
    #expect(call.placed(terms: conference, at: .zero) == [prepared(outgoingID, offer)])
    #expect(
      call.accepted(at: at(1)) == [
        .media(outgoingID, .setActive(true)), .media(outgoingID, .open),
      ])
  }

  @Test("hands a renewed offer to the session that is there")
  mutating func renewedOffer() {
    join()
    #expect(call.described(description(9)) == [.media(outgoingID, .describe(description(9)))])
  }

  @Test("closes the sound when the offer is withdrawn, and takes the next offer")
  mutating func mediaGone() {
    join()
    #expect(call.mediaGone() == [.media(outgoingID, .close)])
    #expect(call.phase == .connecting)
    #expect(call.mediaGone() == [], "there is nothing left to be closed")
    #expect(
      call.described(description(9)).first == prepared(outgoingID, description(9)))
    // What the old session still says is not meant for the new offer.
    #expect(call.hear(.described(answer), at: at(5)) == [])
    #expect(call.hear(.failed("too late"), at: at(5)) == [])
    #expect(call.hear(.closed, at: at(5)) == [])
    #expect(
      call.hear(.described(answer), at: at(6)) == [.signaling(.describe(outgoingID, answer))])
    _ = call.hear(.secured, at: at(7))
    #expect(call.phase == .active)
  }

  @Test("asks the server for another offer when its session fails, and goes on")
  mutating func sessionFails() {
    join()
    #expect(
      call.hear(.failed("The path broke."), at: at(9)) == [
        .media(outgoingID, .close), .signaling(.mediaFailed(outgoingID, "The path broke.")),
      ])
    #expect(call.phase == .connecting)
    _ = call.hear(.closed, at: at(9))
    #expect(call.described(offer).first == prepared(outgoingID, offer))
    #expect(call.ended(.remoteHungUp) == [.media(outgoingID, .close)])
  }

  @Test("goes on while nobody is heard, and when somebody leaves")
  mutating func silence() {
    join()
    #expect(call.hear(.stalled(since: at(4)), at: at(9)) == [])
    #expect(call.hear(.peerLeft, at: at(9)) == [])
    #expect(call.phase == .active)
    #expect(call.deadline == nil)
    #expect(call.expire(at: at(100_000)) == [])
  }

  @Test("an incoming conference is accepted at once and gets its offer later")
  func incoming() {
    var call = IncomingCall(id: incomingID, terms: conference, invitedAt: .zero)
    #expect(call.answer(at: at(1)) == [.signaling(.accept(incomingID))])
    #expect(call.phase == .connecting)
    #expect(call.deadline == nil)
    #expect(call.described(offer).first == prepared(incomingID, offer))
    #expect(
      call.hear(.described(answer), at: at(2)) == [.signaling(.describe(incomingID, answer))])
  }

  @Test("an incoming conference with an offer of junk asks for another while it rings")
  func junkWhileRinging() {
    var call = IncomingCall(id: incomingID, terms: conference, invitedAt: .zero)
    _ = call.described(offer)
    #expect(
      call.hear(.failed("There is no audio in it."), at: at(1)) == [
        .media(incomingID, .close),
        .signaling(.mediaFailed(incomingID, "There is no audio in it.")),
      ])
    #expect(call.phase == .incoming)
  }

  @Test("an ordinary call is not asked for another offer, and knows no withdrawal")
  mutating func ordinary() {
    _ = call.placed(terms: terms, at: .zero)
    _ = call.accepted(at: at(1))
    #expect(call.mediaGone() == [])
    _ = call.hear(.failed("The fingerprint is wrong."), at: at(2))
    #expect(call.phase == .ended(.mediaFailed("The fingerprint is wrong.")))
  }

  @Test("a call of samples is ready when it is placed and active when it is accepted")
  mutating func samplesCall() {
    #expect(
      call.placed(terms: MediaTerms(.samples(samples)), at: .zero) == [
        .media(outgoingID, .prepareSamples(samples))
      ])
    #expect(call.hear(.secured, at: at(1)) == [])
    #expect(
      call.accepted(at: at(2)) == [.media(outgoingID, .setActive(true)), .media(outgoingID, .open)])
    #expect(call.phase == .active)
    #expect(call.deadline == nil, "a bot that listens is no error")
    #expect(call.described(offer) == [], "there is nothing to be described")
    #expect(call.hangUp() == [.signaling(.end(outgoingID, .hungUp)), .media(outgoingID, .close)])
  }

  @Test("an incoming call of samples is made ready when it is taken")
  func incomingSamples() {
    var call = IncomingCall(
      id: incomingID, terms: MediaTerms(.samples(samples)), invitedAt: .zero)
    #expect(
      call.answer(at: at(1)) == [
        .signaling(.accept(incomingID)), .media(incomingID, .prepareSamples(samples)),
        .media(incomingID, .setActive(true)), .media(incomingID, .open),
      ])
    _ = call.hear(.secured, at: at(1))
    #expect(call.phase == .active)
  }

  private mutating func join() {
    _ = call.placed(terms: conference, at: .zero)
    _ = call.accepted(at: at(1))
    _ = call.described(offer)
    _ = call.hear(.described(answer), at: at(2))
    _ = call.hear(.secured, at: at(3))
  }
}

@Suite("Who is in a call")
struct ParticipantTests {
  private var book = CallBook()
  private let ann = Participant(id: "a", name: "Ann", streams: [1, 2])
  private let ben = Participant(id: "b", name: "Ben", isMuted: true, streams: [3])

  init() {
    _ = book.place(
      to: bob, kind: .audio, on: summary(), at: .zero, wallTime: WallTime(milliseconds: 0))
    _ = book.take(
      .placed(
        outgoingID, remoteID: "r", party: bob, terms: MediaTerms(.offeredByServer),
        browserURL: nil), at: .zero)
    _ = book.take(.accepted(outgoingID), at: .zero)
  }

  @Test("tells media whose streams to expect, when they change, and each new session")
  mutating func streams() {
    let streams = CallEffect.media(outgoingID, .streams([ann, ben]))
    #expect(book.take(.participants(outgoingID, [ann, ben]), at: .zero) == [streams])
    var renamed = ann
    renamed.name = "Anna"
    #expect(book.take(.participants(outgoingID, [renamed, ben]), at: .zero) == [])
    #expect(book[outgoingID]?.participants.first?.name == "Anna")
    let prepared = book.take(.described(outgoingID, offer), at: .zero)
    #expect(prepared.last == .media(outgoingID, .streams([renamed, ben])))
  }

  @Test("shows who is heard; whoever is muted is not")
  mutating func speaking() {
    _ = book.take(.participants(outgoingID, [ann, ben]), at: .zero)
    book.hear(speaking: [2, 3, 99], in: outgoingID)
    #expect(book[outgoingID]?.participants.map(\.isSpeaking) == [true, false])
    book.hear(speaking: [], in: outgoingID)
    #expect(book[outgoingID]?.participants.map(\.isSpeaking) == [false, false])
  }

  @Test("shows a hundred participants at most")
  mutating func bound() {
    let many = (0..<300).map { Participant(id: "\($0)", name: "P") }
    _ = book.take(.participants(outgoingID, many), at: .zero)
    #expect(book[outgoingID]?.participants.count == CallBook.participantLimit)
  }
}

import Basics
import Calling
import SDP
import Testing

@Suite("Call book")
struct CallBookTests {
  private var book = CallBook()
  private let wallTime = WallTime(milliseconds: 1_000)

  @Test("places a call and shows it")
  mutating func places() {
    #expect(
      place(at: at(1)) == [.signaling(.place(outgoingID, to: "bob", kind: .audio))])
    let call = book[outgoingID]
    #expect(call?.phase == .outgoing)
    #expect(call?.party == bob)
    #expect(call?.times.startedAt == at(1))
    #expect(call?.startedAt == wallTime)
    #expect(call?.accountName == "exchange")
  }

  @Test("rings for an invitation once, and shows what a bot heard before")
  mutating func rings() {
    var invitation = invitation(1)
    invitation.summary = "wants a refund"
    #expect(invite(invitation) == [.signaling(.ring(incomingID))])
    #expect(invite(invitation) == [])
    #expect(book[incomingID]?.phase == .incoming)
    #expect(book[incomingID]?.summary == "wants a refund")
    #expect(book[incomingID]?.times.ringingAt == .zero)
    #expect(book.summaries.count == 1)
  }

  @Test("holds the call that is heard when another is answered, and swaps on resuming")
  mutating func callWaiting() {
    bringUp(1)
    _ = invite(invitation(2))
    let second = incoming(2)
    _ = book.take(.described(second, offer), at: at(4))
    let effects = book.answer(second, at: at(5))
    #expect(effects.first == .media(incomingID, .setActive(false)))
    #expect(book[incomingID]?.phase == .held)
    _ = book.hear(.flowing, of: second, at: at(6))
    #expect(book[second]?.phase == .active)

    #expect(
      book.resume(incomingID, at: at(7))
        == [.media(second, .setActive(false)), .media(incomingID, .setActive(true))])
    #expect(book[incomingID]?.phase == .active)
    #expect(book[second]?.phase == .held)
    #expect(book.resume(incomingID, at: at(8)) == [])
  }

  @Test("holds the call that is heard when another is placed")
  mutating func placingHolds() {
    bringUp(1)
    #expect(place(at: at(2)).first == .media(incomingID, .setActive(false)))
  }

  @Test(
    "returns to the call that was held for one that nobody took",
    arguments: [EndReason.unknownCallee("Nobody."), .busy, .declined(reason: nil)])
  mutating func comesBack(reason: EndReason) {
    bringUp(1)
    _ = place(at: at(2))
    #expect(book[incomingID]?.phase == .held)
    #expect(
      book.take(.ended(outgoingID, reason), at: at(3)) == [.media(incomingID, .setActive(true))])
    #expect(book[incomingID]?.phase == .active)
  }

  @Test("returns when one gives the other up, and once only")
  mutating func givesUp() {
    bringUp(1)
    _ = place(at: at(2))
    #expect(book.hangUp(outgoingID, at: at(3)).contains(.media(incomingID, .setActive(true))))
    _ = book.hold(incomingID, at: at(4))
    #expect(book.expire(at: at(9)) == [])
    #expect(book[incomingID]?.phase == .held)
  }

  @Test("does not return to a call that the user has held, nor from one that was taken")
  mutating func staysHeld() {
    bringUp(1)
    _ = book.hold(incomingID, at: at(2))
    _ = place(at: at(3))
    #expect(book.take(.ended(outgoingID, .busy), at: at(4)) == [])
    #expect(book[incomingID]?.phase == .held)

    _ = book.resume(incomingID, at: at(5))
    _ = place(at: at(6))
    let second = CallID(account: account, isIncoming: false, number: 2)
    _ = book.hold(incomingID, at: at(7))
    #expect(book.take(.ended(second, .busy), at: at(8)) == [])
    #expect(book[incomingID]?.phase == .held)
  }

  @Test("does not return while another that was placed is wanted more, and then does")
  mutating func returnsAtLast() {
    bringUp(1)
    _ = place(at: at(2))
    _ = place(at: at(3))
    let second = CallID(account: account, isIncoming: false, number: 2)
    #expect(book.take(.ended(outgoingID, .busy), at: at(4)) == [])
    #expect(book[incomingID]?.phase == .held)
    _ = book.take(.ended(second, .busy), at: at(5))
    #expect(book[incomingID]?.phase == .active)
  }

  @Test("refuses the ninth call, in either direction")
  mutating func isBounded() {
    for number in 1...8 { _ = invite(invitation(number)) }
    #expect(book.liveCount == 8)
    #expect(
      invite(invitation(9))
        == [.signaling(.refuseBusy(incoming(9))), .turnedAway(invitation(9))])
    guard case .refused = place(at: .zero).first else {
      Issue.record("a ninth call was placed")
      return
    }
    #expect(book.summaries.count == 8)
    _ = book.hangUp(incoming(1), at: .zero)
    #expect(invite(invitation(9)) == [.signaling(.ring(incoming(9)))])
  }

  @Test("shows an ended call for five seconds and not a nanosecond longer")
  mutating func lingers() {
    _ = invite(invitation(1))
    _ = book.take(.ended(incomingID, .cancelled), at: at(3))
    #expect(book[incomingID]?.phase == .ended(.cancelled))
    #expect(book[incomingID]?.times.endedAt == at(3))
    #expect(book.deadline == at(8))
    #expect(book.expire(at: before(at(8))) == [])
    #expect(book.summaries.count == 1)
    _ = book.expire(at: at(8))
    #expect(book.summaries == [])
    #expect(book.deadline == nil)
  }

  @Test("keeps a bounded number of ended calls")
  mutating func boundsEnded() {
    for number in 1...100 {
      _ = invite(invitation(number))
      _ = book.hangUp(incoming(number), at: .zero)
    }
    #expect(book.summaries.count <= CallBook.callLimit + CallBook.endedLimit)
  }

  @Test("takes the server's word on an outgoing call, and notes when each step happened")
  mutating func takesReports() {
    _ = place(at: .zero)
    let party = Party(name: "Bob B.", address: "bob")
    _ = book.take(
      .placed(outgoingID, remoteID: "call_1", party: party, terms: terms, browserURL: nil),
      at: at(1))
    _ = book.take(.ringing(outgoingID), at: at(2))
    _ = book.take(.accepted(outgoingID), at: at(3))
    _ = book.take(.described(outgoingID, answer), at: at(3))
    _ = book.hear(.secured, of: outgoingID, at: at(4))
    _ = book.hear(.flowing, of: outgoingID, at: at(5))
    let call = book[outgoingID]
    #expect(call?.remoteID == "call_1")
    #expect(call?.party == party)
    #expect(call?.phase == .active)
    #expect(call?.times.ringingAt == at(2))
    #expect(call?.times.acceptedAt == at(3))
    #expect(call?.times.mediaAt == at(4))
    #expect(call?.times.firstAudioAt == at(5))
  }

  @Test("refuses with a sentence what does not fit the call's state")
  mutating func refuses() {
    _ = place(at: .zero)
    let refusals = [
      book.answer(outgoingID, at: .zero), book.decline(outgoingID, reason: nil, at: .zero),
      book.hold(outgoingID, at: .zero), book.resume(outgoingID, at: .zero),
      book.silence(outgoingID), book.answer(incoming(7), at: .zero),
      book.hangUp(incoming(7), at: .zero),
    ]
    for effects in refusals {
      guard case .refused(let words) = effects.first else {
        Issue.record("not refused: \(effects)")
        continue
      }
      #expect(words.hasSuffix("."))
      #expect(effects.count == 1)
    }
  }

  @Test("tells its calls that the way to their server was lost, later ones too")
  mutating func losesSignaling() {
    bringUp(1)
    book.signaling(of: account, isUp: false, at: at(10))
    _ = book.hear(.stalled(since: at(11)), of: incomingID, at: at(12))
    #expect(book.deadline == at(41))
    #expect(book[incomingID]?.warning != nil)
    book.signaling(of: account, isUp: false, at: at(20))
    #expect(book.deadline == at(41))
    book.signaling(of: AccountID(1), isUp: true, at: at(21))
    #expect(book.deadline == at(41))
    book.signaling(of: account, isUp: true, at: at(21))
    #expect(book.deadline == at(71))
    _ = book.hear(.recovered, of: incomingID, at: at(22))
    #expect(book[incomingID]?.warning == nil)
  }

  @Test("replaces an unfinished line by the next of the same speaker, and keeps 200 lines")
  mutating func transcript() {
    _ = invite(invitation(1))
    say("Bob", "wha", isFinal: false)
    say("Ann", "yes", isFinal: true)
    say("Bob", "what", isFinal: true)
    say("Bob", "ever", isFinal: true)
    #expect(book[incomingID]?.transcript.map(\.text) == ["what", "yes", "ever"])
    for _ in 0..<500 { say("Bob", String(repeating: "x", count: 9_000), isFinal: true) }
    #expect(book[incomingID]?.transcript.count == CallSummary.transcriptLimit)
    #expect(book[incomingID]?.transcript.last?.text.count == 2_000)
  }

  @Test("silences, notes and records a call")
  mutating func edits() {
    _ = invite(invitation(1))
    #expect(book.silence(incomingID) == [])
    book.note(incomingID, "call back")
    book.recording(incomingID, path: "/tmp/a.wav")
    #expect(book[incomingID]?.isSilenced == true)
    #expect(book[incomingID]?.recordingPath == "/tmp/a.wav")
    _ = book.hangUp(incomingID, at: .zero)
    #expect(book[incomingID]?.recordingPath == nil)
    #expect(book[incomingID]?.note == "call back")
  }

  @Test("ignores what is told of calls it does not know")
  mutating func ignoresUnknown() {
    #expect(book.take(.accepted(outgoingID), at: .zero) == [])
    #expect(book.take(.described(incomingID, offer), at: .zero) == [])
    #expect(book.hear(.flowing, of: incomingID, at: .zero) == [])
    #expect(book.summaries == [])
  }

  private mutating func place(at now: Instant) -> [CallEffect] {
    book.place(to: bob, kind: .audio, on: summary(), at: now, wallTime: wallTime)
  }

  private mutating func invite(_ invitation: Invitation) -> [CallEffect] {
    book.invited(invitation, on: summary(), at: .zero, wallTime: wallTime)
  }

  private mutating func bringUp(_ number: Int) {
    _ = invite(invitation(number))
    _ = book.take(.described(incoming(number), offer), at: .zero)
    _ = book.answer(incoming(number), at: .zero)
    _ = book.hear(.flowing, of: incoming(number), at: .zero)
  }

  private mutating func say(_ speaker: String, _ text: String, isFinal: Bool) {
    let line = TranscriptLine(
      speaker: speaker, isSelf: false, text: text, isFinal: isFinal, at: .zero)
    _ = book.take(.transcript(incomingID, line), at: .zero)
  }

  private func invitation(_ number: Int) -> Invitation {
    Invitation(id: incoming(number), remoteID: "call_\(number)", from: bob, kind: .audio)
  }

  private func incoming(_ number: Int) -> CallID {
    CallID(account: account, isIncoming: true, number: number)
  }
}

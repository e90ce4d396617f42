import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport
import XMPP

@Suite("Jitsi: forged, cut, oversized, early and repeated messages")
struct HostileTests {
  private static let room = ConferenceBench.room

  @Test(
    "a message that cannot be read is noted once or so, and what follows is heard",
    arguments: [
      "", "<", "<iq", "<presence xmlns='jabber:client'>", "<!DOCTYPE x><iq/>", "&#0;", "\u{1B}[2J",
      "<iq xmlns='jabber:client' type='set'/>", "<message/>", "<x xmlns='urn:x'/>",
    ])
  func unreadable(text: String) throws {
    var bench = try ConferenceBench.inSession()
    bench.hear(text)
    #expect(bench.takeEffects().isEmpty)
    #expect(bench.notes.count <= 1)
    bench.focusSays(ConferenceBench.sources("source-add", ConferenceBench.source(9, "bob00001")))
    #expect(!bench.takeEffects().isEmpty)
  }

  @Test("what is larger than a mebibyte, or binary, is dropped")
  func oversized() throws {
    var bench = try ConferenceBench.inSession()
    bench.hear("<message xmlns='jabber:client'>" + String(repeating: "x", count: 1 << 20))
    let socket = try #require(bench.socket)
    bench.receive(.received(socket, .binary([1, 2, 3])))
    #expect(bench.notes.count == 2)
    #expect(bench.takeEffects().isEmpty)
    #expect(!bench.conference.hasEnded)
  }

  @Test("notes about nonsense are bounded")
  func notes() throws {
    var bench = try ConferenceBench.inSession()
    for number in 0..<1_000 {
      bench.hear("<")
      bench.focusSays(ConferenceBench.jingle("dance\(number)", ""))
    }
    #expect(bench.notes.count <= 60)
    #expect(!bench.conference.hasEnded)
  }

  @Test("an offer with more sources than there can be is refused, and the call goes on")
  func tooManySources() throws {
    var bench = try ConferenceBench.inside()
    let sources = (1...1_025).map { ConferenceBench.source(UInt32($0), "e") }.joined()
    let id = bench.focusSays(ConferenceBench.initiate(sources: sources))
    #expect(bench.answer(to: id)?.stanzaError?.condition == .badRequest)
    #expect(bench.takeEffects().isEmpty)
    bench.focusSays(ConferenceBench.initiate())
    #expect(!bench.takeEffects().isEmpty)
  }

  @Test("messages about a session that is not there yet, or no longer, find none")
  func outOfOrder() throws {
    var bench = try ConferenceBench.inside()
    for action in ["source-add", "source-remove", "transport-info", "session-terminate"] {
      let id = bench.focusSays(
        ConferenceBench.sources(action, ConferenceBench.source(5, "bob00001")))
      #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    }
    #expect(bench.takeEffects().isEmpty)
    bench.focusSays(ConferenceBench.initiate())
    bench.focusSays(ConferenceBench.jingle("session-terminate", "<reason><expired/></reason>"))
    _ = bench.takeEffects()
    let id = bench.focusSays(ConferenceBench.jingle("session-terminate", ""))
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    #expect(bench.takeEffects().isEmpty)
    // An answer of media that comes too late goes nowhere.
    bench.answer(ConferenceBench.answer())
    #expect(!bench.hasSent("session-accept"))
  }

  @Test("an offer before the room has let us in is nobody's")
  func early() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    let id = bench.focusSays(ConferenceBench.initiate())
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    #expect(!bench.takeEffects().contains { if case .described = $0 { true } else { false } })
  }

  @Test("presence, chat and words of a focus from other rooms count for nothing")
  func forged() throws {
    var bench = try ConferenceBench.inside()
    let other = "other@conference.meet.example.org"
    bench.hear(
      "<presence xmlns='jabber:client' from='\(other)/eve'><nick xmlns='\(XMPPNamespace.nick)'>E</nick>"
        + "</presence>")
    bench.hear(
      "<message xmlns='jabber:client' type='groupchat' from='\(other)/eve'><body>x</body></message>"
    )
    bench.hear(
      "<presence xmlns='jabber:client' type='unavailable' from='\(other)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><status code='307'/><status code='110'/></x></presence>"
    )
    let id = bench.focusSays(ConferenceBench.initiate(), from: "\(other)/focus")
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("a focus's answer that somebody else gives is not taken")
  func forgedAnswer() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    let ask = try bench.takeIQ("conference")
    bench.hear(
      "<iq xmlns='jabber:client' type='result' id='\(ask["id"] ?? "")' from='eve@evil.example/x'>"
        + "<conference xmlns='\(XMPPNamespace.jitsiFocus)' ready='true'/></iq>")
    #expect(bench.takeSent().isEmpty)
  }

  @Test("answers to requests that have been answered are passed over")
  func repeatedAnswers() throws {
    var bench = try ConferenceBench.inside()
    bench.focusSays(ConferenceBench.initiate())
    bench.answer(ConferenceBench.answer())
    let accept = try bench.takeIQ("session-accept")
    _ = bench.takeEffects()
    bench.result(to: accept)
    bench.refuse(accept, "bad-request")
    bench.result(to: accept)
    #expect(bench.takeEffects().isEmpty)
    #expect(!bench.hasSent("session-terminate"))
  }

  @Test("events of other sockets and requests are another's", arguments: [0, 2_000_000])
  func foreign(number: Int) throws {
    var bench = try ConferenceBench.inSession()
    bench.receive(.failed(SocketID(number), .timedOut))
    bench.receive(.closed(SocketID(number), code: 1000, reason: ""))
    bench.receive(.response(RequestID(number), HTTPResponse(status: 500)))
    bench.receive(.requestFailed(RequestID(number), .timedOut))
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("nothing that comes after the end is told")
  func afterTheEnd() throws {
    var bench = try ConferenceBench.inSession()
    let socket = try #require(bench.socket)
    bench.leave()
    _ = bench.takeEffects()
    for text in [ConferenceBench.open, "<presence xmlns='jabber:client' from='\(Self.room)/x'/>"] {
      bench.receive(.received(socket, .text(text)))
    }
    bench.receive(.closed(socket, code: 1000, reason: ""))
    bench.mediaFailed("late")
    bench.answer(ConferenceBench.answer())
    bench.setMuted(true)
    bench.start()
    bench.advance(.seconds(600))
    #expect(bench.takeEffects().isEmpty)
    #expect(bench.conference.deadline == nil)
  }
}

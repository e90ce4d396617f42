import Basics
import Calling
import Formats
import Jitsi
import Testing
import XMPP

@Suite("Jitsi: waiting rooms")
struct LobbyTests {
  private static let lobby = "weekly@lobby.meet.example.org"

  /// A bench whose room has sent us to wait, with what was sent since.
  private func waiting(inError: Bool = false) throws -> ConferenceBench {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    _ = (bench.takeSent(), bench.takeEffects())
    let place = "<lobbyroom xmlns='\(XMPPNamespace.jitsiMeet)'>\(Self.lobby)</lobbyroom>"
    try bench.deliver(
      "<presence xmlns='jabber:client' type='error' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<error type='auth'><registration-required xmlns='\(XMPPNamespace.stanzaErrors)'/>"
        + (inError ? place : "") + "</error>" + (inError ? "" : place) + "</presence>")
    return bench
  }

  private func sit(_ bench: inout ConferenceBench) throws {
    try bench.deliver(
      "<presence xmlns='jabber:client' from='\(Self.lobby)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item role='participant'/><status code='110'/></x>"
        + "</presence>")
  }

  private func invite(_ bench: inout ConferenceBench, from room: String, _ extra: String = "")
    throws
  {
    try bench.deliver(
      "<message xmlns='jabber:client' from='\(room)'><x xmlns='\(XMPPNamespace.mucUser)'>"
        + "<invite from='\(ConferenceBench.room)/mod'/>\(extra)</x></message>")
  }

  private func words(_ effects: [JitsiConference.Effect]) -> [String] {
    effects.compactMap { if case .notice(let words) = $0 { words } else { nil } }
  }

  @Test(
    "one sits down to wait by name alone, says so, and enters when let in",
    arguments: [false, true])
  func letIn(inError: Bool) throws {
    var bench = try waiting(inError: inError)
    let knock = try bench.takePresence()
    #expect(knock["to"] == "\(Self.lobby)/0a1b2c3d")
    #expect(knock.child("nick")?.text.isEmpty == false)
    #expect(knock.child("c") == nil && knock.child("SourceInfo") == nil)
    try sit(&bench)
    #expect(words(bench.takeEffects()) == ["Waiting to be let in by the conference's host."])
    bench.advance(.seconds(55))
    #expect(!bench.conference.hasEnded, "it takes longer than getting in may")
    _ = bench.takeSent()
    try invite(&bench, from: ConferenceBench.room, "<password>sesame</password>")
    let sent = bench.takeSent().filter { $0.name == "presence" }
    #expect(sent.first?["to"] == "\(Self.lobby)/0a1b2c3d" && sent.first?["type"] == "unavailable")
    #expect(sent.last?["to"] == "\(ConferenceBench.room)/0a1b2c3d")
    #expect(sent.last?.child("x", XMPPNamespace.muc)?.child("password")?.text == "sesame")
    try bench.join(with: [:])
    #expect(bench.takeEffects().contains(.joined))
  }

  @Test("who is sent away has been declined; a waiting room that is closed lets all in")
  func ends() throws {
    var bench = try waiting()
    try sit(&bench)
    _ = bench.takeEffects()
    try bench.deliver(
      "<presence xmlns='jabber:client' type='unavailable' from='\(Self.lobby)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><status code='110'/><status code='307'/></x></presence>"
    )
    #expect(bench.takeEffects().contains(.ended(.declined(reason: "The host did not let you in."))))
    var other = try waiting()
    try sit(&other)
    _ = (other.takeSent(), other.takeEffects())
    try other.deliver(
      "<presence xmlns='jabber:client' type='unavailable' from='\(Self.lobby)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><status code='110'/>"
        + "<destroy jid='\(ConferenceBench.room)'/></x></presence>")
    #expect(other.takeSent().contains { $0["to"] == "\(ConferenceBench.room)/0a1b2c3d" })
  }

  @Test("only the room itself lets in; nobody waits for ever, and leaving ends the waiting")
  func bounds() throws {
    var bench = try waiting()
    try sit(&bench)
    _ = (bench.takeSent(), bench.takeEffects())
    for room in ["evil@conference.meet.example.org", Self.lobby, "\(Self.lobby)/mod"] {
      try invite(&bench, from: room)
    }
    #expect(!bench.takeSent().contains { $0["to"] == "\(ConferenceBench.room)/0a1b2c3d" })
    bench.advance(.seconds(601))
    #expect(bench.takeEffects().contains(.ended(.noAnswer)))
    var other = try waiting()
    try sit(&other)
    _ = other.takeSent()
    other.leave()
    #expect(
      other.takeSent().contains {
        $0["to"] == "\(Self.lobby)/0a1b2c3d" && $0["type"] == "unavailable"
      })
    #expect(other.conference.hasEnded)
  }
}

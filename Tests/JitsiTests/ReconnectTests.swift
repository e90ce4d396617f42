import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport
import XMPP

@Suite("Jitsi: a connection that breaks")
struct ReconnectTests {
  @Test("a stream that is resumed changes nothing but a line")
  func resumed() throws {
    var bench = try ConferenceBench.inSession(resumes: true)
    try bench.breakConnection()
    #expect(
      bench.takeEffects() == [.notice("The connection to the conference broke; trying again.")])
    bench.advance(.seconds(1))
    try bench.resume()
    #expect(bench.takeEffects() == [.notice("The connection to the conference is back.")])
    bench.focusSays(ConferenceBench.sources("source-add", ConferenceBench.source(9, "bob00001")))
    #expect(!bench.takeEffects().isEmpty)
    #expect(!bench.hasSent("conference"))
  }

  @Test("after a resumption the bridge is asked to gather anew, where the server can do it")
  func renewPath() throws {
    var bench = try ConferenceBench.inSession(
      config: "config.enableIceRestart = true;", resumes: true)
    try bench.breakConnection()
    bench.advance(.seconds(1))
    try bench.resume()
    let info = try bench.takeIQ("session-info")
    #expect(info.payload?.child("bridge-session")?["ice-restart"] == "true")
    #expect(info.payload?.child("bridge-session")?["id"] == "b-1")
  }

  @Test(
    "a stream that is lost is replaced: a new name, new media, the same call",
    arguments: [
      true, false,
    ])
  func rejoined(resumes: Bool) throws {
    var bench = try ConferenceBench.inSession(resumes: resumes)
    try bench.breakConnection()
    _ = bench.takeEffects()
    bench.advance(.seconds(1))
    bench.endpoint = "ffffffff"
    try bench.openStream(resumes: resumes)
    if resumes {
      try bench.deliver(
        "<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='\(XMPPNamespace.stanzaErrors)'/></failed>"
      )
    }
    try bench.bind(resumes: resumes)
    #expect(bench.takeEffects().contains(.mediaGone))
    try bench.grant()
    #expect(try bench.takePresence()["to"] == "\(ConferenceBench.room)/ffffffff")
    try bench.join(with: ["bob00001": "Bob"])
    let effects = bench.takeEffects()
    #expect(!effects.contains(.joined))
    #expect(effects.contains(.notice("The connection to the conference is back.")))
    bench.focusSays(ConferenceBench.initiate(sid: "s-2"))
    bench.answer(ConferenceBench.answer(ssrc: 5))
    let source = try JingleMessage(decoding: #require(bench.takeIQ("session-accept").payload))
      .contents.first?.description?.sources.first
    #expect(source?.name == "ffffffff-a0")
    #expect(source?.msid?.hasPrefix("ffffffff-audio-0-2 ") == true)
  }

  @Test("sound goes on while the server is away; the call ends when it stays away")
  func absence() throws {
    var bench = try ConferenceBench.inSession()
    bench.isAlive = false
    try bench.breakConnection()
    _ = bench.takeEffects()
    bench.advance(JitsiConference.absenceLimit - .nanoseconds(1))
    #expect(!bench.takeEffects().contains(.mediaGone))
    #expect(!bench.conference.hasEnded)
    bench.advance(.nanoseconds(1))
    #expect(try endWords(bench.takeEffects()).contains("made anew"))
  }

  @Test("a server that has gone silent is noticed by its pings")
  func silence() throws {
    var bench = try ConferenceBench.inSession()
    bench.isAlive = false
    bench.advance(.seconds(21))
    #expect(
      bench.takeEffects().contains(.notice("The connection to the conference broke; trying again."))
    )
  }

  @Test("a quiet conference lives on for as long as the server answers")
  func quiet() throws {
    var bench = try ConferenceBench.inSession()
    bench.advance(.seconds(3_600))
    #expect(bench.takeEffects().isEmpty)
    #expect(!bench.conference.hasEnded)
  }

  @Test("media that fails while the server is away waits for the new entry")
  func mediaFailsMeanwhile() throws {
    var bench = try ConferenceBench.inSession()
    try bench.breakConnection()
    bench.advance(.seconds(1))
    try bench.signIn()
    _ = bench.takeSent()
    bench.mediaFailed("gone")
    #expect(bench.takeSent().isEmpty)
    #expect(!bench.conference.hasEnded)
  }

  @Test("a way back that the room refuses ends the call with its reason")
  func refusedOnReturn() throws {
    var bench = try ConferenceBench.inSession()
    try bench.breakConnection()
    bench.advance(.seconds(1))
    try bench.signIn()
    try bench.grant()
    try bench.deliver(
      "<presence xmlns='jabber:client' type='error' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<error type='cancel'><service-unavailable xmlns='\(XMPPNamespace.stanzaErrors)'/></error>"
        + "</presence>")
    #expect(try endWords(bench.takeEffects()).contains("full"))
  }
}

extension ConferenceBench {
  /// The server goes on with the broken stream.
  mutating func resume() throws {
    try openStream(resumes: true)
    try deliver("<resumed xmlns='urn:xmpp:sm:3' previd='keep-1' h='\(stanzaCount)'/>")
  }
}

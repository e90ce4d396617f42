import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport
import XMPP

@Suite("Jitsi: sessions of sound")
struct SessionTests {
  @Test("an offer is confirmed, handed to media, and answered in the focus's form")
  func accept() throws {
    var bench = try ConferenceBench.inside()
    let id = bench.focusSays(ConferenceBench.initiate())
    #expect(bench.answer(to: id)?["type"] == "result")
    let effects = bench.takeEffects()
    guard case .described(let offer) = effects.first else {
      Issue.record("\(effects)")
      return
    }
    bench.answer(ConferenceBench.answer(to: offer))
    let accept = try bench.takeIQ("session-accept")
    #expect(accept["to"] == "\(ConferenceBench.room)/focus")
    let jingle = try #require(accept.payload)
    #expect(jingle["sid"] == "s-1")
    #expect(jingle["initiator"] == "\(ConferenceBench.room)/focus")
    #expect(jingle["responder"] == "0a1b2c3d-77@meet.example.org/r1")
    let message = try JingleMessage(decoding: jingle)
    #expect(message.bundle == ["audio"])
    let content = try #require(message.contents.first)
    #expect(content.name == "audio")
    #expect(content.description?.payloadTypes.map(\.id) == [111, 112, 126])
    #expect(content.description?.headerExtensions.map(\.id) == [1])
    let source = try #require(content.description?.sources.first)
    #expect(source.ssrc == 4_711)
    #expect(source.name == "0a1b2c3d-a0")
    #expect(source.msid?.hasPrefix("0a1b2c3d-audio-0-1 ") == true)
    #expect(content.transport?.setup == .active)
    #expect(content.transport?.credentials?.ufrag == "mine")
    #expect(content.transport?.candidates.count == 1)
    #expect(!accept.encoded().contains("cryptex"))
  }

  @Test("whose streams are whose follows the focus")
  func sources() throws {
    var bench = try ConferenceBench.inSession()
    try bench.appear("carl0001", "Carl")
    _ = bench.takeEffects()
    bench.focusSays(ConferenceBench.sources("source-add", ConferenceBench.source(333, "carl0001")))
    #expect(
      bench.takeEffects() == [
        .participants([
          Participant(id: "0a1b2c3d", name: "Ann", isSelf: true),
          Participant(id: "bob00001", name: "Bob", streams: [222]),
          Participant(id: "carl0001", name: "Carl", streams: [333]),
        ])
      ])
    bench.focusSays(
      ConferenceBench.sources("source-remove", ConferenceBench.source(222, "bob00001")))
    guard case .participants(let participants) = bench.takeEffects().first else {
      Issue.record("nobody was told")
      return
    }
    #expect(participants.map(\.streams) == [[], [], [333]])
  }

  @Test(
    "a session that the focus withdraws is gone, and the next one is taken",
    arguments: [
      "expired", "success", "general-error", "gone",
    ])
  func terminated(reason: String) throws {
    var bench = try ConferenceBench.inSession()
    let id = bench.focusSays(
      ConferenceBench.jingle("session-terminate", "<reason><\(reason)/></reason>"))
    #expect(bench.answer(to: id)?["type"] == "result")
    #expect(bench.takeEffects().first == .mediaGone)
    bench.focusSays(ConferenceBench.initiate(sid: "s-2"))
    guard case .described = bench.takeEffects().first else {
      Issue.record("the next session was not taken")
      return
    }
    bench.answer(ConferenceBench.answer(ssrc: 99))
    #expect(try bench.takeIQ("session-accept").payload?["sid"] == "s-2")
  }

  @Test("an offer that replaces another withdraws it first; one that comes twice is taken once")
  func replaced() throws {
    var bench = try ConferenceBench.inSession()
    bench.focusSays(ConferenceBench.initiate())
    #expect(bench.takeEffects().isEmpty)
    bench.focusSays(ConferenceBench.initiate(sid: "s-2"))
    let effects = bench.takeEffects()
    #expect(effects.first == .mediaGone)
    #expect(
      effects.contains { if case .described = $0 { true } else { false } })
  }

  @Test("an offer without a bundle is taken back to the focus with the reason")
  func noBundle() throws {
    var bench = try ConferenceBench.inside()
    bench.focusSays(ConferenceBench.initiate(group: ""))
    let terminate = try bench.takeIQ("session-terminate")
    #expect(terminate.payload?.child("reason")?.child("unsupported-applications") != nil)
    guard case .notice = bench.takeEffects().first else {
      Issue.record("the user was not told")
      return
    }
  }

  @Test("candidates pass in both directions once the answer is given")
  func trickle() throws {
    var bench = try ConferenceBench.inside()
    bench.focusSays(ConferenceBench.initiate())
    bench.candidate(ConferenceBench.candidate(1))
    #expect(!bench.hasSent("transport-info"))
    bench.answer(ConferenceBench.answer())
    bench.candidate(ConferenceBench.candidate(2))
    let info = try bench.takeIQ("transport-info")
    #expect(
      info.payload?.child("content")?.child("transport")?.child("candidate")?["port"] == "2")
    _ = bench.takeEffects()
    bench.focusSays(
      ConferenceBench.jingle(
        "transport-info",
        "<content creator='initiator' name='audio'>"
          + ConferenceBench.transport(fingerprint: false) + "</content>"))
    #expect(
      bench.takeEffects().contains {
        if case .candidate(let candidate) = $0 { candidate.address == "192.0.2.1" } else { false }
      })
  }

  @Test("our candidates are bounded")
  func candidateBound() throws {
    var bench = try ConferenceBench.inSession()
    for port in 1...100 {
      bench.candidate(ConferenceBench.candidate(UInt16(port)))
      #expect(bench.hasSent("transport-info") == (port <= JingleTransport.candidateLimit))
      if bench.hasSent("transport-info") { bench.result(to: try bench.takeIQ("transport-info")) }
    }
  }

  @Test("the bridge gathers anew inside the session: a renewed offer, and our path goes back")
  func iceRestart() throws {
    var bench = try ConferenceBench.inSession()
    let renewal = ConferenceBench.jingle(
      "transport-info",
      "<content creator='initiator' name='audio'>"
        + ConferenceBench.transport(
          ufrag: "wxyz", generation: " ice-generation='1'", candidates: 2, fingerprint: false)
        + "</content>")
    bench.focusSays(renewal)
    guard case .described(let offer) = bench.takeEffects().first else {
      Issue.record("media was not told")
      return
    }
    let audio = try AudioDescription(reading: offer)
    #expect(audio.credentials.ufrag == "wxyz")
    #expect(audio.candidates.count == 2)
    #expect(audio.fingerprints.count == 1)
    bench.answer(ConferenceBench.answer(to: offer))
    let info = try bench.takeIQ("transport-info")
    let transport = try #require(info.payload?.child("content")?.child("transport"))
    #expect(transport["ice-generation"] == "1")
    #expect(transport["ufrag"] == "mine")
    // The same once more is a repetition.
    bench.focusSays(renewal)
    #expect(!bench.takeEffects().contains { if case .described = $0 { true } else { false } })
  }

  @Test("media that fails is told to the focus, which is asked for another session")
  func mediaFailed() throws {
    var bench = try ConferenceBench.inSession()
    bench.mediaFailed("no path")
    let info = try bench.takeIQ("session-info")
    #expect(info.payload?.child("ice-state")?.text == "failed")
    #expect(info.payload?.child("bridge-session")?["id"] == "b-1")
    let terminate = try bench.takeIQ("session-terminate")
    #expect(terminate.payload?.child("reason")?.child("connectivity-error") != nil)
    #expect(terminate.payload?.child("bridge-session")?["restart"] == "true")
    #expect(!bench.takeEffects().contains(.mediaGone))
    bench.focusSays(ConferenceBench.initiate(sid: "s-2"))
    #expect(bench.takeEffects().contains { if case .described = $0 { true } else { false } })
    bench.advance(.seconds(60))
    #expect(!bench.conference.hasEnded)
  }

  @Test("sessions are asked for at least five seconds apart, and not for ever")
  func restartLimits() throws {
    var bench = try ConferenceBench.inSession()
    var requestedAt: [Instant] = []
    for round in 2...10 {
      bench.mediaFailed("no path \(round)")
      guard !bench.conference.hasEnded else { break }
      if !bench.hasSent("session-terminate") { bench.advance(.seconds(5)) }
      _ = try bench.takeIQ("session-terminate")
      requestedAt.append(bench.now)
      bench.focusSays(ConferenceBench.initiate(sid: "s-\(round)"))
      bench.answer(ConferenceBench.answer())
    }
    #expect(requestedAt.count == JitsiConference.restartLimit)
    for (earlier, later) in zip(requestedAt, requestedAt.dropFirst()) {
      #expect(earlier.duration(to: later) >= .seconds(5))
    }
    #expect(try endWords(bench.takeEffects()).contains("no path"))
  }

  @Test("a focus that offers nothing new ends the call")
  func noNewSession() throws {
    var bench = try ConferenceBench.inSession()
    bench.mediaFailed("no path")
    bench.advance(.seconds(30))
    #expect(try endWords(bench.takeEffects()).contains("new way"))
  }

  @Test(
    "an answer that the focus does not take, or never confirms, is followed by a restart",
    arguments: [true, false])
  func acceptRefused(isTold: Bool) throws {
    var bench = try ConferenceBench.inside()
    bench.focusSays(ConferenceBench.initiate())
    bench.answer(ConferenceBench.answer())
    let accept = try bench.takeIQ("session-accept")
    _ = bench.takeEffects()
    if isTold { bench.refuse(accept, "bad-request") } else { bench.advance(.seconds(15)) }
    #expect(bench.takeEffects().contains(.mediaGone))
    #expect(
      try bench.takeIQ("session-terminate").payload?.child("bridge-session")?["restart"] == "true")
  }

  @Test("another participant's own path is declined, and the bridge's goes on")
  func peerToPeer() throws {
    var bench = try ConferenceBench.inSession()
    let id = bench.focusSays(ConferenceBench.initiate(sid: "p2p"), from: "bob00001")
    #expect(bench.answer(to: id)?["type"] == "result")
    let decline = try bench.takeIQ("session-terminate")
    #expect(decline["to"] == "\(ConferenceBench.room)/bob00001")
    #expect(decline.payload?["sid"] == "p2p")
    #expect(decline.payload?.child("reason")?.child("decline") != nil)
    #expect(bench.takeEffects().isEmpty)
    bench.focusSays(ConferenceBench.sources("source-add", ConferenceBench.source(3, "bob00001")))
    #expect(!bench.takeEffects().isEmpty)
  }

  @Test("sessions that nobody knows, actions that nobody knows, and strangers get their errors")
  func errors() throws {
    var bench = try ConferenceBench.inSession()
    var id = bench.focusSays(ConferenceBench.jingle("transport-info", sid: "other", ""))
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    #expect(bench.answer(to: id)?.stanzaError?.detail?.name == "unknown-session")
    id = bench.focusSays(ConferenceBench.jingle("dance", ""))
    #expect(bench.answer(to: id)?.stanzaError?.condition == .badRequest)
    id = bench.focusSays("<jingle xmlns='urn:xmpp:jingle:1' action='session-info'/>")
    #expect(bench.answer(to: id)?.stanzaError?.condition == .badRequest)
    id = bench.focusSays(
      ConferenceBench.jingle("session-terminate", ""), from: "eve@elsewhere.example/focus")
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    id = bench.focusSays(ConferenceBench.jingle("session-terminate", ""), from: "bob00001")
    #expect(bench.answer(to: id)?.stanzaError?.condition == .itemNotFound)
    id = bench.focusSays("<query xmlns='jabber:iq:version'/>")
    #expect(bench.answer(to: id)?.stanzaError?.condition == .serviceUnavailable)
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("a description that media renews by itself does not go to the focus")
  func noRenegotiation() throws {
    var bench = try ConferenceBench.inSession()
    bench.answer(ConferenceBench.answer())
    #expect(bench.takeSent().isEmpty)
  }
}

import Basics
import Formats
import SDP
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

@Suite("Exchange: sessions of conferences")
struct JitsiFocusTests {
  private let bench = ExchangeBench()

  @Test("the second one brings both an offer of the forwarder, in a bridge's words")
  func offers() throws {
    let alice = try JitsiGuest(bench)
    alice.enter()
    #expect(bench.takeOrders().isEmpty)
    let bob = try JitsiGuest(bench)
    bob.enter()
    let legs = bench.describeLegs()
    #expect(legs.count == 2)
    for guest in [alice, bob] {
      let stanza = try #require(guest.hearAll().last)
      #expect(stanza.from?.description == "r@muc.meet.jitsi/focus")
      let offer = try JingleMessage(decoding: try #require(stanza.payload))
      #expect(offer.action == .sessionInitiate && offer.bundle == ["audio"])
      #expect(offer.initiator == "r@muc.meet.jitsi/focus")
      #expect(offer.extensions.first?.name == "bridge-session")
      let content = try #require(offer.contents.first)
      #expect(content.name == "audio" && content.senders == .both)
      #expect(content.description?.payloadTypes.map(\.id) == [111, 126])
      #expect(content.description?.headerExtensions.map(\.id) == [1])
      #expect(content.description?.sources.map(\.owner) == ["jvb"])
      #expect(content.description?.sources.first?.ssrc == 77)
      #expect(content.transport?.setup == .actpass && content.transport?.candidates.count == 1)
    }
  }

  @Test("an accepted session's answer goes to the leg, its stream to the others")
  func accepts() throws {
    let (alice, bob, offers) = try pair()
    let answer = alice.answer(to: offers[0], ssrc: 1_001)
    #expect(alice.ask(answer)?["type"] == "result")
    let order = try #require(bench.takeOrders().first)
    guard case .describe(_, let sdp) = order else { return #expect(Bool(false)) }
    let audio = try AudioDescription(reading: try SessionDescription(decoding: sdp))
    #expect(audio.mid == "0" && audio.setup == .active && audio.credentials.ufrag == "client")
    #expect(audio.ssrc == 1_001)
    // Bob has not accepted yet and learns of it then.
    #expect(bob.takeJingle().isEmpty)
    #expect(bob.ask(bob.answer(to: offers[1], ssrc: 1_002))?["type"] == "result")
    let told = alice.takeJingle()
    #expect(told.map(\.action) == [.sourceAdd])
    let source = try #require(told.first?.contents.first?.description?.sources.first)
    #expect(
      source
        == JingleSource(
          ssrc: 1_002, name: "\(bob.nick)-a0", msid: "\(bob.nick)-audio-0-1 t",
          owner: "r@muc.meet.jitsi/\(bob.nick)"))
  }

  @Test("the third is told of the others' streams at once, and all of them when it goes")
  func third() throws {
    let (alice, bob) = try conversation()
    let carol = try JitsiGuest(bench)
    carol.enter()
    #expect(bench.describeLegs().count == 1)
    let offer = try #require(carol.takeJingle().first)
    #expect(offer.contents[0].description?.sources.map(\.ssrc) == [77, 1_001, 1_002])
    _ = carol.ask(carol.answer(to: offer, ssrc: 1_003))
    for guest in [alice, bob] {
      #expect(guest.takeJingle().map { sources($0) } == [[1_003]])
    }
    bench.closeSocket(carol.socket)
    for guest in [alice, bob] {
      let told = guest.takeJingle()
      #expect(told.map(\.action) == [.sourceRemove] && told.map { sources($0) } == [[1_003]])
    }
    guard case .hangUp? = bench.takeOrders().last else { return #expect(Bool(false)) }
    #expect(bench.exchange.legs.count == 2)
  }

  @Test("candidates go both ways, 64 from a client")
  func candidates() throws {
    let (alice, _, offers) = try pair()
    let leg = try #require(bench.exchange.jitsi.roomOfLeg.keys.first { $0.contains(alice.nick) })
    bench.feed(
      .attendant(.candidate(callID: leg, "candidate:2 1 udp 5 10.0.0.9 4000 typ host")))
    let told = try #require(alice.takeJingle().first)
    #expect(told.action == .transportInfo)
    #expect(told.contents[0].transport?.candidates.map(\.address) == ["10.0.0.9"])
    var info = JingleMessage(.transportInfo, sid: offers[0].sid)
    let candidate = try Candidate(decoding: "candidate:3 1 udp 5 10.0.0.8 4000 typ host")
    info.contents = [
      JingleContent(name: "audio", transport: JingleTransport(candidates: [candidate]))
    ]
    for _ in 0..<64 { #expect(alice.ask(info)?["type"] == "result") }
    #expect(
      bench.takeOrders().last
        == .candidate(callID: leg, "3 1 udp 5 10.0.0.8 4000 typ host"))
    #expect(alice.ask(info)?.stanzaError?.condition == .resourceConstraint)
  }

  @Test("streams that are not one's own are refused in words")
  func streams() throws {
    let (alice, bob, offers) = try pair()
    #expect(alice.ask(alice.answer(to: offers[0], ssrc: 1_001))?["type"] == "result")
    for (answer, words) in [
      (bob.answer(to: offers[1], ssrc: 1_001), "SSRC"),
      (bob.answer(to: offers[1], ssrc: 5, msid: "\(alice.nick)-audio-0-1 t"), "msid"),
      (bob.answer(to: offers[1], ssrc: 5, name: "\(alice.nick)-a0"), "begins with"),
    ] {
      let error = bob.ask(answer)?.stanzaError
      #expect(error?.condition == .badRequest)
      #expect(error?.text?.contains(words) == true)
    }
    var many = bob.answer(to: offers[1], ssrc: 5)
    many.contents[0].description?.sources = (1...21).map { JingleSource(ssrc: $0) }
    #expect(bob.ask(many)?.stanzaError?.condition == .resourceConstraint)
    var deaf = bob.answer(to: offers[1], ssrc: 5)
    deaf.contents[0].transport?.fingerprints = []
    #expect(bob.ask(deaf)?.stanzaError?.condition == .badRequest)
    let accept = bob.answer(to: offers[1], ssrc: 5)
    #expect(bob.ask(accept)?["type"] == "result")
    #expect(bob.ask(accept)?.stanzaError?.condition == .unexpectedRequest)
  }

  @Test("streams come and go during a session")
  func changes() throws {
    let (alice, bob) = try conversation()
    let sid = try #require(bench.exchange.jitsi.rooms["r"]?.focus.participants[bob.nick]?.session)
      .sid
    var message = JingleMessage(
      .sourceAdd, sid: sid,
      contents: [
        JingleContent(name: "audio", description: JingleDescription(sources: [.init(ssrc: 9)]))
      ])
    #expect(bob.ask(message)?["type"] == "result")
    #expect(alice.takeJingle().map { sources($0) } == [[9]])
    message.action = .sourceRemove
    #expect(bob.ask(message)?["type"] == "result")
    #expect(alice.takeJingle().map(\.action) == [.sourceRemove])
  }

  @Test("unknown sessions and actions, and what is not Jingle, are refused as the XEP says")
  func unknown() throws {
    let (alice, _, offers) = try pair()
    let lost = alice.ask(JingleMessage(.sessionInfo, sid: "other"))?.stanzaError
    #expect(lost?.condition == .itemNotFound && lost?.detail?.name == "unknown-session")
    for text in [
      "<jingle xmlns='urn:xmpp:jingle:1' action='dance' sid='\(offers[0].sid)'/>",
      "<jingle xmlns='urn:xmpp:jingle:1' action='session-info'/>",
    ] {
      let element = try XMLElement(decoding: text)
      #expect(
        alice.ask("set", "r@muc.meet.jitsi/focus", element)?.stanzaError?.condition == .badRequest)
    }
    let foreign = XMLElement("jingle", "urn:xmpp:jingle:9", ["action": "session-info", "sid": "1"])
    #expect(
      alice.ask("set", "r@muc.meet.jitsi/focus", foreign)?.stanzaError?.condition
        == .serviceUnavailable)
    let offer = JingleMessage(.sessionInitiate, sid: offers[0].sid)
    #expect(alice.ask(offer)?.stanzaError?.condition == .notAllowed)
  }

  @Test("the last one keeps its session for 20 s, and gets another with the next")
  func alone() throws {
    let (alice, bob) = try conversation()
    bob.leave()
    _ = alice.hearAll()
    bench.advance(.milliseconds(19_999))
    #expect(alice.takeJingle().isEmpty)
    bench.advance(.milliseconds(1))
    let end = try #require(alice.takeJingle().first)
    #expect(end.action == .sessionTerminate && end.reason?.condition == "expired")
    #expect(bench.exchange.legs.isEmpty)
    _ = bench.takeOrders()
    bob.enter()
    #expect(bench.describeLegs().count == 2)
    #expect(alice.takeJingle().map(\.action) == [.sessionInitiate])
  }

  @Test("whoever comes back within 20 s finds the other's session as it was")
  func comesBack() throws {
    let (alice, bob) = try conversation()
    bob.leave()
    bench.advance(.seconds(10))
    bob.enter()
    bench.advance(.seconds(60))
    #expect(bench.describeLegs().count == 1)
    #expect(!alice.takeJingle().contains { $0.action == .sessionTerminate })
  }

  @Test("a session is begun anew when its client asks, 5 s apart and 5 times a minute")
  func restarts() throws {
    let (alice, _) = try conversation()
    for index in 1...5 {
      restart(alice)
      if index > 1 {
        #expect(bench.describeLegs().isEmpty)
        bench.advance(.seconds(5))
      }
      #expect(bench.describeLegs().count == 1)
      #expect(alice.takeJingle().map(\.action) == [.sessionInitiate])
    }
    restart(alice)
    bench.advance(.seconds(30))
    #expect(bench.describeLegs().isEmpty)
    #expect(alice.takeJingle().isEmpty)
  }

  @Test("a path that has failed, told by the client or the leg, is replaced by another")
  func failures() throws {
    let (alice, bob) = try conversation()
    var info = JingleMessage(.sessionInfo, sid: sid(alice))
    info.extensions = [XMLElement("ice-state", XMPPNamespace.jitsiFocus, text: "failed")]
    #expect(alice.ask(info)?["type"] == "result")
    // Lost in `ask`: the termination, which came with the result.
    #expect(bench.describeLegs().count == 1)
    #expect(alice.takeJingle().map(\.action) == [.sessionInitiate])
    #expect(bob.takeJingle().map(\.action) == [.sourceRemove])
    let leg = try #require(bench.exchange.jitsi.roomOfLeg.keys.first { $0.contains(bob.nick) })
    bench.feed(.attendant(.hangUp(callID: leg, reason: "failed")))
    #expect(bob.takeJingle().first?.reason?.condition == "connectivity-error")
    #expect(bench.describeLegs().count == 1)
    #expect(bench.exchange.legs.count == 2)
  }

  @Test("whoever ends its session, refuses it or lets it lie has no sound, and others have theirs")
  func refusals() throws {
    let (alice, bob, offers) = try pair()
    #expect(
      alice.ask(JingleMessage(.sessionTerminate, sid: offers[0].sid, reason: .init("decline")))?[
        "type"] == "result")
    #expect(bench.exchange.legs.count == 1)
    bench.advance(.milliseconds(60_000))
    #expect(bob.takeJingle().first?.reason?.condition == "timeout")
    #expect(bench.exchange.legs.isEmpty)
    let carol = try JitsiGuest(bench)
    carol.enter()
    _ = bench.takeOrders().count
    #expect(bench.exchange.legs.count == 1)
  }

  @Test("who says it has no sound is offered none; who says nothing in 3 s is")
  func features() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.requestConference()
    alice.join()
    let question = try #require(
      alice.hearAll().first { $0.payload?.namespace == XMPPNamespace.discoInfo })
    alice.say(question.result(DiscoInfo(identities: [], features: ["x"]).query()))
    bob.join()
    _ = bob.hearAll()
    #expect(bench.takeOrders().isEmpty)
    bench.advance(.seconds(3))
    #expect(bench.describeLegs().count == 1)
    #expect(bob.takeJingle().map(\.action) == [.sessionInitiate])
    #expect(alice.takeJingle().isEmpty)
  }

  @Test("a moderator mutes somebody through the focus; nobody else, and nobody unmutes")
  func mutes() throws {
    let (alice, bob) = try conversation()
    #expect(mute(alice, by: bob, "true")?.stanzaError?.condition == .notAllowed)
    #expect(mute(bob, by: alice, "false")?.stanzaError?.condition == .notAllowed)
    #expect(mute(bob, by: alice, "true")?["type"] == "result")
    let order = try #require(bob.hear()?.payload)
    #expect(order.name == "mute" && order.text == "true")
    #expect(order["actor"] == "r@muc.meet.jitsi/\(alice.nick)")
  }

  @Test("participants from a number on begin muted, if the first one asked for that")
  func startMuted() throws {
    let alice = try JitsiGuest(bench)
    let property = XMLElement(
      "property", XMPPNamespace.jitsiFocus, ["name": "startAudioMuted", "value": "1"])
    let request = XMLElement(
      "conference", XMPPNamespace.jitsiFocus, ["room": "r@muc.meet.jitsi"], [property])
    _ = alice.ask("set", "focus.meet.jitsi", request)
    alice.join()
    alice.answerQuestions()
    let bob = try JitsiGuest(bench)
    bob.enter()
    _ = bench.describeLegs()
    let offers = [alice, bob].map { $0.takeJingle().first }
    #expect(
      offers.map { $0?.extensions.map(\.name) } == [
        ["bridge-session"], ["bridge-session", "startmuted"],
      ])
  }

  @Test("a client that asks for another path keeps its session, five times a minute")
  func pathRenewal() throws {
    let (alice, _) = try conversation()
    let leg = try #require(bench.exchange.jitsi.roomOfLeg.keys.first { $0.contains(alice.nick) })
    var info = JingleMessage(.sessionInfo, sid: sid(alice))
    info.extensions = [
      XMLElement("bridge-session", XMPPNamespace.jitsiFocus, ["ice-restart": "true"])
    ]
    for _ in 0..<5 {
      #expect(alice.ask(info)?["type"] == "result")
      #expect(bench.takeOrders() == [.restart(leg: leg)])
    }
    #expect(alice.ask(info)?.stanzaError?.condition == .resourceConstraint)
    bench.advance(.seconds(60))
    #expect(alice.ask(info)?["type"] == "result")
  }

  @Test("a leg that gathers anew is told as the next agent, and so is the client's side")
  func renewal() throws {
    let (alice, _) = try conversation()
    let leg = try #require(bench.exchange.jitsi.roomOfLeg.keys.first { $0.contains(alice.nick) })
    let offer = JitsiGuest.offer.replacing("a=ice-ufrag:bridge", with: "a=ice-ufrag:second")
    bench.feed(.attendant(.described(callID: leg, isOffer: true, sdp: offer)))
    let told = try #require(alice.takeJingle().first?.contents.first?.transport)
    #expect(told.iceGeneration == 1 && told.credentials?.ufrag == "second")
    var info = JingleMessage(.transportInfo, sid: sid(alice))
    var transport = JingleTransport(
      credentials: IceCredentials(ufrag: "anew", password: "0123456789012345678901"))
    transport.iceGeneration = 1
    info.contents = [JingleContent(name: "audio", transport: transport)]
    #expect(alice.ask(info)?["type"] == "result")
    guard case .describe(leg, let sdp)? = bench.takeOrders().last else {
      return #expect(Bool(false))
    }
    let audio = try AudioDescription(reading: try SessionDescription(decoding: sdp))
    #expect(audio.credentials.ufrag == "anew" && audio.setup == .active)
    info.contents[0].transport?.iceGeneration = 2
    #expect(alice.ask(info)?.stanzaError?.condition == .unexpectedRequest)
  }

  @Test("reports about legs that are gone, or make no sense, change nothing")
  func strayReports() throws {
    let (alice, bob) = try conversation()
    let state = bench.exchange.jitsi
    for leg in ["", "r@muc.meet.jitsi/\(alice.nick)/0"] {
      bench.feed(.attendant(.described(callID: leg, isOffer: true, sdp: JitsiGuest.offer)))
      bench.feed(.attendant(.hangUp(callID: leg, reason: "failed")))
    }
    #expect(bench.exchange.jitsi == state)
    #expect(bob.takeJingle().isEmpty)
  }

  // MARK: Conversations

  /// Two who have been offered their sessions.
  private func pair() throws -> (JitsiGuest, JitsiGuest, [JingleMessage]) {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    #expect(bench.describeLegs().count == 2)
    let offers = [alice, bob].compactMap { $0.takeJingle().first }
    try #require(offers.count == 2)
    return (alice, bob, offers)
  }

  /// Two who hear each other.
  private func conversation() throws -> (JitsiGuest, JitsiGuest) {
    let (alice, bob, offers) = try pair()
    #expect(alice.ask(alice.answer(to: offers[0], ssrc: 1_001))?["type"] == "result")
    #expect(bob.ask(bob.answer(to: offers[1], ssrc: 1_002))?["type"] == "result")
    _ = (alice.takeJingle(), bob.takeJingle(), bench.takeOrders())
    return (alice, bob)
  }

  private func sid(_ guest: JitsiGuest) -> String {
    bench.exchange.jitsi.rooms["r"]?.focus.participants[guest.nick]?.session?.sid ?? ""
  }

  private func restart(_ guest: JitsiGuest) {
    var end = JingleMessage(
      .sessionTerminate, sid: sid(guest), reason: .init("connectivity-error"))
    end.extensions = [XMLElement("bridge-session", XMPPNamespace.jitsiFocus, ["restart": "true"])]
    #expect(guest.ask(end)?["type"] == "result")
  }

  private func mute(_ guest: JitsiGuest, by other: JitsiGuest, _ text: String) -> XMLElement? {
    let mute = XMLElement(
      "mute", XMPPNamespace.jitsiAudio, ["jid": "r@muc.meet.jitsi/\(guest.nick)"], text: text)
    return other.ask("set", "r@muc.meet.jitsi/focus", mute)
  }

  private func sources(_ message: JingleMessage) -> [UInt32] {
    message.contents.compactMap(\.description).flatMap(\.sources).map(\.ssrc)
  }
}

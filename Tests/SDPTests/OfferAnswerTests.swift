import SDP
import Testing

@Suite("Offer and answer")
struct OfferAnswerTests {
  @Test("an offer has the shape that browsers expect")
  func offerShape() {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    var transport = Samples.transport
    transport.candidates = [
      Candidate(
        foundation: "1", component: 1, transport: "udp", priority: 7, address: "127.0.0.1",
        port: 5_000, kind: .host)
    ]
    transport.isGatheringDone = true
    let lines = machine.makeOffer(transport).encoded().split(separator: "\r\n").map { String($0) }

    #expect(
      lines == [
        "v=0", "o=- 9223372036854775807 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
        "a=extmap-allow-mixed", "a=msid-semantic: WMS *",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 110 126", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdefghijkl", "a=ice-options:trickle",
        "a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
          + "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F",
        "a=setup:actpass", "a=mid:0", "a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize",
        "a=msid:name42 audio", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtcp-fb:111 transport-cc", "a=rtcp-fb:111 goog-remb", "a=rtpmap:63 red/48000/2",
        "a=fmtp:63 111/111", "a=x-red-distance:3",
        "a=rtpmap:110 telephone-event/48000", "a=fmtp:110 0-15",
        "a=rtpmap:126 telephone-event/8000", "a=fmtp:126 0-15", "a=ssrc:42 cname:name42",
        "a=candidate:1 1 udp 7 127.0.0.1 5000 typ host", "a=end-of-candidates",
      ])
  }

  @Test("two phones agree")
  func agreement() throws {
    var (caller, callee) = try agreedPair()
    #expect(caller.agreed?.isDTLSClient == false)
    #expect(callee.agreed?.isDTLSClient == true)
    for agreed in [try #require(caller.agreed), try #require(callee.agreed)] {
      #expect(agreed.direction == .sendrecv)
      #expect(agreed.sentOpus == .preferred)
      #expect(agreed.receivedOpus == 111)
      #expect(
        agreed.sentTelephoneEvent == TelephoneEventFormat(payloadType: 110, clockRate: 48_000))
      #expect(agreed.audioLevelID == 1)
      #expect(agreed.sentRedundancy == 63)
      #expect(agreed.receivedRedundancy == 63)
      #expect(agreed.transportID == 3)
    }
    #expect(caller.agreed?.remote.ssrc == 2)
    #expect(callee.agreed?.remote.ssrc == 1)
    caller.withdrawOffer()
    callee.withdrawOffer()
    #expect(caller.agreed != nil, "there is nothing left to take back")
  }

  @Test("an answer takes over the offer's numbers and refuses other sections in their place")
  func answerShape() throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let offer = Samples.description(Samples.chromiumOffer)
    let answer = try machine.makeAnswer(to: offer, Samples.transport)

    #expect(answer.media.map(\.kind) == ["audio", "video"])
    #expect(answer.media.map(\.port) == [9, 0])
    #expect(answer.media[1].attributes == [Attribute("mid", "1"), Attribute("inactive")])
    #expect(answer.attributes.first == Attribute("group", "BUNDLE 0"))
    #expect(answer.media[0].formats == ["111", "63", "110", "126"])
    #expect(answer.media[0].attributes.contains(Attribute("setup", "active")))

    let aiortc = try machine.makeAnswer(
      to: Samples.description(Samples.aiortcOffer), Samples.transport)
    #expect(aiortc.media[0].formats == ["96"])
    #expect(
      aiortc.media[0].attributes.contains(
        Attribute("extmap", "2 urn:ietf:params:rtp-hdrext:ssrc-audio-level")))
    #expect(machine.agreed?.sentTelephoneEvent == nil)
  }

  @Test("redundancy and transport-wide feedback are agreed on only where both sides want them")
  func pathExtras() throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let rtpmap = "a=rtpmap:63 red/48000/2"
    for line in ["a=fmtp:63 111/111", rtpmap] {
      let offer = Samples.chromiumOffer(
        replacing: line, with: line == rtpmap ? "a=rtpmap:63 red/8000" : "a=fmtp:63 0/0")
      let answer = try machine.makeAnswer(to: offer, Samples.transport)
      #expect(answer.media[0].formats == ["111", "110", "126"])
      #expect(machine.agreed?.sentRedundancy == nil)
      #expect(machine.agreed?.receivedRedundancy == nil)
    }
    let offer = Samples.chromiumOffer(
      replacing: "a=rtcp-fb:111 transport-cc", with: "a=rtcp-fb:111 nack")
    let answer = try machine.makeAnswer(to: offer, Samples.transport)
    #expect(machine.agreed?.transportID == nil)
    #expect(!answer.media[0].attributes.contains { $0.name == "rtcp-fb" })

    var local = Samples.local(ssrc: 42)
    local.endsPackets = false
    var relay = OfferAnswer(local: local)
    let own = relay.makeOffer(Samples.transport).media[0]
    #expect(!own.attributes.contains { $0.name == "rtcp-fb" })
    relay.withdrawOffer()
    let consent = try relay.makeAnswer(
      to: Samples.description(Samples.chromiumOffer), Samples.transport)
    #expect(consent.media[0].formats == ["111", "63", "110", "126"])
    #expect(relay.agreed?.sentRedundancy == 63)
    #expect(relay.agreed?.transportID == nil)
  }

  @Test("whoever would rather receive copies names them first, in offers and answers")
  func preference() throws {
    var caller = OfferAnswer(local: Samples.local(ssrc: 1))
    var callee = OfferAnswer(local: Samples.local(ssrc: 2))
    let offer = caller.makeOffer(Samples.transport, prefersRedundancy: true)
    #expect(offer.media[0].formats == ["63", "111", "110", "126"])
    var answer = try callee.makeAnswer(to: offer, Samples.transport)
    #expect(answer.media[0].formats == ["111", "63", "110", "126"])
    try caller.accept(answer: answer)
    #expect(callee.agreed?.remote.prefersRedundancy == true)
    #expect(caller.agreed?.remote.prefersRedundancy == false)

    let renewed = caller.makeOffer(Samples.transport)
    answer = try callee.makeAnswer(to: renewed, Samples.transport, prefersRedundancy: true)
    #expect(answer.media[0].formats == ["63", "111", "110", "126"])
    try caller.accept(answer: answer)
    #expect(callee.agreed?.remote.prefersRedundancy == false)
    #expect(caller.agreed?.remote.prefersRedundancy == true)
    #expect(caller.agreed?.sentRedundancy == 63)
  }

  @Test("estimates of what the way carries are welcome where the other side may give them")
  func estimates() throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    for (line, isWelcome) in [("goog-remb", true), ("nack", false)] {
      let offer = Samples.chromiumOffer(
        replacing: "a=rtcp-fb:111 transport-cc", with: "a=rtcp-fb:111 \(line)")
      let answer = try machine.makeAnswer(to: offer, Samples.transport)
      let isNamed = answer.media[0].attributes.contains(
        Attribute("rtcp-fb", "111 goog-remb"))
      #expect(isNamed == isWelcome)
    }
  }

  @Test("an offer without a group is answered without one")
  func noGroup() throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let answer = try machine.makeAnswer(
      to: Samples.chromiumOffer(without: "a=group"), Samples.transport)
    #expect(!answer.attributes.contains { $0.name == "group" })
  }

  @Test(
    "the roles complement each other",
    arguments: [
      ("a=setup:actpass", "active"), ("a=setup:active", "passive"), ("a=setup:passive", "active"),
      ("a=x", "active"),
    ])
  func roles(line: String, role: String) throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let offer = Samples.chromiumOffer(replacing: "a=setup:actpass", with: line)
    let answer = try machine.makeAnswer(to: offer, Samples.transport)
    #expect(answer.media[0].attributes.contains(Attribute("setup", role)))
    #expect(machine.agreed?.isDTLSClient == (role == "active"))
  }

  @Test(
    "the direction of an answer mirrors the offer's, less what is on hold",
    arguments: [
      ("sendrecv", false, Direction.sendrecv), ("sendonly", false, .recvonly),
      ("recvonly", false, .sendonly), ("inactive", false, .inactive), ("sendrecv", true, .sendonly),
      ("sendonly", true, .inactive),
    ])
  func directions(offered: String, isHolding: Bool, answered: Direction) throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let offer = Samples.description(
      Samples.chromiumOffer.split(separator: "\r\n")
        .map { $0 == "a=sendrecv" ? "a=\(offered)" : String($0) }.joined(separator: "\n"))
    _ = try machine.makeAnswer(to: offer, Samples.transport, isHolding: isHolding)
    #expect(machine.agreed?.direction == answered)
    #expect(machine.agreed?.remote.isHeld == !["sendrecv", "recvonly"].contains(offered))
  }

  @Test("hold and resume renew the description and keep the roles")
  func hold() throws {
    var (caller, callee) = try agreedPair()

    // The callee, once the answerer, offers; it stays the DTLS client.
    let held = callee.makeOffer(Samples.transport, isHolding: true)
    #expect(held.origin.version == 3)
    let answer = try caller.makeAnswer(to: held, Samples.transport)
    #expect(answer.media[0].attributes.contains(Attribute("recvonly")))
    try callee.accept(answer: answer)
    #expect(caller.agreed?.direction == .recvonly)
    #expect(caller.agreed?.remote.isHeld == true)
    #expect(callee.agreed?.direction == .sendonly)
    #expect(caller.agreed?.isDTLSClient == false)
    #expect(callee.agreed?.isDTLSClient == true)

    let resumed = callee.makeOffer(Samples.transport)
    #expect(resumed.origin.version == 4)
    try callee.accept(answer: caller.makeAnswer(to: resumed, Samples.transport))
    #expect(caller.agreed?.direction == .sendrecv)
    #expect(callee.agreed?.direction == .sendrecv)
  }

  @Test("a renewed offer keeps refused sections and the numbers agreed on")
  func renewedOffer() throws {
    var machine = OfferAnswer(local: Samples.local(ssrc: 42))
    let offer = Samples.chromiumOffer(replacing: "a=mid:0", with: "a=mid:sound")
    _ = try machine.makeAnswer(to: offer, Samples.transport)
    let renewed = machine.makeOffer(Samples.transport)
    #expect(renewed.media.map(\.port) == [9, 0])
    #expect(renewed.media[0].attributes.contains(Attribute("mid", "sound")))
    #expect(renewed.attributes.first == Attribute("group", "BUNDLE sound"))

    machine.withdrawOffer()
    _ = try machine.makeAnswer(to: Samples.description(Samples.aiortcOffer), Samples.transport)
    #expect(machine.makeOffer(Samples.transport).media[0].formats == ["96"])
  }

  @Test("an answer may use numbers of its own for what it receives")
  func ownNumbers() throws {
    var caller = OfferAnswer(local: Samples.local(ssrc: 1))
    _ = caller.makeOffer(Samples.transport)
    try caller.accept(answer: Samples.description(Samples.aiortcOffer))
    #expect(caller.agreed?.sentOpus.payloadType == 96)
    #expect(caller.agreed?.receivedOpus == 111)
  }

  @Test("a bad answer changes nothing, and a good one is still taken")
  func badAnswer() throws {
    var caller = OfferAnswer(local: Samples.local(ssrc: 1))
    #expect(throws: NegotiationError.nothingOffered) {
      try caller.accept(answer: Samples.description(Samples.aiortcOffer))
    }
    let offer = caller.makeOffer(Samples.transport)
    #expect(throws: NegotiationError.noOpus) {
      try caller.accept(answer: Samples.chromiumOffer(without: "a=rtpmap:111"))
    }
    #expect(throws: NegotiationError.sectionsDiffer) {
      try caller.accept(answer: Samples.description(Samples.chromiumOffer))
    }
    #expect(caller.agreed == nil)
    #expect(caller.hasOffered)

    var callee = OfferAnswer(local: Samples.local(ssrc: 2))
    try caller.accept(answer: callee.makeAnswer(to: offer, Samples.transport))
    #expect(!caller.hasOffered)
  }

  @Test("offers that cross are noticed; one that is withdrawn gives way")
  func crossing() throws {
    var (caller, callee) = try agreedPair()
    _ = caller.makeOffer(Samples.transport)
    let offer = callee.makeOffer(Samples.transport)
    #expect(throws: NegotiationError.offersCrossed) {
      try caller.makeAnswer(to: offer, Samples.transport)
    }
    caller.withdrawOffer()
    try callee.accept(answer: caller.makeAnswer(to: offer, Samples.transport))
  }

  private func agreedPair() throws -> (OfferAnswer, OfferAnswer) {
    var caller = OfferAnswer(local: Samples.local(ssrc: 1))
    var callee = OfferAnswer(local: Samples.local(ssrc: 2))
    let offer = try overTheWire(caller.makeOffer(Samples.transport))
    let answer = try overTheWire(callee.makeAnswer(to: offer, Samples.transport))
    try caller.accept(answer: answer)
    return (caller, callee)
  }

  private func overTheWire(_ description: SessionDescription) throws -> SessionDescription {
    try SessionDescription(decoding: description.encoded())
  }
}

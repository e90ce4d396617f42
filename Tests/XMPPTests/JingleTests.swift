import Formats
import SDP
import Testing
import XMPP

@Suite("Jingle")
struct JingleTests {
  @Test("reads a bridge's offer and writes the same")
  func roundTrip() throws {
    let message = try JingleMessage(decoding: try XMLElement(decoding: offer))
    #expect(message.action == .sessionInitiate)
    #expect(message.bundle == ["audio"])
    #expect(message.extensions.map(\.name) == ["bridge-session"])
    let audio = try #require(message.content(media: "audio")?.description)
    #expect(audio.payloadTypes.map(\.id) == [111, 126, 112])
    #expect(audio.payloadTypes[2].parameters == [JingleDescription.Parameter("", "111/111")])
    #expect(audio.headerExtensions.map(\.id) == [1, 5])
    #expect(audio.sources.map(\.owner) == ["jvb", "abcd1234"])
    #expect(audio.sources[1].msid == "abcd1234-audio-0-1 t1")
    let transport = try #require(message.contents[0].transport)
    #expect(transport.candidates.map(\.kind) == [.host, .serverReflexive])
    #expect(transport.setup == .actpass)
    let again = try XMLElement(decoding: message.encoded().encoded())
    #expect(try JingleMessage(decoding: again) == message)
  }

  @Test("an offer becomes a session description that can be answered, and the same offer again")
  func sessionDescription() throws {
    let message = try JingleMessage(decoding: try XMLElement(decoding: offer))
    let text = try message.sessionDescription(sessionID: 7).encoded()
    let description = try SessionDescription(decoding: text)
    let audio = try AudioDescription(reading: description)
    #expect(audio.mid == "audio")
    #expect(audio.opus.payloadType == 111 && audio.opus.usesInbandFEC)
    #expect(audio.telephoneEvents.map(\.payloadType) == [126])
    #expect(audio.audioLevelID == 1)
    #expect(audio.candidates.count == 2)
    #expect(audio.direction == .sendrecv && audio.setup == .actpass)
    let content = try JingleContent(describing: description, name: "audio", isOffer: true)
    var expected = message.contents[0]
    for index in expected.description?.sources.indices ?? 0..<0 {
      expected.description?.sources[index].owner = nil
      expected.description?.sources[index].name = nil
    }
    #expect(content == expected)
  }

  @Test(
    "an answer's senders count from the initiator",
    arguments: [
      ("sendonly", JingleContent.Senders.responder), ("recvonly", .initiator), ("inactive", .none),
      ("sendrecv", .both),
    ])
  func sendersCount(direction: String, senders: JingleContent.Senders) throws {
    let text = """
      v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
      a=rtpmap:111 opus/48000/2\r\na=\(direction)\r\n
      """
    let description = try SessionDescription(decoding: text)
    let content = try JingleContent(describing: description, name: "audio", isOffer: false)
    #expect(content.senders == senders)
    let answer = JingleMessage(.sessionAccept, sid: "1", contents: [content])
    let back = try answer.sessionDescription(mid: "0", sessionID: 1)
    #expect(back.media[0].attributes.contains(Attribute(direction)))
    #expect(back.media[0].attributes.first == Attribute("mid", "0"))
  }

  @Test(
    "says what is wrong",
    arguments: [
      ("<jingle xmlns='urn:xmpp:jingle:2' action='session-info' sid='1'/>", JingleError.notJingle),
      ("<jingle xmlns='urn:xmpp:jingle:1' action='dance' sid='1'/>", .unknownAction("dance")),
      ("<jingle xmlns='urn:xmpp:jingle:1' action='session-info'/>", .missing("sid")),
      (
        "<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='1'><content/></jingle>",
        .missing("a content's name")
      ),
      (sourceText("0"), .malformed("ssrc")), (sourceText("4294967296"), .malformed("ssrc")),
      (sourceText("-1"), .malformed("ssrc")),
      (
        sourceText("1' name='\(String(repeating: "x", count: 600))"),
        .malformed("source")
      ),
      (descriptionText("<payload-type id='128' name='opus'/>"), .malformed("payload type")),
      (descriptionText("<payload-type id='1' name='a b'/>"), .malformed("payload type's name")),
      (transportText("ufrag='a' pwd='b'", ""), .malformed("ufrag or pwd")),
      (transportText("", String(repeating: candidate, count: 65)), .tooMany("candidates")),
      (
        descriptionText(String(repeating: "<payload-type id='1' name='x'/>", count: 65)),
        .tooMany("payload types")
      ),
    ])
  func wrong(text: String, error: JingleError) throws {
    let element = try XMLElement(decoding: text)
    #expect(throws: error) { try JingleMessage(decoding: element) }
  }

  @Test("candidates over TCP say who connects")
  func overTCP() throws {
    let text = transportText(
      "",
      candidate.replacing("udp", with: "tcp").replacing("type=", with: "tcptype='active' type="))
    let message = try JingleMessage(decoding: XMLElement(decoding: text))
    let transport = try #require(message.contents[0].transport)
    #expect(transport.candidates.map(\.tcpKind) == [.active])
    #expect(try JingleTransport(decoding: transport.encoded()) == transport)
  }

  @Test("leaves out candidates, fingerprints and header extensions that it does not know")
  func unknown() throws {
    let text = transportText("", candidate + candidate.replacing("host", with: "carrier-pigeon"))
    let message = try JingleMessage(decoding: try XMLElement(decoding: text))
    #expect(message.contents[0].transport?.candidates.count == 1)
  }
}

private let candidate =
  "<candidate foundation='1' component='1' protocol='udp' priority='1' ip='::1' port='9' type='host'/>"

private func contentText(_ inner: String) -> String {
  """
  <jingle xmlns='urn:xmpp:jingle:1' action='transport-info' sid='1'>\
  <content name='audio' creator='initiator'>\(inner)</content></jingle>
  """
}

private func descriptionText(_ inner: String) -> String {
  contentText(
    "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>\(inner)</description>")
}

private func sourceText(_ ssrc: String) -> String {
  descriptionText("<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='\(ssrc)'/>")
}

private func transportText(_ attributes: String, _ inner: String) -> String {
  contentText(
    "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' \(attributes)>\(inner)</transport>")
}

private let offer = """
  <jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s1' initiator='r@m/focus'>\
  <group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'><content name='audio'/></group>\
  <bridge-session xmlns='http://jitsi.org/protocol/focus' id='b1' region='here'/>\
  <content creator='initiator' name='audio' senders='both'>\
  <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio' maxptime='60'>\
  <payload-type id='111' name='opus' clockrate='48000' channels='2'>\
  <parameter name='minptime' value='10'/><parameter name='useinbandfec' value='1'/>\
  <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='transport-cc'/></payload-type>\
  <payload-type id='126' name='telephone-event' clockrate='8000'/>\
  <payload-type id='112' name='red' clockrate='48000' channels='2'><parameter value='111/111'/>\
  </payload-type><rtcp-mux/>\
  <rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' \
  uri='urn:ietf:params:rtp-hdrext:ssrc-audio-level'/>\
  <rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='5' uri='http://x.org/tcc-01'/>\
  <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='11' name='jvb-a0'>\
  <parameter name='msid' value='mixedmslabel mixedlabelaudio0'/>\
  <ssrc-info xmlns='http://jitsi.org/jitmeet' owner='jvb'/></source>\
  <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='12' name='abcd1234-a0'>\
  <parameter name='msid' value='abcd1234-audio-0-1 t1'/>\
  <ssrc-info xmlns='http://jitsi.org/jitmeet' owner='abcd1234'/></source></description>\
  <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='abcd' pwd='abcdefghijklmnopqrstuv'>\
  <rtcp-mux/><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>\
  00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F\
  </fingerprint><candidate id='1' foundation='1' component='1' protocol='udp' priority='2130706431' \
  ip='10.0.0.1' port='10000' type='host' generation='0' network='1'/>\
  <candidate id='2' foundation='2' component='1' protocol='udp' priority='1694498815' ip='1.2.3.4' \
  port='10000' type='srflx' rel-addr='10.0.0.1' rel-port='10000' generation='0' network='1'/>\
  </transport></content></jingle>
  """

import Basics
import Formats
import SDP
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

/// A client of the exchange's conferences that says what it is told to say.
final class JitsiGuest {
  let bench: ExchangeBench
  let socket: Int
  private(set) var jid: JID?
  private(set) var nick = ""
  private var requestCount = 0

  /// - Parameter isBound: whether it goes through the whole handshake.
  init(_ bench: ExchangeBench, isBound: Bool = true) throws {
    self.bench = bench
    socket = try bench.openSocket(HTTPRequest(.get, "/xmpp-websocket?room=r"))
    guard isBound else { return }
    try open()
    say("<auth xmlns='\(XMPPNamespace.sasl)' mechanism='ANONYMOUS'/>")
    #expect(hear()?.name == "success")
    try open()
    say(
      "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='\(XMPPNamespace.bind)'/></iq>")
    let text = hear()?.payload?.child("jid")?.text
    jid = text.flatMap { JID($0) }
    nick = String(try #require(jid?.node).prefix(8))
  }

  /// Opens the stream and returns its features.
  @discardableResult
  func open() throws -> XMLElement {
    say("<open xmlns='\(XMPPNamespace.framing)' to='meet.jitsi' version='1.0'/>")
    #expect(hear()?.name == "open")
    return try #require(hear())
  }

  // MARK: Words

  func say(_ text: String) {
    bench.feed(.socketMessage(ExchangeSocketID(socket), .text(text)))
  }

  func say(_ element: XMLElement) { say(element.encoded()) }

  /// The next message; `nil` when there is none.
  func hear() -> XMLElement? {
    (try? bench.receive(from: socket)).flatMap { try? XMLElement(decoding: $0) }
  }

  /// All messages up to now.
  func hearAll() -> [XMLElement] {
    var messages: [XMLElement] = []
    while let message = hear() { messages.append(message) }
    return messages
  }

  /// Passes over all messages up to now, and counts them.
  func drain() -> Int {
    var count = 0
    while (try? bench.receive(from: socket)) != nil { count += 1 }
    return count
  }

  var closeCode: Int? { bench.closed[socket] }

  /// Asks, and returns the answer; what came before it is lost.
  func ask(_ type: String, _ to: String?, _ payload: XMLElement) -> XMLElement? {
    requestCount += 1
    let id = "q\(requestCount)"
    say(XMLElement.iq(type, to: to.flatMap { JID($0) }, id: id, payload))
    return hearAll().first { $0["id"] == id }
  }

  // MARK: Rooms

  func requestConference(_ room: String = "r") {
    let request = XMLElement(
      "conference", XMPPNamespace.jitsiFocus, ["room": "\(room)@muc.meet.jitsi"])
    #expect(ask("set", "focus.meet.jitsi", request)?.payload?["ready"] == "true")
  }

  func join(_ room: String = "r", password: String? = nil, as nick: String? = nil) {
    var entry = XMLElement("x", XMPPNamespace.muc)
    if let password { entry.append(XMLElement("password", XMPPNamespace.muc, text: password)) }
    let name = XMLElement("nick", XMPPNamespace.nick, text: "Guest")
    let muted = XMLElement("audiomuted", XMPPNamespace.client, text: "false")
    say(
      XMLElement.presence(
        to: JID(node: room, domain: "muc.meet.jitsi", resource: nick ?? self.nick),
        [entry, name, muted]))
  }

  /// Says something to all in the room.
  func chat(_ text: String) {
    let body = XMLElement("body", XMPPNamespace.client, text: text)
    say(
      XMLElement(
        "message", XMPPNamespace.client, ["to": "r@muc.meet.jitsi", "type": "groupchat"], [body]))
  }

  func leave(_ room: String = "r") {
    say(
      XMLElement.presence(
        to: JID(node: room, domain: "muc.meet.jitsi", resource: nick), type: "unavailable"))
  }

  /// Asks for the conference, joins it, and says what it can do.
  func enter(_ room: String = "r") {
    requestConference(room)
    join(room)
    answerQuestions()
  }

  /// Answers what the focus asked of its features; returns everything else.
  @discardableResult
  func answerQuestions() -> [XMLElement] {
    let messages = hearAll()
    for question in messages where question.payload?.namespace == XMPPNamespace.discoInfo {
      let info = DiscoInfo(identities: [], features: [XMPPNamespace.jingleRTPAudio])
      say(question.result(info.query()))
    }
    return messages.filter { $0.payload?.namespace != XMPPNamespace.discoInfo }
  }

  // MARK: Sessions

  /// The Jingle messages among what has come, each confirmed.
  func takeJingle() -> [JingleMessage] {
    hearAll().compactMap { stanza in
      guard stanza.isRequest, let payload = stanza.payload,
        let message = try? JingleMessage(decoding: payload)
      else { return nil }
      say(stanza.result())
      return message
    }
  }

  func ask(_ message: JingleMessage, room: String = "r") -> XMLElement? {
    ask("set", "\(room)@muc.meet.jitsi/focus", message.encoded())
  }

  /// An answer to an offer of the focus.
  func answer(
    to offer: JingleMessage, ssrc: UInt32, msid: String? = nil, name: String? = nil
  ) -> JingleMessage {
    var content = offer.contents[0]
    content.description?.sources = [
      JingleSource(ssrc: ssrc, name: name ?? "\(nick)-a0", msid: msid ?? "\(nick)-audio-0-1 t")
    ]
    content.transport?.setup = .active
    content.transport?.credentials = IceCredentials(
      ufrag: "client", password: "0123456789012345678901")
    return JingleMessage(
      .sessionAccept, sid: offer.sid, initiator: offer.initiator, contents: [content],
      bundle: ["audio"])
  }

  /// What the forwarder offers.
  static let offer = """
    v=0\r\no=- 5 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 126\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n\
    a=ice-ufrag:bridge\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n\
    a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:\
    00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F\r\na=setup:actpass\r\n\
    a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
    a=rtpmap:126 telephone-event/8000\r\n\
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=ssrc:77 cname:exchange\r\n\
    a=candidate:1 1 udp 2130706431 127.0.0.1 10000 typ host\r\na=sendrecv\r\n
    """
}

extension ExchangeBench {
  /// The legs that were to join a conference since it was last asked, each described by its offer.
  func describeLegs() -> [String] {
    let legs = takeOrders().compactMap { order -> String? in
      guard case .joinConference(let leg, "r@muc.meet.jitsi") = order else { return nil }
      return leg
    }
    for leg in legs {
      feed(.attendant(.described(callID: leg, isOffer: true, sdp: JitsiGuest.offer)))
    }
    return legs
  }
}

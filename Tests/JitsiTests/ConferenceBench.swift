import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport
import XMPP

/// A conference, and a server that says what the test writes down. Time is the test's.
struct ConferenceBench {
  private(set) var conference: JitsiConference
  private(set) var now = Instant.zero
  private(set) var socket: SocketID?
  private(set) var opened: [(id: SocketID, request: SocketRequest)] = []
  private(set) var requests: [(id: RequestID, request: HTTPRequest)] = []
  private(set) var cancelled: [RequestID] = []
  private(set) var closed: [SocketID] = []
  private(set) var notes: [LogEntry] = []
  private var effects: [JitsiConference.Effect] = []
  private var sent: [XMLElement] = []
  /// Stanzas sent since the server began to count.
  private(set) var stanzaCount = 0
  /// Whether the server answers pings by itself while time passes.
  var isAlive = true
  /// The name in the room that follows from the address given out.
  var endpoint = "0a1b2c3d"

  init(
    _ url: String = "https://meet.example.org/Standup", password: String? = nil,
    isMuted: Bool = false, lane: Int = 1
  ) throws {
    conference = JitsiConference(
      .init(
        address: try JitsiAddress(url: url), displayName: "Ann",
        password: password.map { Secret($0) }, isMuted: isMuted, lane: lane, seed: 7))
  }

  /// A bench whose conference is in the room with Bob, and has told so.
  static func inside(
    _ url: String = "https://meet.example.org/Standup", config: String = "",
    resumes: Bool = false, isMuted: Bool = false
  ) throws -> ConferenceBench {
    var bench = try ConferenceBench(url, isMuted: isMuted)
    bench.start()
    try bench.answerConfig(config)
    try bench.signIn(resumes: resumes)
    try bench.grant()
    try bench.join(with: ["bob00001": "Bob"])
    _ = bench.takeEffects()
    _ = bench.takeSent()
    return bench
  }

  /// A bench whose conference has taken a session of sound.
  static func inSession(config: String = "", resumes: Bool = false) throws -> ConferenceBench {
    var bench = try inside(config: config, resumes: resumes)
    bench.focusSays(Self.initiate())
    bench.answer(Self.answer())
    let accept = try bench.takeIQ("session-accept")
    bench.result(to: accept)
    _ = bench.takeEffects()
    _ = bench.takeSent()
    return bench
  }

  // MARK: The conference's owner

  mutating func start() { perform(conference.start(at: now)) }
  mutating func answer(_ answer: SessionDescription) { perform(conference.answer(answer, at: now)) }
  mutating func candidate(_ candidate: Candidate) {
    perform(conference.candidate(candidate, at: now))
  }
  mutating func mediaFailed(_ words: String) { perform(conference.mediaFailed(words, at: now)) }
  mutating func setMuted(_ isMuted: Bool) { perform(conference.setMuted(isMuted)) }
  mutating func renewServers() { perform(conference.renewServers(at: now)) }
  mutating func leave() { perform(conference.leave()) }
  mutating func receive(_ event: TransportEvent) { perform(conference.receive(event, at: now)) }

  /// Lets time pass; deadlines on the way are met at their own instants.
  mutating func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = conference.deadline, deadline <= end {
      now = max(now, deadline)
      perform(conference.expire(at: now))
      if isAlive, let ping = sent.last, ping.payload?.name == "ping" {
        sent.removeLast()
        result(to: ping)
      }
    }
    now = end
  }

  /// What was told since the last time.
  mutating func takeEffects() -> [JitsiConference.Effect] {
    defer { effects = [] }
    return effects
  }

  /// What was sent since the last time.
  mutating func takeSent() -> [XMLElement] {
    defer { sent = [] }
    return sent
  }

  // MARK: The server

  private mutating func takeRequest() throws -> (id: RequestID, request: HTTPRequest) {
    try #require(!requests.isEmpty, "nothing was asked")
    return requests.removeLast()
  }

  mutating func answerConfig(_ config: String, status: Int = 200) throws {
    let request = try takeRequest()
    receive(.response(request.id, HTTPResponse(status: status, body: Array(config.utf8))))
  }

  mutating func reply(_ status: Int, _ body: String) throws {
    let request = try takeRequest()
    receive(.response(request.id, HTTPResponse(status: status, body: Array(body.utf8))))
  }

  mutating func fail(_ failure: TransportFailure) throws {
    let request = try takeRequest()
    receive(.requestFailed(request.id, failure))
  }

  mutating func deliver(_ text: String, on socket: SocketID? = nil) throws {
    let socket = try #require(socket ?? self.socket)
    receive(.received(socket, .text(text)))
  }

  /// Opens the stream, signs in and binds, as prosody does it.
  mutating func signIn(resumes: Bool = false, services: String? = Self.services) throws {
    try openStream(resumes: resumes)
    try bind(resumes: resumes, services: services)
  }

  /// As far as the features behind the signing in.
  mutating func openStream(resumes: Bool) throws {
    let socket = try #require(socket)
    receive(.opened(socket))
    try deliver(Self.open)
    try deliver(
      Self.features(
        "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>ANONYMOUS</mechanism></mechanisms>"))
    try deliver("<success xmlns='\(XMPPNamespace.sasl)'/>")
    try deliver(Self.open)
    let management = resumes ? "<sm xmlns='urn:xmpp:sm:3'/>" : ""
    try deliver(Self.features("<bind xmlns='\(XMPPNamespace.bind)'/>\(management)"))
  }

  mutating func bind(resumes: Bool, services: String? = Self.services) throws {
    let bind = try takeIQ("bind")
    try deliver(
      "<iq xmlns='jabber:client' type='result' id='\(bind["id"] ?? "")'>"
        + "<bind xmlns='\(XMPPNamespace.bind)'><jid>\(endpoint)-77@meet.example.org/r1</jid></bind></iq>"
    )
    if resumes {
      try deliver("<enabled xmlns='urn:xmpp:sm:3' id='keep-1' resume='true' max='60'/>")
    }
    guard let services else { return }
    let ask = try takeIQ("services")
    try deliver(
      "<iq xmlns='jabber:client' type='result' id='\(ask["id"] ?? "")' from='\(ask["to"] ?? "")'>"
        + "\(services)</iq>")
  }

  /// The focus has arranged the conference.
  mutating func grant(_ attributes: String = "ready='true' focusjid='focus@auth.meet.example.org'")
    throws
  {
    let ask = try takeIQ("conference")
    try deliver(
      "<iq xmlns='jabber:client' type='result' id='\(ask["id"] ?? "")' from='\(ask["to"] ?? "")'>"
        + "<conference xmlns='\(XMPPNamespace.jitsiFocus)' \(attributes)/></iq>")
  }

  /// The room lets us in, with the focus and others before us.
  mutating func join(with others: [String: String], codes: String = "") throws {
    try appear("focus", "")
    for (endpoint, name) in others.sorted(by: { $0.key < $1.key }) { try appear(endpoint, name) }
    try deliver(
      "<presence xmlns='jabber:client' from='\(Self.room)/\(endpoint)'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='participant'/>"
        + "<status code='110'/>\(codes)</x></presence>")
  }

  mutating func appear(_ endpoint: String, _ name: String, _ children: String = "") throws {
    try deliver(
      "<presence xmlns='jabber:client' from='\(Self.room)/\(endpoint)'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='participant'/></x>"
        + "<nick xmlns='\(XMPPNamespace.nick)'>\(name)</nick>\(children)</presence>")
  }

  mutating func disappear(_ endpoint: String) throws {
    try deliver(
      "<presence xmlns='jabber:client' type='unavailable' from='\(Self.room)/\(endpoint)'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='none'/></x></presence>"
    )
  }

  private var questionCount = 0

  /// The focus, or somebody else in the room, asks us something.
  @discardableResult
  mutating func focusSays(_ payload: String, from: String = "focus", id: String? = nil) -> String {
    questionCount += 1
    let id = id ?? "q\(questionCount)"
    let from = from.contains("@") ? from : "\(Self.room)/\(from)"
    try? deliver(
      "<iq xmlns='jabber:client' type='set' id='\(id)' from='\(from)' "
        + "to='\(endpoint)-77@meet.example.org/r1'>\(payload)</iq>")
    return id
  }

  mutating func result(to request: XMLElement) {
    try? deliver(
      "<iq xmlns='jabber:client' type='result' id='\(request["id"] ?? "")' "
        + "from='\(request["to"] ?? "")'/>")
  }

  mutating func refuse(_ request: XMLElement, _ condition: String, _ detail: String = "") {
    try? deliver(
      "<iq xmlns='jabber:client' type='error' id='\(request["id"] ?? "")' "
        + "from='\(request["to"] ?? "")'><error type='cancel'>"
        + "<\(condition) xmlns='\(XMPPNamespace.stanzaErrors)'/>\(detail)</error></iq>")
  }

  /// What was asked and not taken out.
  var openRequests: [(id: String, to: String, payload: String)] {
    sent.filter(\.isRequest).map { ($0["id"] ?? "", $0["to"] ?? "", $0.payload?.name ?? "") }
  }

  func hasSent(_ name: String) -> Bool {
    sent.contains { $0.isRequest && ($0.payload?.name == name || $0.payload?["action"] == name) }
  }

  /// Takes out the request that was sent with that payload, or that Jingle action.
  mutating func takeIQ(_ name: String) throws -> XMLElement {
    let index = try #require(
      sent.firstIndex {
        $0.isRequest && ($0.payload?.name == name || $0.payload?["action"] == name)
      }, "no “\(name)” among \(sent.map { $0.encoded() })")
    return sent.remove(at: index)
  }

  /// Takes out the presence that was sent last.
  mutating func takePresence() throws -> XMLElement {
    let index = try #require(sent.lastIndex { $0.name == "presence" })
    return sent.remove(at: index)
  }

  /// The answer that was sent to a request of that name.
  func answer(to id: String) -> XMLElement? { sent.last { $0.isAnswer && $0["id"] == id } }

  /// The connection breaks, and a new one is opened as soon as it is tried.
  mutating func breakConnection() throws {
    let socket = try #require(socket)
    self.socket = nil
    receive(.failed(socket, .broken("reset")))
  }

  private mutating func perform(_ new: [JitsiConference.Effect]) {
    for effect in new {
      switch effect {
      case .transport(.request(let id, let request)): requests.append((id, request))
      case .transport(.cancel(let id)): cancelled.append(id)
      case .transport(.open(let id, let request)):
        opened.append((id, request))
        socket = id
      case .transport(.send(_, .text(let text))):
        if let element = try? XMLElement(decoding: text) {
          if element.name == "enable" { stanzaCount = 0 }
          if element.isStanza {
            stanzaCount += 1
            sent.append(element)
          }
        } else {
          Issue.record("what was sent is no XML: \(text)")
        }
      case .transport(.send(_, .binary)): Issue.record("binary was sent")
      case .transport(.close(let id, _)): closed.append(id)
      case .note(let entry): notes.append(entry)
      default: effects.append(effect)
      }
    }
  }

  // MARK: Words

  static let room = "standup@conference.meet.example.org"
  static let open =
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='meet.example.org' id='s1' version='1.0'/>"
  static let services =
    "<services xmlns='urn:xmpp:extdisco:2'>"
    + "<service type='stun' host='stun.example.org' port='3478'/>"
    + "<service type='turns' host='turn.example.org' port='443' transport='tcp' username='u' password='p'/>"
    + "</services>"

  static func features(_ inside: String) -> String {
    "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>\(inside)</stream:features>"
  }

  static func source(_ ssrc: UInt32, _ owner: String) -> String {
    "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='\(ssrc)' name='\(owner)-a0'>"
      + "<parameter name='msid' value='s t'/>"
      + "<ssrc-info xmlns='http://jitsi.org/jitmeet' owner='\(owner)'/></source>"
  }

  static func transport(
    ufrag: String = "abcd", password: String = "0123456789012345678901", generation: String = "",
    candidates: Int = 1, fingerprint: Bool = true
  ) -> String {
    var text =
      "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='\(ufrag)' pwd='\(password)'"
      + "\(generation)><rtcp-mux/>"
    if fingerprint {
      text +=
        "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass' "
        + "cryptex='true'>\(Self.digest)</fingerprint>"
    }
    for index in 0..<candidates {
      text +=
        "<candidate id='c\(index)' foundation='1' component='1' protocol='udp' priority='2130706431' "
        + "ip='192.0.2.\(index + 1)' port='10000' type='host' generation='0' network='1'/>"
    }
    return text + "</transport>"
  }

  static func initiate(
    sid: String = "s-1", sources: String = source(111, "jvb") + source(222, "bob00001"),
    group: String = "<group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'>"
      + "<content name='audio'/></group>",
    more: String = "", transport: String = transport()
  ) -> String {
    "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='\(sid)' "
      + "initiator='\(room)/focus'>\(group)"
      + "<bridge-session xmlns='http://jitsi.org/protocol/focus' id='b-1' region='r'/>\(more)"
      + "<content creator='initiator' name='audio' senders='both'>"
      + "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio' maxptime='60'>"
      + "<payload-type id='111' name='opus' clockrate='48000' channels='2'>"
      + "<parameter name='minptime' value='10'/><parameter name='useinbandfec' value='1'/>"
      + "</payload-type>"
      + "<payload-type id='112' name='red' clockrate='48000' channels='2'>"
      + "<parameter value='111/111'/></payload-type>"
      + "<payload-type id='126' name='telephone-event' clockrate='8000'/><rtcp-mux/>"
      + "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' "
      + "uri='urn:ietf:params:rtp-hdrext:ssrc-audio-level'/>"
      + "\(sources)</description>\(transport)</content></jingle>"
  }

  static func jingle(_ action: String, sid: String = "s-1", _ inside: String) -> String {
    "<jingle xmlns='urn:xmpp:jingle:1' action='\(action)' sid='\(sid)' "
      + "initiator='\(room)/focus'>\(inside)</jingle>"
  }

  static func sources(_ action: String, _ sources: String) -> String {
    jingle(
      action,
      "<content creator='initiator' name='audio'><description xmlns='urn:xmpp:jingle:apps:rtp:1' "
        + "media='audio'>\(sources)</description></content>")
  }

  static let digest = Array(repeating: "AB", count: 32).joined(separator: ":")

  /// What media answers, as the phone's own negotiation makes it.
  static func answer(to offer: SessionDescription? = nil, ssrc: UInt32 = 4_711)
    -> SessionDescription
  {
    var negotiation = OfferAnswer(
      local: LocalAudio(
        sessionID: 1, ssrc: ssrc, canonicalName: "cname",
        fingerprint: Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32))))
    let transport = LocalTransport(
      credentials: IceCredentials(ufrag: "mine", password: "mine567890123456789012"),
      candidates: [candidate(5_000)])
    let element = try? XMLElement(decoding: initiate())
    let jingle = element.flatMap { try? JingleMessage(decoding: $0) }
    let fallback = jingle.flatMap { try? $0.offer(version: 1) }
    guard let offer = offer ?? fallback,
      let answer = try? negotiation.makeAnswer(to: offer, transport)
    else { preconditionFailure("the bench's own offer can be answered") }
    return answer
  }

  static func candidate(_ port: UInt16) -> Candidate {
    Candidate(
      foundation: "1", component: 1, transport: "udp", priority: 2_130_706_431,
      address: "198.51.100.7", port: port, kind: .host)
  }
}

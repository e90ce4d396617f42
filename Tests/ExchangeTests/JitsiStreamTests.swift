import Basics
import Formats
import SDP
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

@Suite("Exchange: XMPP streams")
struct JitsiStreamTests {
  @Test("signs in anonymously and binds, in the order of a conference's client")
  func order() throws {
    let bench = ExchangeBench()
    let guest = try JitsiGuest(bench, isBound: false)
    let first = try guest.open()
    #expect(first.name == "features")
    #expect(
      first.child("mechanisms", XMPPNamespace.sasl)?.children.map(\.text) == ["ANONYMOUS"])
    guest.say("<auth xmlns='\(XMPPNamespace.sasl)' mechanism='ANONYMOUS'/>")
    #expect(guest.hear()?.name == "success")
    let second = try guest.open()
    #expect(second.children.map(\.name) == ["bind", "session", "sm"])
    #expect(second.child("session")?.child("optional") != nil)
    let bind = XMLElement(
      "bind", XMPPNamespace.bind, [:], [XMLElement("resource", XMPPNamespace.bind, text: "phone")])
    let bound = try #require(guest.ask("set", nil, bind)?.payload?.child("jid")?.text)
    let jid = try #require(JID(bound))
    #expect(jid.domain == "meet.jitsi" && jid.resource == "phone")
    #expect(jid.node?.count == 36)
    let session = guest.ask("set", nil, XMLElement("session", XMPPNamespace.session))
    #expect(session?["type"] == "result")
    let info = try #require(
      guest.ask("get", "meet.jitsi", XMLElement("query", XMPPNamespace.discoInfo))?.payload)
    #expect(DiscoInfo(decoding: info).features.contains(XMPPNamespace.externalServices))
    let pong = guest.ask("get", "meet.jitsi", XMLElement("ping", XMPPNamespace.ping))
    #expect(pong?["type"] == "result")
    #expect(bench.exchange.jitsi.server.sessionCount == 1)
  }

  @Test("tells the servers that help to find a path, in the namespace that was asked in")
  func services() throws {
    var settings = ExchangeSettings.forTests
    settings.turn = TurnService(uris: ["turn:t.example:443?transport=tcp"], secret: Secret("s"))
    let guest = try JitsiGuest(ExchangeBench(settings: settings))
    for isOld in [false, true] {
      let request = ExternalServices.request(isOld: isOld)
      let services = try #require(guest.ask("get", "meet.jitsi", request)?.payload)
      #expect(services.namespace == request.namespace)
      let server = try #require(ExternalServices(decoding: services).iceServers.first)
      #expect(server.host == "t.example" && server.port == 443)
    }
  }

  @Test("says goodbye when the client does, and the session is over")
  func goodbye() throws {
    let bench = ExchangeBench()
    let guest = try JitsiGuest(bench)
    guest.say("<close xmlns='\(XMPPNamespace.framing)'/>")
    #expect(guest.hear()?.name == "close")
    #expect(guest.closeCode == 1000)
    #expect(bench.exchange.jitsi.server.sessionCount == 0)
    #expect(bench.exchange.facadeSockets.isEmpty)
  }

  @Test(
    "ends a stream for an error in its own words",
    arguments: [
      (
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='elsewhere' version='1.0'/>",
        "host-unknown"
      ),
      ("<iq xmlns='jabber:client' type='get' id='1'/>", "bad-format"),
      ("{}", "not-well-formed"), ("", "not-well-formed"), ("<a><b></a>", "not-well-formed"),
      ("<?xml version='1.0'?><open/>", "not-well-formed"),
      (
        String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
        "not-well-formed"
      ),
    ])
  func errors(text: String, condition: String) throws {
    let guest = try JitsiGuest(ExchangeBench(), isBound: false)
    guest.say(text)
    let error = guest.hearAll().first { $0.name == "error" }
    #expect(error?.children.first?.name == condition)
    #expect(guest.closeCode == 1000)
  }

  @Test("nobody speaks before being bound, and whoever is not bound in 30 s is sent away")
  func early() throws {
    let bench = ExchangeBench()
    let guest = try JitsiGuest(bench, isBound: false)
    try guest.open()
    guest.say("<presence xmlns='jabber:client' to='r@muc.meet.jitsi/x'/>")
    #expect(guest.hear()?.children.first?.name == "not-authorized")
    let slow = try JitsiGuest(bench, isBound: false)
    try slow.open()
    bench.advance(.milliseconds(29_999))
    #expect(slow.closeCode == nil)
    bench.advance(.milliseconds(1))
    #expect(slow.hear()?.children.first?.name == "connection-timeout")
    #expect(slow.closeCode == 1000)
  }

  @Test("signing in by other ways fails, and the third failure ends the stream")
  func mechanisms() throws {
    let guest = try JitsiGuest(ExchangeBench(), isBound: false)
    try guest.open()
    for mechanism in ["PLAIN", "SCRAM-SHA-1", ""] {
      #expect(guest.closeCode == nil)
      guest.say("<auth xmlns='\(XMPPNamespace.sasl)' mechanism='\(mechanism)'/>")
      #expect(guest.hear()?.child("invalid-mechanism") != nil)
    }
    #expect(guest.closeCode == 1000)
  }

  @Test("stanzas of wrong namespaces or shapes are refused")
  func shapes() throws {
    let bench = ExchangeBench()
    let wrong = try JitsiGuest(bench)
    wrong.say("<iq xmlns='jabber:server' type='get' id='1'/>")
    #expect(wrong.hear()?.children.first?.name == "unsupported-stanza-type")
    let guest = try JitsiGuest(bench)
    for text in [
      "<iq xmlns='jabber:client' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
      "<iq xmlns='jabber:client' type='get' id='1'/>",
      "<iq xmlns='jabber:client' type='dance' id='1'><a xmlns='b'/></iq>",
      "<iq xmlns='jabber:client' type='get' id='1'><a xmlns='b'/><c xmlns='d'/></iq>",
    ] {
      guest.say(text)
      #expect(guest.hear()?.stanzaError?.condition == .badRequest)
    }
    guest.say("<message xmlns='jabber:client' to='@@@'/>")
    #expect(guest.hear()?.stanzaError?.condition == .jidMalformed)
    let strange = XMLElement("query", "urn:x")
    for address in [nil, "meet.jitsi", "other.example", "focus.meet.jitsi", "muc.meet.jitsi"] {
      #expect(
        guest.ask("get", address, strange)?.stanzaError?.condition == .serviceUnavailable)
    }
    #expect(guest.closeCode == nil)
  }

  @Test("a sender cannot pretend to be somebody else")
  func sender() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    _ = (alice.hearAll(), bob.hearAll())
    alice.say(
      """
      <message xmlns='jabber:client' from='r@muc.meet.jitsi/\(bob.nick)' type='groupchat' \
      to='r@muc.meet.jitsi'><body>hi</body></message>
      """)
    #expect(bob.hear()?.from?.resource == alice.nick)
  }
}

@Suite("Exchange: XMPP resumption")
struct JitsiResumptionTests {
  private let bench = ExchangeBench()

  @Test("a broken stream is resumed with all that was missed, and the room has noticed nothing")
  func resumes() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    let id = try enable(alice)
    alice.enter()
    bob.enter()
    let received = alice.hearAll().filter(\.isStanza).count
    #expect(received > 0)
    _ = bob.hearAll()
    bench.closeSocket(alice.socket)
    bob.chat("there?")
    _ = bob.hear()
    #expect(bob.hearAll().isEmpty)
    bench.advance(.seconds(59))
    let back = try JitsiGuest(bench, isBound: false)
    try signIn(back)
    back.say("<resume xmlns='\(XMPPNamespace.streamManagement)' previd='\(id)' h='0'/>")
    let resumed = try #require(back.hear())
    #expect(resumed.name == "resumed" && resumed["h"] == "3")
    #expect(back.hearAll().contains { $0.child("body")?.text == "there?" })
    bob.chat("2")
    #expect(back.hear()?.child("body")?.text == "2")
    bench.advance(.seconds(120))
    #expect(bench.exchange.conferenceCount("r") == 2)
  }

  @Test("after 60 s the session is over, and everybody is told")
  func expires() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    let id = try enable(alice)
    alice.enter()
    bob.enter()
    _ = bob.hearAll()
    bench.closeSocket(alice.socket)
    bench.advance(.milliseconds(59_999))
    #expect(bench.exchange.conferenceCount("r") == 2)
    bench.advance(.milliseconds(1))
    #expect(bench.exchange.conferenceCount("r") == 1)
    #expect(bob.hearAll().contains { $0["type"] == "unavailable" })
    let back = try JitsiGuest(bench, isBound: false)
    try signIn(back)
    back.say("<resume xmlns='\(XMPPNamespace.streamManagement)' previd='\(id)' h='0'/>")
    #expect(back.hear()?.child("item-not-found") != nil)
    // The stream can still be bound anew.
    #expect(back.ask("set", nil, XMLElement("bind", XMPPNamespace.bind))?["type"] == "result")
  }

  @Test("confirmed stanzas are not sent again; a wrong count ends the stream")
  func counts() throws {
    let guest = try JitsiGuest(bench)
    let id = try enable(guest)
    for _ in 0..<20 { _ = guest.ask("get", nil, XMLElement("ping", XMPPNamespace.ping)) }
    guest.say("<r xmlns='\(XMPPNamespace.streamManagement)'/>")
    #expect(guest.hear()?["h"] == "20")
    guest.say("<a xmlns='\(XMPPNamespace.streamManagement)' h='18'/>")
    #expect(guest.hearAll().isEmpty)
    bench.closeSocket(guest.socket)
    let back = try JitsiGuest(bench, isBound: false)
    try signIn(back)
    back.say("<resume xmlns='\(XMPPNamespace.streamManagement)' previd='\(id)' h='19'/>")
    #expect(back.hear()?.name == "resumed")
    #expect(back.hearAll().count == 1)
    back.say("<a xmlns='\(XMPPNamespace.streamManagement)' h='500'/>")
    #expect(back.hear()?.name == "error")
    #expect(bench.exchange.jitsi.server.sessionCount == 0)
  }

  @Test("the client is asked for its count, and loses its session when 512 stanzas wait")
  func overflow() throws {
    let guest = try JitsiGuest(bench)
    _ = try enable(guest)
    for index in 1...512 {
      if index.isMultiple(of: 100) { bench.advance(.seconds(10)) }
      guest.say(
        "<iq xmlns='jabber:client' type='get' id='\(index)'><ping xmlns='urn:xmpp:ping'/></iq>")
    }
    let heard = guest.hearAll()
    #expect(heard.count { $0.name == "r" } == 64)
    #expect(guest.closeCode == nil)
    guest.say("<iq xmlns='jabber:client' type='get' id='x'><ping xmlns='urn:xmpp:ping'/></iq>")
    #expect(guest.hear()?.children.first?.name == "policy-violation")
    #expect(bench.exchange.jitsi.server.sessionCount == 0)
  }

  private func enable(_ guest: JitsiGuest) throws -> String {
    guest.say("<enable xmlns='\(XMPPNamespace.streamManagement)' resume='true'/>")
    let enabled = try #require(guest.hear())
    #expect(enabled["max"] == "60" && enabled["resume"] == "true")
    return try #require(enabled["id"])
  }

  private func signIn(_ guest: JitsiGuest) throws {
    try guest.open()
    guest.say("<auth xmlns='\(XMPPNamespace.sasl)' mechanism='ANONYMOUS'/>")
    #expect(guest.hear()?.name == "success")
    try guest.open()
  }
}

@Suite("Exchange: XMPP users with passwords")
struct XMPPServerTests {
  private let ports = FakeExchangePorts()
  private let socket = ExchangeSocketID(1)

  @Test("name and password go to the owner, whose word counts")
  func plain() {
    var server = server()
    server.opened(socket, at: .zero)
    _ = server.receive(Self.open, over: socket, using: ports)
    let check = server.receive(auth("\0alice\0secret"), over: socket, using: ports)
    #expect(check == [.check(socket, username: "alice", password: Secret("secret"))])
    #expect(server.refuse(socket).count == 1)
    _ = server.receive(auth("me\0alice\0right"), over: socket, using: ports)
    #expect(server.accept(socket, as: "alice").count == 1)
    #expect(bind(&server, socket, "phone") == JID("alice@x.example/phone"))
    #expect(server.sessions(of: "alice").count == 1)
  }

  @Test(
    "what is no name and password is told apart",
    arguments: [
      ("!", "incorrect-encoding"), (Base64.encode("alice\0x".utf8), "malformed-request"),
      (Base64.encode("\0\0x".utf8), "malformed-request"),
      (Base64.encode([0, 0xFF, 0, 0x41]), "malformed-request"),
      (Base64.encode([UInt8](repeating: 65, count: 5_000)), "incorrect-encoding"),
    ])
  func malformed(text: String, condition: String) {
    var server = server()
    server.opened(socket, at: .zero)
    _ = server.receive(Self.open, over: socket, using: ports)
    let effects = server.receive(
      "<auth xmlns='\(XMPPNamespace.sasl)' mechanism='PLAIN'>\(text)</auth>", over: socket,
      using: ports)
    guard case .push(_, let answer)? = effects.first else { return #expect(Bool(false)) }
    #expect(answer.contains(condition))
  }

  @Test("the same resource takes the former one's place, the ninth session the oldest's")
  func places() {
    var server = server()
    for number in 1...9 {
      let socket = ExchangeSocketID(number)
      server.opened(socket, at: .zero)
      signIn(&server, socket)
      #expect(bind(&server, socket, number == 2 ? "r1" : "r\(number)") != nil)
    }
    #expect(server.sessions(of: "alice").count == 8)
    let tenth = ExchangeSocketID(10)
    server.opened(tenth, at: .zero)
    signIn(&server, tenth)
    #expect(bind(&server, tenth, "r10") != nil)
    #expect(server.sessions(of: "alice").count == 8)
    #expect(!server.has(JID("alice@x.example/r1")!))  // It is one.
  }

  @Test("256 sessions wait for their clients, one more does not")
  func away() {
    var server = server()
    var ends = 0
    for number in 1...257 {
      let socket = ExchangeSocketID(number)
      server.opened(socket, at: .zero)
      signIn(&server, socket, as: "user\(number)")
      _ = bind(&server, socket, "r")
      _ = server.receive(
        "<enable xmlns='\(XMPPNamespace.streamManagement)' resume='1'/>", over: socket, using: ports
      )
      ends += server.closed(socket, at: .zero).count
    }
    #expect(ends == 1 && server.sessionCount == 256)
    #expect(server.expire(at: Instant.zero.advanced(by: .seconds(60))).count == 256)
    #expect(server.sessionCount == 0 && server.deadline == nil)
  }

  @Test("a stream with a password is resumed by its own user only")
  func foreignResumption() throws {
    var server = server()
    server.opened(socket, at: .zero)
    signIn(&server, socket)
    _ = bind(&server, socket, "a")
    let enabled = server.receive(
      "<enable xmlns='\(XMPPNamespace.streamManagement)' resume='1'/>", over: socket, using: ports)
    guard case .push(_, let text)? = enabled.first else { return #expect(Bool(false)) }
    let id = try #require(try XMLElement(decoding: text)["id"])
    #expect(server.closed(socket, at: .zero).isEmpty)
    for (user, isResumed) in [("mallory", false), ("alice", true)] {
      let other = ExchangeSocketID(user.count)
      server.opened(other, at: .zero)
      signIn(&server, other, as: user)
      let effects = server.receive(
        "<resume xmlns='\(XMPPNamespace.streamManagement)' previd='\(id)' h='0'/>", over: other,
        using: ports)
      #expect(effects.contains { if case .resumed = $0 { true } else { false } } == isResumed)
    }
  }

  private static let open = "<open xmlns='\(XMPPNamespace.framing)' to='x.example' version='1.0'/>"

  private func server() -> XMPPServer {
    XMPPServer(
      XMPPServerSettings(
        domain: "x.example", mechanisms: [.plain], info: DiscoInfo(identities: [], features: [])))
  }

  private func auth(_ text: String) -> String {
    "<auth xmlns='\(XMPPNamespace.sasl)' mechanism='PLAIN'>\(Base64.encode(text.utf8))</auth>"
  }

  private func signIn(
    _ server: inout XMPPServer, _ socket: ExchangeSocketID, as user: String = "alice"
  ) {
    _ = server.receive(Self.open, over: socket, using: ports)
    _ = server.receive(auth("\0\(user)\0x"), over: socket, using: ports)
    _ = server.accept(socket, as: user)
    _ = server.receive(Self.open, over: socket, using: ports)
  }

  private func bind(
    _ server: inout XMPPServer, _ socket: ExchangeSocketID, _ resource: String
  ) -> JID? {
    if case .restarting? = server.links[socket]?.state {
      _ = server.receive(Self.open, over: socket, using: ports)
    }
    _ = server.receive(
      """
      <iq xmlns='jabber:client' type='set' id='1'><bind xmlns='\(XMPPNamespace.bind)'>\
      <resource>\(resource)</resource></bind></iq>
      """, over: socket, using: ports)
    return server.jid(of: socket)
  }
}

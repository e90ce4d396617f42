import Basics
import Formats
import Testing
import Transport
import XMPP

@Suite("An XMPP stream is set up")
struct NegotiationTests {
  @Test("Open, sign in, open anew, bind: a stream of an anonymous user is up")
  func anonymous() throws {
    var bench = StreamBench()
    bench.start()
    #expect(bench.opened.map(\.url) == ["wss://example.org/xmpp-websocket"])
    #expect(bench.opened.map(\.subprotocols) == [["xmpp"]])
    bench.signIn(features: StreamBench.bindOnly)
    #expect(bench.sent.map(\.name) == ["open", "auth", "open", "iq"])
    #expect(bench.sent[0]["to"] == "example.org")
    #expect(bench.sent[1]["mechanism"] == "ANONYMOUS")
    #expect(bench.sent[3].child("bind", XMPPNamespace.bind) != nil)
    bench.answerBinding()
    let jid = try #require(StreamBench.jid)
    #expect(bench.takeTold() == [.online(jid, resumed: false)])
    #expect(bench.stream.isOnline)
    #expect(bench.stream.jid == jid)
  }

  @Test("A password is sent as RFC 4616 writes it, and a resource is asked for by name")
  func plain() {
    var bench = StreamBench([.plain(username: "tim", password: "tanstaaftanstaaf")]) {
      $0.resource = "phone"
    }
    bench.start()
    bench.signIn()
    #expect(bench.sent[1]["mechanism"] == "PLAIN")
    #expect(bench.sent[1].text == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
    #expect(bench.sent[3].child("bind")?.child("resource")?.text == "phone")
  }

  @Test("A second way to sign in is tried when the first is not accepted")
  func secondCredentials() {
    var bench = StreamBench([
      .plain(username: "a", password: "t"), .plain(username: "a@b", password: "t"),
    ])
    bench.start()
    bench.open()
    bench.hear(StreamBench.openText)
    bench.hear(StreamBench.mechanisms("PLAIN"))
    bench.hear(Self.failure("not-authorized"))
    #expect(bench.sent.filter { $0.name == "auth" }.map(\.text) == ["AGEAdA==", "AGFAYgB0"])
    bench.hear(Self.failure("not-authorized", text: "no such token"))
    #expect(
      bench.takeTold() == [
        .refused(reason: "The server does not accept the credentials (no such token).")
      ])
    #expect(bench.stream.state == .down)
    #expect(bench.stream.deadline == nil)
    #expect(bench.closed == [bench.socket])
  }

  @Test("Only a way that the server offers is tried")
  func mechanismNotOffered() {
    var bench = StreamBench([.plain(username: "a", password: "t")])
    bench.start()
    bench.open()
    bench.hear(StreamBench.openText)
    bench.hear(StreamBench.mechanisms("SCRAM-SHA-1"))
    #expect(bench.told == [.refused(reason: "The server does not offer to sign in by PLAIN.")])
  }

  @Test("A server that cannot check credentials at the moment is tried again")
  func temporaryFailure() {
    var bench = StreamBench()
    bench.start()
    bench.open()
    bench.hear(StreamBench.openText)
    bench.hear(StreamBench.mechanisms("ANONYMOUS"))
    bench.hear(Self.failure("temporary-auth-failure"))
    guard case .offline? = bench.told.last else { return #expect(Bool(false), "no try follows") }
    bench.pass(.seconds(1))
    #expect(bench.opened.count == 2)
  }

  @Test("A legacy session is begun where the server insists")
  func legacySession() {
    var bench = StreamBench()
    bench.start()
    bench.signIn(features: StreamBench.oldFeatures)
    bench.answerBinding()
    #expect(bench.told.isEmpty)
    let session = bench.sent.last
    #expect(session?.child("session", XMPPNamespace.session) != nil)
    bench.hear("<iq xmlns='jabber:client' type='result' id='\(session?["id"] ?? "")'/>")
    #expect(bench.stream.isOnline)
  }

  @Test("Binding that is refused is tried again later, in the server's words")
  func bindingRefused() {
    var bench = StreamBench()
    bench.start()
    bench.signIn()
    let id = bench.sent.last?["id"] ?? ""
    bench.hear(
      """
      <iq xmlns='jabber:client' type='error' id='\(id)'><error type='wait'>\
      <resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>
      """)
    guard case .offline(let reason, _)? = bench.told.last else {
      return #expect(Bool(false), "no try follows")
    }
    #expect(reason.contains("too busy"))
  }

  @Test("An address without a resource is none", arguments: ["example.org", "", "a@b@c/r", "u@h"])
  func badAddress(jid: String) {
    var bench = StreamBench()
    bench.start()
    bench.signIn()
    bench.answerBinding(jid: jid)
    #expect(!bench.stream.isOnline)
    #expect(bench.stream.deadline != nil)
  }

  @Test("A server that stays silent on the way is given up in time", arguments: 0..<6)
  func silence(steps: Int) {
    var bench = StreamBench()
    bench.start()
    let saying = [
      StreamBench.openText, StreamBench.mechanisms("ANONYMOUS"),
      "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", StreamBench.openText,
      StreamBench.allFeatures,
    ]
    if steps > 0 { bench.open() }
    for text in saying.prefix(max(0, steps - 1)) { bench.hear(text) }
    bench.pass(XMPPStream.negotiationTime - .milliseconds(1))
    #expect(bench.told.isEmpty)
    bench.pass(.milliseconds(1))
    guard case .offline? = bench.told.last else { return #expect(Bool(false), "not given up") }
    #expect(bench.closed == [bench.socket])
  }

  @Test("What comes out of order while signing in is noted and changes nothing")
  func disorder() {
    var bench = StreamBench()
    bench.start()
    bench.open()
    let state = bench.stream.state
    for text in [
      "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", StreamBench.allFeatures,
      "<message xmlns='jabber:client'><body>hi</body></message>",
      "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='0'/>", "not XML", "<a><!-- c --></a>",
      "<iq xmlns='jabber:client' type='result' id='1'/>",
    ] { bench.hear(text) }
    #expect(bench.stream.state == state)
    #expect(bench.told.count == 7)
    #expect(bench.told.allSatisfy { if case .note = $0 { true } else { false } })
    for _ in 0..<50 { bench.hear("nonsense") }
    #expect(bench.told.count == 10)
  }

  @Test("A server that names another place is followed there, but not for ever")
  func otherPlace() {
    var bench = StreamBench()
    bench.start()
    for turn in 1...5 {
      bench.open()
      bench.hear(Self.close("wss://other.example/\(turn)"))
      #expect(bench.opened.last?.url == "wss://other.example/\(turn)")
    }
    bench.open()
    bench.hear(Self.close("wss://other.example/6"))
    guard case .offline? = bench.told.last else { return #expect(Bool(false), "it went on") }
    bench.pass(.seconds(1))
    #expect(bench.opened.last?.url == "wss://example.org/xmpp-websocket")
  }

  @Test(
    "An encrypted connection is not left for another place",
    arguments: ["ws://other.example/", "http://x/", "javascript:alert(1)", ""])
  func unsafePlace(place: String) {
    var bench = StreamBench()
    bench.start()
    bench.open()
    bench.hear(Self.close(place))
    #expect(bench.opened.count == 1)
    guard case .offline? = bench.told.last else { return #expect(Bool(false), "no try follows") }
  }

  @Test("Stream errors are told in words; some end the account's tries")
  func streamErrors() {
    var bench = StreamBench()
    bench.goOnline()
    bench.hear(Self.error("system-shutdown", text: "back soon"))
    guard case .offline(let reason, _)? = bench.told.last else {
      return #expect(Bool(false), "no try follows")
    }
    #expect(reason == "The server is shutting down (back soon).")

    var other = StreamBench()
    other.goOnline()
    other.hear(Self.error("conflict"))
    guard case .refused(let words)? = other.told.last else {
      return #expect(Bool(false), "it would fight for the name")
    }
    #expect(words.contains("signed in from elsewhere"))
  }

  @Test("Tries begin at once and grow apart while nobody answers")
  func backoff() {
    var bench = StreamBench()
    bench.start()
    for _ in 0..<12 {
      bench.perform(bench.stream.receive(.failed(bench.socket, .unreachable("x")), at: bench.now))
      guard case .waiting(let until) = bench.stream.state else {
        return #expect(Bool(false), "it does not wait")
      }
      #expect(bench.now.duration(to: until) <= .seconds(72))
      bench.pass(bench.now.duration(to: until))
    }
    #expect(bench.opened.count == 13)
    #expect(bench.now > Instant.zero.advanced(by: .seconds(60)))
  }

  @Test("Closing says goodbye and leaves nothing to do")
  func close() {
    var bench = StreamBench()
    bench.goOnline()
    bench.perform(bench.stream.close())
    #expect(bench.takeSent().map(\.name) == ["close"])
    #expect(bench.closed == [bench.socket])
    #expect(bench.stream.deadline == nil)
    bench.hear("<message xmlns='jabber:client'/>")
    #expect(bench.told.isEmpty)
    bench.perform(bench.stream.close())
    #expect(bench.sent.isEmpty)
  }

  @Test("A socket that opens after all is closed")
  func lateSocket() {
    var bench = StreamBench()
    bench.start()
    bench.perform(bench.stream.close())
    bench.closed = []
    bench.open()
    #expect(bench.closed == [bench.socket])
    bench.perform(bench.stream.receive(.opened(SocketID(3)), at: bench.now))
    #expect(bench.closed == [bench.socket])
  }

  @Test("Passwords are not printed")
  func secrecy() {
    let bench = StreamBench([.plain(username: "a", password: "geheim")])
    var text = ""
    dump(bench.stream, to: &text)
    #expect(!text.contains("geheim"))
    #expect(!String(describing: bench.stream).contains("geheim"))
  }

  static func failure(_ condition: String, text: String? = nil) -> String {
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><\(condition)/>"
      + (text.map { "<text>\($0)</text>" } ?? "") + "</failure>"
  }

  static func error(_ condition: String, text: String? = nil) -> String {
    "<stream:error xmlns:stream='http://etherx.jabber.org/streams'>"
      + "<\(condition) xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
      + (text.map { "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>\($0)</text>" } ?? "")
      + "</stream:error>"
  }

  static func close(_ place: String) -> String {
    "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='\(place)'/>"
  }
}

import Basics
import Formats
import Testing
import Transport
import XMPP

/// A stream in virtual time before a server that says what a test makes it say.
struct StreamBench {
  var stream: XMPPStream
  var now = Instant.zero
  /// What the stream sent and nobody has looked at.
  var sent: [XMLElement] = []
  var opened: [SocketRequest] = []
  var closed: [SocketID] = []
  /// Everything but transport.
  var told: [XMPPStream.Effect] = []
  var socket = SocketID(0)

  init(
    _ credentials: [XMPPCredentials] = [.anonymous], seed: UInt64 = 1,
    _ change: (inout XMPPSettings) -> Void = { _ in }
  ) {
    var settings = XMPPSettings(
      url: "wss://example.org/xmpp-websocket", domain: "example.org", credentials: credentials)
    change(&settings)
    stream = XMPPStream(settings: settings, lane: 7, seed: seed)
  }

  mutating func perform(_ effects: [XMPPStream.Effect]) {
    for effect in effects {
      switch effect {
      case .transport(.open(let socket, let request)):
        self.socket = socket
        opened.append(request)
      case .transport(.send(let socket, .text(let text))):
        #expect(socket == self.socket)
        guard let element = try? XMLElement(decoding: text) else {
          Issue.record("The stream sent what cannot be read: \(text)")
          continue
        }
        sent.append(element)
      case .transport(.close(let socket, _)): closed.append(socket)
      case .transport(let other): Issue.record("The stream asked for \(other).")
      default: told.append(effect)
      }
    }
  }

  mutating func start() { perform(stream.start(at: now)) }

  mutating func open() { perform(stream.receive(.opened(socket), at: now)) }

  mutating func hear(_ text: String) {
    perform(stream.receive(.received(socket, .text(text)), at: now))
  }

  mutating func breakDown() {
    perform(stream.receive(.failed(socket, .broken("reset")), at: now))
  }

  /// Lets time pass, with every deadline on the way.
  mutating func pass(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = stream.deadline, deadline <= end {
      now = max(now, deadline)
      perform(stream.expire(at: now))
    }
    now = end
  }

  mutating func takeSent() -> [XMLElement] {
    defer { sent = [] }
    return sent
  }

  mutating func takeTold() -> [XMPPStream.Effect] {
    defer { told = [] }
    return told
  }

  /// As far as the features after signing in.
  mutating func signIn(features: String = Self.allFeatures) {
    open()
    hear(Self.openText)
    hear(Self.mechanisms("ANONYMOUS", "PLAIN"))
    hear("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    hear(Self.openText)
    hear(features)
  }

  /// All the way.
  mutating func goOnline(features: String = Self.allFeatures, resumable: Bool = true) {
    start()
    signIn(features: features)
    answerBinding()
    if resumable, features.contains("urn:xmpp:sm:3") {
      hear("<enabled xmlns='urn:xmpp:sm:3' id='sm1' resume='true' max='60'/>")
    }
    _ = takeSent()
    _ = takeTold()
  }

  mutating func answerBinding(jid: String = "u1@example.org/r1") {
    let id = sent.last { $0.name == "iq" }?["id"] ?? ""
    hear(
      """
      <iq xmlns='jabber:client' type='result' id='\(id)'>\
      <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>\(jid)</jid></bind></iq>
      """)
  }

  static let openText =
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='example.org' id='1' version='1.0'/>"

  static func mechanisms(_ names: String...) -> String {
    "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>"
      + "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
      + names.map { "<mechanism>\($0)</mechanism>" }.joined()
      + "</mechanisms></stream:features>"
  }

  static let bindOnly = """
    <stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>
    """
  static let allFeatures = """
    <stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>\
    <session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></stream:features>
    """
  static let oldFeatures = """
    <stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>\
    <session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></stream:features>
    """
  static let jid = JID("u1@example.org/r1")
}

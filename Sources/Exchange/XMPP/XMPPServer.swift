import Basics
import Formats
import Transport
import XMPP

/// One XMPP domain on WebSockets: streams, signing in, binding, resumption, pings (RFC 7395, RFC 6120,
/// XEP-0198, XEP-0199). What the stanzas are about is its owner's business.
///
///     opened ──open──▶ offering ──auth──▶ (checking) ──▶ restarting ──open──▶ binding ──▶ bound
///                                                                              └──resume──┘
///
/// - Bound: the exchange bounds sockets, messages and their pace; here ``XMPPServerSettings`` bounds
///   what waits for a client.
struct XMPPServer: Equatable, Sendable {
  /// What its owner must do, in order.
  enum Effect: Equatable, Sendable {
    case push(ExchangeSocketID, String)
    case close(ExchangeSocketID, code: Int)
    /// Somebody signs in by PLAIN; answered by ``accept(_:as:)`` or ``refuse(_:_:)``, now or later.
    case check(ExchangeSocketID, username: String, password: Secret)
    /// A session has begun.
    case bound(JID)
    /// A session goes on over another socket.
    case resumed(JID)
    /// A stanza that is not about the stream; its `from` is true, and its `to`, if any, is an address.
    case received(from: JID, XMLElement)
    case ended(JID)
  }

  let settings: XMPPServerSettings
  var links: [ExchangeSocketID: XMPPLink] = [:]
  var sessions: [JID: XMPPSession] = [:]
  /// Sessions by the name under which they can be resumed.
  var resumptions: [String: JID] = [:]
  var timers = DeadlineTable<Timer>()

  enum Timer: Hashable, Sendable {
    /// To be bound by then.
    case signIn(ExchangeSocketID)
    /// To be resumed by then.
    case resume(JID)
  }

  init(_ settings: XMPPServerSettings) { self.settings = settings }

  // MARK: Queries

  var sessionCount: Int { sessions.count }

  /// Whether somebody is there under that full address, connected or soon to resume.
  func has(_ jid: JID) -> Bool { sessions[jid] != nil }

  /// The sessions of a user, by full address.
  func sessions(of node: String) -> [JID] {
    sessions.keys.filter { $0.node == node }.sorted { $0.description < $1.description }
  }

  func jid(of socket: ExchangeSocketID) -> JID? {
    guard case .bound(let jid)? = links[socket]?.state else { return nil }
    return jid
  }

  var deadline: Instant? { timers.earliest }

  // MARK: Sockets

  /// A client has connected.
  mutating func opened(_ socket: ExchangeSocketID, at now: Instant) {
    links[socket] = XMPPLink()
    timers[.signIn(socket)] = now.advanced(by: settings.signInTime)
  }

  /// A client's connection is gone; its session waits for it, if it can be resumed.
  mutating func closed(_ socket: ExchangeSocketID, at now: Instant) -> [Effect] {
    timers[.signIn(socket)] = nil
    guard case .bound(let jid)? = links.removeValue(forKey: socket)?.state,
      sessions[jid]?.socket == socket
    else { return [] }
    sessions[jid]?.socket = nil
    guard sessions[jid]?.management?.resumption != nil,
      sessions.values.count(where: { $0.socket == nil }) <= settings.awayLimit
    else { return forget(jid) }
    timers[.resume(jid)] = now.advanced(by: settings.resumeTime)
    return []
  }

  mutating func expire(at now: Instant) -> [Effect] {
    var effects: [Effect] = []
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .signIn(let socket): effects += fail(socket, "connection-timeout")
      case .resume(let jid): effects += forget(jid)
      }
    }
    return effects
  }

  // MARK: Stanzas

  /// Takes a message of a client.
  mutating func receive(
    _ text: String, over socket: ExchangeSocketID, using ports: any ExchangePorts
  ) -> [Effect] {
    guard let link = links[socket] else { return [] }
    let element: XMLElement
    do throws(XMLError) {
      element = try XMLElement(decoding: text)
    } catch {
      return fail(socket, "not-well-formed")
    }
    if element.namespace == XMPPNamespace.framing, element.name == "close" {
      return sayGoodbye(socket)
    }
    switch link.state {
    case .bound(let jid):
      return receive(element, from: jid, over: socket, using: ports)
    case .opened, .offering, .checking, .restarting, .binding:
      return negotiate(element, link, over: socket, using: ports)
    }
  }

  /// Sends a stanza to a session; it waits there while the client is away.
  mutating func send(_ stanza: XMLElement, to jid: JID) -> [Effect] {
    guard sessions[jid] != nil else { return [] }
    let text = stanza.encoded()
    let asks = sessions[jid]?.keep(text, settings) ?? .no
    if asks == .overflow { return end(jid, "policy-violation") }
    guard let socket = sessions[jid]?.socket else { return [] }
    return [.push(socket, text)] + (asks == .yes ? [.push(socket, Self.ackRequest)] : [])
  }

  /// Ends a session, with a stream error if its client is there.
  mutating func end(_ jid: JID, _ condition: String) -> [Effect] {
    guard let session = sessions[jid] else { return [] }
    return session.socket.map { fail($0, condition) } ?? forget(jid)
  }

  // MARK: Ends

  /// Ends a stream for an error (RFC 6120 §4.9).
  mutating func fail(_ socket: ExchangeSocketID, _ condition: String) -> [Effect] {
    let error = XMLElement(
      "error", XMPPNamespace.streams, [:],
      [XMLElement(condition, XMPPNamespace.streamErrors)])
    return [.push(socket, error.encoded(prefix: "stream"))] + sayGoodbye(socket)
  }

  /// Closes a stream for good (RFC 7395 §3.6).
  mutating func sayGoodbye(_ socket: ExchangeSocketID) -> [Effect] {
    timers[.signIn(socket)] = nil
    let link = links.removeValue(forKey: socket)
    let goodbye: [Effect] = [
      .push(socket, XMLElement("close", XMPPNamespace.framing).encoded()),
      .close(socket, code: 1000),
    ]
    guard case .bound(let jid)? = link?.state, sessions[jid]?.socket == socket else {
      return goodbye
    }
    return goodbye + forget(jid)
  }

  private mutating func forget(_ jid: JID) -> [Effect] {
    guard let session = sessions.removeValue(forKey: jid) else { return [] }
    if let id = session.management?.resumption { resumptions[id] = nil }
    timers[.resume(jid)] = nil
    return [.ended(jid)]
  }

  static let ackRequest = XMLElement("r", XMPPNamespace.streamManagement).encoded()
}

/// How an XMPP domain is served.
struct XMPPServerSettings: Equatable, Sendable {
  enum Mechanism: String, Sendable {
    case anonymous = "ANONYMOUS"
    case plain = "PLAIN"
  }

  var domain: String
  var mechanisms: [Mechanism]
  /// What the domain says of itself.
  var info: DiscoInfo
  /// How long a client may take from its connection to the binding.
  var signInTime = Duration.seconds(30)
  /// How long a session waits for its client to come back.
  var resumeTime = Duration.seconds(60)
  /// Sessions that wait for their clients; more end at once.
  var awayLimit = 256
  /// What is kept for a client that has not confirmed it; more ends its session.
  var queueLimit = 512
  var queueByteLimit = 1 << 20
  /// Sessions of one user; with one more, the oldest ends.
  var sessionsPerUser = 8

  init(domain: String, mechanisms: [Mechanism], info: DiscoInfo) {
    self.domain = domain
    self.mechanisms = mechanisms
    self.info = info
  }
}

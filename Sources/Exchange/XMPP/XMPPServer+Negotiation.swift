import Basics
import Formats
import XMPP

/// From the first word to the bound session.
extension XMPPServer {
  // MARK: Who signs in

  /// The owner knows the client: it is that user.
  mutating func accept(_ socket: ExchangeSocketID, as node: String) -> [Effect] {
    guard case .checking? = links[socket]?.state else { return [] }
    links[socket]?.state = .restarting(node)
    return [.push(socket, XMLElement("success", XMPPNamespace.sasl).encoded())]
  }

  /// The owner does not know the client, or does not want it.
  ///
  /// - Parameter condition: of RFC 6120 §6.5.
  mutating func refuse(
    _ socket: ExchangeSocketID, _ condition: String = "not-authorized", text: String? = nil
  ) -> [Effect] {
    guard var link = links[socket] else { return [] }
    link.state = .offering
    link.failureCount += 1
    links[socket] = link
    var failure = XMLElement(
      "failure", XMPPNamespace.sasl, [:], [XMLElement(condition, XMPPNamespace.sasl)])
    if let text { failure.append(XMLElement("text", XMPPNamespace.sasl, text: text)) }
    let told: [Effect] = [.push(socket, failure.encoded())]
    return link.failureCount < Self.failureLimit ? told : told + sayGoodbye(socket)
  }

  // MARK: Steps

  mutating func negotiate(
    _ element: XMLElement, _ link: XMPPLink, over socket: ExchangeSocketID,
    using ports: any ExchangePorts
  ) -> [Effect] {
    switch (link.state, element.namespace, element.name) {
    case (.opened, XMPPNamespace.framing, "open"):
      return open(element, as: nil, over: socket, using: ports)
    case (.restarting(let node), XMPPNamespace.framing, "open"):
      return open(element, as: node, over: socket, using: ports)
    case (.offering, XMPPNamespace.sasl, "auth"):
      return authenticate(element, over: socket, using: ports)
    case (.offering, XMPPNamespace.sasl, "abort"):
      return refuse(socket, "aborted")
    case (.binding(let node), XMPPNamespace.client, "iq"):
      return bind(element, node, over: socket, using: ports)
    case (.binding(let node), XMPPNamespace.streamManagement, "resume"):
      return resume(element, node, over: socket)
    case (.binding, XMPPNamespace.streamManagement, "enable"):
      return [.push(socket, Self.managementFailure("unexpected-request"))]
    case (.opened, _, _), (.restarting, _, _):
      return fail(socket, "bad-format")  // Streams begin with `open`.
    case (.offering, _, _), (.checking, _, _), (.binding, _, _):
      return fail(socket, "not-authorized")  // RFC 6120 §4.9.3.12: a stanza before its time.
    case (.bound, _, _):
      return []  // Not asked here.
    }
  }

  private mutating func open(
    _ element: XMLElement, as node: String?, over socket: ExchangeSocketID,
    using ports: any ExchangePorts
  ) -> [Effect] {
    var opening = XMLElement(
      "open", XMPPNamespace.framing,
      [
        "from": settings.domain, "id": hexadecimal(ports.randomBytes(8)), "version": "1.0",
        "xml:lang": "en",
      ])
    opening["to"] = element["from"].flatMap { JID($0)?.description }
    let answer = Effect.push(socket, opening.encoded())
    guard element["to"] == nil || element["to"]?.lowercased() == settings.domain else {
      return [answer] + fail(socket, "host-unknown")
    }
    var features = XMLElement("features", XMPPNamespace.streams)
    if let node {
      links[socket]?.state = .binding(node)
      features.append(XMLElement("bind", XMPPNamespace.bind))
      let optional = XMLElement("optional", XMPPNamespace.session)
      features.append(XMLElement("session", XMPPNamespace.session, [:], [optional]))
      features.append(XMLElement("sm", XMPPNamespace.streamManagement))
    } else {
      links[socket]?.state = .offering
      let mechanisms = settings.mechanisms.map {
        XMLElement("mechanism", XMPPNamespace.sasl, text: $0.rawValue)
      }
      features.append(XMLElement("mechanisms", XMPPNamespace.sasl, [:], mechanisms))
    }
    return [answer, .push(socket, features.encoded(prefix: "stream"))]
  }

  /// ANONYMOUS (RFC 4505) or PLAIN (RFC 4616).
  private mutating func authenticate(
    _ element: XMLElement, over socket: ExchangeSocketID, using ports: any ExchangePorts
  ) -> [Effect] {
    guard let mechanism = element["mechanism"].flatMap(XMPPServerSettings.Mechanism.init),
      settings.mechanisms.contains(mechanism)
    else { return refuse(socket, "invalid-mechanism") }
    links[socket]?.state = .checking
    switch mechanism {
    case .anonymous: return accept(socket, as: Self.anonymousNode(using: ports))
    case .plain:
      guard let bytes = Base64.decode(element.text), bytes.count <= 4_096 else {
        return refuse(socket, "incorrect-encoding")
      }
      let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(validating: $0, as: UTF8.self) }
      guard parts.count == 3, let username = parts[1], !username.isEmpty, let password = parts[2]
      else { return refuse(socket, "malformed-request") }
      return [.check(socket, username: username, password: Secret(password))]
    }
  }

  private mutating func bind(
    _ iq: XMLElement, _ node: String, over socket: ExchangeSocketID,
    using ports: any ExchangePorts
  ) -> [Effect] {
    guard iq["type"] == "set", let request = iq.child("bind", XMPPNamespace.bind) else {
      return [.push(socket, iq.refusal(StanzaError(.notAuthorized)).encoded())]
    }
    let wanted = request.child("resource")?.text ?? ""
    let resource = wanted.isEmpty ? hexadecimal(ports.randomBytes(6)) : wanted
    guard resource.utf8.count <= 256,
      let jid = JID(node: node, domain: settings.domain, resource: resource)
    else { return [.push(socket, iq.refusal(StanzaError(.badRequest)).encoded())] }
    // Who binds the same resource takes the place of the former client (RFC 6120 §7.7.2.2).
    var effects = end(jid, "conflict")
    let others = sessions(of: node)
    if others.count >= settings.sessionsPerUser,
      let oldest = others.min(by: { sessions[$0]?.number ?? 0 < sessions[$1]?.number ?? 0 })
    {
      effects += end(oldest, "policy-violation")
    }
    sessions[jid] = XMPPSession(socket: socket, number: socket.number)
    links[socket]?.state = .bound(jid)
    timers[.signIn(socket)] = nil
    let bound = XMLElement(
      "bind", XMPPNamespace.bind, [:],
      [XMLElement("jid", XMPPNamespace.bind, text: jid.description)])
    return effects + [.push(socket, iq.result(bound).encoded()), .bound(jid)]
  }

  /// A client comes back (XEP-0198 §5). Whoever signs in without a name is known by the stream's.
  private mutating func resume(
    _ element: XMLElement, _ node: String, over socket: ExchangeSocketID
  ) -> [Effect] {
    guard let id = element["previd"], let jid = resumptions[id], var session = sessions[jid],
      let count = element["h"].flatMap({ UInt32($0) }),
      settings.mechanisms.contains(.anonymous) || jid.node == node, session.confirm(count)
    else { return [.push(socket, Self.managementFailure("item-not-found"))] }
    var effects: [Effect] = []
    if let former = session.socket {
      links[former] = nil
      effects.append(.close(former, code: 1000))
    }
    session.socket = socket
    sessions[jid] = session
    links[socket]?.state = .bound(jid)
    timers[.signIn(socket)] = nil
    timers[.resume(jid)] = nil
    let answer = XMLElement(
      "resumed", XMPPNamespace.streamManagement,
      ["previd": id, "h": String(session.management?.receivedCount ?? 0)])
    effects.append(.push(socket, answer.encoded()))
    effects += (session.management?.unconfirmed ?? []).map { .push(socket, $0) }
    return effects + [.resumed(jid)]
  }

  static func managementFailure(_ condition: String) -> String {
    XMLElement(
      "failed", XMPPNamespace.streamManagement, [:],
      [XMLElement(condition, XMPPNamespace.stanzaErrors)]
    ).encoded()
  }

  /// A node that nobody else has, in the form of a UUID: what comes first names the endpoint.
  private static func anonymousNode(using ports: any ExchangePorts) -> String {
    let digits = Array(hexadecimal(ports.randomBytes(16)))
    var parts: [String] = []
    var start = 0
    for length in [8, 4, 4, 4, 12] {
      parts.append(String(digits[start..<start + length]))
      start += length
    }
    return parts.joined(separator: "-")
  }

  /// How often one may sign in in vain.
  private static let failureLimit = 3
}

import Formats
import XMPP

/// What a bound client says.
extension XMPPServer {
  mutating func receive(
    _ element: XMLElement, from jid: JID, over socket: ExchangeSocketID,
    using ports: any ExchangePorts
  ) -> [Effect] {
    if element.namespace == XMPPNamespace.streamManagement {
      return manage(element, of: jid, over: socket, using: ports)
    }
    guard element.isStanza else { return fail(socket, "unsupported-stanza-type") }
    sessions[jid]?.management?.receivedCount &+= 1
    var stanza = element
    stanza["from"] = jid.description
    if stanza["to"] != nil, stanza.to == nil {
      return refuse(stanza, .jidMalformed, to: jid)
    }
    if stanza.name == "iq" {
      let isRequest = stanza.isRequest
      guard isRequest || stanza.isAnswer, let id = stanza["id"], (1...256).contains(id.utf8.count),
        !isRequest || stanza.children.count == 1
      else { return refuse(stanza, .badRequest, to: jid) }
      if isRequest, let answer = answer(to: stanza) { return send(answer, to: jid) }
    }
    return [.received(from: jid, stanza)]
  }

  /// Refuses a stanza, unless it is an answer or an error itself.
  mutating func refuse(
    _ stanza: XMLElement, _ condition: StanzaError.Condition, to jid: JID
  ) -> [Effect] {
    guard stanza["type"] != "error", stanza["type"] != "result" else { return [] }
    return send(stanza.refusal(StanzaError(condition)), to: jid)
  }

  /// What the domain itself answers: sessions, pings, what it can do.
  private func answer(to request: XMLElement) -> XMLElement? {
    let isToDomain = request.to.map { $0.node == nil && $0.domain == settings.domain } ?? true
    guard isToDomain, let payload = request.payload else { return nil }
    switch (request["type"], payload.namespace, payload.name) {
    case ("set", XMPPNamespace.session, "session"), ("get", XMPPNamespace.ping, "ping"):
      return request.result()
    case ("get", XMPPNamespace.discoInfo, "query"):
      return settings.info.answer(to: request)
    case ("get", XMPPNamespace.discoItems, "query"):
      return request.result(XMLElement("query", XMPPNamespace.discoItems))
    case ("set", XMPPNamespace.bind, _):
      return request.refusal(StanzaError(.notAllowed))
    default:
      return nil
    }
  }

  /// Stream management (XEP-0198 §3–§4).
  private mutating func manage(
    _ element: XMLElement, of jid: JID, over socket: ExchangeSocketID,
    using ports: any ExchangePorts
  ) -> [Effect] {
    switch element.name {
    case "enable":
      guard sessions[jid]?.management == nil else {
        return [.push(socket, Self.managementFailure("unexpected-request"))]
      }
      return [.push(socket, enable(element, for: jid, using: ports).encoded())]
    case "r":
      guard let count = sessions[jid]?.management?.receivedCount else { return [] }
      let answer = XMLElement("a", XMPPNamespace.streamManagement, ["h": String(count)])
      return [.push(socket, answer.encoded())]
    case "a":
      guard sessions[jid]?.management != nil else { return [] }
      guard let count = element["h"].flatMap({ UInt32($0) }),
        sessions[jid]?.confirm(count) == true
      else { return fail(socket, "undefined-condition") }
      return []
    default:
      return fail(socket, "unsupported-stanza-type")
    }
  }

  private mutating func enable(
    _ element: XMLElement, for jid: JID, using ports: any ExchangePorts
  ) -> XMLElement {
    var management = XMPPSession.Management()
    var answer = XMLElement("enabled", XMPPNamespace.streamManagement)
    if ["true", "1"].contains(element["resume"]) {
      let id = hexadecimal(ports.randomBytes(16))
      management.resumption = id
      resumptions[id] = jid
      answer["id"] = id
      answer["resume"] = "true"
      answer["max"] = String(settings.resumeTime.components.seconds)
    }
    sessions[jid]?.management = management
    return answer
  }
}

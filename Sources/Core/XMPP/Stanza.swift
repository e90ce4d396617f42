package import Formats

// The three kinds of stanza (RFC 6120 §8) as elements, for clients and servers alike.
extension XMLElement {
  /// Whether this is a `message`, `presence` or `iq` of a client's stream.
  package var isStanza: Bool {
    namespace == XMPPNamespace.client && ["message", "presence", "iq"].contains(name)
  }

  /// Whether this is an `iq` that wants an answer.
  package var isRequest: Bool { isStanza && name == "iq" && ["get", "set"].contains(self["type"]) }

  /// Whether this is an `iq` that is one.
  package var isAnswer: Bool {
    isStanza && name == "iq" && ["result", "error"].contains(self["type"])
  }

  /// Who sent it; `nil` when nobody is named or that is no address.
  package var from: JID? { self["from"].flatMap { JID($0) } }

  /// To whom it goes; `nil` when nobody is named or that is no address.
  package var to: JID? { self["to"].flatMap { JID($0) } }

  /// The child that a request or an answer is about.
  package var payload: XMLElement? { children.first { $0.name != "error" } }

  package static func message(
    to: JID, type: String? = nil, id: String? = nil, body: String? = nil,
    _ children: [XMLElement] = []
  ) -> XMLElement {
    let bodies = body.map { [XMLElement("body", XMPPNamespace.client, text: $0)] } ?? []
    return stanza("message", to: to, type: type, id: id, bodies + children)
  }

  package static func presence(
    to: JID? = nil, type: String? = nil, _ children: [XMLElement] = []
  ) -> XMLElement {
    stanza("presence", to: to, type: type, id: nil, children)
  }

  package static func iq(
    _ type: String, to: JID? = nil, id: String, _ payload: XMLElement? = nil
  ) -> XMLElement {
    stanza("iq", to: to, type: type, id: id, payload.map { [$0] } ?? [])
  }

  /// The answer to this request that it has been done.
  package func result(_ payload: XMLElement? = nil) -> XMLElement {
    answer("result", payload.map { [$0] } ?? [])
  }

  /// The answer to this stanza that it could not be done.
  package func refusal(_ error: StanzaError) -> XMLElement { answer("error", [error.element]) }

  /// What went wrong, in a stanza of type `error`.
  package var stanzaError: StanzaError? {
    guard self["type"] == "error" else { return nil }
    return child("error").map { StanzaError(decoding: $0) } ?? StanzaError(.undefinedCondition)
  }

  private static func stanza(
    _ name: String, to: JID?, type: String?, id: String?, _ children: [XMLElement]
  ) -> XMLElement {
    var stanza = XMLElement(name, XMPPNamespace.client, [:], children)
    stanza["to"] = to?.description
    stanza["type"] = type
    stanza["id"] = id
    return stanza
  }

  private func answer(_ type: String, _ children: [XMLElement]) -> XMLElement {
    var answer = XMLElement(name, XMPPNamespace.client, ["type": type], children)
    answer["id"] = self["id"]
    answer["to"] = self["from"]
    answer["from"] = self["to"]
    return answer
  }
}

/// Why a stanza could not be delivered or done.
///
/// - Source: RFC 6120 §8.3.
package struct StanzaError: Error, Equatable, Sendable {
  /// RFC 6120 §8.3.3.
  package enum Condition: String, Sendable, CaseIterable {
    case badRequest = "bad-request"
    case conflict
    case featureNotImplemented = "feature-not-implemented"
    case forbidden
    case gone
    case internalServerError = "internal-server-error"
    case itemNotFound = "item-not-found"
    case jidMalformed = "jid-malformed"
    case notAcceptable = "not-acceptable"
    case notAllowed = "not-allowed"
    case notAuthorized = "not-authorized"
    case policyViolation = "policy-violation"
    case recipientUnavailable = "recipient-unavailable"
    case redirect
    case registrationRequired = "registration-required"
    case remoteServerNotFound = "remote-server-not-found"
    case remoteServerTimeout = "remote-server-timeout"
    case resourceConstraint = "resource-constraint"
    case serviceUnavailable = "service-unavailable"
    case subscriptionRequired = "subscription-required"
    case undefinedCondition = "undefined-condition"
    case unexpectedRequest = "unexpected-request"

    /// RFC 6120 §8.3.2: what the sender may do about it.
    package var type: String {
      switch self {
      case .forbidden, .notAuthorized, .registrationRequired, .subscriptionRequired: "auth"
      case .badRequest, .jidMalformed, .notAcceptable, .policyViolation, .redirect: "modify"
      case .recipientUnavailable, .remoteServerTimeout, .resourceConstraint, .unexpectedRequest:
        "wait"
      case .conflict, .featureNotImplemented, .gone, .internalServerError, .itemNotFound,
        .notAllowed, .remoteServerNotFound, .serviceUnavailable, .undefinedCondition:
        "cancel"
      }
    }
  }

  package var condition: Condition
  /// The server's words; shown only after `HarmlessText`.
  package var text: String?
  /// What a protocol has to say beyond the condition (RFC 6120 §8.3.4).
  package var detail: XMLElement?

  package init(_ condition: Condition, text: String? = nil, detail: XMLElement? = nil) {
    self.condition = condition
    self.text = text
    self.detail = detail
  }

  /// Reads an `error` element; a condition that is not known is undefined.
  package init(decoding element: XMLElement) {
    let defined = element.children.filter { $0.namespace == XMPPNamespace.stanzaErrors }
    condition =
      defined.lazy.compactMap { Condition(rawValue: $0.name) }.first ?? .undefinedCondition
    text = defined.first { $0.name == "text" }?.text
    detail = element.children.first { $0.namespace != XMPPNamespace.stanzaErrors }
  }

  package var element: XMLElement {
    var element = XMLElement(
      "error", XMPPNamespace.client, ["type": condition.type],
      [XMLElement(condition.rawValue, XMPPNamespace.stanzaErrors)])
    if let text {
      element.append(XMLElement("text", XMPPNamespace.stanzaErrors, text: text))
    }
    if let detail { element.append(detail) }
    return element
  }
}

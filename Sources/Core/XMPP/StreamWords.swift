import Basics
import Formats

/// What a server says when it ends a stream or refuses to sign somebody in, in words.
enum StreamWords {
  /// A `stream:error` (RFC 6120 §4.9).
  static func sentence(streamError element: XMLElement) -> String {
    let condition = condition(of: element, in: XMPPNamespace.streamErrors)
    let words =
      switch condition {
      case "conflict": "The server ended the connection: this account signed in from elsewhere"
      case "connection-timeout": "The server ended the connection: it heard nothing for too long"
      case "host-gone", "host-unknown":
        "The server does not serve that domain; check the account's address"
      case "policy-violation": "The server ended the connection: it has been asked for too much"
      case "resource-constraint": "The server has no room for another connection"
      case "system-shutdown": "The server is shutting down"
      case "reset": "The server asks to connect anew"
      case let other: "The server ended the connection: \(spelled(other))"
      }
    return words + tail(element, in: XMPPNamespace.streamErrors)
  }

  /// Whether connecting anew would end the same way.
  static func isFinal(streamError element: XMLElement) -> Bool {
    let condition = condition(of: element, in: XMPPNamespace.streamErrors)
    return ["conflict", "host-unknown", "not-authorized", "unsupported-version"].contains(condition)
  }

  /// A SASL `failure` (RFC 6120 §6.5).
  static func sentence(failure element: XMLElement) -> String {
    let words =
      switch condition(of: element, in: XMPPNamespace.sasl) {
      case "not-authorized": "The server does not accept the credentials"
      case "not-allowed": "The server does not allow this account to sign in"
      case "account-disabled": "The account is disabled at the server"
      case "credentials-expired": "The credentials have expired; get new ones"
      case "invalid-mechanism", "mechanism-too-weak": "The server wants another way to sign in"
      case "encryption-required": "The server wants an encrypted connection; use https or wss"
      case "temporary-auth-failure": "The server cannot check the credentials at the moment"
      case let other: "The server refused to sign in: \(spelled(other))"
      }
    return words + tail(element, in: XMPPNamespace.sasl)
  }

  /// The name of what went wrong.
  static func condition(of element: XMLElement, in namespace: String) -> String {
    element.children.first { $0.namespace == namespace && $0.name != "text" }?.name
      ?? "undefined-condition"
  }

  private static func tail(_ element: XMLElement, in namespace: String) -> String {
    let text = HarmlessText.line(element.child("text", namespace)?.text ?? "", limit: 200)
    if text.isEmpty { return "." }
    return " (\(text))."
  }

  private static func spelled(_ condition: String) -> String {
    HarmlessText.line(condition.split(separator: "-").joined(separator: " "), limit: 60)
  }
}

package import Formats
package import SDP

/// STUN and TURN servers that an XMPP server tells of.
///
/// - Source: XEP-0215.
package struct ExternalServices: Equatable, Sendable {
  /// What can be used; at most ``limit``.
  package var iceServers: [IceServer]

  /// Asks for them; older servers know only the earlier namespace.
  package static func request(isOld: Bool = false) -> XMLElement {
    XMLElement(
      "services", isOld ? XMPPNamespace.externalServices1 : XMPPNamespace.externalServices)
  }

  /// Reads a `services` element; what is of another kind, or lacks its credentials, is passed over.
  package init(decoding services: XMLElement) {
    iceServers = Array(
      services.children("service").lazy.compactMap { service -> IceServer? in
        guard let type = service["type"]?.lowercased(), let host = service["host"] else {
          return nil
        }
        let authority = host.contains(":") && host.first != "[" ? "[\(host)]" : host
        let port = service["port"].map { ":\($0)" } ?? ""
        let isTCP = service["transport"]?.lowercased() == "tcp"
        return IceServer(
          url: "\(type):\(authority)\(port)" + (isTCP ? "?transport=tcp" : ""),
          username: service["username"], credential: service["password"])
      }.prefix(Self.limit))
  }

  package init(iceServers: [IceServer]) { self.iceServers = Array(iceServers.prefix(Self.limit)) }

  /// What ``init(decoding:)`` reads.
  ///
  /// - Parameter namespace: the one that was asked in.
  package func encoded(namespace: String = XMPPNamespace.externalServices) -> XMLElement {
    var services = XMLElement("services", namespace)
    for server in iceServers {
      var service = XMLElement(
        "service", namespace, ["host": server.host, "port": String(server.port)])
      switch server.kind {
      case .stun:
        service["type"] = "stun"
        service["transport"] = "udp"
      case .turn(let username, let credential, let transport):
        service["type"] = transport == .tls ? "turns" : "turn"
        service["transport"] = transport == .udp ? "udp" : "tcp"
        service["username"] = username
        service["password"] = credential
        service["restricted"] = "true"
      }
      services.append(service)
    }
    return services
  }

  /// Servers kept at most.
  package static let limit = 8
}

extension IceServer {
  /// Reads the URL of a server: `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]`, or
  /// `turns:host[:port]`, which is TURN over TLS. IPv6 addresses stand in brackets.
  ///
  /// - Returns: `nil` for anything else, and for a TURN server without user name and credential.
  /// - Source: RFC 7064 §3.1, RFC 7065 §3.1.
  package init?(url: String, username: String?, credential: String?) {
    guard url.utf8.count <= Self.urlLimit, let colon = url.firstIndex(of: ":") else { return nil }
    let scheme = url[..<colon].lowercased()
    let parts = url[url.index(after: colon)...].split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let authority = parts.first, let (host, port) = Self.hostAndPort(authority) else {
      return nil
    }
    let isOverTCP = parts.count > 1 && parts[1].lowercased() == "transport=tcp"
    switch scheme {
    case "stun":
      self.init(kind: .stun, host: host, port: port ?? 3478)
    case "turn", "turns":
      guard let username, let credential else { return nil }
      let isSecure = scheme == "turns"
      let transport: Transport = isSecure ? .tls : isOverTCP ? .tcp : .udp
      self.init(
        kind: .turn(username: username, credential: credential, transport: transport), host: host,
        port: port ?? (isSecure ? 5349 : 3478))
    default:
      return nil
    }
  }

  private static func hostAndPort(_ authority: Substring) -> (host: String, port: UInt16?)? {
    var host = authority
    var rest: Substring = ""
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      rest = authority[colon...]
    }
    let isPlain = host.utf8.allSatisfy { byte in
      // Letters, digits, and what host names and addresses have between them.
      (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || byte == 45 || byte == 46 || byte == 95
    }
    guard !host.isEmpty, isPlain else { return nil }
    if rest.isEmpty { return (String(host), nil) }
    guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
    return (String(host), port)
  }

  /// Bytes of a URL at most.
  private static let urlLimit = 300
}

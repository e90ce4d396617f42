/// A STUN or TURN server that candidates are gathered from (RFC 7064, RFC 7065).
package struct IceServer: Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    case stun
    case turn(username: String, credential: String, transport: Transport)
  }

  package enum Transport: String, CaseIterable, Sendable {
    case udp, tcp, tls
  }

  package var kind: Kind
  package var host: String
  package var port: UInt16

  package init(kind: Kind, host: String, port: UInt16) {
    self.kind = kind
    self.host = host
    self.port = port
  }

  /// When time-limited credentials end, in seconds since 1970: their user names begin with it
  /// (draft-uberti-behave-turn-rest-00 §2.2). `nil` for others.
  package var expiry: Int64? {
    guard case .turn(let username, _, _) = kind,
      let seconds = Int64(username.prefix { $0 != ":" }), seconds > 1_000_000_000
    else { return nil }
    return seconds
  }

  /// The address without the credential, which is never printed.
  package var description: String {
    switch kind {
    case .stun: "stun:\(host):\(port)"
    case .turn(_, _, let transport): "turn:\(host):\(port)?transport=\(transport.rawValue)"
    }
  }
}

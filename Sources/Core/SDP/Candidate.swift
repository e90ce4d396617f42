/// One address at which a peer may be reached.
///
/// - Source: RFC 8839 §5.1.
package struct Candidate: Equatable, Hashable, Sendable {
  /// Where an address was learnt (RFC 8445 §4).
  package enum Kind: String, Sendable {
    case host
    case serverReflexive = "srflx"
    case peerReflexive = "prflx"
    case relayed = "relay"
  }

  /// 1–32 ice-chars.
  package var foundation: String
  /// 1 for RTP, 2 for RTCP.
  package var component: Int
  /// `udp` or `tcp`, in lower case.
  package var transport: String
  package var priority: UInt32
  /// An IPv4 or IPv6 address in text, or a name ending in `.local`.
  package var address: String
  package var port: UInt16
  package var kind: Kind
  package var relatedAddress: String?
  package var relatedPort: UInt16?

  package init(
    foundation: String, component: Int, transport: String, priority: UInt32, address: String,
    port: UInt16, kind: Kind, relatedAddress: String? = nil, relatedPort: UInt16? = nil
  ) {
    self.foundation = foundation
    self.component = component
    self.transport = transport
    self.priority = priority
    self.address = address
    self.port = port
    self.kind = kind
    self.relatedAddress = relatedAddress
    self.relatedPort = relatedPort
  }
}

/// What a peer's connectivity checks are authenticated with (RFC 8839 §5.4).
package struct IceCredentials: Equatable, Sendable {
  /// 4–256 ice-chars.
  package var ufrag: String
  /// 22–256 ice-chars.
  package var password: String

  package init(ufrag: String, password: String) {
    self.ufrag = ufrag
    self.password = password
  }
}

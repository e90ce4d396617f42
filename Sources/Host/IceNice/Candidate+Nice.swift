import CGLib
import CNice
import SDP

extension Candidate {
  /// A candidate of the library's; `nil` when it is none that a description can tell.
  init?(_ candidate: UnsafeMutablePointer<NiceCandidate>) {
    let inner = candidate.pointee
    guard let kind = Kind(inner.type), let address = Self.text(of: inner.addr),
      let (transport, tcpKind) = Self.transport(inner.transport)
    else { return nil }
    // RFC 8839 §5.1: all but host candidates tell what they are based on.
    let base = kind == .host ? nil : Self.text(of: inner.base_addr)
    let foundation = withUnsafeBytes(of: inner.foundation) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    self.init(
      foundation: foundation, component: Int(inner.component_id), transport: transport,
      priority: inner.priority, address: address.host,
      // Who connects listens nowhere (RFC 6544 §4.5).
      port: tcpKind == .active ? 9 : address.port, kind: kind,
      relatedAddress: base?.host, relatedPort: base?.port, tcpKind: tcpKind)
  }

  private static func transport(
    _ transport: NiceCandidateTransport
  ) -> (String, Candidate.TCPKind?)? {
    switch transport {
    case NICE_CANDIDATE_TRANSPORT_UDP: ("udp", nil)
    case NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE: ("tcp", .active)
    case NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE: ("tcp", .passive)
    case NICE_CANDIDATE_TRANSPORT_TCP_SO: ("tcp", .simultaneousOpen)
    default: nil
    }
  }

  /// The library's form of this candidate, at a numeric address; to be freed. `nil` when the address
  /// is none.
  func makeNice(
    at address: String, stream: UInt32
  ) -> UnsafeMutablePointer<NiceCandidate>? {
    guard let candidate = nice_candidate_new(kind.nice) else { return nil }
    candidate.pointee.stream_id = stream
    candidate.pointee.component_id = 1
    candidate.pointee.transport = niceTransport
    candidate.pointee.priority = priority
    withUnsafeMutableBytes(of: &candidate.pointee.foundation) { bytes in
      // The last byte stays zero.
      for (index, byte) in foundation.utf8.prefix(bytes.count - 1).enumerated() {
        bytes[index] = byte
      }
    }
    guard nice_address_set_from_string(&candidate.pointee.addr, address) != 0 else {
      nice_candidate_free(candidate)
      return nil
    }
    nice_address_set_port(&candidate.pointee.addr, UInt32(port))
    return candidate
  }

  private var niceTransport: NiceCandidateTransport {
    switch transport == "tcp" ? tcpKind : nil {
    case nil: NICE_CANDIDATE_TRANSPORT_UDP
    case .active: NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE
    case .passive: NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE
    case .simultaneousOpen: NICE_CANDIDATE_TRANSPORT_TCP_SO
    }
  }

  /// From which address of this machine a pair with that candidate goes out; `nil` when something of
  /// ours lies between.
  static func base(of candidate: UnsafeMutablePointer<NiceCandidate>) -> String? {
    guard let host = text(of: candidate.pointee.base_addr)?.host else { return nil }
    let isTunnel =
      candidate.pointee.type == NICE_CANDIDATE_TYPE_RELAYED && host == RelayTunnel.address
    return isTunnel ? nil : host
  }

  private static func text(of address: NiceAddress) -> (host: String, port: UInt16)? {
    var address = address
    guard nice_address_is_valid(&address) != 0, let host = nice_address_dup_string(&address) else {
      return nil
    }
    defer { g_free(host) }
    return (String(cString: host), UInt16(truncatingIfNeeded: nice_address_get_port(&address)))
  }
}

extension Candidate.Kind {
  init?(_ type: NiceCandidateType) {
    switch type {
    case NICE_CANDIDATE_TYPE_HOST: self = .host
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE: self = .serverReflexive
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE: self = .peerReflexive
    case NICE_CANDIDATE_TYPE_RELAYED: self = .relayed
    default: return nil
    }
  }

  fileprivate var nice: NiceCandidateType {
    switch self {
    case .host: NICE_CANDIDATE_TYPE_HOST
    case .serverReflexive: NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE
    case .peerReflexive: NICE_CANDIDATE_TYPE_PEER_REFLEXIVE
    case .relayed: NICE_CANDIDATE_TYPE_RELAYED
    }
  }
}

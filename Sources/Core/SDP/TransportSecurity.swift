/// A certificate's hash, by which the peer of a DTLS handshake is known.
///
/// - Source: RFC 8122 §5.
package struct Fingerprint: Equatable, Hashable, Sendable {
  package enum Algorithm: String, Sendable {
    case sha1 = "sha-1"
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"

    package var byteCount: Int {
      switch self {
      case .sha1: 20
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }
  }

  package var algorithm: Algorithm
  /// As many bytes as the algorithm yields.
  package var bytes: [UInt8]

  package init(algorithm: Algorithm, bytes: [UInt8]) {
    precondition(bytes.count == algorithm.byteCount, "a digest has its algorithm's length")
    self.algorithm = algorithm
    self.bytes = bytes
  }
}

/// Who opens the DTLS connection (RFC 8842 §5.2).
package enum SetupRole: String, Sendable {
  case active
  case passive
  /// Either, the answerer chooses; in offers only.
  case actpass
}

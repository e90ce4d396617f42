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

  /// What was wrong with a fingerprint's text.
  package enum DecodingError: Error, Equatable {
    case unknownAlgorithm(String)
    case malformed
  }

  /// Reads `sha-256 AA:BB:…`, in either case of letters.
  package init(decoding text: String) throws(DecodingError) {
    let fields = text.split(separator: " ")
    guard fields.count == 2 else { throw .malformed }
    guard let algorithm = Algorithm(rawValue: fields[0].lowercased()) else {
      throw .unknownAlgorithm(String(fields[0]))
    }
    let pairs = fields[1].split(separator: ":", omittingEmptySubsequences: false)
    let bytes = pairs.compactMap {
      $0.count == 2 && $0.allSatisfy(\.isHexDigit) ? UInt8($0, radix: 16) : nil
    }
    guard pairs.count == algorithm.byteCount, bytes.count == pairs.count else { throw .malformed }
    self.init(algorithm: algorithm, bytes: bytes)
  }

  /// The text that ``init(decoding:)`` reads, in capitals as RFC 8122 §5 asks.
  package func encoded() -> String {
    let pairs = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "\(algorithm.rawValue) \(pairs.joined(separator: ":"))"
  }
}

/// Who opens the DTLS connection (RFC 8842 §5.2).
package enum SetupRole: String, Sendable {
  case active
  case passive
  /// Either, the answerer chooses; in offers only.
  case actpass
}

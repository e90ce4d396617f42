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

  /// Who opens the connection of a candidate over TCP (RFC 6544 §4.5).
  package enum TCPKind: String, Sendable {
    case active, passive
    /// Both at once.
    case simultaneousOpen = "so"
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
  /// Of a candidate over TCP; `nil` if it does not say.
  package var tcpKind: TCPKind?

  package init(
    foundation: String, component: Int, transport: String, priority: UInt32, address: String,
    port: UInt16, kind: Kind, relatedAddress: String? = nil, relatedPort: UInt16? = nil,
    tcpKind: TCPKind? = nil
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
    self.tcpKind = tcpKind
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

extension Candidate {
  /// What was wrong with a candidate's text.
  package enum DecodingError: Error, Equatable {
    case malformed
    /// A kind of candidate that is not of RFC 8445.
    case unknownKind(String)
  }

  /// Reads a candidate, with or without `a=` or `candidate:` in front.
  ///
  /// Extension attributes but `tcptype` (`generation`, `ufrag`, `network-cost`…) are passed over.
  ///
  /// - Source: RFC 8839 §5.1.
  package init(decoding text: String) throws(DecodingError) {
    guard text.utf8.count <= Self.byteLimit else { throw .malformed }
    var rest = text[...]
    if rest.hasPrefix("a=") { rest = rest.dropFirst(2) }
    if rest.hasPrefix("candidate:") { rest = rest.dropFirst(10) }
    let fields = rest.split(whereSeparator: \.isWhitespace)
    guard fields.count >= 8, fields[6] == "typ", let component = Int(fields[1]),
      (1...256).contains(component), let priority = UInt32(fields[3]), let port = UInt16(fields[5]),
      (1...32).contains(fields[0].utf8.count), fields[0].utf8.allSatisfy(isIceCharacter),
      isAddress(fields[4])
    else { throw .malformed }
    guard let kind = Kind(rawValue: String(fields[7])) else {
      throw .unknownKind(String(fields[7]))
    }
    self.init(
      foundation: String(fields[0]), component: component, transport: fields[2].lowercased(),
      priority: priority, address: String(fields[4]), port: port, kind: kind)
    for index in stride(from: 8, to: fields.count - 1, by: 2) {
      let value = fields[index + 1]
      switch fields[index] {
      case "raddr" where isAddress(value): relatedAddress = String(value)
      case "rport": relatedPort = UInt16(value)
      case "tcptype": tcpKind = TCPKind(rawValue: String(value))
      default: break
      }
    }
  }

  /// The text that ``init(decoding:)`` reads, beginning with `candidate:`.
  package func encoded() -> String {
    var text =
      "candidate:\(foundation) \(component) \(transport) \(priority) \(address) \(port)"
      + " typ \(kind.rawValue)"
    if let relatedAddress { text += " raddr \(relatedAddress)" }
    if let relatedPort { text += " rport \(relatedPort)" }
    if let tcpKind { text += " tcptype \(tcpKind.rawValue)" }
    return text
  }

  private static let byteLimit = 1_024
}

extension IceCredentials {
  /// Takes what a description told, if it has the form of RFC 8839 §5.4.
  package init?(checking ufrag: String, _ password: String) {
    guard (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count),
      ufrag.utf8.allSatisfy(isIceCharacter), password.utf8.allSatisfy(isIceCharacter)
    else { return nil }
    self.init(ufrag: ufrag, password: password)
  }
}

/// Letters, digits, `+` and `/` (RFC 8839 §5.1); also `-` and `_`, which some servers use.
private func isIceCharacter(_ byte: UInt8) -> Bool {
  isLetterOrDigit(byte) || Array("+/-_".utf8).contains(byte)
}

/// Whether the text can be an address or a name: nothing that could confuse what it is handed to.
private func isAddress(_ text: Substring) -> Bool {
  (1...253).contains(text.utf8.count)
    && text.utf8.allSatisfy { isLetterOrDigit($0) || Array(".:-%_".utf8).contains($0) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "A")...UInt8(ascii: "Z"):
    true
  default: false
  }
}

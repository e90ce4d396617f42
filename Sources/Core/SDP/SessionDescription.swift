/// A session description as values: what stands before the first media section, and the sections.
///
/// Attributes keep their order and their spelling; what they mean is read by `OfferAnswer`.
///
/// - Source: RFC 8866 §5.
package struct SessionDescription: Equatable, Sendable {
  /// `o=`: who made the description, and which version of it this is (RFC 8866 §5.2).
  package struct Origin: Equatable, Sendable {
    package var username: String
    package var sessionID: UInt64
    package var version: UInt64
    package var address: String

    package init(username: String = "-", sessionID: UInt64, version: UInt64, address: String) {
      self.username = username
      self.sessionID = sessionID
      self.version = version
      self.address = address
    }
  }

  package var origin: Origin
  package var attributes: [Attribute]
  package var media: [MediaSection]

  package init(origin: Origin, attributes: [Attribute] = [], media: [MediaSection] = []) {
    self.origin = origin
    self.attributes = attributes
    self.media = media
  }

  /// Whether this is an offer, if it is one of ours: only an offer leaves open who begins the handshake
  /// (RFC 8842 §5.2), and each of ours does.
  package var leavesSetupOpen: Bool {
    let open = Attribute("setup", SetupRole.actpass.rawValue)
    return attributes.contains(open) || media.contains { $0.attributes.contains(open) }
  }
}

/// `a=name` or `a=name:value`.
package struct Attribute: Equatable, Sendable {
  package var name: String
  package var value: String?

  package init(_ name: String, _ value: String? = nil) {
    self.name = name
    self.value = value
  }
}

/// One `m=` line and what belongs to it (RFC 8866 §5.14).
package struct MediaSection: Equatable, Sendable {
  /// `audio`, `video`, `application`, or what a server invents.
  package var kind: String
  /// 0 refuses the section.
  package var port: UInt16
  /// `UDP/TLS/RTP/SAVPF` and the like.
  package var transportProtocol: String
  /// Payload types, or the formats of other protocols.
  package var formats: [String]
  /// The address of `c=`.
  package var connectionAddress: String?
  package var attributes: [Attribute]

  package init(
    kind: String, port: UInt16, transportProtocol: String, formats: [String],
    connectionAddress: String? = nil, attributes: [Attribute] = []
  ) {
    self.kind = kind
    self.port = port
    self.transportProtocol = transportProtocol
    self.formats = formats
    self.connectionAddress = connectionAddress
    self.attributes = attributes
  }
}

package import Transport

/// How a client signs in (SASL, RFC 6120 §6). It prints without the password.
package enum XMPPCredentials: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
  /// RFC 4505.
  case anonymous
  /// RFC 4616, without an authorization identity.
  case plain(username: String, password: String)

  package var mechanism: String {
    switch self {
    case .anonymous: "ANONYMOUS"
    case .plain: "PLAIN"
    }
  }

  package var description: String { mechanism }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How a client's stream is to be kept.
package struct XMPPSettings: Equatable, Sendable {
  /// Of the WebSocket; `ws:` or `wss:`.
  package var url: String
  /// The server's domain.
  package var domain: String
  /// Ways to sign in, the first one first; the next is tried when the server does not accept one.
  package var credentials: [XMPPCredentials]
  /// The resource wanted; `nil` lets the server choose.
  package var resource: String?
  /// Header fields of the WebSocket's handshake.
  package var fields: HTTPFields
  /// How long the stream may be quiet before the server is pinged…
  package var pingInterval: Duration = .seconds(10)
  /// …how long the pong may take…
  package var pingTimeout: Duration = .seconds(5)
  /// …and how many in a row must be missing for the stream to count as dead.
  package var pingLossLimit = 2
  /// Whether stream management is asked for, so that a broken stream can be resumed.
  package var resumes = true
  /// What is said about this program when somebody asks (XEP-0030).
  package var disco: DiscoInfo?
  /// The namespaces of requests that the owner answers; those of others are refused here.
  package var handledNamespaces: Set<String>

  package init(
    url: String, domain: String, credentials: [XMPPCredentials], resource: String? = nil,
    fields: HTTPFields = HTTPFields(), disco: DiscoInfo? = nil,
    handledNamespaces: Set<String> = []
  ) {
    self.url = url
    self.domain = domain
    self.credentials = credentials
    self.resource = resource
    self.fields = fields
    self.disco = disco
    self.handledNamespaces = handledNamespaces
  }
}

import Transport

/// Where a client finds the exchange, by what its request says: what the addresses begin with that it is
/// told.
struct ClientOrigin: Equatable, Sendable {
  let isSecure: Bool
  /// With a port, if there was one.
  let host: String

  /// - Returns: `nil` where the `Host` field is missing or could not be one.
  init?(of request: HTTPRequest, _ settings: ExchangeSettings) {
    guard let host = request.fields["Host"], (1...255).contains(host.utf8.count),
      host.utf8.allSatisfy(Self.isOfHosts)
    else { return nil }
    self.host = host
    // A proxy that takes the TLS off says so.
    isSecure =
      settings.isSecure || request.fields["X-Forwarded-Proto"]?.lowercased() == "https"
  }

  /// As the request says, or this machine where it does not.
  static func given(by request: HTTPRequest, _ settings: ExchangeSettings) -> ClientOrigin {
    ClientOrigin(of: request, settings)
      ?? ClientOrigin(isSecure: settings.isSecure, host: "localhost")
  }

  private init(isSecure: Bool, host: String) {
    self.isSecure = isSecure
    self.host = host
  }

  /// - Parameter path: with the slash that it begins with.
  func page(_ path: String) -> String { "\(isSecure ? "https" : "http")://\(host)\(path)" }

  func socket(_ path: String) -> String { "\(isSecure ? "wss" : "ws")://\(host)\(path)" }

  private static func isOfHosts(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

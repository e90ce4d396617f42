/// What a client must know of a Jitsi server before it connects.
///
/// - Source: protocols.md B.1.
package struct JitsiServer: Equatable, Sendable {
  /// The domain in which one is known.
  package var domain: String
  /// Where one signs in: `domain`, or that for guests.
  package var signInDomain: String
  /// The domain of the rooms.
  package var rooms: String
  /// Who arranges conferences.
  package var focus: String
  /// Where the stream is opened; `ws:` or `wss:`.
  package var webSocketURL: String
  /// Where a conference is asked for by HTTP, if the server wants it so.
  package var conferenceRequestURL: String?
  /// Whether the bridge can gather anew inside a session.
  package var restartsIceInPlace: Bool

  /// - Parameter config: the server's `config.js`; empty when it has none.
  package init(config: String, for address: JitsiAddress) {
    let authority =
      address.origin.firstRange(of: "://").map { address.origin[$0.upperBound...] } ?? ""
    let subdomain = address.tenant.map { $0.split(separator: "/").joined(separator: ".") + "." }
    let script = ConfigScript(
      config,
      variables: [
        "subdir": address.tenant.map { $0 + "/" } ?? "", "subdomain": subdomain ?? "",
        "window.location.host": String(authority), "location.host": String(authority),
        "window.location.hostname": address.host, "location.hostname": address.host,
      ])
    let named = { (path: String) in
      script[path].flatMap { Self.isDomain($0) ? $0.lowercased() : nil }
    }
    let domain = named("hosts.domain") ?? address.host
    self.domain = domain
    // A token is checked in the main domain; guests have one of their own where there is a log-in.
    signInDomain = address.token == nil ? named("hosts.anonymousdomain") ?? domain : domain
    rooms = named("hosts.muc") ?? "conference.\(subdomain ?? "")\(domain)"
    focus = named("hosts.focus") ?? "focus.\(domain)"
    let isSecure = address.origin.hasPrefix("https:")
    webSocketURL =
      script["websocket"].flatMap {
        Self.resolved($0, against: address, scheme: isSecure ? "wss://" : "ws://")
      } ?? (isSecure ? "wss://" : "ws://") + authority + address.prefix + "/xmpp-websocket"
    conferenceRequestURL = script["conferenceRequestUrl"].flatMap {
      Self.resolved($0, against: address, scheme: isSecure ? "https://" : "http://")
    }
    restartsIceInPlace = script["enableIceRestart"] == "true"
  }

  /// A URL of the settings with everything in it; `nil` for what is none.
  private static func resolved(
    _ text: String, against address: JitsiAddress, scheme: String
  ) -> String? {
    guard text.utf8.count <= 1_024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return nil
    }
    let kinds = scheme.hasPrefix("ws") ? ["wss://", "ws://"] : ["https://", "http://"]
    // `https:` may be written where a WebSocket is meant.
    for (index, secure) in [["wss://", "https://"], ["ws://", "http://"]].enumerated() {
      if let prefix = secure.first(where: { text.lowercased().hasPrefix($0) }) {
        // What begins at a secure page is not continued in the open.
        guard index == 0 || !address.origin.hasPrefix("https:") else { return nil }
        return kinds[index] + text.dropFirst(prefix.count)
      }
    }
    if text.hasPrefix("//") { return scheme + text.dropFirst(2) }
    guard text.hasPrefix("/"), let authority = address.origin.firstRange(of: "://") else {
      return nil
    }
    return scheme + address.origin[authority.upperBound...] + text
  }

  private static func isDomain(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

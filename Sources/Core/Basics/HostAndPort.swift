/// Where a server listens: `127.0.0.1:8077`, `[::1]:8077`, `example.org:8077`.
package struct HostAndPort: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// A name or an address; an IPv6 address without its brackets.
  package var host: String
  /// 0 lets the system choose one.
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`; an IPv6 address needs its brackets (RFC 3986 §3.2.2).
  package init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, host.utf8.count <= 253, !host.contains(where: Self.isForeign) else {
      return nil
    }
    self.init(host: String(host), port: port)
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    host == "localhost" || host == "::1"
      || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
  }

  private static func isForeign(_ character: Character) -> Bool {
    !character.isASCII || character.isWhitespace || "/@?#[]%\"\\".contains(character)
  }
}

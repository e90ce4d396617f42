import Glibc

/// Where to listen: a literal IPv4 or IPv6 address and a port, 0 for any free one.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
  /// Without brackets.
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `127.0.0.1:8077`, `[::1]:8077`, `localhost:8077`, or a port alone.
  package init(parsing text: String) throws(HostFailure) {
    guard let colon = text.lastIndex(of: ":") else {
      guard let port = UInt16(text) else { throw .badAddress(text) }
      self.init(host: "127.0.0.1", port: port)
      return
    }
    var host = String(text[..<colon])
    guard let port = UInt16(text[text.index(after: colon)...]) else { throw .badAddress(text) }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw .badAddress(text)
    }
    if host == "localhost" { host = "127.0.0.1" }
    self.init(host: host, port: port)
    guard isLiteral else { throw .badAddress(text) }
  }

  /// As it is written before a path.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool { host == "::1" || (host.hasPrefix("127.") && !host.contains(":")) }

  private var isLiteral: Bool {
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
  }
}

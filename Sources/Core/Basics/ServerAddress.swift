/// The base address of a server, as people write it.
package enum ServerAddress {
  /// The URL without slashes at its end, or `nil` when it is no `http:` or `https:` URL with a host.
  ///
  /// A user or password inside the URL is refused: it would end up in logs and on screens.
  package static func normalized(_ text: String) -> String? {
    guard text.utf8.count <= 512 else { return nil }
    let lowercased = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lowercased.hasPrefix($0) }) else {
      return nil
    }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    guard isAuthority(authority) else { return nil }
    let path = rest.dropFirst(authority.count)
    guard path.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }),
      !path.contains("?"), !path.contains("#")
    else { return nil }
    var url = scheme + rest
    while url.hasSuffix("/") { url.removeLast() }
    return url
  }

  /// Whether a server at that address may send its clients on to that URL: what began over TLS is not
  /// continued in the open.
  package static func mayLead(from address: String, to url: String) -> Bool {
    guard address.lowercased().hasPrefix("https:") else { return true }
    return ["https:", "wss:"].contains { url.lowercased().hasPrefix($0) }
  }

  private static func isAuthority(_ authority: Substring) -> Bool {
    if HostAndPort(authority) != nil { return true }
    // Without a port of its own, any will do for the check.
    return !authority.hasSuffix(":") && HostAndPort("\(authority):1") != nil
  }
}

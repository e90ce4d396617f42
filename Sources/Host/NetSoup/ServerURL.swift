import CGLib
import CSoup
import Transport

/// The URL of a request, taken apart by the library.
final class ServerURL {
  let uri: OpaquePointer

  /// - Parameters:
  ///   - text: absolute. A user name in it is refused: credentials do not belong there.
  ///   - forSocket: whether a WebSocket is meant, with `ws` for `http`.
  init(_ text: String, forSocket: Bool = false) throws(TransportFailure) {
    guard !text.utf8.contains(0), let uri = g_uri_parse(text, shim_soup_uri_flags(), nil) else {
      throw .badURL(text)
    }
    self.uri = uri
    let schemes = forSocket ? ["ws", "wss", "http", "https"] : ["http", "https"]
    guard schemes.contains(scheme), !host.isEmpty, g_uri_get_userinfo(uri) == nil else {
      throw .badURL(text)
    }
  }

  private init(taking uri: OpaquePointer) {
    self.uri = uri
  }

  deinit { g_uri_unref(uri) }

  var scheme: String { String(cString: g_uri_get_scheme(uri)) }

  var host: String { g_uri_get_host(uri).map { String(cString: $0) } ?? "" }

  var port: UInt16 {
    let port = g_uri_get_port(uri)
    return port > 0 ? UInt16(clamping: port) : isSecure ? 443 : 80
  }

  var isSecure: Bool { scheme == "https" || scheme == "wss" }

  /// As people are told it.
  var place: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// Whether the server is on this machine, where no proxy leads.
  var isLoopback: Bool {
    if host == "localhost" || host.hasSuffix(".localhost") { return true }
    guard let address = g_inet_address_new_from_string(host) else { return false }
    defer { g_object_unref(address) }
    return g_inet_address_get_is_loopback(address) != 0
  }

  /// Where a redirection leads; `nil` when it is no URL.
  func resolving(_ location: String) -> ServerURL? {
    guard !location.utf8.contains(0),
      let target = g_uri_parse_relative(uri, location, shim_soup_uri_flags(), nil)
    else { return nil }
    return ServerURL(taking: target)
  }

  /// RFC 6454 §5.
  func hasSameOrigin(as other: ServerURL) -> Bool {
    scheme == other.scheme && host.lowercased() == other.host.lowercased() && port == other.port
  }
}

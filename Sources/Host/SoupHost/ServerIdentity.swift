import CGLib

/// A server's certificate with its key.
final class ServerIdentity {
  private let certificate: UnsafeMutablePointer<GTlsCertificate>

  /// - Returns: `nil` when no files are named.
  init?(certificate path: String?, key: String?) throws(HostFailure) {
    guard let path = path ?? key else { return nil }
    guard let key else {
      throw .badCertificate(path: path, reason: "no key is named; give both files")
    }
    var error: UnsafeMutablePointer<GError>?
    guard let loaded = g_tls_certificate_new_from_files(path, key, &error) else {
      let reason = error.map { String(cString: $0.pointee.message) } ?? "unknown"
      g_clear_error(&error)
      throw .badCertificate(path: path, reason: reason)
    }
    certificate = loaded
  }

  deinit { g_object_unref(certificate) }

  /// A stream on which the client has to begin with a TLS handshake.
  func wrap(_ base: UnsafeMutablePointer<GIOStream>) -> UnsafeMutablePointer<GIOStream>? {
    guard let stream = g_tls_server_connection_new(base, certificate, nil) else { return nil }
    shim_object_set_boolean(stream, "require-close-notify", 0)
    let connection = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: GTlsConnection.self)
    "http/1.1".withCString { name in
      var protocols: [UnsafePointer<CChar>?] = [name, nil]
      g_tls_connection_set_advertised_protocols(connection, &protocols)
    }
    return stream
  }
}

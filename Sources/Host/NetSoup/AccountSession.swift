import CGLib
import CSoup
import Transport

/// The library's sessions of one account: its connections, and whom it trusts.
///
/// A session knows no credentials, no cookies and no compression; what a request needs it brings.
/// Used on its loop's thread.
final class AccountSession {
  private let settings: TransportSettings
  private var direct: UnsafeMutablePointer<SoupSession>?
  private var proxied: UnsafeMutablePointer<SoupSession>?
  private var authorities: OpaquePointer?

  init(settings: TransportSettings) {
    self.settings = settings
  }

  deinit {
    for session in [direct, proxied].compactMap({ $0 }) {
      soup_session_abort(session)
      g_object_unref(session)
    }
    if let authorities { g_object_unref(UnsafeMutableRawPointer(authorities)) }
  }

  /// The session for a server: past any proxy when it is on this machine, else by the system's
  /// settings.
  func session(for url: ServerURL) -> UnsafeMutablePointer<SoupSession> {
    if let session = url.isLoopback ? direct : proxied { return session }
    guard let session = shim_soup_session_new(settings.userAgent, Self.mostConnections) else {
      preconditionFailure("the library has memory for one more session")
    }
    if url.isLoopback {
      soup_session_set_proxy_resolver(session, nil)
      direct = session
    } else {
      proxied = session
    }
    return session
  }

  /// Reads the extra authorities, which are needed for secure connections only.
  func prepare(for url: ServerURL) throws(TransportFailure) {
    guard url.isSecure, authorities == nil, let path = settings.caFile else { return }
    // The library takes absolute paths alone.
    let absolute = g_canonicalize_filename(path, nil)
    defer { g_free(absolute) }
    guard let database = g_tls_file_database_new(absolute, nil) else {
      throw .insecure("the file of authorities “\(path)” cannot be read")
    }
    authorities = OpaquePointer(database)
  }

  /// Whether a certificate that the system does not trust is taken all the same.
  func trusts(
    _ certificate: UnsafeMutablePointer<GTlsCertificate>, _ flags: GTlsCertificateFlags,
    for url: ServerURL
  ) -> Bool {
    if settings.isInsecure { return true }
    guard let authorities else { return false }
    let identity = g_network_address_new(url.host, url.port)
    defer { g_object_unref(UnsafeMutableRawPointer(identity)) }
    let remaining = g_tls_database_verify_chain(
      UnsafeMutableRawPointer(authorities).assumingMemoryBound(to: GTlsDatabase.self), certificate,
      Self.serverAuthentication, identity, nil, G_TLS_DATABASE_VERIFY_NONE, nil, nil)
    return remaining.rawValue == 0
  }

  /// As many as all requests and sockets together.
  private static let mostConnections =
    Int32(TransportRunner.mostRequests + TransportRunner.mostSockets)
  /// RFC 5280 §4.2.1.12.
  private static let serverAuthentication = "1.3.6.1.5.5.7.3.1"
}

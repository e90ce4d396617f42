import CGLib

/// Which servers' certificates are taken: those that the system trusts, those of the user's own
/// authorities, or, if the user insists, all.
///
/// Used on one thread.
package final class ServerTrust {
  private let caFile: String?
  private let isInsecure: Bool
  private var authorities: UnsafeMutablePointer<GTlsDatabase>?

  /// - Parameters:
  ///   - caFile: PEM certificates that are trusted beside the system's.
  ///   - isInsecure: takes any certificate whatever.
  package init(caFile: String? = nil, isInsecure: Bool = false) {
    self.caFile = caFile
    self.isInsecure = isInsecure
  }

  deinit {
    if let authorities { g_object_unref(authorities) }
  }

  /// Reads the user's authorities, once.
  ///
  /// - Returns: `false` when their file cannot be read.
  package func prepare() -> Bool {
    guard authorities == nil, let caFile else { return true }
    // The library takes absolute paths alone.
    let absolute = g_canonicalize_filename(caFile, nil)
    defer { g_free(absolute) }
    guard let database = g_tls_file_database_new(absolute, nil) else { return false }
    authorities = UnsafeMutableRawPointer(database).assumingMemoryBound(to: GTlsDatabase.self)
    return true
  }

  /// Whether a certificate that the system does not trust is taken all the same.
  ///
  /// - Parameters:
  ///   - certificate: a `GTlsCertificate` with its chain.
  ///   - host: for whom it must be made out.
  package func accepts(_ certificate: UnsafeMutableRawPointer, from host: String, port: UInt16)
    -> Bool
  {
    if isInsecure { return true }
    guard prepare(), let authorities else { return false }
    let identity = g_network_address_new(host, port)
    defer { g_object_unref(UnsafeMutableRawPointer(identity)) }
    let faults = g_tls_database_verify_chain(
      authorities, certificate.assumingMemoryBound(to: GTlsCertificate.self),
      Self.serverAuthentication, identity, nil, G_TLS_DATABASE_VERIFY_NONE, nil, nil)
    return faults.rawValue == 0
  }

  /// RFC 5280 §4.2.1.12.
  private static let serverAuthentication = "1.3.6.1.5.5.7.3.1"
}

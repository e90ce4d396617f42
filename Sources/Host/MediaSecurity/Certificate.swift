import COpenSSL
package import SDP

/// A self-signed certificate by which this program is known to the peers of its calls, with the
/// library's settings for the associations that show it.
///
/// An ECDSA key on P-256, as RFC 8827 §6.5 asks. It takes a few milliseconds to make and serves
/// every call of one run of the program, on any thread.
package final class Certificate: @unchecked Sendable {
  // Unchecked: nothing is changed after `init`, and the library counts its references atomically.

  /// SHA-256 over the certificate, for our descriptions (RFC 8122 §5).
  package let fingerprint: Fingerprint
  let context: OpaquePointer

  /// Which step of making a certificate the library refused.
  package enum Failure: Error, Equatable {
    case key, certificate, settings
  }

  package init() throws(Failure) {
    guard let key = shim_p256_key_new() else { throw .key }
    defer { EVP_PKEY_free(key) }
    guard let certificate = Self.selfSigned(key: key) else { throw .certificate }
    defer { X509_free(certificate) }
    guard let fingerprint = Fingerprint(of: certificate, by: .sha256) else { throw .certificate }
    guard let context = SSL_CTX_new(DTLS_method()) else { throw .settings }
    self.context = context
    self.fingerprint = fingerprint
    // The peer must show a certificate; whether it is the right one is for its fingerprint to say.
    SSL_CTX_set_verify(
      context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, { _, _ in 1 })
    guard shim_dtls_only(context) == 1,
      SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1,
      SSL_CTX_use_certificate(context, certificate) == 1,
      SSL_CTX_use_PrivateKey(context, key) == 1
    else { throw .settings }
  }

  deinit {
    SSL_CTX_free(context)
  }

  private static func selfSigned(key: OpaquePointer) -> OpaquePointer? {
    guard let certificate = X509_new() else { return nil }
    var serial: UInt64 = 0
    let isMade =
      withUnsafeMutableBytes(of: &serial) { RAND_bytes($0.baseAddress, 8) } == 1
      && X509_set_version(certificate, 2) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1
      // Peers' clocks may be behind ours, and a phone may stay open for long.
      && X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nil
      && X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * day) != nil
      && X509_set_pubkey(certificate, key) == 1
      && X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate), "CN", MBSTRING_FLAG | 1, "tipring", -1, -1, 0) == 1
      && X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1
      && X509_sign(certificate, key, EVP_sha256()) > 0
    guard isMade else {
      X509_free(certificate)
      return nil
    }
    return certificate
  }

  private static let day = 86_400
}

extension Fingerprint {
  /// The fingerprint of a certificate of the library's; `nil` when it cannot be taken.
  init?(of certificate: OpaquePointer, by algorithm: Algorithm) {
    let method =
      switch algorithm {
      case .sha1: EVP_sha1()
      case .sha256: EVP_sha256()
      case .sha384: EVP_sha384()
      case .sha512: EVP_sha512()
      }
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard X509_digest(certificate, method, &bytes, &count) == 1, count == algorithm.byteCount
    else { return nil }
    self.init(algorithm: algorithm, bytes: Array(bytes.prefix(Int(count))))
  }

  /// Whether a certificate is among those that a description told.
  ///
  /// Of several hash functions the strongest counts (RFC 8122 §5), so that nobody can pass by
  /// adding a weak one.
  static func matches(_ certificate: OpaquePointer, anyOf told: [Fingerprint]) -> Bool {
    let strongest = told.map(\.algorithm.byteCount).max()
    return told.contains {
      $0.algorithm.byteCount == strongest
        && Fingerprint(of: certificate, by: $0.algorithm) == $0
    }
  }
}

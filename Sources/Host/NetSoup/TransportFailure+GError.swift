import CGLib
import CSoup
import Transport

extension TransportFailure {
  /// What an error of the library's means, which is freed.
  ///
  /// - Parameter certificate: what was wrong with the certificate, if one was refused.
  init(
    taking error: UnsafeMutablePointer<GError>?, at url: ServerURL,
    certificate: GTlsCertificateFlags
  ) {
    guard let error else {
      self = .broken("no reason given")
      return
    }
    defer { g_error_free(error) }
    let code = UInt32(bitPattern: error.pointee.code)
    let words = error.pointee.message.map { String(cString: $0) } ?? "no reason given"
    switch error.pointee.domain {
    case g_resolver_error_quark(): self = .unknownHost(url.host)
    case g_io_error_quark(): self.init(ioError: code, words, at: url)
    case g_tls_error_quark():
      self = .insecure(certificate.rawValue == 0 ? words : certificate.words)
    case soup_session_error_quark(), soup_websocket_error_quark(): self = .malformed(words)
    default: self = .broken(words)
    }
  }

  private init(ioError code: UInt32, _ words: String, at url: ServerURL) {
    switch GIOErrorEnum(rawValue: code) {
    case G_IO_ERROR_HOST_NOT_FOUND: self = .unknownHost(url.host)
    case G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_HOST_UNREACHABLE,
      G_IO_ERROR_NETWORK_UNREACHABLE:
      self = .unreachable(url.place)
    case G_IO_ERROR_TIMED_OUT: self = .timedOut
    case G_IO_ERROR_INVALID_DATA, G_IO_ERROR_INVALID_ARGUMENT: self = .malformed(words)
    default: self = .broken(words)
    }
  }
}

extension GTlsCertificateFlags {
  /// What is wrong with a certificate, for people.
  var words: String {
    let all: [(GTlsCertificateFlags, String)] = [
      (G_TLS_CERTIFICATE_UNKNOWN_CA, "it is signed by an authority that is not known here"),
      (G_TLS_CERTIFICATE_BAD_IDENTITY, "it belongs to another server"),
      (G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet"),
      (G_TLS_CERTIFICATE_EXPIRED, "it has expired"),
      (G_TLS_CERTIFICATE_REVOKED, "it was revoked"),
      (G_TLS_CERTIFICATE_INSECURE, "its algorithm is too weak"),
    ]
    let told = all.filter { rawValue & $0.0.rawValue != 0 }.map(\.1)
    return told.isEmpty ? "it could not be checked" : told.joined(separator: ", and ")
  }
}

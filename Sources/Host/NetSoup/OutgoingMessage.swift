import CGLib
import CSoup
import Transport

/// One HTTP message on its way, with what its connection's certificate was found to be.
final class OutgoingMessage {
  let message: OpaquePointer
  let url: ServerURL
  private let session: AccountSession
  private(set) var certificate = GTlsCertificateFlags(rawValue: 0)

  /// - Parameter fields: checked; one that could be taken for more than itself is refused.
  init(
    _ method: HTTPMethod, _ url: ServerURL, fields: HTTPFields, session: AccountSession
  ) throws(TransportFailure) {
    try session.prepare(for: url)
    guard let message = soup_message_new_from_uri(method.rawValue, url.uri) else {
      throw .badURL(url.place)
    }
    self.message = message
    self.url = url
    self.session = session
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT)
    let headers = soup_message_get_request_headers(message)
    for (name, value) in fields.all {
      guard Self.isToken(name), Self.isLine(value) else {
        throw .malformed("the field “\(name)” cannot be sent")
      }
      soup_message_headers_append(headers, name, value)
    }
    watchCertificate()
  }

  deinit {
    g_signal_handlers_disconnect_matched(
      UnsafeMutableRawPointer(message), G_SIGNAL_MATCH_DATA, 0, 0, nil, nil, data)
    g_object_unref(UnsafeMutableRawPointer(message))
  }

  var status: Int { Int(soup_message_get_status(message).rawValue) }

  var responseFields: HTTPFields {
    var fields = HTTPFields()
    var iterator = SoupMessageHeadersIter()
    soup_message_headers_iter_init(&iterator, soup_message_get_response_headers(message))
    var name: UnsafePointer<CChar>?
    var value: UnsafePointer<CChar>?
    while soup_message_headers_iter_next(&iterator, &name, &value) != 0 {
      guard let name, let value else { continue }
      fields.append(String(cString: name), String(cString: value))
    }
    return fields
  }

  /// What went wrong, with what is known of the certificate.
  func failure(taking error: UnsafeMutablePointer<GError>?) -> TransportFailure {
    TransportFailure(taking: error, at: url, certificate: certificate)
  }

  private var data: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  private func watchCertificate() {
    let judge:
      @convention(c) (
        gpointer?, UnsafeMutablePointer<GTlsCertificate>?, GTlsCertificateFlags, gpointer?
      ) -> gboolean = { _, certificate, flags, data in
        guard let certificate, let data else { return 0 }
        let outgoing = Unmanaged<OutgoingMessage>.fromOpaque(data).takeUnretainedValue()
        outgoing.certificate = flags
        return outgoing.session.trusts(certificate, of: outgoing.url) ? 1 : 0
      }
    // Disconnected in `deinit`, so the pointer is good while it can be called.
    g_signal_connect_data(
      UnsafeMutableRawPointer(message), "accept-certificate",
      unsafeBitCast(judge, to: GCallback.self), data, nil, GConnectFlags(rawValue: 0))
  }

  /// RFC 9110 §5.6.2.
  static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// RFC 9110 §5.5: no control characters.
  private static func isLine(_ value: String) -> Bool {
    value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}

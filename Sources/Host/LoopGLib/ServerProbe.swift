package import Basics
import CGLib

/// What can be seen of a web server without signing in: how fast it answers, until when its
/// certificate is good, and its clock.
///
/// Blocks; for a thread that may wait. Nothing is judged: any certificate is looked at.
package enum ServerProbe {
  package struct Reading: Equatable, Sendable {
    /// Until the connection stood, names looked up and without TLS.
    package var connectTime: Duration
    /// `nil` without TLS.
    package var certificateExpiry: WallTime?
    /// What the server's clock said, to the second; `nil` when it did not say.
    package var date: WallTime?

    package init(connectTime: Duration, certificateExpiry: WallTime? = nil, date: WallTime? = nil) {
      self.connectTime = connectTime
      self.certificateExpiry = certificateExpiry
      self.date = date
    }
  }

  package struct Failure: Error, Equatable {
    /// In the library's words.
    package let reason: String
  }

  /// Connects and asks for the head of `/`.
  ///
  /// - Parameter patienceSeconds: how long each step may take.
  package static func ask(
    host: String, port: UInt16, isTLS: Bool, patienceSeconds: UInt32 = 4
  ) throws(Failure) -> Reading {
    let client = g_socket_client_new()
    defer { g_object_unref(client) }
    g_socket_client_set_timeout(client, patienceSeconds)
    let start = monotonic()
    var error: UnsafeMutablePointer<GError>?
    guard let connection = g_socket_client_connect_to_host(client, host, port, nil, &error) else {
      throw failure(error)
    }
    defer { g_object_unref(connection) }
    var reading = Reading(connectTime: .microseconds(monotonic() - start))
    let plain = UnsafeMutableRawPointer(connection).assumingMemoryBound(to: GIOStream.self)
    guard isTLS else {
      reading.date = date(of: host, over: plain)
      return reading
    }
    let identity = g_network_address_new(host, port)
    defer { g_object_unref(UnsafeMutableRawPointer(identity)) }
    guard let secure = g_tls_client_connection_new(plain, identity, &error) else {
      throw failure(error)
    }
    defer { g_object_unref(secure) }
    let acceptAll:
      @convention(c) (gpointer?, gpointer?, GTlsCertificateFlags, gpointer?) -> gboolean =
        { _, _, _, _ in 1 }
    g_signal_connect_data(
      secure, "accept-certificate", unsafeBitCast(acceptAll, to: GCallback.self), nil, nil,
      GConnectFlags(rawValue: 0))
    let session = UnsafeMutableRawPointer(secure).assumingMemoryBound(to: GTlsConnection.self)
    guard g_tls_connection_handshake(session, nil, &error) != 0 else { throw failure(error) }
    if let certificate = g_tls_connection_get_peer_certificate(session),
      let expiry = g_tls_certificate_get_not_valid_after(certificate)
    {
      reading.certificateExpiry = WallTime(milliseconds: Int64(g_date_time_to_unix(expiry)) * 1_000)
      g_date_time_unref(expiry)
    }
    reading.date = date(of: host, over: secure)
    return reading
  }

  private static func date(
    of host: String, over stream: UnsafeMutablePointer<GIOStream>
  ) -> WallTime? {
    let name = host.contains(":") ? "[\(host)]" : host
    let request = Array("HEAD / HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\r\n".utf8)
    guard
      g_output_stream_write_all(
        g_io_stream_get_output_stream(stream), request, gsize(request.count), nil, nil, nil) != 0
    else { return nil }
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let input = g_io_stream_get_input_stream(stream)
    while head.count < 16_384, !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = g_input_stream_read(input, &buffer, gsize(buffer.count), nil, nil)
      guard count > 0 else { break }
      head += buffer[..<count]
    }
    return WallTime(httpDateIn: String(decoding: head, as: UTF8.self))
  }

  private static func failure(_ error: UnsafeMutablePointer<GError>?) -> Failure {
    defer { g_error_free(error) }
    let reason = error?.pointee.message.map { String(cString: $0) } ?? "no reason given"
    return Failure(reason: HarmlessText.line(reason, limit: 200))
  }

  private static func monotonic() -> Int64 { Int64(g_get_monotonic_time()) }
}

extension WallTime {
  /// Reads the `Date` field of an HTTP head, as in `Date: Sat, 21 Nov 2026 05:50:00 GMT`.
  ///
  /// - Source: RFC 9110 §5.6.7, §6.6.1.
  package init?(httpDateIn head: String) {
    let line = head.split(whereSeparator: \.isNewline).first {
      $0.lowercased().hasPrefix("date:")
    }
    guard let words = line?.split(separator: " "), words.count == 7,
      let day = Int(words[2]), (1...31).contains(day),
      let month = Self.months.firstIndex(of: String(words[3])),
      let year = Int(words[4]), (1970...9_999).contains(year)
    else { return nil }
    let clock = words[5].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, clock.allSatisfy({ (0..<62).contains($0) }) else { return nil }
    let days = CivilDate(year: year, month: month + 1, day: day).daysSince1970
    self.init(
      milliseconds: (days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]) * 1_000)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}

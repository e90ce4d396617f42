import CGLib
import CSoup
import Exchange
import Transport

/// One request as libsoup has it: read into ours, and answered with ours.
struct ServerMessage {
  let message: OpaquePointer

  init(_ message: OpaquePointer) { self.message = message }

  // MARK: Request

  /// `nil` for a method that nothing here has.
  var request: HTTPRequest? {
    method.map { HTTPRequest($0, target, fields: fields, body: body) }
  }

  private var method: HTTPMethod? {
    HTTPMethod(rawValue: String(cString: soup_server_message_get_method(message)))
  }

  /// All header fields in their order; libsoup bounds a head.
  private var fields: HTTPFields {
    var fields = HTTPFields()
    var iterator = SoupMessageHeadersIter()
    soup_message_headers_iter_init(&iterator, soup_server_message_get_request_headers(message))
    var name: UnsafePointer<CChar>?
    var value: UnsafePointer<CChar>?
    while soup_message_headers_iter_next(&iterator, &name, &value) != 0 {
      guard let name, let value else { continue }
      fields.append(String(cString: name), String(cString: value))
    }
    return fields
  }

  func field(_ name: String) -> String? {
    soup_message_headers_get_list(soup_server_message_get_request_headers(message), name)
      .map { String(cString: $0) }
  }

  /// What the head says the body will have, in bytes.
  var announcedByteCount: Int64 {
    Int64(
      clamping: soup_message_headers_get_content_length(
        soup_server_message_get_request_headers(message)))
  }

  var isRefused: Bool { soup_server_message_get_status(message) != 0 }

  /// Path and query as they were sent.
  private var target: String {
    guard let uri = soup_server_message_get_uri(message) else { return "" }
    let path = g_uri_get_path(uri).map { String(cString: $0) } ?? ""
    return path + (g_uri_get_query(uri).map { "?" + String(cString: $0) } ?? "")
  }

  private var body: [UInt8] {
    guard let body = soup_server_message_get_request_body(message),
      let bytes = soup_message_body_flatten(body)
    else { return [] }
    defer { g_bytes_unref(bytes) }
    var count: UInt = 0
    guard let data = g_bytes_get_data(bytes, &count), count > 0 else { return [] }
    return Array(UnsafeRawBufferPointer(start: data, count: Int(count)))
  }

  // MARK: Response

  func respond(_ response: HTTPResponse) {
    soup_server_message_set_status(message, UInt32(response.status), nil)
    let headers = soup_server_message_get_response_headers(message)
    for (name, value) in response.fields.all where name.lowercased() != "content-type" {
      soup_message_headers_replace(headers, name, value)
    }
    // A connection that waits for another request would be lost to libsoup when its client leaves.
    soup_message_headers_replace(headers, "Connection", "close")
    let type = response.fields["Content-Type"]
    response.body.withUnsafeBytes { body in
      soup_server_message_set_response(
        message, type ?? "text/plain", SOUP_MEMORY_COPY,
        body.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(body.count))
    }
  }

  /// Takes no more of the body and says so, once.
  func refuseBody(limit: Int) {
    guard !isRefused else { return }
    if let body = soup_server_message_get_request_body(message) {
      soup_message_body_set_accumulate(body, 0)
      soup_message_body_truncate(body)
    }
    refuse(413, "too_large", "A body has at most \(limit) bytes.")
  }

  func refuse(_ status: Int, _ code: String, _ text: String) {
    respond(refusal(status, code, text))
  }

  /// What the exchange itself was not asked, in the words of the system that the request is for.
  func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    Exchange.refusal(
      status, code, text, of: HTTPRequest(method ?? .get, target, fields: fields))
  }

  // MARK: WebSocket

  var wantsWebSocket: Bool {
    field("Upgrade")?.lowercased().split(separator: ",").contains {
      $0.trimmingSpaces == "websocket"
    } ?? false
  }

  /// The subprotocols that the client offers, in its order of preference.
  var subprotocols: [String] {
    field("Sec-WebSocket-Protocol")?.split(separator: ",").map { String($0.trimmingSpaces) } ?? []
  }

  /// Says yes to a WebSocket (RFC 6455 §4.2.2); `false` when the client's words are not in order.
  ///
  /// - Parameter subprotocol: one of those that the client offers, or none.
  func switchProtocols(to subprotocol: String?) -> Bool {
    let isUpgrade =
      field("Connection")?.lowercased().split(separator: ",").contains {
        $0.trimmingSpaces == "upgrade"
      } ?? false
    guard isUpgrade, field("Sec-WebSocket-Version") == "13", let key = field("Sec-WebSocket-Key"),
      key.utf8.count == 24, String(cString: soup_server_message_get_method(message)) == "GET"
    else { return false }
    soup_server_message_set_status(message, 101, nil)
    let headers = soup_server_message_get_response_headers(message)
    soup_message_headers_replace(headers, "Upgrade", "websocket")
    soup_message_headers_replace(headers, "Connection", "Upgrade")
    soup_message_headers_replace(headers, "Sec-WebSocket-Accept", Self.acceptance(of: key))
    if let subprotocol {
      soup_message_headers_replace(headers, "Sec-WebSocket-Protocol", subprotocol)
    }
    return true
  }

  private static func acceptance(of key: String) -> String {
    let checksum = g_checksum_new(G_CHECKSUM_SHA1)
    defer { g_checksum_free(checksum) }
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    g_checksum_update(checksum, text, text.count)
    var digest = [UInt8](repeating: 0, count: 20)
    var count: UInt = 20
    g_checksum_get_digest(checksum, &digest, &count)
    guard let encoded = g_base64_encode(digest, count) else { return "" }
    defer { g_free(encoded) }
    return String(cString: encoded)
  }
}

extension Substring {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmingSpaces: Substring {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = drop(while: isSpace)
    guard let last = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return start[...last]
  }
}

import Basics
import Glibc
import Simulation
import Transport

/// A TCP connection that reads and writes plainly, with a time-out.
final class PlainConnection {
  private let descriptor: Int32
  private var waiting: [UInt8] = []

  init(_ host: String, _ port: UInt16, timeout seconds: Int = 5) throws {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
      throw CaseFailure("\(host) is no address")
    }
    defer { freeaddrinfo(found) }
    descriptor = socket(found.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
      throw CaseFailure("nobody listens at \(host):\(port)")
    }
  }

  deinit { close(descriptor) }

  /// - Returns: `false` when the peer takes no more.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress! + position, bytes.count - position,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      position += count
    }
    return true
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  /// Exactly that many bytes; `nil` when the connection ends before.
  func read(_ count: Int) throws -> [UInt8]? {
    while waiting.count < count { guard try fill() else { return nil } }
    defer { waiting.removeFirst(count) }
    return Array(waiting.prefix(count))
  }

  /// Everything up to an empty line, without it.
  func readHead() throws -> String? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let index = waiting.indices.first(where: { waiting[$0...].starts(with: end) }) {
        defer { waiting.removeFirst(index + 4) }
        return String(decoding: waiting[..<index], as: UTF8.self)
      }
      guard try fill() else { return nil }
    }
  }

  /// Whether the peer ends the connection within the time-out, whatever it sends before.
  func isEnded() throws -> Bool {
    while try fill() { waiting = [] }
    return true
  }

  private func fill() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0, errno == EAGAIN { throw CaseFailure("nothing came in time") }
    guard count > 0 else { return false }
    waiting += buffer.prefix(count)
    return true
  }
}

/// Reads a response to one request.
extension PlainConnection {
  func readResponse(hasBody: Bool = true) throws -> HTTPResponse {
    guard let head = try readHead() else { throw CaseFailure("the connection ended") }
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw CaseFailure("no response: \(head)") }
    var fields = HTTPFields()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    let count = hasBody ? fields["Content-Length"].flatMap { Int($0) } ?? 0 : 0
    guard let body = try read(count) else { throw CaseFailure("the body is cut off") }
    return HTTPResponse(status: status, fields: fields, body: body)
  }

  func writeRequest(_ request: HTTPRequest, host: String, extra: String = "") {
    var head = "\(request.method.rawValue) \(request.url) HTTP/1.1\r\nHost: \(host)\r\n\(extra)"
    for (name, value) in request.fields.all where name != "Host" { head += "\(name): \(value)\r\n" }
    if !request.body.isEmpty { head += "Content-Length: \(request.body.count)\r\n" }
    write(Array((head + "\r\n").utf8) + request.body)
  }
}

/// A WebSocket of a client.
final class PlainSocket {
  let connection: PlainConnection
  private(set) var pingCount = 0
  /// What was agreed on in the handshake.
  let subprotocol: String?
  /// The code of the server's goodbye.
  private(set) var closeCode: Int?

  /// - Throws: ``SocketRefused``.
  init(_ host: String, _ port: UInt16, _ request: HTTPRequest) throws {
    connection = try PlainConnection(host, port)
    connection.writeRequest(
      request, host: "localhost",
      extra: "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    let response = try connection.readResponse(hasBody: false)
    guard response.status == 101 else { throw SocketRefused(status: response.status) }
    subprotocol = response.fields["Sec-WebSocket-Protocol"]
    // RFC 6455 §1.3 has this pair.
    guard response.fields["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      response.fields["Sec-WebSocket-Extensions"] == nil
    else { throw CaseFailure("the handshake is wrong: \(response.fields)") }
  }

  @discardableResult
  func send(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> Bool {
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<65_536: bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
      bytes.append(0xFF)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    let mask: [UInt8] = [0xA5, 0x5A, 0x01, 0xFF]
    bytes += mask
    bytes += payload.enumerated().map { $1 ^ mask[$0 & 3] }
    return connection.write(bytes)
  }

  func send(_ text: String) { send(1, Array(text.utf8)) }

  /// The next text; pings are counted and answered, a goodbye ends it.
  func receive() throws -> String {
    while true {
      guard let (opcode, payload) = try readFrame() else {
        throw CaseFailure("the socket was closed")
      }
      switch opcode {
      case 0x1: return String(decoding: payload, as: UTF8.self)
      case 0x8:
        closeCode = payload.count < 2 ? 1005 : Int(payload[0]) << 8 | Int(payload[1])
        throw CaseFailure("the socket said goodbye with \(closeCode ?? 0)")
      case 0x9:
        pingCount += 1
        send(0xA, payload)
      default: break
      }
    }
  }

  func readFrame() throws -> (opcode: UInt8, payload: [UInt8])? {
    guard let head = try connection.read(2) else { return nil }
    var count = Int(head[1] & 0x7F)
    if count >= 126 {
      guard let length = try connection.read(count == 126 ? 2 : 8) else { return nil }
      count = length.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let payload = try connection.read(count) else { return nil }
    return (head[0] & 0x0F, payload)
  }

  /// Reads to the goodbye and returns its code; 1006 when there was none.
  func readToClose() throws -> Int {
    while let (opcode, payload) = try readFrame() {
      if opcode == 0x8 {
        return payload.count < 2 ? 1005 : Int(payload[0]) << 8 | Int(payload[1])
      }
    }
    return 1_006
  }
}

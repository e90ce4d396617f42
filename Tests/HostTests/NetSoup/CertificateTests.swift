import EndToEnd
import NetSoup
import Testing
import Transport

@Suite("Certificates", .serialized)
struct CertificateTests {
  /// Asks a server with this certificate once.
  private func ask(
    _ settings: (TLSServer) -> TransportSettings, host: String = "127.0.0.1",
    names: String = "IP:127.0.0.1,DNS:localhost", days: Int = 2
  ) async throws -> TransportEvent? {
    let server = try TLSServer(certificate: TestCertificate(names: names, days: days)) {
      connection in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
      _ = connection.readSome()
    }
    let end = TransportEnd(settings: settings(server))
    defer { end.stop() }
    return await end.ask(
      1, HTTPRequest(.get, "https://\(host):\(server.port)/", timeout: .seconds(5)))
  }

  private func refusal(_ event: TransportEvent?) -> String? {
    if case .requestFailed(_, .insecure(let reason)) = event { reason } else { nil }
  }

  private func isAnswered(_ event: TransportEvent?) -> Bool {
    if case .response(_, let response) = event { response.body == Array("ok".utf8) } else { false }
  }

  @Test("of an unknown authority are refused")
  func unknownAuthority() async throws {
    let answer = try await ask { _ in TransportSettings() }
    #expect(refusal(answer) == "it is signed by an authority that is not known here")
  }

  @Test("of an authority that the user adds are taken, by address and by name")
  func addedAuthority() async throws {
    for host in ["127.0.0.1", "localhost"] {
      let answer = try await ask(
        { TransportSettings(caFile: $0.certificate.path) }, host: host)
      #expect(isAnswered(answer), "\(String(describing: answer))")
    }
  }

  @Test("of another server are refused, whoever signed them")
  func wrongName() async throws {
    let answer = try await ask(
      { TransportSettings(caFile: $0.certificate.path) }, names: "DNS:elsewhere.example")
    #expect(refusal(answer)?.contains("it belongs to another server") == true)
  }

  @Test("that have expired are refused, whoever signed them")
  func expired() async throws {
    let answer = try await ask({ TransportSettings(caFile: $0.certificate.path) }, days: -1)
    #expect(refusal(answer)?.contains("expired") == true, "\(String(describing: answer))")
  }

  @Test("of any kind are taken when the user insists")
  func insecure() async throws {
    let answer = try await ask(
      { _ in TransportSettings(isInsecure: true) }, names: "DNS:elsewhere.example")
    #expect(isAnswered(answer), "\(String(describing: answer))")
  }

  @Test("cannot be checked against a file that cannot be read")
  func unreadableFile() async throws {
    let answer = try await ask { _ in TransportSettings(caFile: "/nonexistent/ca.pem") }
    #expect(refusal(answer) == "the file of authorities “/nonexistent/ca.pem” cannot be read")
  }

  @Test("are asked for: a server without TLS is refused")
  func noTLS() async {
    let server = ScriptedServer { connection in
      _ = connection.readSome()
      connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    let end = TransportEnd()
    defer { end.stop() }
    let answer = await end.ask(
      1, HTTPRequest(.get, "https://127.0.0.1:\(server.port)/", timeout: .seconds(5)))
    #expect(refusal(answer) != nil, "\(String(describing: answer))")
  }

  @Test("are verified for WebSockets, too")
  func secureSocket() async throws {
    for isTrusted in [true, false] {
      let server = try TLSServer(certificate: TestCertificate()) { connection in
        connection.acceptWebSocket()
        connection.write(WebSocketFrame(.text, Array("hello".utf8)))
        let frames = connection.readFrames { $0.opcode == .text }
        connection.write(WebSocketFrame(.text, frames.last?.payload ?? []))
        _ = connection.readFrames { $0.opcode == .close }
      }
      let end = TransportEnd(
        settings: TransportSettings(caFile: isTrusted ? server.certificate.path : nil))
      defer { end.stop() }
      let opened = await end.open(1, SocketRequest("wss://localhost:\(server.port)/"))
      guard isTrusted else {
        guard case .failed(_, .insecure) = opened else {
          Issue.record("\(String(describing: opened))")
          return
        }
        continue
      }
      #expect(opened == .opened(SocketID(1)))
      let long = String(repeating: "long ", count: 20_000)
      end.perform(.send(SocketID(1), .text(long)))
      #expect(await end.event { $0 == .received(SocketID(1), .text("hello")) } != nil)
      #expect(await end.event { $0 == .received(SocketID(1), .text(long)) } != nil)
    }
  }
}

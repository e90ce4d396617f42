import EndToEnd
import Glibc
import LoopGLib
import NetSoup
import Testing
import Transport

@Suite("HTTP requests", .serialized)
struct RequestTests {
  let end = TransportEnd()

  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

  @Test("carry method, path, fields and body, and bring status, fields and body")
  func exchange() async throws {
    defer { end.stop() }
    let seen = Lock("")
    let server = ScriptedServer { connection in
      let head = connection.readHead()
      let body = connection.readSome()
      seen.withLock { $0 = head + String(decoding: body, as: UTF8.self) }
      connection.write(
        "HTTP/1.1 418 I'm a teapot\r\nX-One: 1\r\nX-Two: 2\r\nContent-Length: 5\r\n\r\n{\"a\"}")
    }
    let answer = await end.ask(
      1,
      HTTPRequest(
        .post, server.http + "/api/v1/calls?limit=2",
        fields: ["Authorization": "Bearer token", "Content-Type": "application/json"],
        body: Array("{}".utf8)))
    guard case .response(RequestID(1), let response) = answer else {
      Issue.record("\(String(describing: answer))")
      return
    }
    #expect(response.status == 418)
    #expect(response.fields["x-one"] == "1" && response.fields["X-Two"] == "2")
    #expect(response.body == Array("{\"a\"}".utf8))
    let text = seen.withLock { $0 }
    #expect(text.hasPrefix("POST /api/v1/calls?limit=2 HTTP/1.1\r\n"))
    #expect(text.contains("Authorization: Bearer token\r\n"))
    #expect(text.contains("Content-Type: application/json\r\n"))
    #expect(text.contains("User-Agent: tipring\r\n"))
    #expect(text.hasSuffix("\r\n\r\n{}"))
    #expect(!text.contains("Accept-Encoding"))
  }

  @Test("know all methods", arguments: [HTTPMethod.get, .put, .patch, .delete, .head, .options])
  func methods(method: HTTPMethod) async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      let isRight = connection.readHead().hasPrefix(method.rawValue + " / ")
      connection.write("HTTP/1.1 \(isRight ? 204 : 400) X\r\nConnection: close\r\n\r\n")
    }
    let answer = await end.ask(1, HTTPRequest(method, server.http))
    guard case .response(_, let response) = answer else {
      Issue.record("\(String(describing: answer))")
      return
    }
    #expect(response.status == 204 && response.body.isEmpty)
  }

  @Test("neither remember credentials nor cookies, and bring a 401 as it is")
  func forgetful() async {
    defer { end.stop() }
    let heads = Lock<[String]>([])
    let server = ScriptedServer { connection in
      let head = connection.readHead()
      heads.withLock { $0.append(head) }
      connection.write(
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
          + "Set-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }
    for number in 1...2 {
      let answer = await end.ask(number, HTTPRequest(.get, server.http))
      #expect(
        answer.map { if case .response(_, let r) = $0 { r.status == 401 } else { false } } == true)
    }
    #expect(heads.withLock { $0.count } == 2)
    #expect(!heads.withLock { $0.joined() }.contains("ookie"))
    #expect(!heads.withLock { $0.joined() }.contains("Authorization"))
  }

  @Test("fail in words when nobody listens, the name is unknown, or the address is none")
  func unreachable() async {
    defer { end.stop() }
    let port = UDPPort().port
    #expect(
      await end.ask(1, HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
        == .requestFailed(RequestID(1), .unreachable("127.0.0.1:\(port)")))
    #expect(
      await end.ask(2, HTTPRequest(.get, "http://no-such-host.invalid/"))
        == .requestFailed(RequestID(2), .unknownHost("no-such-host.invalid")))
    let nonsense = [
      "", "nonsense", "ftp://127.0.0.1/", "http://", "http:///path", "http://user:secret@h/",
      "http://h:99999/", "ws://127.0.0.1/", "http://h/\u{0}", "file:///etc/passwd",
    ]
    for (index, url) in nonsense.enumerated() {
      #expect(
        await end.ask(10 + index, HTTPRequest(.get, url))
          == .requestFailed(RequestID(10 + index), .badURL(url)))
    }
  }

  @Test("refuse fields that would be more than themselves")
  func fieldInjection() async {
    defer { end.stop() }
    let server = ScriptedServer { $0.write(Self.ok) }
    for (index, field) in [
      ("X", "a\r\nInjected: 1"), ("X: 1\r\nY", "2"), ("", "v"), ("X", "\u{0}"),
    ].enumerated() {
      var fields = HTTPFields()
      fields.append(field.0, field.1)
      let answer = await end.ask(index, HTTPRequest(.get, server.http, fields: fields))
      guard case .requestFailed(_, .malformed) = answer else {
        Issue.record("\(String(describing: answer))")
        continue
      }
    }
    #expect(server.count == 0)
  }

  @Test(
    "time out, whatever the server does meanwhile",
    arguments: ["silent", "trickling head", "trickling body"])
  func slowServer(kind: String) async throws {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      if kind == "silent" {
        _ = connection.readSome()
        return
      }
      if kind == "trickling body" {
        connection.write("HTTP/1.1 200 OK\r\n\r\n")
      } else {
        connection.write("HTTP/1.1 200 OK\r\n")
      }
      var count = 0
      while connection.write("X-\(count): \(count)\r\n"), count < 2_000 {
        usleep(5_000)
        count += 1
      }
    }
    let answer = await end.ask(1, HTTPRequest(.get, server.http, timeout: .milliseconds(300)))
    #expect(answer == .requestFailed(RequestID(1), .timedOut))
  }

  @Test("bring a body of exactly 1 MiB and refuse one byte more, told or not told before")
  func bodyLimit() async throws {
    defer { end.stop() }
    let limit = 1_048_576
    for (number, count, isTold) in [
      (1, limit, true), (2, limit, false), (3, limit + 1, true), (4, limit + 1, false),
    ] {
      let server = ScriptedServer { connection in
        _ = connection.readHead()
        connection.write(
          "HTTP/1.1 200 OK\r\nConnection: close\r\n"
            + (isTold ? "Content-Length: \(count)\r\n\r\n" : "\r\n"))
        connection.write([UInt8](repeating: 7, count: count))
      }
      let answer = await end.ask(number, HTTPRequest(.get, server.http))
      if count == limit {
        guard case .response(_, let response) = answer else {
          Issue.record("\(String(describing: answer))")
          continue
        }
        #expect(response.body.count == limit)
      } else {
        #expect(answer == .requestFailed(RequestID(number), .tooLarge(limit: limit)))
      }
    }
  }

  @Test("stop reading a body that does not end", arguments: ["plain", "chunked"])
  func endlessBody(kind: String) async {
    defer { end.stop() }
    let written = Lock(0)
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      let isChunked = kind == "chunked"
      connection.write(
        "HTTP/1.1 200 OK\r\n" + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"))
      let piece = [UInt8](repeating: 65, count: 65_536)
      for _ in 0..<1_600 {
        let isTaken =
          isChunked
          ? connection.write("10000\r\n") && connection.write(piece) && connection.write("\r\n")
          : connection.write(piece)
        guard isTaken else { return }
        written.withLock { $0 += piece.count }
      }
    }
    #expect(
      await end.ask(1, HTTPRequest(.get, server.http))
        == .requestFailed(RequestID(1), .tooLarge(limit: 1_048_576)))
    // What is on its way in socket buffers, and no more.
    try? await Task.sleep(for: .milliseconds(100))
    #expect(written.withLock { $0 } < 16_000_000)
  }

  @Test("give up on fields that do not end")
  func endlessHead() async {
    defer { end.stop() }
    let written = Lock(0)
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\n")
      let line = "X-Padding: " + String(repeating: "p", count: 1_000) + "\r\n"
      for _ in 0..<100_000 {
        guard connection.write(line) else { return }
        written.withLock { $0 += line.utf8.count }
      }
    }
    let answer = await end.ask(1, HTTPRequest(.get, server.http))
    guard case .requestFailed = answer else {
      Issue.record("\(String(describing: answer))")
      return
    }
    #expect(written.withLock { $0 } < 16_000_000)
  }

  @Test(
    "fail in words when the connection ends too early or no HTTP is spoken",
    arguments: [
      "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "SSH-2.0-OpenSSH\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
  func brokenResponse(text: String) async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write(text)
    }
    let answer = await end.ask(1, HTTPRequest(.get, server.http, timeout: .seconds(5)))
    guard case .requestFailed(_, let failure) = answer, failure != .timedOut else {
      Issue.record("\(String(describing: answer))")
      return
    }
    #expect(!failure.sentence.isEmpty)
  }

  @Test("follow a redirection within the server, with its method where that is asked")
  func redirection() async {
    defer { end.stop() }
    let heads = Lock<[String]>([])
    let server = ScriptedServer { connection in
      let head = connection.readHead()
      heads.withLock { $0.append(String(head.prefix { $0 != "\r\n" })) }
      switch true {
      case head.contains(" /old "):
        connection.write(
          "HTTP/1.1 301 M\r\nLocation: /new\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      case head.contains(" /kept "):
        connection.write(
          "HTTP/1.1 307 M\r\nLocation: ../new\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      default: connection.write(Self.ok)
      }
    }
    for (number, path) in [(1, "/old"), (2, "/kept")] {
      let answer = await end.ask(
        number, HTTPRequest(.post, server.http + path, fields: ["A": "b"], body: [65]))
      guard case .response(_, let response) = answer else {
        Issue.record("\(String(describing: answer))")
        continue
      }
      #expect(response.status == 200)
    }
    #expect(
      heads.withLock { $0 } == [
        "POST /old HTTP/1.1", "GET /new HTTP/1.1", "POST /kept HTTP/1.1", "POST /new HTTP/1.1",
      ])
  }

  @Test("follow no redirection to another server, and no circle")
  func badRedirection() async {
    defer { end.stop() }
    let other = ScriptedServer { $0.write(Self.ok) }
    let elsewhere = other.http
    let server = ScriptedServer { connection in
      let head = connection.readHead()
      let location =
        head.contains(" /circle ") ? "/circle" : head.contains(" /bad ") ? "http://[" : elsewhere
      connection.write(
        "HTTP/1.1 302 M\r\nLocation: \(location)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }
    for (number, path) in [(1, "/circle"), (2, "/bad"), (3, "/elsewhere")] {
      let answer = await end.ask(
        number, HTTPRequest(.get, server.http + path, fields: ["Authorization": "Bearer secret"]))
      guard case .requestFailed(_, .malformed) = answer else {
        Issue.record("\(String(describing: answer))")
        continue
      }
    }
    #expect(server.count == 6 + 1 + 1)
    #expect(other.count == 0)
  }

  @Test("can be called off, and then tell nothing")
  func cancelling() async throws {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      usleep(50_000)
      connection.write(Self.ok)
    }
    end.perform(.request(RequestID(1), HTTPRequest(.get, server.http)), .cancel(RequestID(1)))
    end.perform(.request(RequestID(2), HTTPRequest(.get, server.http)))
    try await Task.sleep(for: .milliseconds(20))
    end.perform(.cancel(RequestID(2)), .cancel(RequestID(99)))
    // The name may be used again.
    #expect(await end.ask(2, HTTPRequest(.get, server.http)) != nil)
    try await Task.sleep(for: .milliseconds(100))
    #expect(end.events.count == 1)
  }

  @Test("are thirty-two at once, and the next fails")
  func tooMany() async {
    defer { end.stop() }
    let isReleased = Lock(false)
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      while !isReleased.withLock({ $0 }) { usleep(5_000) }
      connection.write(Self.ok)
    }
    for number in 0..<33 {
      end.perform(.request(RequestID(number), HTTPRequest(.get, server.http)))
    }
    let refused = await end.event { if case .requestFailed = $0 { true } else { false } }
    #expect(refused == .requestFailed(RequestID(32), .broken("more than 32 requests at once")))
    isReleased.withLock { $0 = true }
    let end = end
    #expect(await eventually { end.events.count == 33 })
    #expect(await end.ask(40, HTTPRequest(.get, server.http)) != nil)
  }

  @Test("survive the server's closing a connection that was to be used again")
  func staleConnection() async throws {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      usleep(20_000)
    }
    for number in 1...4 {
      let answer = await end.ask(number, HTTPRequest(number % 2 == 0 ? .post : .get, server.http))
      guard case .response = answer else {
        Issue.record("\(String(describing: answer))")
        continue
      }
      try await Task.sleep(for: .milliseconds(60))
    }
  }

  @Test("tell nothing more when the runner is dropped in the middle")
  func dropping() async throws {
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      usleep(50_000)
      connection.write(Self.ok)
    }
    for number in 0..<8 { end.perform(.request(RequestID(number), HTTPRequest(.get, server.http))) }
    try await Task.sleep(for: .milliseconds(20))
    end.drop()
    try await Task.sleep(for: .milliseconds(150))
    #expect(end.events.isEmpty)
    end.stop()
  }
}

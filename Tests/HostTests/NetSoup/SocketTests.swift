import Basics
import CGLib
import EndToEnd
import Glibc
import LoopGLib
import NetSoup
import Testing
import Transport

@Suite("WebSockets", .serialized)
struct SocketTests {
  let end = TransportEnd()

  /// Sends everything back until the client says goodbye, which is answered.
  static func echo(_ connection: ScriptedServer.Connection) {
    connection.acceptWebSocket()
    while let frame = connection.readFrames(until: { _ in true }).last {
      connection.write(frame)
      if frame.opcode == .close { return }
    }
  }

  @Test("open, carry messages both ways in order, and close", arguments: ["ws", "http"])
  func echo(scheme: String) async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      connection.acceptWebSocket()
      for frame in connection.readFrames(until: { $0.opcode == .close }) { connection.write(frame) }
    }
    let id = SocketID(1)
    #expect(
      await end.open(1, SocketRequest("\(scheme)://127.0.0.1:\(server.port)/ws")) == .opened(id))
    let messages: [SocketMessage] = [
      .text("hello"), .text(""), .binary([0, 1, 2]), .text("Grüße 📞"),
      .binary([UInt8](repeating: 9, count: 300_000)),
    ]
    for message in messages { end.perform(.send(id, message)) }
    end.perform(.close(id, code: 3_001))
    #expect(await end.end(of: 1) == .closed(id, code: 3_001, reason: ""))
    #expect(end.events.dropFirst().dropLast() == messages.map { .received(id, $0) }[...])
    // The name may be used again.
    #expect(await end.open(1, SocketRequest(server.ws)) == .opened(id))
  }

  @Test("let their loop rest, also when the first message came along with the handshake")
  func rest() async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      connection.acceptWebSocket(followedBy: WebSocketFrame(.text, Array("hello".utf8)))
      _ = connection.readFrames { $0.opcode == .close }
    }
    #expect(await end.open(1, SocketRequest(server.ws)) == .opened(SocketID(1)))
    #expect(await end.event { $0 == .received(SocketID(1), .text("hello")) } != nil)
    let isResting = Lock(false)
    let loop = end.loop
    let rests = await eventually(within: .seconds(5)) {
      loop.perform {
        let isPending = g_main_context_pending(loop.context) != 0
        if !isPending { isResting.withLock { $0 = true } }
      }
      return isResting.withLock { $0 }
    }
    #expect(rests)
  }

  @Test("ask for subprotocols and bring the request's fields, and offer no compression")
  func handshake() async {
    defer { end.stop() }
    let head = Lock("")
    let server = ScriptedServer { connection in
      let text = connection.acceptWebSocket(extra: "Sec-WebSocket-Protocol: two\r\n")
      head.withLock { $0 = text }
      _ = connection.readFrames { $0.opcode == .close }
    }
    let opened = await end.open(
      1,
      SocketRequest(
        server.ws + "/ws/meet?token=abc", subprotocols: ["one", "two"],
        fields: ["Authorization": "Bearer token"]))
    #expect(opened == .opened(SocketID(1)))
    let text = head.withLock { $0 }
    #expect(text.hasPrefix("GET /ws/meet?token=abc HTTP/1.1\r\n"))
    #expect(text.contains("Authorization: Bearer token\r\n"))
    #expect(text.contains("Sec-WebSocket-Protocol: one, two\r\n"))
    #expect(!text.contains("Sec-WebSocket-Extensions"))
  }

  @Test("tell the status with which they are refused", arguments: [401, 403, 404, 301, 500])
  func refused(status: Int) async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write(
        "HTTP/1.1 \(status) No\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    }
    #expect(
      await end.open(1, SocketRequest(server.ws))
        == .failed(SocketID(1), .refused(status: status)))
    #expect(server.count == 1)
  }

  @Test(
    "fail in words where no WebSocket is",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "SSH-2.0-OpenSSH\r\n", "",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: d3Jvbmc=\r\n\r\n",
    ])
  func noWebSocket(text: String) async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write(text)
    }
    let answer = await end.open(1, SocketRequest(server.ws, timeout: .seconds(5)))
    switch answer {
    case .failed(_, .malformed), .failed(_, .broken): break
    default: Issue.record("\(String(describing: answer))")
    }
  }

  @Test("fail in words when nobody listens, the name is unknown, or nobody answers")
  func unreachable() async {
    defer { end.stop() }
    let port = UDPPort().port
    #expect(
      await end.open(1, SocketRequest("ws://127.0.0.1:\(port)/"))
        == .failed(SocketID(1), .unreachable("127.0.0.1:\(port)")))
    #expect(
      await end.open(2, SocketRequest("ws://no-such-host.invalid/"))
        == .failed(SocketID(2), .unknownHost("no-such-host.invalid")))
    #expect(
      await end.open(3, SocketRequest("mailto:x")) == .failed(SocketID(3), .badURL("mailto:x")))
    let server = ScriptedServer { connection in
      _ = connection.readHead()
      _ = connection.readSome()
    }
    #expect(
      await end.open(4, SocketRequest(server.ws, timeout: .milliseconds(200)))
        == .failed(SocketID(4), .timedOut))
  }

  @Test("tell how the server ended: with a goodbye, without one, in the middle of a frame")
  func ends() async {
    defer { end.stop() }
    let cases: [([UInt8], TransportEvent)] = [
      (
        WebSocketFrame(.close, [0x03, 0xE9] + Array("restart".utf8)).encoded(mask: nil),
        .closed(SocketID(0), code: 1001, reason: "restart")
      ),
      ([], .closed(SocketID(1), code: 1006, reason: "")),
      (
        [0x81, 0x05, 0x61],
        .failed(SocketID(2), .broken("it ended in the middle of a message"))
      ),
    ]
    for (number, (bytes, expected)) in cases.enumerated() {
      let server = ScriptedServer { connection in
        connection.acceptWebSocket()
        connection.write(bytes)
        if bytes.first == 0x88 { _ = connection.readFrames { $0.opcode == .close } }
      }
      #expect(await end.open(number, SocketRequest(server.ws)) == .opened(SocketID(number)))
      #expect(await end.end(of: number) == expected)
    }
  }

  @Test("take a message that comes together with the handshake")
  func earlyMessage() async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      connection.acceptWebSocket(followedBy: WebSocketFrame(.text, Array("early".utf8)))
      _ = connection.readFrames { $0.opcode == .close }
    }
    _ = await end.open(1, SocketRequest(server.ws))
    #expect(await end.event { $0 == .received(SocketID(1), .text("early")) } != nil)
  }

  @Test("refuse a frame, and a message in fragments, of 10 MB, without holding it")
  func tooLarge() async {
    defer { end.stop() }
    for (number, isFragmented) in [(1, false), (2, true)] {
      let written = Lock(0)
      let server = ScriptedServer { connection in
        connection.acceptWebSocket()
        let piece = [UInt8](repeating: 0, count: 100_000)
        if !isFragmented {
          connection.write([0x82, 0x7F, 0, 0, 0, 0, 0, 0x98, 0x96, 0x80])
        }
        for index in 0..<1_000 {
          let frame = WebSocketFrame(index == 0 ? .binary : .continuation, piece, isFinal: false)
          guard connection.write(isFragmented ? frame.encoded(mask: nil) : piece) else { return }
          written.withLock { $0 += piece.count }
        }
      }
      _ = await end.open(number, SocketRequest(server.ws))
      #expect(
        await end.end(of: number) == .failed(SocketID(number), .tooLarge(limit: 1_048_576)))
      try? await Task.sleep(for: .milliseconds(100))
      #expect(written.withLock { $0 } < 16_000_000)
    }
  }

  @Test("leave the loop to others while a server floods them")
  func flood() async {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      connection.acceptWebSocket()
      let batch = [UInt8](
        (0..<500).flatMap { _ in WebSocketFrame(.ping, [1, 2, 3]).encoded(mask: nil) })
      // It never reads the pongs, which would pile up.
      while connection.write(batch) {}
    }
    let quick = ScriptedServer { connection in
      _ = connection.readHead()
      connection.write(RequestTests.ok)
    }
    _ = await end.open(1, SocketRequest(server.ws))
    for number in 0..<20 {
      let answer = await end.ask(number, HTTPRequest(.get, quick.http, timeout: .seconds(5)))
      guard case .response = answer else {
        Issue.record("\(String(describing: answer))")
        return
      }
    }
    #expect(
      await end.end(of: 1)
        == .failed(SocketID(1), .broken("the server does not take what is sent")))
  }

  @Test("fail when a server takes nothing of what is sent")
  func stuckServer() async {
    defer { end.stop() }
    let isReleased = Lock(false)
    let server = ScriptedServer { connection in
      connection.acceptWebSocket()
      while !isReleased.withLock({ $0 }) { usleep(5_000) }
    }
    _ = await end.open(1, SocketRequest(server.ws))
    let message = SocketMessage.binary([UInt8](repeating: 1, count: 500_000))
    for _ in 0..<40 { end.perform(.send(SocketID(1), message)) }
    #expect(
      await end.end(of: 1)
        == .failed(SocketID(1), .broken("the server does not take what is sent")))
    isReleased.withLock { $0 = true }
  }

  @Test("are answered `closed` when they are closed before they open")
  func closedEarly() async throws {
    defer { end.stop() }
    let server = ScriptedServer { connection in
      usleep(50_000)
      connection.acceptWebSocket()
    }
    end.perform(.open(SocketID(1), SocketRequest(server.ws)), .close(SocketID(1), code: 1000))
    #expect(await end.end(of: 1) == .closed(SocketID(1), code: 1006, reason: ""))
    try await Task.sleep(for: .milliseconds(120))
    #expect(end.events.count == 1)
    // Nothing is left to be sent to or closed.
    end.perform(.send(SocketID(1), .text("x")), .close(SocketID(1), code: 1000))
  }

  @Test("are eight at once, and the next fails")
  func tooMany() async {
    defer { end.stop() }
    let server = ScriptedServer(script: Self.echo)
    for number in 0..<8 {
      #expect(await end.open(number, SocketRequest(server.ws)) == .opened(SocketID(number)))
    }
    #expect(
      await end.open(8, SocketRequest(server.ws))
        == .failed(SocketID(8), .broken("more than 8 connections at once")))
    end.perform(.close(SocketID(0), code: 1000))
    _ = await end.end(of: 0)
    #expect(await end.open(9, SocketRequest(server.ws)) == .opened(SocketID(9)))
  }

  @Test("tell nothing more when the runner is dropped, and let the server know")
  func dropping() async throws {
    let hasEnded = Lock(false)
    let server = ScriptedServer { connection in
      connection.acceptWebSocket()
      while !connection.readSome().isEmpty {}
      hasEnded.withLock { $0 = true }
    }
    _ = await end.open(1, SocketRequest(server.ws))
    let count = end.events.count
    end.drop()
    #expect(await eventually { hasEnded.withLock { $0 } })
    #expect(end.events.count == count)
    end.stop()
  }
}

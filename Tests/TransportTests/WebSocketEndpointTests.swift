import Basics
import Testing
import Transport

@Suite("WebSocket endpoint")
struct WebSocketEndpointTests {
  var generator = CountingGenerator()
  var client = WebSocketEndpoint(role: .client, limit: 1_000, at: .zero)
  var server = WebSocketEndpoint(role: .server, limit: 1_000, at: .zero)

  /// The bytes that were to be written, together.
  func written(_ effects: [WebSocketEndpoint.Effect]) -> [UInt8] {
    effects.flatMap { if case .write(let bytes) = $0 { bytes } else { [UInt8]() } }
  }

  func told(_ effects: [WebSocketEndpoint.Effect]) -> [WebSocketEndpoint.Effect] {
    effects.filter { if case .write = $0 { false } else { true } }
  }

  mutating func toClient(_ frames: WebSocketFrame...) -> [WebSocketEndpoint.Effect] {
    client.receive(
      frames.flatMap { $0.encoded(mask: nil) }, at: .zero, using: &generator)
  }

  @Test("encodes the examples of RFC 6455 §5.7")
  func examples() {
    let hello = Array("Hello".utf8)
    #expect(WebSocketFrame(.text, hello).encoded(mask: nil) == [0x81, 0x05] + hello)
    #expect(
      WebSocketFrame(.text, hello).encoded(mask: 0x37FA_213D)
        == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    #expect(
      WebSocketFrame(.binary, [UInt8](repeating: 1, count: 256)).encoded(mask: nil).prefix(4)
        == [0x82, 0x7E, 0x01, 0x00])
    #expect(
      WebSocketFrame(.binary, [UInt8](repeating: 1, count: 65_536)).encoded(mask: nil).prefix(10)
        == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])
  }

  @Test("brings messages of any length across, both ways", arguments: [0, 1, 125, 126, 999, 1_000])
  mutating func lengths(count: Int) {
    let binary = SocketMessage.binary((0..<count).map { UInt8(truncatingIfNeeded: $0) })
    let text = SocketMessage.text(String(repeating: "x", count: count))
    for message in [binary, text] {
      let up = written(client.send(message, using: &generator))
      #expect(server.receive(up, at: .zero, using: &generator) == [.received(message)])
      let down = written(server.send(message, using: &generator))
      #expect(client.receive(down, at: .zero, using: &generator) == [.received(message)])
    }
  }

  @Test("takes bytes one at a time as well as all at once")
  mutating func piecemeal() {
    let bytes = (0..<5).flatMap { written(client.send(.text("message \($0)"), using: &generator)) }
    var received: [WebSocketEndpoint.Effect] = []
    for byte in bytes { received += server.receive([byte], at: .zero, using: &generator) }
    #expect(received == (0..<5).map { .received(.text("message \($0)")) })
    var other = WebSocketEndpoint(role: .server, at: .zero)
    #expect(other.receive(bytes, at: .zero, using: &generator) == received)
  }

  @Test("puts fragments together, with control frames between them")
  mutating func fragments() {
    let effects = toClient(
      WebSocketFrame(.text, Array("Gr".utf8) + [0xC3], isFinal: false),
      WebSocketFrame(.ping, [7]), WebSocketFrame(.continuation, [0xBC], isFinal: false),
      WebSocketFrame(.continuation, Array("n".utf8)))
    #expect(told(effects) == [.received(.text("Grün"))])
    #expect(server.receive(written(effects), at: .zero, using: &generator) == [])
  }

  @Test("answers a ping with its payload")
  mutating func pong() throws {
    let answer = written(toClient(WebSocketFrame(.ping, [1, 2, 3])))
    var reader = WebSocketFrameReader(expectsMask: true, limit: 100)
    reader.append(answer)
    #expect(try reader.next() == WebSocketFrame(.pong, [1, 2, 3]))
  }

  @Test("a frame above the limit is refused by its header alone")
  mutating func tooLarge() {
    let header: [UInt8] = [0x82, 0x7F, 0, 0, 0, 0, 0, 0x98, 0x96, 0x80]
    let effects = client.receive(header, at: .zero, using: &generator)
    #expect(told(effects) == [.failed(.tooLarge(limit: 1_000))])
    #expect(client.deadline == nil)
    let vast: [UInt8] = [0x82, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    var other = WebSocketEndpoint(role: .client, at: .zero)
    #expect(
      told(other.receive(vast, at: .zero, using: &generator))
        == [.failed(.tooLarge(limit: 1_048_576))])
  }

  @Test("a message above the limit is refused in however many fragments it comes")
  mutating func tooLargeInFragments() {
    let piece = [UInt8](repeating: 0, count: 400)
    #expect(toClient(WebSocketFrame(.binary, piece, isFinal: false)) == [])
    #expect(toClient(WebSocketFrame(.continuation, piece, isFinal: false)) == [])
    #expect(
      told(toClient(WebSocketFrame(.continuation, piece, isFinal: false)))
        == [.failed(.tooLarge(limit: 1_000))])
  }

  @Test(
    "refuses faulty frames with code 1002",
    arguments: [
      [0xC1, 0x00],  // A reserved bit.
      [0x83, 0x00],  // An unknown opcode.
      [0x81, 0x80, 0, 0, 0, 0],  // Masked by a server.
      [0x09, 0x00],  // A ping in fragments.
      [0x89, 0x7E, 0x00, 0x7E],  // A long ping.
      [0x82, 0x7E, 0x00, 0x05],  // A length in too many bytes.
      [0x80, 0x00],  // A continuation of nothing.
      [0x01, 0x00, 0x81, 0x00],  // A message within another.
      [0x88, 0x01, 0x03],  // Half a close code.
      [0x88, 0x02, 0x03, 0xEE],  // 1006 may not be sent.
      [0x88, 0x03, 0x03, 0xE8, 0xFF],  // A reason that is no UTF-8.
    ] as [[UInt8]])
  mutating func faults(bytes: [UInt8]) throws {
    let effects = client.receive(bytes, at: .zero, using: &generator)
    guard case .failed(.malformed) = effects.last else {
      Issue.record("\(effects)")
      return
    }
    #expect(
      told(server.receive(written(effects), at: .zero, using: &generator))
        == [.closed(code: 1002, reason: "")])
    // Nothing more is taken or sent.
    #expect(toClient(WebSocketFrame(.text, [])) == [])
    #expect(client.send(.text("x"), using: &generator) == [])
  }

  @Test("refuses text that is no UTF-8 with code 1007")
  mutating func notText() {
    let effects = toClient(WebSocketFrame(.text, [0xFF, 0xFE]))
    #expect(told(effects) == [.failed(.malformed("text that is no UTF-8"))])
    #expect(
      told(server.receive(written(effects), at: .zero, using: &generator))
        == [.closed(code: 1007, reason: "")])
  }

  @Test("closes with a handshake, whoever begins")
  mutating func closing() {
    let goodbye = written(client.close(code: 3_000, at: .zero, using: &generator))
    #expect(client.send(.text("late"), using: &generator) == [])
    #expect(client.close(code: 1000, at: .zero, using: &generator) == [])
    let answer = server.receive(goodbye, at: .zero, using: &generator)
    #expect(told(answer) == [.closed(code: 3_000, reason: "")])
    #expect(
      client.receive(written(answer), at: .zero, using: &generator)
        == [.closed(code: 3_000, reason: "")])
    #expect(client.ended() == [])
  }

  @Test("tells the peer's reason, and 1005 for a goodbye without a code")
  mutating func reasons() {
    let reason = WebSocketFrame(.close, [0x03, 0xE9] + Array("see you".utf8))
    #expect(told(toClient(reason)) == [.closed(code: 1001, reason: "see you")])
    var other = WebSocketEndpoint(role: .client, at: .zero)
    let bare = WebSocketFrame(.close, []).encoded(mask: nil)
    #expect(
      told(other.receive(bare, at: .zero, using: &generator)) == [.closed(code: 1005, reason: "")])
  }

  @Test("still takes messages while it waits for the peer's goodbye")
  mutating func messageWhileClosing() {
    _ = client.close(code: 1000, at: .zero, using: &generator)
    #expect(toClient(WebSocketFrame(.text, [0x61])) == [.received(.text("a"))])
    #expect(toClient(WebSocketFrame(.ping, [])) == [])
  }

  @Test("does not wait for the peer's goodbye without end")
  mutating func closeTime() {
    _ = client.close(code: 1005, at: .zero, using: &generator)
    let deadline = Instant.zero.advanced(by: WebSocketEndpoint.closeTime)
    #expect(client.deadline == deadline)
    #expect(client.expire(at: deadline.advanced(by: .nanoseconds(-1)), using: &generator) == [])
    #expect(
      client.expire(at: deadline, using: &generator) == [.closed(code: 1006, reason: "")])
    #expect(client.deadline == nil)
  }

  @Test("pings a quiet peer and gives a silent one up")
  mutating func silence() {
    let ping = Instant.zero.advanced(by: WebSocketEndpoint.pingInterval)
    #expect(client.expire(at: ping.advanced(by: .nanoseconds(-1)), using: &generator) == [])
    let effects = client.expire(at: ping, using: &generator)
    let pong = written(server.receive(written(effects), at: ping, using: &generator))
    _ = client.receive(pong, at: ping, using: &generator)
    #expect(client.deadline == ping.advanced(by: WebSocketEndpoint.pingInterval))

    let second = ping.advanced(by: WebSocketEndpoint.pingInterval)
    #expect(!client.expire(at: second, using: &generator).isEmpty)
    let limit = second.advanced(by: WebSocketEndpoint.pongTime)
    #expect(client.expire(at: limit.advanced(by: .nanoseconds(-1)), using: &generator) == [])
    #expect(
      client.expire(at: limit, using: &generator)
        == [.failed(.broken("the other side is silent"))])
  }

  @Test("tells apart an end between messages and one in the middle")
  mutating func ends() {
    var second = client
    #expect(client.ended() == [.closed(code: 1006, reason: "")])
    #expect(client.ended() == [])
    _ = second.receive([0x81], at: .zero, using: &generator)
    var third = second
    #expect(second.ended() == [.failed(.broken("it ended in the middle of a message"))])
    _ = third.receive([0x00], at: .zero, using: &generator)
    _ = third.receive([0x01, 0x00], at: .zero, using: &generator)
    #expect(third.ended() == [.failed(.broken("it ended in the middle of a message"))])
  }

  @Test("survives random bytes")
  mutating func randomBytes() {
    for _ in 0..<2_000 {
      var endpoint = WebSocketEndpoint(
        role: Bool.random(using: &generator) ? .client : .server, limit: 1_000, at: .zero)
      for _ in 0..<4 {
        let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        _ = endpoint.receive(bytes, at: .zero, using: &generator)
      }
      _ = endpoint.ended()
    }
  }
}

/// The same numbers in every run.
struct CountingGenerator: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}

package import Basics

/// One end of an open WebSocket: from bytes to messages and back, with pings and the closing
/// handshake.
///
///     open ──close──▶ closing ──peer's close, or time over──▶ closed
///      │ peer's close, end of bytes, fault, silence              ▲
///      └──────────────────────────────────────────────────────────┘
///
/// A quiet peer is pinged, and given up when it stays silent. Extensions are not spoken.
///
/// - Source: RFC 6455.
package struct WebSocketEndpoint: Equatable, Sendable {
  package enum Role: Equatable, Sendable {
    /// Masks what it sends.
    case client
    case server
  }

  /// What the owner must do, in order.
  package enum Effect: Equatable, Sendable {
    case write([UInt8])
    case received(SocketMessage)
    /// It ended with a goodbye, or without one (1006); the stream is to be closed once all is written.
    case closed(code: Int, reason: String)
    /// It ended with a fault; likewise.
    case failed(TransportFailure)
  }

  private enum State: Equatable {
    case open(quietUntil: Instant, isPinged: Bool)
    case closing(until: Instant)
    case closed
  }

  private let role: Role
  private let limit: Int
  private var state: State
  private var reader: WebSocketFrameReader
  /// The fragments of a message of which more is to come.
  private var fragments: WebSocketFrame?

  /// - Parameter limit: bytes of one message, in however many frames.
  package init(role: Role, limit: Int = 1_048_576, at now: Instant) {
    self.role = role
    self.limit = limit
    reader = WebSocketFrameReader(expectsMask: role == .server, limit: limit)
    state = .open(quietUntil: now.advanced(by: Self.pingInterval), isPinged: false)
  }

  /// Sends a message.
  package mutating func send(
    _ message: SocketMessage, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch state {
    case .open:
      let frame =
        switch message {
        case .text(let text): WebSocketFrame(.text, Array(text.utf8))
        case .binary(let bytes): WebSocketFrame(.binary, bytes)
        }
      return [write(frame, using: &generator)]
    case .closing, .closed: return []  // After our close frame nothing may follow.
    }
  }

  /// Starts the closing handshake.
  ///
  /// - Parameter code: by RFC 6455 §7.4; one that may not be sent is told as 1000.
  package mutating func close(
    code: Int, at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch state {
    case .open:
      state = .closing(until: now.advanced(by: Self.closeTime))
      return [write(closeFrame(Self.isSendable(code) ? code : 1000), using: &generator)]
    case .closing, .closed: return []  // Asked before.
    }
  }

  /// Takes in what has arrived.
  package mutating func receive(
    _ bytes: [UInt8], at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    if case .open = state {
      state = .open(quietUntil: now.advanced(by: Self.pingInterval), isPinged: false)
    }
    var effects: [Effect] = []
    reader.append(bytes)
    do throws(WebSocketFrameReader.Fault) {
      while state != .closed, let frame = try reader.next() {
        effects += take(frame, using: &generator)
      }
    } catch {
      effects += fail(fault: error, using: &generator)
    }
    return effects
  }

  /// The stream has ended, without an error.
  package mutating func ended() -> [Effect] {
    defer { state = .closed }
    switch state {
    case .open where reader.isWithinFrame || fragments != nil:
      return [.failed(.broken("it ended in the middle of a message"))]
    case .open, .closing: return [.closed(code: Self.noCloseFrame, reason: "")]
    case .closed: return []
    }
  }

  /// When ``expire(at:using:)`` is next due.
  package var deadline: Instant? {
    switch state {
    case .open(let quietUntil, _): quietUntil
    case .closing(let until): until
    case .closed: nil
    }
  }

  /// Acts on a deadline that has passed: pings a quiet peer, or gives a silent one up.
  package mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch state {
    case .open(let quietUntil, false) where now >= quietUntil:
      state = .open(quietUntil: now.advanced(by: Self.pongTime), isPinged: true)
      return [write(WebSocketFrame(.ping, []), using: &generator)]
    case .open(let quietUntil, true) where now >= quietUntil:
      state = .closed
      return [.failed(.broken("the other side is silent"))]
    case .closing(let until) where now >= until:
      state = .closed
      return [.closed(code: Self.noCloseFrame, reason: "")]
    case .open, .closing, .closed: return []
    }
  }

  private mutating func take(
    _ frame: WebSocketFrame, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch frame.opcode {
    case .close: return takeClose(frame.payload, using: &generator)
    case .ping:
      guard case .open = state else { return [] }
      return [write(WebSocketFrame(.pong, frame.payload), using: &generator)]
    case .pong: return []  // That it came is all there is to it.
    case .text, .binary:
      guard fragments == nil else {
        return fail(1002, .malformed(Self.disorder), using: &generator)
      }
      return takeFragment(of: frame.opcode, frame, using: &generator)
    case .continuation:
      guard let begun = fragments else {
        return fail(1002, .malformed(Self.disorder), using: &generator)
      }
      return takeFragment(of: begun.opcode, frame, using: &generator)
    }
  }

  private mutating func takeFragment(
    of opcode: WebSocketFrame.Opcode, _ frame: WebSocketFrame,
    using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    // Taken out so that the bytes are appended in place.
    var message = fragments ?? WebSocketFrame(opcode, [])
    fragments = nil
    guard message.payload.count + frame.payload.count <= limit else {
      return fail(1009, .tooLarge(limit: limit), using: &generator)
    }
    message.payload += frame.payload
    guard frame.isFinal else {
      fragments = message
      return []
    }
    if opcode == .binary { return [.received(.binary(message.payload))] }
    guard let text = String(validating: message.payload, as: UTF8.self) else {
      return fail(1007, .malformed("text that is no UTF-8"), using: &generator)
    }
    return [.received(.text(text))]
  }

  /// Answers the peer's close frame in kind, unless ours came first.
  private mutating func takeClose(
    _ payload: [UInt8], using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    var reader = ByteReader(payload)
    let code = payload.isEmpty ? Self.noStatus : Int(reader.readUInt16() ?? 0)
    guard payload.isEmpty || Self.isSendable(code),
      let reason = String(validating: payload.dropFirst(2), as: UTF8.self)
    else { return fail(1002, .malformed("a faulty close frame"), using: &generator) }
    var effects: [Effect] = []
    if case .open = state {
      effects.append(write(closeFrame(payload.isEmpty ? 1000 : code), using: &generator))
    }
    state = .closed
    return effects + [.closed(code: code, reason: reason)]
  }

  private mutating func fail(
    fault: WebSocketFrameReader.Fault, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch fault {
    case .tooLarge(let limit): fail(1009, .tooLarge(limit: limit), using: &generator)
    case .reservedBits, .unknownOpcode, .controlFrame, .masking, .length:
      fail(1002, .malformed("a faulty WebSocket frame"), using: &generator)
    }
  }

  private mutating func fail(
    _ code: Int, _ failure: TransportFailure,
    using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    var effects: [Effect] = []
    if case .open = state { effects.append(write(closeFrame(code), using: &generator)) }
    state = .closed
    return effects + [.failed(failure)]
  }

  private func write(
    _ frame: WebSocketFrame, using generator: inout some RandomNumberGenerator
  ) -> Effect {
    switch role {
    case .client: .write(frame.encoded(mask: .random(in: 0...UInt32.max, using: &generator)))
    case .server: .write(frame.encoded(mask: nil))
    }
  }

  private func closeFrame(_ code: Int) -> WebSocketFrame {
    var payload: [UInt8] = []
    payload.append(bigEndian: UInt16(code))
    return WebSocketFrame(.close, payload)
  }

  /// RFC 6455 §7.4.1 and §7.4.2, with the IANA registry's 1012–1014.
  private static func isSendable(_ code: Int) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }

  private static let disorder = "fragments of messages out of order"
  /// What is told for a close frame without a code.
  private static let noStatus = 1005
  /// What is told when there was no close frame.
  private static let noCloseFrame = 1006
  /// A peer that has been quiet for so long is pinged…
  package static let pingInterval: Duration = .seconds(25)
  /// …and given up when it stays silent.
  package static let pongTime: Duration = .seconds(15)
  /// How long the peer may take to answer our close frame.
  package static let closeTime: Duration = .seconds(3)
}

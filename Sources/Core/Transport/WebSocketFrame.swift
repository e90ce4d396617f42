import Basics

/// One frame of a WebSocket connection.
///
///     fin:1 reserved:3 opcode:4 │ masked:1 length:7 │ length, 0, 2 or 8 bytes │ mask, 0 or 4 │ payload
///
/// - Source: RFC 6455 §5.2.
package struct WebSocketFrame: Equatable, Sendable {
  package enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames are short, whole, and may stand between the fragments of a message.
    package var isControl: Bool { rawValue >= 0x8 }
  }

  /// Whether this is a message's last or only frame.
  package var isFinal: Bool
  package var opcode: Opcode
  package var payload: [UInt8]

  package init(_ opcode: Opcode, _ payload: [UInt8], isFinal: Bool = true) {
    self.isFinal = isFinal
    self.opcode = opcode
    self.payload = payload
  }

  /// The frame as it is sent.
  ///
  /// - Parameter mask: four random bytes from a client, none from a server (RFC 6455 §5.3).
  package func encoded(mask: UInt32?) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 14)
    bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch payload.count {
    case ...125: bytes.append(maskBit | UInt8(payload.count))
    case ...0xFFFF:
      bytes.append(maskBit | 126)
      bytes.append(bigEndian: UInt16(payload.count))
    default:
      bytes.append(maskBit | 127)
      bytes.append(bigEndian: UInt64(payload.count))
    }
    guard let mask else { return bytes + payload }
    bytes.append(bigEndian: mask)
    let key = bytes.suffix(4)
    let start = key.startIndex
    for (index, byte) in payload.enumerated() { bytes.append(byte ^ bytes[start + index & 3]) }
    return bytes
  }
}

/// Finds the frames in what arrives.
///
/// Holds at most one frame's bytes and what came with them.
package struct WebSocketFrameReader: Equatable, Sendable {
  /// What was wrong with a frame.
  package enum Fault: Error, Equatable, Sendable {
    case reservedBits
    case unknownOpcode(UInt8)
    /// A control frame in fragments or of more than 125 bytes.
    case controlFrame
    /// Clients mask, servers do not.
    case masking
    /// A length in more bytes than it takes.
    case length
    case tooLarge(limit: Int)
  }

  private let expectsMask: Bool
  private let limit: Int
  private var bytes: [UInt8] = []
  /// Where the first frame begins that was not taken.
  private var position = 0

  /// - Parameters:
  ///   - expectsMask: whether the other end is the client.
  ///   - limit: bytes of one payload.
  package init(expectsMask: Bool, limit: Int) {
    self.expectsMask = expectsMask
    self.limit = limit
  }

  /// Whether a frame has begun and not ended.
  package var isWithinFrame: Bool { position < bytes.count }

  package mutating func append(_ more: [UInt8]) {
    bytes.append(contentsOf: more)
  }

  /// The next whole frame, unmasked; `nil` until more has arrived. After a fault nothing that
  /// follows means anything.
  package mutating func next() throws(Fault) -> WebSocketFrame? {
    guard let header = try readHeader() else { return nil }
    let end = header.payloadStart + header.payloadCount
    guard bytes.count >= end else { return nil }
    var payload = Array(bytes[header.payloadStart..<end])
    if let mask = header.maskStart {
      for index in payload.indices { payload[index] ^= bytes[mask + index & 3] }
    }
    position = end
    if position == bytes.count || position > Self.compactionBytes {
      bytes.removeFirst(position)
      position = 0
    }
    return WebSocketFrame(header.opcode, payload, isFinal: header.isFinal)
  }

  private struct Header {
    var isFinal: Bool
    var opcode: WebSocketFrame.Opcode
    var maskStart: Int?
    var payloadStart: Int
    var payloadCount: Int
  }

  private func readHeader() throws(Fault) -> Header? {
    let available = bytes.count - position
    guard available >= 2 else { return nil }
    let (first, second) = (bytes[position], bytes[position + 1])
    guard first & 0x70 == 0 else { throw .reservedBits }
    guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
      throw .unknownOpcode(first & 0x0F)
    }
    let isFinal = first & 0x80 != 0
    let isMasked = second & 0x80 != 0
    guard isMasked == expectsMask else { throw .masking }
    let lengthBytes =
      switch second & 0x7F {
      case 126: 2
      case 127: 8
      default: 0
      }
    if opcode.isControl, !isFinal || lengthBytes > 0 { throw .controlFrame }
    let headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
    guard available >= 2 + lengthBytes else { return nil }
    var count = UInt64(second & 0x7F)
    if lengthBytes > 0 {
      count = bytes[(position + 2)..<(position + 2 + lengthBytes)].reduce(0) {
        $0 << 8 | UInt64($1)
      }
      guard count > (lengthBytes == 2 ? 125 : 0xFFFF) else { throw .length }
    }
    // Told before the payload has arrived, so that none of it need be kept.
    guard count <= UInt64(limit) else { throw .tooLarge(limit: limit) }
    guard available >= headerBytes else { return nil }
    return Header(
      isFinal: isFinal, opcode: opcode,
      maskStart: isMasked ? position + 2 + lengthBytes : nil,
      payloadStart: position + headerBytes, payloadCount: Int(count))
  }

  /// How many bytes that were read may stay before the rest is moved up.
  private static let compactionBytes = 65_536
}

import Basics

/// The payload of a packet of redundant audio: a frame, and copies of frames that went before it.
///
/// A header of four bytes for each copy, one of one byte for the frame itself, then their data in the
/// same order:
///
///     1:1 payload type:7 │ timestamp offset:14 │ length:10   for each copy
///     0:1 payload type:7                                     for the frame
///
/// The packet's timestamp is the frame's.
///
/// - Bound: ``copyLimit`` copies.
/// - Source: RFC 2198 §3.
package struct RedundantAudio: Equatable, Sendable {
  /// A frame that has been sent before.
  package struct Copy: Equatable, Sendable {
    /// 0–127.
    package var payloadType: UInt8
    /// How much earlier than the packet's own frame it begins, in timestamp units: 0–16 383.
    package var timestampOffset: UInt16
    /// At most 1 023 bytes.
    package var payload: [UInt8]

    package init(payloadType: UInt8, timestampOffset: UInt16, payload: [UInt8]) {
      precondition(payloadType < 128, "a payload type has seven bits")
      precondition(timestampOffset <= RedundantAudio.mostOffset, "an offset has 14 bits")
      precondition(payload.count <= RedundantAudio.mostBytes, "a length has ten bits")
      self.payloadType = payloadType
      self.timestampOffset = timestampOffset
      self.payload = payload
    }
  }

  /// The oldest first.
  package var copies: [Copy]
  /// Of the frame itself: 0–127.
  package var payloadType: UInt8
  package var payload: [UInt8]

  /// What was wrong with a received payload.
  package enum DecodingError: Error, Equatable {
    /// The headers end without the frame's own.
    case noFrame
    case tooManyCopies
    /// The lengths add up to more than there is.
    case overrun
  }

  /// A payload to be sent.
  package init(copies: [Copy], payloadType: UInt8, payload: [UInt8]) {
    precondition(payloadType < 128, "a payload type has seven bits")
    precondition(copies.count <= Self.copyLimit, "few copies are worth their bytes")
    self.copies = copies
    self.payloadType = payloadType
    self.payload = payload
  }

  /// Reads a received payload.
  package init(decoding bytes: [UInt8]) throws(DecodingError) {
    var reader = ByteReader(bytes)
    var headers: [(payloadType: UInt8, offset: UInt16, byteCount: Int)] = []
    var payloadType: UInt8?
    while payloadType == nil {
      guard let first = reader.readUInt8() else { throw .noFrame }
      guard first & 0x80 != 0 else {
        payloadType = first
        break
      }
      guard headers.count < Self.copyLimit else { throw .tooManyCopies }
      guard let rest = reader.readUInt24() else { throw .noFrame }
      headers.append((first & 0x7F, UInt16(rest >> 10), Int(rest & 0x3FF)))
    }
    var copies: [Copy] = []
    for header in headers {
      guard let payload = reader.read(header.byteCount) else { throw .overrun }
      copies.append(
        Copy(
          payloadType: header.payloadType, timestampOffset: header.offset, payload: payload))
    }
    guard let payloadType, let payload = reader.read(reader.remaining) else { throw .noFrame }
    self.init(copies: copies, payloadType: payloadType, payload: payload)
  }

  /// Reads a received payload of which all frames are of one payload type.
  ///
  /// Receivers may tell copies by their place before the packet: what stands before one of another payload
  /// type, or before one that is empty, is left out with it.
  ///
  /// - Returns: `nil` when it cannot be read, or its own frame is of another payload type.
  package init?(decoding bytes: [UInt8], onlyOf payloadType: UInt8) {
    guard let audio = try? RedundantAudio(decoding: bytes), audio.payloadType == payloadType else {
      return nil
    }
    self = audio
    let strange = copies.lastIndex {
      $0.payloadType != payloadType || $0.payload.isEmpty || $0.timestampOffset == 0
    }
    if let strange { copies.removeSubrange(...strange) }
  }

  /// The bytes that ``init(decoding:)`` reads.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(copies.reduce(1 + payload.count) { $0 + 4 + $1.payload.count })
    for copy in copies {
      bytes.append(0x80 | copy.payloadType)
      bytes.append(bigEndian24: UInt32(copy.timestampOffset) << 10 | UInt32(copy.payload.count))
    }
    bytes.append(payloadType)
    for copy in copies { bytes.append(contentsOf: copy.payload) }
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// How many copies one packet may hold.
  package static let copyLimit = 8
  /// How much earlier than its packet's frame a copy may begin, in timestamp units.
  package static let mostOffset = 16_383
  /// How long a copy may be.
  package static let mostBytes = 1_023
}

import Basics

/// One RTP packet: the fixed header, contributing sources, header extensions and the payload.
///
///     V:2 P:1 X:1 CC:4 │ M:1 PT:7 │ sequence:16
///     timestamp:32
///     SSRC:32
///     CSRC:32 × CC
///     profile:16 │ length:16, then that many words of extensions, if X
///     payload, then padding whose last byte is its length, if P
///
/// Padding is removed on reading and never written. Extensions of profiles other than RFC 8285 are
/// passed over.
///
/// - Source: RFC 3550 §5.1, RFC 8285 §4.
package struct RTPPacket: Equatable, Sendable {
  /// 0–127.
  package var payloadType: UInt8
  /// For sound: the first packet after a silence, or of a keypad tone (RFC 3551 §4.1).
  package var marker: Bool
  package var sequence: SequenceNumber
  /// In units of the payload type's clock.
  package var timestamp: UInt32
  package var ssrc: UInt32
  /// At most 15.
  package var contributingSources: [UInt32]
  package var extensions: [HeaderExtension]
  package var payload: [UInt8]

  /// What was wrong with a received packet.
  package enum DecodingError: Error, Equatable {
    case tooShort(byteCount: Int)
    case wrongVersion(UInt8)
    /// The header extension is longer than the packet, or one of its elements longer than it.
    case extensionOverrun
    case paddingOverrun(paddingBytes: UInt8)
  }

  /// A packet to be sent.
  package init(
    payloadType: UInt8, marker: Bool = false, sequence: SequenceNumber, timestamp: UInt32,
    ssrc: UInt32, contributingSources: [UInt32] = [], extensions: [HeaderExtension] = [],
    payload: [UInt8]
  ) {
    precondition(payloadType < 128, "a payload type has seven bits")
    precondition(contributingSources.count < 16, "the count of contributing sources has four bits")
    self.payloadType = payloadType
    self.marker = marker
    self.sequence = sequence
    self.timestamp = timestamp
    self.ssrc = ssrc
    self.contributingSources = contributingSources
    self.extensions = extensions
    self.payload = payload
  }

  /// Reads a received packet, already decrypted.
  package init(decoding bytes: [UInt8]) throws(DecodingError) {
    var reader = ByteReader(bytes)
    guard let first = reader.readUInt8(), let second = reader.readUInt8(),
      let sequence = reader.readUInt16(), let timestamp = reader.readUInt32(),
      let ssrc = reader.readUInt32()
    else { throw .tooShort(byteCount: bytes.count) }
    guard first >> 6 == 2 else { throw .wrongVersion(first >> 6) }

    var contributingSources: [UInt32] = []
    for _ in 0..<first & 0x0F {
      guard let source = reader.readUInt32() else { throw .tooShort(byteCount: bytes.count) }
      contributingSources.append(source)
    }
    var extensions: [HeaderExtension] = []
    if first & 0x10 != 0 {
      guard let profile = reader.readUInt16(), let wordCount = reader.readUInt16(),
        let block = reader.read(Int(wordCount) * 4),
        let elements = HeaderExtension.decode(block, profile: profile)
      else { throw .extensionOverrun }
      extensions = elements
    }
    var paddingCount: UInt8 = 0
    if first & 0x20 != 0 {
      paddingCount = reader.remaining > 0 ? bytes[bytes.count - 1] : 0
      guard paddingCount > 0 else { throw .paddingOverrun(paddingBytes: 0) }
    }
    guard let payload = reader.read(reader.remaining - Int(paddingCount)) else {
      throw .paddingOverrun(paddingBytes: paddingCount)
    }
    self.init(
      payloadType: second & 0x7F, marker: second & 0x80 != 0, sequence: SequenceNumber(sequence),
      timestamp: timestamp, ssrc: ssrc, contributingSources: contributingSources,
      extensions: extensions, payload: payload)
  }

  /// The bytes that ``init(decoding:)`` reads, before encryption.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 64)
    let extensionBit: UInt8 = extensions.isEmpty ? 0 : 0x10
    bytes.append(0x80 | extensionBit | UInt8(contributingSources.count))
    bytes.append((marker ? 0x80 : 0) | payloadType)
    bytes.append(bigEndian: sequence.rawValue)
    bytes.append(bigEndian: timestamp)
    bytes.append(bigEndian: ssrc)
    for source in contributingSources { bytes.append(bigEndian: source) }
    if !extensions.isEmpty { HeaderExtension.encode(extensions, into: &bytes) }
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// The data of the extension with that number, as negotiated by `extmap`; the first, if repeated.
  package func extensionData(id: UInt8) -> [UInt8]? {
    extensions.first { $0.id == id }?.data
  }

  /// The sender's own measurement of its sound, under the number negotiated for it (RFC 6464).
  package func audioLevel(id: UInt8) -> AudioLevel? {
    extensionData(id: id).flatMap { AudioLevel(decoding: $0) }
  }

  /// The number for transport-wide feedback, under the number negotiated for it.
  package func transportNumber(id: UInt8) -> UInt16? {
    guard let data = extensionData(id: id), data.count >= 2 else { return nil }
    return UInt16(data[0]) << 8 | UInt16(data[1])
  }
}

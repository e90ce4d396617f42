import Basics

/// How much a receiver believes that the way to it carries, of all the streams that it names.
///
///     sender SSRC:32, media SSRC:32, which is zero
///     "REMB" │ source count:8 │ exponent:6 mantissa:18
///     source:32 …
///
/// - Source: draft-alvestrand-rmcat-remb-03 §2.2.
package struct ReceiverEstimate: Equatable, Sendable {
  package var senderSSRC: UInt32
  /// Headers included; of an encoded one the 18 highest bits.
  package var bitsPerSecond: UInt64
  /// At most 31; none stands for all.
  package var sources: [UInt32]

  package init(senderSSRC: UInt32, bitsPerSecond: UInt64, sources: [UInt32]) {
    precondition(sources.count < 32, "an estimate is of few streams")
    self.senderSSRC = senderSSRC
    self.bitsPerSecond = bitsPerSecond
    self.sources = sources
  }

  /// - Returns: `nil` for other feedback under the same numbers, and for one that breaks its length.
  init?(decoding reader: inout ByteReader) {
    guard let senderSSRC = reader.readUInt32(), reader.readUInt32() != nil,
      reader.readUInt32() == Self.name, let count = reader.readUInt8(), count < 32,
      let number = reader.readUInt24()
    else { return nil }
    let exponent = UInt64(number >> 18)
    let mantissa = UInt64(number & 0x3_FFFF)
    // Beyond 64 bits it is as much as can be said.
    let isTooMuch = exponent > 0 && mantissa >> (64 - exponent) != 0
    var sources: [UInt32] = []
    for _ in 0..<count {
      guard let source = reader.readUInt32() else { return nil }
      sources.append(source)
    }
    self.init(
      senderSSRC: senderSSRC, bitsPerSecond: isTooMuch ? .max : mantissa << exponent,
      sources: sources)
  }

  /// What follows the header that all packets have.
  func encodedBody() -> [UInt8] {
    var exponent: UInt32 = 0
    while bitsPerSecond >> UInt64(exponent) > 0x3_FFFF { exponent += 1 }
    var bytes: [UInt8] = []
    bytes.append(bigEndian: senderSSRC)
    bytes.append(bigEndian: UInt32(0))
    bytes.append(bigEndian: Self.name)
    bytes.append(UInt8(sources.count))
    bytes.append(
      bigEndian24: exponent << 18 | UInt32(bitsPerSecond >> UInt64(exponent)))
    for source in sources { bytes.append(bigEndian: source) }
    return bytes
  }

  /// "REMB".
  private static let name: UInt32 = 0x5245_4D42
}

/// Reads fixed-size fields in network order; every read is bounded by what is left, and one that asks
/// for more takes nothing.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// How many bytes have not been read.
  package var remaining: Int { bytes.count - position }

  package mutating func readUInt8() -> UInt8? {
    guard remaining >= 1 else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  package mutating func readUInt16() -> UInt16? {
    guard remaining >= 2 else { return nil }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  package mutating func readUInt24() -> UInt32? {
    guard remaining >= 3 else { return nil }
    defer { position += 3 }
    return UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8
      | UInt32(bytes[position + 2])
  }

  package mutating func readUInt32() -> UInt32? {
    guard remaining >= 4, let high = readUInt16(), let low = readUInt16() else { return nil }
    return UInt32(high) << 16 | UInt32(low)
  }

  package mutating func readUInt64() -> UInt64? {
    guard remaining >= 8, let high = readUInt32(), let low = readUInt32() else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// The next `count` bytes, copied.
  package mutating func read(_ count: Int) -> [UInt8]? {
    guard count >= 0, remaining >= count else { return nil }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Passes over `count` bytes; `false`, and nothing passed over, when there are fewer.
  package mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, remaining >= count else { return false }
    position += count
    return true
  }
}

extension [UInt8] {
  /// Appends a number in network order.
  package mutating func append(bigEndian value: UInt16) {
    append(UInt8(value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends the low 24 bits of a number in network order.
  package mutating func append(bigEndian24 value: UInt32) {
    append(UInt8(truncatingIfNeeded: value >> 16))
    append(bigEndian: UInt16(truncatingIfNeeded: value))
  }

  /// Appends a number in network order.
  package mutating func append(bigEndian value: UInt32) {
    append(bigEndian: UInt16(value >> 16))
    append(bigEndian: UInt16(truncatingIfNeeded: value))
  }

  /// Appends a number in network order.
  package mutating func append(bigEndian value: UInt64) {
    append(bigEndian: UInt32(value >> 32))
    append(bigEndian: UInt32(truncatingIfNeeded: value))
  }
}

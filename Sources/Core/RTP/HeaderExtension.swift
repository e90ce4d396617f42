import Basics

/// One element of a packet's header extension.
///
/// - Source: RFC 8285 §4.2 (one-byte headers), §4.3 (two-byte headers).
package struct HeaderExtension: Equatable, Sendable {
  /// The number that `extmap` gives the extension in this session: 1–14, or 1–255 if the peer takes
  /// the two-byte form.
  package var id: UInt8
  /// At most 255 bytes; with more than 16, or none, the packet takes the two-byte form.
  package var data: [UInt8]

  package init(id: UInt8, data: [UInt8]) {
    precondition(id > 0, "zero is padding")
    precondition(data.count < 256, "a length has eight bits")
    self.id = id
    self.data = data
  }

  /// Reads the elements of one extension block.
  ///
  /// - Returns: nothing for an unknown profile; `nil` when an element is longer than the block.
  static func decode(_ block: [UInt8], profile: UInt16) -> [HeaderExtension]? {
    switch profile {
    case oneByteProfile: decodeOneByte(block)
    // The low four bits are the application's (RFC 8285 §4.3).
    case _ where profile & 0xFFF0 == twoByteProfile: decodeTwoByte(block)
    default: []
    }
  }

  /// Appends profile, length and elements, in the one-byte form if it can carry them.
  static func encode(_ elements: [HeaderExtension], into bytes: inout [UInt8]) {
    let fitsOneByte = elements.allSatisfy { $0.id < 15 && (1...16).contains($0.data.count) }
    bytes.append(bigEndian: fitsOneByte ? oneByteProfile : twoByteProfile)
    let length = bytes.count
    bytes.append(bigEndian: UInt16(0))
    let start = bytes.count
    for element in elements {
      if fitsOneByte {
        bytes.append(element.id << 4 | UInt8(element.data.count - 1))
      } else {
        bytes.append(element.id)
        bytes.append(UInt8(element.data.count))
      }
      bytes.append(contentsOf: element.data)
    }
    while (bytes.count - start) % 4 != 0 { bytes.append(0) }
    let wordCount = UInt16(clamping: (bytes.count - start) / 4)
    bytes[length] = UInt8(wordCount >> 8)
    bytes[length + 1] = UInt8(wordCount & 0xFF)
  }

  private static func decodeOneByte(_ block: [UInt8]) -> [HeaderExtension]? {
    var reader = ByteReader(block)
    var elements: [HeaderExtension] = []
    while let header = reader.readUInt8() {
      if header == 0 { continue }  // Padding between elements.
      // Number 15 is reserved; what follows it is not to be read (RFC 8285 §4.2).
      if header >> 4 == 15 { break }
      guard let data = reader.read(Int(header & 0x0F) + 1) else { return nil }
      // Number 0 with a length is an element to be passed over.
      if header >> 4 > 0 { elements.append(HeaderExtension(id: header >> 4, data: data)) }
    }
    return elements
  }

  private static func decodeTwoByte(_ block: [UInt8]) -> [HeaderExtension]? {
    var reader = ByteReader(block)
    var elements: [HeaderExtension] = []
    while let id = reader.readUInt8() {
      if id == 0 { continue }
      guard let count = reader.readUInt8(), let data = reader.read(Int(count)) else { return nil }
      elements.append(HeaderExtension(id: id, data: data))
    }
    return elements
  }

  private static let oneByteProfile: UInt16 = 0xBEDE
  private static let twoByteProfile: UInt16 = 0x1000
}

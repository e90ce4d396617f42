import Basics

/// A DNS message as far as multicast DNS needs it: a question for a host's addresses, and the addresses in
/// an answer.
///
/// Other records are passed over.
///
/// - Source: RFC 1035 §4.1, RFC 3596 §2, RFC 6762 §18.
package struct DNSMessage: Equatable, Sendable {
  /// The type of a record.
  package enum Kind: UInt16, Sendable {
    case a = 1
    case aaaa = 28
  }

  /// An address of a host: 4 bytes, or 16.
  package struct Address: Equatable, Sendable {
    /// With a dot between labels and none at the end, in lower case.
    package var name: String
    package var bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  package enum DecodingError: Error, Equatable {
    case truncated
    /// Of a name: too long, or made of labels that refer to each other in a circle.
    case badName
  }

  package let isResponse: Bool
  package let addresses: [Address]

  /// Reads what has arrived; at most ``recordLimit`` records.
  package init(decoding bytes: [UInt8]) throws(DecodingError) {
    var reader = DNSReader(bytes)
    _ = try reader.readUInt16()
    isResponse = try reader.readUInt16() & 0x8000 != 0
    let questionCount = try reader.readUInt16()
    // Answers, authorities and additional records look alike, and addresses may stand in each.
    var recordCount = 0
    for _ in 0..<3 { recordCount += Int(try reader.readUInt16()) }
    for _ in 0..<min(Int(questionCount), Self.recordLimit) {
      _ = try reader.readName()
      try reader.skip(4)
    }
    var addresses: [Address] = []
    for _ in 0..<min(recordCount, Self.recordLimit) {
      let name = try reader.readName()
      let kind = Kind(rawValue: try reader.readUInt16())
      try reader.skip(6)  // The class and how long it holds.
      let data = try reader.read(Int(try reader.readUInt16()))
      switch kind {
      case .a where data.count == 4, .aaaa where data.count == 16:
        addresses.append(Address(name: name, bytes: data))
      case .a, .aaaa, nil: break
      }
    }
    self.addresses = addresses
  }

  /// A question for a host's addresses of both kinds; `nil` when `name` cannot be asked for.
  ///
  /// - Parameter wantsUnicast: whether whoever answers may answer us alone (RFC 6762 §5.4).
  package static func question(for name: String, wantsUnicast: Bool) -> [UInt8]? {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
      return nil
    }
    var encodedName: [UInt8] = []
    for label in labels { encodedName += [UInt8(label.utf8.count)] + Array(label.utf8) }
    encodedName.append(0)
    var bytes: [UInt8] = []
    for field: UInt16 in [0, 0, 2, 0, 0, 0] { bytes.append(bigEndian: field) }
    for kind in [Kind.a, .aaaa] {
      bytes += encodedName
      bytes.append(bigEndian: kind.rawValue)
      bytes.append(bigEndian: UInt16(wantsUnicast ? 0x8001 : 0x0001))
    }
    return bytes
  }

  /// Records of a message that are looked at.
  package static let recordLimit = 64
}

/// Reads a message's fields; names may go on elsewhere in it (RFC 1035 §4.1.4).
private struct DNSReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func readUInt16() throws(DNSMessage.DecodingError) -> UInt16 {
    let field = try read(2)
    return UInt16(field[0]) << 8 | UInt16(field[1])
  }

  mutating func read(_ count: Int) throws(DNSMessage.DecodingError) -> [UInt8] {
    guard count <= bytes.count - position else { throw .truncated }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(DNSMessage.DecodingError) { _ = try read(count) }

  mutating func readName() throws(DNSMessage.DecodingError) -> String {
    var labels: [String] = []
    var place = position
    var end: Int?
    var byteCount = 0
    while true {
      guard place < bytes.count else { throw .truncated }
      let length = Int(bytes[place])
      switch length {
      case 0:
        position = end ?? place + 1
        return labels.joined(separator: ".").lowercased()
      case 0xC0...0xFF:
        guard place + 1 < bytes.count else { throw .truncated }
        let target = (length & 0x3F) << 8 | Int(bytes[place + 1])
        // Only backwards, so that it comes to an end.
        guard target < place else { throw .badName }
        end = end ?? place + 2
        place = target
      case 1...63:
        guard place + 1 + length <= bytes.count else { throw .truncated }
        byteCount += length + 1
        guard byteCount <= 255 else { throw .badName }
        labels.append(String(decoding: bytes[place + 1..<place + 1 + length], as: UTF8.self))
        place += 1 + length
      default: throw .badName
      }
    }
  }
}

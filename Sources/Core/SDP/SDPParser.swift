extension SessionDescription {
  /// Why text was not taken as a session description. Lines are counted from 1.
  package enum DecodingError: Error, Equatable {
    case tooLarge(byteCount: Int)
    case tooManyLines
    case tooManySections
    /// The first line is not `v=0`.
    case notADescription
    case missingOrigin
    /// The line is not of the form `x=…`, or a number in it is none or out of range.
    case malformedLine(number: Int)
  }

  /// Reads a description, with lines ended by CRLF or LF.
  ///
  /// Lines that this program has no use for, and empty ones, are passed over. A session's `c=` counts
  /// for the sections that have none of their own.
  ///
  /// - Bound: ``byteLimit``, ``lineLimit``, ``sectionLimit``.
  /// - Source: RFC 8866 §5 and §9.
  package init(decoding text: String) throws(DecodingError) {
    let byteCount = text.utf8.count
    guard byteCount <= Self.byteLimit else { throw .tooLarge(byteCount: byteCount) }
    // Split as bytes: to Swift, CRLF is a single character.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count <= Self.lineLimit else { throw .tooManyLines }
    var parser = SDPParser()
    for (index, bytes) in lines.enumerated() {
      let line = bytes.last == 0x0D ? bytes.dropLast() : bytes
      // Nothing but a line's end is written so (RFC 8866 §9, byte-string).
      guard !line.contains(0x0D) else { throw .malformedLine(number: index + 1) }
      if !line.isEmpty { try parser.take(line, number: index + 1) }
    }
    self = try parser.finish()
  }

  /// How large a description may be.
  package static let byteLimit = 65_536
  /// How many lines a description may have.
  package static let lineLimit = 2_048
  /// How many media sections a description may have.
  package static let sectionLimit = 32
}

/// Builds a description line by line.
private struct SDPParser {
  private typealias Failure = SessionDescription.DecodingError

  private var hasVersion = false
  private var origin: SessionDescription.Origin?
  private var connectionAddress: String?
  private var attributes: [Attribute] = []
  private var media: [MediaSection] = []

  mutating func take(
    _ line: Substring.UTF8View.SubSequence, number: Int
  ) throws(SessionDescription.DecodingError) {
    guard let kind = line.first, line.dropFirst().first == UInt8(ascii: "=") else {
      throw hasVersion ? .malformedLine(number: number) : .notADescription
    }
    let value = String(decoding: line.dropFirst(2), as: UTF8.self)
    guard hasVersion else {
      guard kind == UInt8(ascii: "v"), value == "0" else { throw .notADescription }
      hasVersion = true
      return
    }
    guard try takeField(kind, value) else { throw .malformedLine(number: number) }
  }

  func finish() throws(SessionDescription.DecodingError) -> SessionDescription {
    guard hasVersion else { throw .notADescription }
    guard let origin else { throw .missingOrigin }
    var sections = media
    for index in sections.indices where sections[index].connectionAddress == nil {
      sections[index].connectionAddress = connectionAddress
    }
    return SessionDescription(origin: origin, attributes: attributes, media: sections)
  }

  /// - Returns: whether the line's contents could be read.
  private mutating func takeField(
    _ kind: UInt8, _ value: String
  ) throws(SessionDescription.DecodingError) -> Bool {
    switch kind {
    case UInt8(ascii: "o"):
      origin = SessionDescription.Origin(decoding: value)
      return origin != nil
    case UInt8(ascii: "c"):
      let fields = value.split(separator: " ")
      guard fields.count == 3 else { return false }
      // A multicast address has a time to live behind a slash.
      let address = String(fields[2].prefix { $0 != "/" })
      guard !address.isEmpty else { return false }
      if media.isEmpty {
        connectionAddress = address
      } else {
        media[media.count - 1].connectionAddress = address
      }
    case UInt8(ascii: "m"):
      guard media.count < SessionDescription.sectionLimit else { throw .tooManySections }
      guard let section = MediaSection(decoding: value) else { return false }
      media.append(section)
    case UInt8(ascii: "a"):
      guard let attribute = Attribute(decoding: value) else { return false }
      if media.isEmpty {
        attributes.append(attribute)
      } else {
        media[media.count - 1].attributes.append(attribute)
      }
    default:
      break  // Names, times, bandwidths and keys play no part in a call.
    }
    return true
  }
}

extension SessionDescription.Origin {
  fileprivate init?(decoding value: String) {
    let fields = value.split(separator: " ")
    guard fields.count == 6, let sessionID = UInt64(fields[1]), let version = UInt64(fields[2])
    else { return nil }
    self.init(
      username: String(fields[0]), sessionID: sessionID, version: version,
      address: String(fields[5]))
  }
}

extension MediaSection {
  fileprivate init?(decoding value: String) {
    let fields = value.split(separator: " ")
    // The port may be followed by a slash and a count of ports.
    guard fields.count >= 3, let port = UInt16(fields[1].prefix { $0 != "/" }) else { return nil }
    self.init(
      kind: String(fields[0]), port: port, transportProtocol: String(fields[2]),
      formats: fields.dropFirst(3).map { String($0) })
  }
}

extension Attribute {
  fileprivate init?(decoding value: String) {
    let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { return nil }
    self.init(String(name), parts.count == 2 ? String(parts[1]) : nil)
  }
}

import Basics

/// What a sender tells about itself, and what it receives (RFC 3550 §6.4.1).
package struct SenderReport: Equatable, Sendable {
  package var ssrc: UInt32
  /// When the report was made…
  package var time: NTPTimestamp
  /// …and what the stream's timestamp was then.
  package var timestamp: UInt32
  /// Modulo 2^32, as is ``payloadBytes``.
  package var packetCount: UInt32
  /// Without headers.
  package var payloadBytes: UInt32
  /// At most 31.
  package var blocks: [ReportBlock]

  package init(
    ssrc: UInt32, time: NTPTimestamp, timestamp: UInt32, packetCount: UInt32, payloadBytes: UInt32,
    blocks: [ReportBlock] = []
  ) {
    self.ssrc = ssrc
    self.time = time
    self.timestamp = timestamp
    self.packetCount = packetCount
    self.payloadBytes = payloadBytes
    self.blocks = blocks
  }

  init?(decoding reader: inout ByteReader, blockCount: Int) {
    guard let ssrc = reader.readUInt32(), let time = reader.readUInt64(),
      let timestamp = reader.readUInt32(), let packetCount = reader.readUInt32(),
      let payloadBytes = reader.readUInt32(), let blocks = decodeBlocks(&reader, count: blockCount)
    else { return nil }
    self.init(
      ssrc: ssrc, time: NTPTimestamp(rawValue: time), timestamp: timestamp,
      packetCount: packetCount, payloadBytes: payloadBytes, blocks: blocks)
  }

  func encodedBody() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: ssrc)
    bytes.append(bigEndian: time.rawValue)
    bytes.append(bigEndian: timestamp)
    bytes.append(bigEndian: packetCount)
    bytes.append(bigEndian: payloadBytes)
    for block in blocks { block.encode(into: &bytes) }
    return bytes
  }
}

/// What a participant that does not send tells about what it receives (RFC 3550 §6.4.2).
package struct ReceiverReport: Equatable, Sendable {
  package var ssrc: UInt32
  /// At most 31.
  package var blocks: [ReportBlock]

  package init(ssrc: UInt32, blocks: [ReportBlock] = []) {
    self.ssrc = ssrc
    self.blocks = blocks
  }

  init?(decoding reader: inout ByteReader, blockCount: Int) {
    guard let ssrc = reader.readUInt32(), let blocks = decodeBlocks(&reader, count: blockCount)
    else { return nil }
    self.init(ssrc: ssrc, blocks: blocks)
  }

  func encodedBody() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: ssrc)
    for block in blocks { block.encode(into: &bytes) }
    return bytes
  }
}

/// Whose a source is; of the items only the canonical name is read (RFC 3550 §6.5).
package struct SourceDescription: Equatable, Sendable {
  package var ssrc: UInt32
  /// At most 255 bytes in UTF-8; longer ones are cut when written.
  package var canonicalName: String?

  package init(ssrc: UInt32, canonicalName: String?) {
    self.ssrc = ssrc
    self.canonicalName = canonicalName
  }

  static func decodeChunks(_ reader: inout ByteReader, count: Int) -> [SourceDescription]? {
    var descriptions: [SourceDescription] = []
    for _ in 0..<count {
      let start = reader.remaining
      guard let ssrc = reader.readUInt32() else { return nil }
      var description = SourceDescription(ssrc: ssrc, canonicalName: nil)
      while let item = reader.readUInt8(), item != 0 {
        guard let length = reader.readUInt8(), let text = reader.read(Int(length)) else {
          return nil
        }
        if item == canonicalNameItem {
          description.canonicalName = String(decoding: text, as: UTF8.self)
        }
      }
      // A chunk is padded to the next word (RFC 3550 §6.5); the last one's padding may be missing.
      let used = start - reader.remaining
      _ = reader.skip(-used & 3)
      descriptions.append(description)
    }
    return descriptions
  }

  func encodedChunk() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: ssrc)
    if let canonicalName {
      let text = canonicalName.utf8.prefix(255)
      bytes.append(Self.canonicalNameItem)
      bytes.append(UInt8(text.count))
      bytes.append(contentsOf: text)
    }
    repeat { bytes.append(0) } while bytes.count % 4 != 0
    return bytes
  }

  private static let canonicalNameItem: UInt8 = 1
}

/// Sources that send no more (RFC 3550 §6.6).
package struct Goodbye: Equatable, Sendable {
  /// At most 31.
  package var sources: [UInt32]
  /// At most 255 bytes in UTF-8; longer ones are cut when written.
  package var reason: String?

  package init(sources: [UInt32], reason: String? = nil) {
    self.sources = sources
    self.reason = reason
  }

  init?(decoding reader: inout ByteReader, sourceCount: Int) {
    var sources: [UInt32] = []
    for _ in 0..<sourceCount {
      guard let source = reader.readUInt32() else { return nil }
      sources.append(source)
    }
    self.init(sources: sources)
    guard let length = reader.readUInt8() else { return }
    guard let text = reader.read(Int(length)) else { return nil }
    reason = String(decoding: text, as: UTF8.self)
  }

  func encodedBody() -> [UInt8] {
    var bytes: [UInt8] = []
    for source in sources { bytes.append(bigEndian: source) }
    if let reason {
      let text = reason.utf8.prefix(255)
      bytes.append(UInt8(text.count))
      bytes.append(contentsOf: text)
      while bytes.count % 4 != 0 { bytes.append(0) }
    }
    return bytes
  }
}

private func decodeBlocks(_ reader: inout ByteReader, count: Int) -> [ReportBlock]? {
  var blocks: [ReportBlock] = []
  for _ in 0..<count {
    guard let block = ReportBlock(decoding: &reader) else { return nil }
    blocks.append(block)
  }
  return blocks
}

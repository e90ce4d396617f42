import Basics

/// One packet of the control protocol; several travel together as a compound.
///
/// - Source: RFC 3550 §6.
package enum RTCPPacket: Equatable, Sendable {
  case senderReport(SenderReport)
  case receiverReport(ReceiverReport)
  case sourceDescription([SourceDescription])
  case goodbye(Goodbye)
  case transportFeedback(TransportFeedback)
  case receiverEstimate(ReceiverEstimate)
  /// Other feedback, extended reports and whatever else exists: known to be there, not read.
  case other(packetType: UInt8)

  /// What was wrong with a received compound.
  package enum DecodingError: Error, Equatable {
    case tooShort(byteCount: Int)
    case wrongVersion(UInt8)
    /// A packet's length goes beyond the datagram, or its contents beyond its length.
    case overrun(packetType: UInt8)
    case tooManyPackets
  }

  /// Reads a received datagram, already decrypted.
  ///
  /// A compound need not begin with a report (RFC 5506).
  ///
  /// - Bound: ``packetLimit`` packets.
  package static func decodeCompound(_ bytes: [UInt8]) throws(DecodingError) -> [RTCPPacket] {
    var reader = ByteReader(bytes)
    var packets: [RTCPPacket] = []
    repeat {
      guard packets.count < packetLimit else { throw .tooManyPackets }
      guard let first = reader.readUInt8(), let packetType = reader.readUInt8(),
        let wordCount = reader.readUInt16()
      else { throw .tooShort(byteCount: bytes.count) }
      guard first >> 6 == 2 else { throw .wrongVersion(first >> 6) }
      guard var body = reader.read(Int(wordCount) * 4) else {
        throw .overrun(packetType: packetType)
      }
      if first & 0x20 != 0 {
        guard let paddingCount = body.last, paddingCount > 0, Int(paddingCount) <= body.count
        else { throw .overrun(packetType: packetType) }
        body.removeLast(Int(paddingCount))
      }
      guard let packet = decode(body, packetType: packetType, count: Int(first & 0x1F)) else {
        throw .overrun(packetType: packetType)
      }
      packets.append(packet)
    } while reader.remaining > 0
    return packets
  }

  /// The datagram that ``decodeCompound(_:)`` reads. What is `other` cannot be written.
  package static func encodeCompound(_ packets: [RTCPPacket]) -> [UInt8] {
    var bytes: [UInt8] = []
    for packet in packets {
      switch packet {
      case .senderReport(let report):
        append(report.encodedBody(), 200, count: report.blocks.count, to: &bytes)
      case .receiverReport(let report):
        append(report.encodedBody(), 201, count: report.blocks.count, to: &bytes)
      case .sourceDescription(let descriptions):
        append(
          descriptions.flatMap { $0.encodedChunk() }, 202, count: descriptions.count, to: &bytes)
      case .goodbye(let goodbye):
        append(goodbye.encodedBody(), 203, count: goodbye.sources.count, to: &bytes)
      case .transportFeedback(let feedback):
        append(feedback.encodedBody(), 205, count: Self.transportFeedbackFormat, to: &bytes)
      case .receiverEstimate(let estimate):
        append(estimate.encodedBody(), 206, count: Self.applicationFormat, to: &bytes)
      case .other:
        preconditionFailure("packets that are not understood are not sent")
      }
    }
    return bytes
  }

  /// What stands in the place of the count.
  private static let transportFeedbackFormat = 15
  /// Likewise, of what applications have agreed on (RFC 4585 §6.4).
  private static let applicationFormat = 15
  /// How many packets one compound may hold.
  package static let packetLimit = 64

  private static func decode(_ body: [UInt8], packetType: UInt8, count: Int) -> RTCPPacket? {
    var reader = ByteReader(body)
    switch packetType {
    case 200:
      return SenderReport(decoding: &reader, blockCount: count).map { .senderReport($0) }
    case 201:
      return ReceiverReport(decoding: &reader, blockCount: count).map { .receiverReport($0) }
    case 202:
      return SourceDescription.decodeChunks(&reader, count: count).map { .sourceDescription($0) }
    case 203:
      return Goodbye(decoding: &reader, sourceCount: count).map { .goodbye($0) }
    case 205 where count == transportFeedbackFormat:
      return TransportFeedback(decoding: &reader).map { .transportFeedback($0) }
        ?? .other(packetType: packetType)
    case 206 where count == applicationFormat:
      return ReceiverEstimate(decoding: &reader).map { .receiverEstimate($0) }
        ?? .other(packetType: packetType)
    default:
      return .other(packetType: packetType)
    }
  }

  private static func append(
    _ body: [UInt8], _ packetType: UInt8, count: Int, to bytes: inout [UInt8]
  ) {
    precondition(count < 32, "the count of blocks or sources has five bits")
    bytes.append(0x80 | UInt8(count))
    bytes.append(packetType)
    bytes.append(bigEndian: UInt16(clamping: body.count / 4))
    bytes.append(contentsOf: body)
  }
}

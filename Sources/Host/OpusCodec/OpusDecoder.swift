import COpus
import Media

/// Turns Opus packets into sound: 48 kHz; the channels of a stereo packet are mixed into one.
///
/// - Source: RFC 6716.
package final class OpusDecoder: DecoderPort {
  private let decoder: OpaquePointer
  private var buffer = [Int16](repeating: 0, count: OpusDecoder.mostSamples)
  /// What redundancy builds on: only after a packet with a SILK layer can it be decoded.
  private var followsSILK = false

  /// The library's status code.
  package struct Failure: Error, Equatable {
    package let status: Int32
  }

  package init() throws(Failure) {
    var status: Int32 = OPUS_OK
    let decoder = opus_decoder_create(Int32(Sound.sampleRate), 1, &status)
    guard let decoder, status == OPUS_OK else { throw Failure(status: status) }
    self.decoder = decoder
  }

  deinit {
    opus_decoder_destroy(decoder)
  }

  package func decode(_ payload: [UInt8]) -> [Int16]? {
    // An empty payload would ask the library for concealment.
    guard OpusPacket.sampleCount(of: payload) != nil else { return nil }
    let count = opus_decode(
      decoder, payload, Int32(payload.count), &buffer, Int32(buffer.count), 0)
    guard count > 0 else { return nil }
    followsSILK = OpusPacket.hasSILK(payload)
    return Array(buffer.prefix(Int(count)))
  }

  /// - Parameter sampleCount: at least as long as one frame of the payload; what goes beyond it is
  ///   concealed, before what was recovered.
  package func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? {
    guard followsSILK, OpusPacket.hasRedundancy(payload), isFrameLength(sampleCount),
      sampleCount >= OpusPacket.frameSampleCount(of: payload)
    else { return nil }
    let count = opus_decode(
      decoder, payload, Int32(payload.count), &buffer, Int32(sampleCount), 1)
    return count == sampleCount ? Array(buffer.prefix(sampleCount)) : nil
  }

  /// - Parameter sampleCount: any; the library's last part is cut when it is no multiple of 2.5 ms.
  package func conceal(sampleCount: Int) -> [Int16] {
    var samples: [Int16] = []
    samples.reserveCapacity(max(0, sampleCount))
    while samples.count < sampleCount {
      let wanted = min(sampleCount - samples.count, Self.mostSamples)
      let unit = Self.unitSamples
      let count = opus_decode(
        decoder, nil, 0, &buffer, Int32((wanted + unit - 1) / unit * unit), 0)
      if count > 0 {
        samples.append(contentsOf: buffer.prefix(min(Int(count), wanted)))
      } else {
        samples.append(contentsOf: repeatElement(0, count: wanted))
      }
    }
    return samples
  }

  package func sampleCount(of payload: [UInt8]) -> Int? {
    OpusPacket.sampleCount(of: payload)
  }

  package func hasRedundancy(_ payload: [UInt8]) -> Bool {
    OpusPacket.hasRedundancy(payload)
  }

  private func isFrameLength(_ count: Int) -> Bool {
    count > 0 && count <= Self.mostSamples && count % Self.unitSamples == 0
  }

  /// The longest packet: 120 ms (RFC 6716 §3.4, rule 5).
  private static let mostSamples = 5_760
  /// What the library conceals is a multiple of 2.5 ms.
  private static let unitSamples = 120
}

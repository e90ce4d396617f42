import COpus
package import Media

/// Turns frames of speech into Opus packets: 48 kHz, one channel, constrained variable bit rate.
///
/// The encoder is told that the sound is a voice, so that packets of 10 ms and more have a SILK layer
/// and, with loss expected, carry redundancy for the frame before (RFC 6716 §2.1.7).
///
/// - Source: RFC 6716, RFC 7587.
package final class OpusEncoder: EncoderPort {
  private let encoder: OpaquePointer
  private let usesDTX: Bool
  private var buffer = [UInt8](repeating: 0, count: OpusEncoder.maximumPayloadBytes)

  /// The library's status code.
  package struct Failure: Error, Equatable {
    package let status: Int32
  }

  package init(settings: EncoderSettings) throws(Failure) {
    var status: Int32 = OPUS_OK
    let encoder = opus_encoder_create(
      Int32(Sound.sampleRate), 1, OPUS_APPLICATION_VOIP, &status)
    guard let encoder, status == OPUS_OK else { throw Failure(status: status) }
    self.encoder = encoder
    usesDTX = settings.usesDTX
    set(OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE)
    set(OPUS_SET_COMPLEXITY_REQUEST, Self.complexity)
    set(OPUS_SET_LSB_DEPTH_REQUEST, 16)
    set(OPUS_SET_INBAND_FEC_REQUEST, settings.usesFEC ? 1 : 0)
    set(OPUS_SET_DTX_REQUEST, settings.usesDTX ? 1 : 0)
    setBitrate(bitsPerSecond: settings.bitsPerSecond)
    setExpectedLoss(percent: settings.expectedLossPercent)
  }

  deinit {
    opus_encoder_destroy(encoder)
  }

  package func encode(_ frame: [Int16]) -> [UInt8] {
    // The library looks the size up in a table and refuses what is no frame.
    let count = opus_encode(
      encoder, frame, Int32(clamping: frame.count), &buffer, Int32(buffer.count))
    guard count > (usesDTX ? Self.untransmittedBytes : 0) else { return [] }
    return Array(buffer.prefix(Int(count)))
  }

  package func setBitrate(bitsPerSecond: Int) {
    set(OPUS_SET_BITRATE_REQUEST, Int32(min(max(bitsPerSecond, 6_000), 510_000)))
  }

  package func setExpectedLoss(percent: Int) {
    set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, Int32(min(max(percent, 0), 100)))
  }

  private func set(_ request: Int32, _ value: Int32) {
    let status = shim_opus_encoder_set(encoder, request, value)
    precondition(status == OPUS_OK, "settings are clamped to what the library takes")
  }

  /// Leaves room for RTP, SRTP and the IP headers in a datagram of 1 280 bytes; the encoder lowers its
  /// rate for long frames that would not fit.
  package static let maximumPayloadBytes = 1_150
  /// 0–10; at 64 kbit/s a frame of 20 ms costs 0.3 ms here, against 0.15 ms at 5.
  private static let complexity: Int32 = 9
  /// A packet of up to two bytes says that nothing need be sent.
  private static let untransmittedBytes: Int32 = 2
}

import COpus
package import Media

/// Turns frames of speech into Opus packets: 48 kHz, one channel, constrained variable bit rate.
///
/// With loss expected, or at a low bitrate, the encoder is told that the sound is a voice: packets of
/// 10 ms and more then have a SILK layer and can carry redundancy for the frame before (RFC 6716
/// §2.1.7). At a high bitrate with no loss expected CELT alone sounds as well as both layers with
/// redundancy, for a fifth of the work.
///
/// - Source: RFC 6716, RFC 7587.
package final class OpusEncoder: EncoderPort {
  private let encoder: OpaquePointer
  private let usesDTX: Bool
  private let usesFEC: Bool
  private var bitsPerSecond: Int
  private var expectedLossPercent: Int
  private var buffer = [UInt8](repeating: 0, count: OpusEncoder.maximumPayloadBytes)
  private var silence = Silence()

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
    usesFEC = settings.usesFEC
    bitsPerSecond = settings.bitsPerSecond
    expectedLossPercent = settings.expectedLossPercent
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
    var bits: Int16 = 0
    for sample in frame { bits |= sample }
    let isSilent = bits == 0
    if isSilent, let payload = silence.settledPayload(frameSamples: frame.count) { return payload }
    let payload = encoded(frame)
    if isSilent { silence.became(payload, frameSamples: frame.count) } else { silence = Silence() }
    return payload
  }

  private func encoded(_ frame: [Int16]) -> [UInt8] {
    // The library looks the size up in a table and refuses what is no frame.
    let count = opus_encode(
      encoder, frame, Int32(clamping: frame.count), &buffer, Int32(buffer.count))
    guard count > (usesDTX ? Self.untransmittedBytes : 0) else { return [] }
    return Array(buffer.prefix(Int(count)))
  }

  package func setBitrate(bitsPerSecond: Int) {
    self.bitsPerSecond = bitsPerSecond
    chooseLayers()
    set(OPUS_SET_BITRATE_REQUEST, Int32(min(max(bitsPerSecond, 6_000), 510_000)))
  }

  package func setExpectedLoss(percent: Int) {
    expectedLossPercent = percent
    chooseLayers()
    set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, Int32(min(max(percent, 0), 100)))
  }

  /// What frames of nothing became, one after the other: what a microphone gives that is muted.
  ///
  /// CELT codes them alike, so that the library need not be asked for each: what follows is coded as after a
  /// shorter pause. A SILK layer makes noise of them, which is never the same.
  private struct Silence {
    private var payload: [UInt8] = []
    private var frameSamples = 0
    private var count = 0

    func settledPayload(frameSamples: Int) -> [UInt8]? {
      count >= Self.settledCount && frameSamples == self.frameSamples ? payload : nil
    }

    mutating func became(_ payload: [UInt8], frameSamples: Int) {
      let isSame = payload == self.payload && frameSamples == self.frameSamples
      count = isSame ? count + 1 : 1
      (self.payload, self.frameSamples) = (payload, frameSamples)
      if payload.isEmpty || OpusPacket.hasSILK(payload) { count = 0 }
    }

    /// Half a second and more: from the fifth on they are the same.
    private static let settledCount = 25
  }

  private func chooseLayers() {
    silence = Silence()
    let isGuarded = usesFEC && expectedLossPercent > 0
    // Only a voice is coded with pauses.
    let isVoice = isGuarded || usesDTX || bitsPerSecond < Self.leastForCELT
    set(OPUS_SET_SIGNAL_REQUEST, isVoice ? OPUS_SIGNAL_VOICE : OPUS_SIGNAL_MUSIC)
    let isRich = bitsPerSecond >= Self.leastForCELT && !usesDTX
    set(
      OPUS_SET_COMPLEXITY_REQUEST,
      !isVoice ? Self.complexity : isRich ? Self.richVoiceComplexity : Self.voiceComplexity)
  }

  private func set(_ request: Int32, _ value: Int32) {
    let status = shim_opus_encoder_set(encoder, request, value)
    precondition(status == OPUS_OK, "settings are clamped to what the library takes")
  }

  /// Leaves room for RTP, SRTP and the IP headers in a datagram of 1 280 bytes; the encoder lowers its
  /// rate for long frames that would not fit.
  package static let maximumPayloadBytes = 1_150
  /// In bits a second; below it a SILK layer makes a voice clearer.
  private static let leastForCELT = 60_000
  /// 0–10. CELT alone costs 0.06 ms for a frame of 20 ms, and no more at 9 than at 7.
  private static let complexity: Int32 = 9
  /// With a SILK layer a frame costs 0.18 ms at 32 kbit/s, against 0.23 ms at 9, and sounds clearer than
  /// CELT. From 7 on the library looks how wide the sound is, and spends the bits on that alone.
  private static let voiceComplexity: Int32 = 7
  /// Where there are bits for the whole width and no pauses, what it would see changes nothing: a frame
  /// costs 0.24 ms with redundancy, against 0.26 at 7. With less a voice would suffer.
  private static let richVoiceComplexity: Int32 = 6
  /// A packet of up to two bytes says that nothing need be sent.
  private static let untransmittedBytes: Int32 = 2
}

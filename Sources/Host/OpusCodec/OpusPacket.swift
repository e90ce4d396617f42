import COpus

/// What can be known of an Opus packet without decoding it.
///
/// - Source: RFC 6716 §3.
enum OpusPacket {
  /// How long the packet lasts, in samples at 48 kHz; `nil` when it is no Opus packet.
  static func sampleCount(of payload: [UInt8]) -> Int? {
    guard layout(of: payload) != nil else { return nil }
    let count = opus_packet_get_nb_samples(payload, Int32(payload.count), 48_000)
    return count > 0 ? Int(count) : nil
  }

  /// How long each of the packet's frames lasts, in samples at 48 kHz. The payload is not empty.
  static func frameSampleCount(of payload: [UInt8]) -> Int {
    Int(opus_packet_get_samples_per_frame(payload, 48_000))
  }

  /// Whether the packet has a SILK layer, alone or under a CELT layer: configurations 0–15
  /// (RFC 6716 §3.1).
  static func hasSILK(_ payload: [UInt8]) -> Bool {
    guard let first = payload.first else { return false }
    return first < 0x80
  }

  /// Whether the packet carries redundancy for the frame before it.
  ///
  /// A SILK layer begins with one bit for voice activity in each of its 20 ms frames and one that
  /// says whether redundant (LBRR) frames follow, for the first channel and then, in a stereo packet,
  /// for the second (RFC 6716 §4.2.3). These bits have even odds, which the range coder writes
  /// as they are, from the top of the first byte.
  static func hasRedundancy(_ payload: [UInt8]) -> Bool {
    guard hasSILK(payload), let layout = layout(of: payload), layout.firstFrameBytes > 0 else {
      return false
    }
    let bits = payload[layout.firstFrameOffset]
    let voiceFlags = max(1, frameSampleCount(of: payload) / 960)
    let isStereo = payload[0] & 0x04 != 0
    let middle = bits >> (7 - voiceFlags) & 1 != 0
    let side = isStereo && bits >> (6 - 2 * voiceFlags) & 1 != 0
    return middle || side
  }

  private struct Layout {
    var firstFrameOffset: Int
    var firstFrameBytes: Int
  }

  /// Where the first frame lies; `nil` when the packet breaks a rule of RFC 6716 §3.4.
  private static func layout(of payload: [UInt8]) -> Layout? {
    guard !payload.isEmpty else { return nil }
    return withUnsafeTemporaryAllocation(of: Int16.self, capacity: mostFrames) { sizes in
      var offset: Int32 = 0
      // There is memory because the capacity is positive.
      let frames = sizes.baseAddress!
      let frameCount = opus_packet_parse(
        payload, Int32(clamping: payload.count), nil, nil, frames, &offset)
      guard frameCount > 0 else { return nil }
      return Layout(firstFrameOffset: Int(offset), firstFrameBytes: Int(sizes[0]))
    }
  }

  private static let mostFrames = 48
}

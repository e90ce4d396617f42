import RTP
import SDP

/// A packet on its way through a conference, without what is particular to one leg's description.
package struct ForwardedPacket: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    case opus
    /// Opus with copies of the packets before it, whose payload types are the sender's.
    case redundant(RedundantAudio)
    /// A keypad tone at that clock rate.
    case telephoneEvent(clockRate: Int)
  }

  let content: Content
  /// As it came; its payload type and extensions are the sender's.
  let packet: RTPPacket
  /// The sender's own measurement (RFC 6464); `nil` if it tells none.
  let audioLevel: AudioLevel?
  /// The sender's canonical name, once it is known.
  let canonicalName: String?

  package var ssrc: UInt32 { packet.ssrc }

  /// Whether the sender takes it for speech, or says that it is as loud.
  package var isVoice: Bool {
    audioLevel.map { $0.isVoice || $0.level < Self.softVoice } ?? false
  }

  /// Whether the sender says that there is nothing to be heard.
  package var isSilence: Bool { audioLevel?.level == 127 }

  /// In −dBov.
  private static let softVoice: UInt8 = 45

  /// The packet as one leg's description wants it; `nil` if it takes no such content.
  func addressed(under agreed: AgreedAudio) -> RTPPacket? {
    var result = packet
    switch content {
    case .opus: result.payloadType = agreed.sentOpus.payloadType
    case .redundant(var audio):
      if let payloadType = agreed.sentRedundancy {
        audio.payloadType = agreed.sentOpus.payloadType
        for index in audio.copies.indices { audio.copies[index].payloadType = audio.payloadType }
        result.payloadType = payloadType
        result.payload = audio.encoded()
      } else {
        result.payloadType = agreed.sentOpus.payloadType
        result.payload = audio.payload
      }
    case .telephoneEvent(let rate):
      guard let format = agreed.sentTelephoneEvent, format.clockRate == rate else { return nil }
      result.payloadType = format.payloadType
    }
    result.extensions = []
    if let audioLevel, let id = agreed.audioLevelID {
      result.extensions = [HeaderExtension(id: id, data: audioLevel.encoded())]
    }
    return result
  }

  /// The packets right before this one, as far as it holds copies of them: the oldest first.
  ///
  /// They have no level of their own; whether somebody speaks is told by this one's.
  func copies(ofLast count: Int) -> [ForwardedPacket] {
    guard case .redundant(let audio) = content else { return [] }
    return audio.copies.suffix(count).enumerated().map { index, copy in
      let distance = min(count, audio.copies.count) - index
      var earlier = packet
      earlier.marker = false
      earlier.sequence = SequenceNumber(packet.sequence.rawValue &- UInt16(distance))
      earlier.timestamp = packet.timestamp &- UInt32(copy.timestampOffset)
      earlier.payload = copy.payload
      return ForwardedPacket(
        content: .opus, packet: earlier, audioLevel: audioLevel, canonicalName: canonicalName)
    }
  }
}

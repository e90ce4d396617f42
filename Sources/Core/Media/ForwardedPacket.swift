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

  /// The copies of earlier packets that it holds, the oldest first.
  var copies: [RedundantAudio.Copy] {
    if case .redundant(let audio) = content { audio.copies } else { [] }
  }

  /// The packet so many before this one, of which it holds that copy.
  ///
  /// It has no level of its own; whether somebody speaks is told by this one's.
  func restored(_ copy: RedundantAudio.Copy, distance: Int64) -> ForwardedPacket {
    var earlier = packet
    earlier.marker = false
    earlier.sequence = packet.sequence.advanced(by: -Int(distance))
    earlier.timestamp = packet.timestamp &- UInt32(copy.timestampOffset)
    earlier.payload = copy.payload
    return ForwardedPacket(
      content: .opus, packet: earlier, audioLevel: audioLevel, canonicalName: canonicalName)
  }
}

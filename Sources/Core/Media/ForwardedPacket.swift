import RTP
import SDP

/// A packet on its way through a conference, without what is particular to one leg's description.
package struct ForwardedPacket: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    case opus
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
}

package import Playout

/// How a session treats sound, as the user chose.
package struct MediaSettings: Equatable, Sendable {
  package var latency: LatencyProfile
  /// Its bitrate is the most that speech may take.
  package var encoder: EncoderSettings
  package var voice: VoiceSettings
  /// What speech takes until the network is known to carry more; at once the most, if `nil`.
  package var firstBitsPerSecond: Int?
  /// Whether packets carry copies of those before them, where the peer reads them (RFC 2198); when loss
  /// asks for it, if `nil`.
  package var usesRedundancy: Bool?

  package init(
    latency: LatencyProfile = .normal, encoder: EncoderSettings = EncoderSettings(),
    voice: VoiceSettings = VoiceSettings(), firstBitsPerSecond: Int? = nil,
    usesRedundancy: Bool? = nil
  ) {
    self.latency = latency
    self.encoder = encoder
    self.voice = voice
    self.firstBitsPerSecond = firstBitsPerSecond
    self.usesRedundancy = usesRedundancy
  }

  /// How the jitter buffer weighs delay against late packets.
  package var playout: PlayoutSettings {
    switch latency {
    case .low: .low
    case .normal: .normal
    case .robust: .robust
    }
  }

  /// How much sound one packet carries: 10 ms at low latency, else 20 ms.
  package var frameSampleCount: Int { latency == .low ? 480 : 960 }
}

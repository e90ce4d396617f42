import Playout

/// How a session treats sound, as the user chose.
package struct MediaSettings: Equatable, Sendable {
  package var latency: LatencyProfile
  package var encoder: EncoderSettings
  package var voice: VoiceSettings

  package init(
    latency: LatencyProfile = .normal, encoder: EncoderSettings = EncoderSettings(),
    voice: VoiceSettings = VoiceSettings()
  ) {
    self.latency = latency
    self.encoder = encoder
    self.voice = voice
  }

  /// How the jitter buffer weighs delay against late packets.
  var playout: PlayoutSettings {
    switch latency {
    case .low: .low
    case .normal: .normal
    case .robust: .robust
    }
  }

  /// How much sound one packet carries: 10 ms at low latency, else 20 ms.
  package var frameSampleCount: Int { latency == .low ? 480 : 960 }
}

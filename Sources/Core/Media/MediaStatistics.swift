/// The picture of one call's sound at one moment. Counters run from the call's start.
///
/// Members with a W3C name (webrtc-stats) have that name and that meaning; times are in seconds where
/// the W3C has seconds.
package struct MediaStatistics: Equatable, Sendable {
  // Received.
  package var packetsReceived = 0
  package var bytesReceived = 0
  package var packetsLost = 0
  package var packetsDiscarded = 0
  /// Those among them whose turn came while no loudspeaker asked for sound. Not of the W3C.
  package var unheardPackets = 0
  package var fecPacketsReceived = 0
  /// Lost packets that were recovered from redundancy. Not of the W3C.
  package var recoveredPackets = 0
  /// Interarrival jitter, in seconds (RFC 3550 §6.4.1).
  package var jitter = 0.0
  /// The sum, over all samples played, of the time each spent in the jitter buffer, in seconds.
  package var jitterBufferDelay = 0.0
  package var jitterBufferEmittedCount = 0
  package var totalSamplesReceived = 0
  package var concealedSamples = 0
  package var silentConcealedSamples = 0
  package var concealmentEvents = 0
  package var insertedSamplesForDeceleration = 0
  package var removedSamplesForAcceleration = 0
  /// 0–1, linear.
  package var remoteAudioLevel = 0.0

  // Sent.
  package var packetsSent = 0
  package var bytesSent = 0
  /// 0–1, linear.
  package var localAudioLevel = 0.0
  /// As the peer reports it, 0–1.
  package var remoteFractionLost = 0.0
  /// As the peer reports it, in seconds.
  package var remoteJitter = 0.0

  /// How sound is sent, and why; `nil` until packets can pass.
  package var adaptation: AdaptationAccount?
  /// How the other side sends sound, as far as that is particular, and why; `nil` otherwise.
  package var reception: ReceptionAccount?

  // Both.
  /// In seconds; `nil` until the first report came back.
  package var roundTripTime: Double?
  /// Received and sent during the last second, in bits per second, headers included.
  package var receivedBitrate = 0
  package var sentBitrate = 0
  /// What the jitter buffer holds now, in seconds.
  package var bufferDelay = 0.0
  /// During the last second, 0–1.
  package var recentLoss = 0.0
  package var recentConcealment = 0.0
  /// Mean opinion score over the last seconds by the E-model, 1–4.5; `nil` until sound arrived.
  package var mos: Double?
  /// Mouth to ear as far as it can be known from here: half the round trip, buffer, codec and devices,
  /// in seconds.
  package var estimatedDelay = 0.0
  /// Packets that were not authentic, not RTP, or of nobody's.
  package var faultyPackets = 0
  /// Samples that the sound devices lost or had to make up.
  package var deviceFaults = 0

  /// Whether nothing may arrive for long although all is well: nobody speaks in a conference, or the bot
  /// listens.
  package var isSilenceUsual = false

  // The path.
  /// Kinds of the nominated pair: `host`, `srflx`, `prflx`, `relay`.
  package var localCandidateType: String?
  package var remoteCandidateType: String?
  /// The SRTP profile, as people read it.
  package var cipher: String?
  package var codec: String?

  package init() {}
}

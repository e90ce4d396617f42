/// What became of one stream's packets and samples. Counters run from the stream's start.
///
/// Members have the names and meanings of the W3C's webrtc-stats (`RTCInboundRtpStreamStats`), unless
/// something else is said.
package struct PlayoutStatistics: Equatable, Sendable {
  /// The sum, over all samples that were played and not made up, of the time from their packet's
  /// arrival to their playing, in seconds.
  package var jitterBufferDelay = 0.0
  package var jitterBufferEmittedCount = 0
  /// All samples played since the first packet.
  package var totalSamplesReceived = 0
  /// Samples made up for packets that were lost or late. Pauses do not count.
  package var concealedSamples = 0
  /// Those among them that could not be heard.
  package var silentConcealedSamples = 0
  package var concealmentEvents = 0
  package var insertedSamplesForDeceleration = 0
  package var removedSamplesForAcceleration = 0
  /// Packets that came too late, or were dropped to keep a bound.
  package var packetsDiscarded = 0
  /// Those among them whose turn came while nobody played what there was. Not of the W3C.
  package var unheardPackets = 0
  /// Packets that carried redundancy.
  package var fecPacketsReceived = 0
  /// Lost packets that were recovered from redundancy. Not of the W3C.
  package var recoveredPackets = 0
  /// Packets whose payload the decoder could not read. Not of the W3C.
  package var unreadablePackets = 0

  package init() {}
}

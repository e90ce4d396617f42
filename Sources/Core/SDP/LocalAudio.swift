/// What stays the same in all our descriptions of one call.
package struct LocalAudio: Equatable, Sendable {
  /// Random; 63 bits of it are used (RFC 9429 §5.2.1).
  package var sessionID: UInt64
  package var ssrc: UInt32
  /// Random, 16 characters or so (RFC 7022).
  package var canonicalName: String
  package var fingerprint: Fingerprint
  /// What we would like to receive. The payload type counts in our offers only.
  package var opus: OpusFormat
  /// Whether packets end here. Only then is agreed on what concerns one path alone: transport-wide
  /// feedback and estimates of what the path carries.
  package var endsPackets: Bool

  package init(
    sessionID: UInt64, ssrc: UInt32, canonicalName: String, fingerprint: Fingerprint,
    opus: OpusFormat = .preferred, endsPackets: Bool = true
  ) {
    self.sessionID = sessionID & UInt64(Int64.max)
    self.ssrc = ssrc
    self.canonicalName = canonicalName
    self.fingerprint = fingerprint
    self.opus = opus
    self.endsPackets = endsPackets
  }
}

/// What our ICE agent has found out so far.
package struct LocalTransport: Equatable, Sendable {
  package var credentials: IceCredentials
  package var candidates: [Candidate]
  package var isGatheringDone: Bool

  package init(
    credentials: IceCredentials, candidates: [Candidate] = [], isGatheringDone: Bool = false
  ) {
    self.credentials = credentials
    self.candidates = candidates
    self.isGatheringDone = isGatheringDone
  }
}

/// What both sides' descriptions together lay down.
package struct AgreedAudio: Equatable, Sendable {
  /// What the other side said last.
  package var remote: AudioDescription
  /// Whether we open the DTLS connection.
  package var isDTLSClient: Bool
  /// Which way sound goes, seen from here.
  package var direction: Direction

  /// Opus as the other side wants to receive it, under its payload type.
  package var sentOpus: OpusFormat
  /// Keypad tones as we send them; `nil` if the other side does not take any.
  package var sentTelephoneEvent: TelephoneEventFormat?
  /// Under which payload type Opus arrives.
  package var receivedOpus: UInt8
  /// Under which payload types keypad tones arrive.
  package var receivedTelephoneEvents: [TelephoneEventFormat]
  /// The number of the audio level header extension, if both sides know it.
  package var audioLevelID: UInt8?
  /// Under which payload type the other side takes Opus with redundant copies; `nil` if it does not.
  package var sentRedundancy: UInt8?
  /// Under which payload type Opus with redundant copies arrives, if it may.
  package var receivedRedundancy: UInt8?
  /// The number of the header extension with packets' numbers, if both sides tell each other which of
  /// them arrived.
  package var transportID: UInt8?
}

extension OpusFormat {
  /// Opus as this program wants to receive it, under the number that browsers give it.
  package static var preferred: OpusFormat {
    var format = OpusFormat(payloadType: 111)
    format.usesInbandFEC = true
    format.minimumPacketTime = 10
    return format
  }
}

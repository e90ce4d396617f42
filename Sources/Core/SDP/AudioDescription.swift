/// What a session description says about its sound: the first audio section that is not refused.
///
/// Transport attributes may stand in the section or before all sections (RFC 8839 §5.4, RFC 8122 §5).
/// What it does not say has the value that the RFCs give to silence.
package struct AudioDescription: Equatable, Sendable {
  /// Which of the sections it is, from 0.
  package var sectionIndex: Int
  /// The section's name; its index if it has none.
  package var mid: String
  package var direction: Direction
  package var opus: OpusFormat
  /// At most one for each payload type, in the order of preference.
  package var telephoneEvents: [TelephoneEventFormat]
  /// Opus with redundant copies of earlier packets (RFC 2198).
  package var redPayloadType: UInt8?
  /// Whether those are named before Opus alone: whoever says this would rather receive them.
  package var prefersRedundancy: Bool
  /// For how many packets before its own the side that says this tells a copy that stands alone, by its
  /// timestamp: 1 where nothing is said of it, since others tell copies by their place.
  package var mostCopyDistance: Int
  /// The number of the audio level header extension (RFC 6464).
  package var audioLevelID: UInt8?
  /// The number of the header extension for transport-wide feedback, if that is given, too.
  package var transportID: UInt8?
  /// Whether the side that says this may tell how much it believes that the way to it carries
  /// (draft-alvestrand-rmcat-remb).
  package var givesEstimates: Bool
  /// The sender's first SSRC and its canonical name.
  package var ssrc: UInt32?
  package var canonicalName: String?
  /// In milliseconds, 3–120: what the side that says it would like to receive.
  package var packetTime: Int?
  package var maximumPacketTime: Int?

  package var credentials: IceCredentials
  package var isIceLite: Bool
  package var supportsTrickle: Bool
  /// At most ``candidateLimit``; those that could not be read are left out.
  package var candidates: [Candidate]
  package var hasEndOfCandidates: Bool
  /// At least one; any of them may match.
  package var fingerprints: [Fingerprint]
  /// `nil` when nothing was said.
  package var setup: SetupRole?

  /// Reads an offer or an answer.
  package init(reading description: SessionDescription) throws(NegotiationError) {
    let sections = description.media.indices.filter { description.media[$0].kind == "audio" }
    guard !sections.isEmpty else { throw .noAudio }
    guard let index = sections.first(where: { !description.media[$0].isRefused }) else {
      throw .audioRefused
    }
    let section = description.media[index]
    guard section.transportProtocol.contains("RTP/") else {
      throw .notRTP(transportProtocol: section.transportProtocol)
    }
    let attributes = AttributeLookup(section: section, session: description)
    guard let opus = attributes.opus else { throw .noOpus }
    guard attributes.has("rtcp-mux") else { throw .noRTCPMux }
    guard let ufrag = attributes.value("ice-ufrag"), let password = attributes.value("ice-pwd"),
      let credentials = IceCredentials(checking: ufrag, password)
    else { throw .noIceCredentials }
    let fingerprints = attributes.values("fingerprint").prefix(Self.fingerprintLimit)
      .compactMap { try? Fingerprint(decoding: $0) }
    guard !fingerprints.isEmpty else { throw .noFingerprint }
    var setup: SetupRole?
    if let value = attributes.value("setup") {
      guard let role = SetupRole(rawValue: value) else { throw .unusableSetup(value) }
      setup = role
    }

    sectionIndex = index
    mid = section.value("mid") ?? String(index)
    direction = attributes.direction
    self.opus = opus
    telephoneEvents = attributes.telephoneEvents
    redPayloadType = attributes.redundancy(of: opus.payloadType)
    prefersRedundancy =
      redPayloadType.map { section.names($0, before: opus.payloadType) } ?? false
    mostCopyDistance = attributes.copyDistance
    audioLevelID = attributes.extensionID(uri: audioLevelURI)
    transportID =
      attributes.givesFeedback("transport-cc", on: opus.payloadType)
      ? attributes.extensionID(uri: transportURI) : nil
    givesEstimates = attributes.givesFeedback("goog-remb", on: opus.payloadType)
    (ssrc, canonicalName) = attributes.source
    packetTime = attributes.packetTime("ptime")
    maximumPacketTime = attributes.packetTime("maxptime")
    self.credentials = credentials
    isIceLite = attributes.has("ice-lite")
    supportsTrickle = attributes.values("ice-options")
      .contains { $0.split(separator: " ").contains("trickle") }
    candidates = section.attributes.lazy.filter { $0.name == "candidate" }
      .compactMap { $0.value.flatMap { try? Candidate(decoding: $0) } }
      .prefix(Self.candidateLimit).map { $0 }
    hasEndOfCandidates = attributes.has("end-of-candidates")
    self.fingerprints = fingerprints
    self.setup = setup
  }

  /// Whether the side that says this has gathered anew since it said `previous` (RFC 8839 §4.4.3.1).
  package func restartsIce(since previous: AudioDescription) -> Bool {
    credentials != previous.credentials
  }

  /// Whether the side that says this does not want to hear anything for now.
  package var isHeld: Bool { !direction.receives }

  /// How far before its packet a copy may be that we tell by its timestamp.
  static let ownCopyDistance = 3
  /// Our own attribute for that; whoever does not know it passes over it (RFC 8866 §5.13).
  static let copyDistanceAttribute = "x-red-distance"
  /// How many candidates are read from one description.
  package static let candidateLimit = 64
  /// How many fingerprints are read from one description.
  package static let fingerprintLimit = 8
}

extension MediaSection {
  /// Whether one payload type stands before another in the list of formats, which is in the order of
  /// preference (RFC 3264 §5.1).
  fileprivate func names(_ first: UInt8, before second: UInt8) -> Bool {
    let position = { (payloadType: UInt8) in formats.firstIndex { UInt8($0) == payloadType } }
    guard let one = position(first), let other = position(second) else { return false }
    return one < other
  }
}

/// What the audio level header extension is called in `extmap` (RFC 6464 §4).
let audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
/// What the header extension with packets' numbers is called in `extmap`
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
let transportURI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/// One call's descriptions: offered, answered, renewed, held.
///
///     idle ──makeOffer──▶ offered ──accept──▶ agreed ──makeOffer──▶ offered …
///       │                    │ withdrawOffer    ▲ │
///       │                    ▼                  │ └─makeAnswer─┐
///       │               idle or agreed          │              │
///       └───────────────makeAnswer──────────────┴──────────────┘
///
/// Exactly one audio section is used. Other sections of an offer are answered with port 0, keep their
/// place, and stay refused in what is offered later.
///
/// - Source: RFC 3264, RFC 9429 §5, RFC 9143.
package struct OfferAnswer: Equatable, Sendable {
  /// What is in force; `nil` before the first answer.
  package private(set) var agreed: AgreedAudio?
  /// Whether an offer of ours waits for its answer.
  package var hasOffered: Bool { outstanding != nil }

  private let local: LocalAudio
  private var version: UInt64 = 1
  /// Our last description that was answered, or answered with.
  private var current: SessionDescription?
  private var outstanding: Outstanding?

  /// Our offer that has not been answered.
  private struct Outstanding: Equatable {
    var description: SessionDescription
    var formats: Formats
    var direction: Direction
  }

  package init(local: LocalAudio) {
    self.local = local
  }

  /// Our offer: the first, or a renewed one.
  ///
  /// - Parameters:
  ///   - isHolding: we do not want to hear the other side for now.
  ///   - prefersRedundancy: we would rather receive copies of earlier packets along.
  package mutating func makeOffer(
    _ transport: LocalTransport, isHolding: Bool = false, prefersRedundancy: Bool = false
  ) -> SessionDescription {
    var formats = Formats(offering: local, keeping: agreed)
    formats.prefersRedundancy = prefersRedundancy
    let direction = Direction(sends: true, receives: !isHolding)
    let audio = section(
      transport, formats, mid: agreed?.remote.mid ?? "0", setup: .actpass, direction: direction)
    var sections = current?.media ?? [audio]
    sections[agreed?.remote.sectionIndex ?? 0] = audio
    let description = describe(sections, bundled: true)
    outstanding = Outstanding(description: description, formats: formats, direction: direction)
    return description
  }

  /// Takes the answer to our offer.
  ///
  /// - Throws: what is missing; the offer then still stands.
  package mutating func accept(answer: SessionDescription) throws(NegotiationError) {
    guard let offer = outstanding else { throw .nothingOffered }
    let remote = try AudioDescription(reading: answer)
    let index = agreed?.remote.sectionIndex ?? 0
    guard answer.media.count == offer.description.media.count, remote.sectionIndex == index else {
      throw .sectionsDiffer
    }
    let isClient = isDTLSClient(remote.setup, unlessTold: false)
    agreed = agreement(offer.formats, offer.direction, remote, isDTLSClient: isClient)
    current = offer.description
    outstanding = nil
  }

  /// Answers the other side's offer, first or renewed.
  ///
  /// - Parameters:
  ///   - isHolding: we do not want to hear the other side for now.
  ///   - prefersRedundancy: we would rather receive copies of earlier packets along.
  /// - Throws: what is missing; nothing has changed then.
  package mutating func makeAnswer(
    to offer: SessionDescription, _ transport: LocalTransport, isHolding: Bool = false,
    prefersRedundancy: Bool = false
  ) throws(NegotiationError) -> SessionDescription {
    guard outstanding == nil else { throw .offersCrossed }
    let remote = try AudioDescription(reading: offer)
    let isClient = isDTLSClient(remote.setup, unlessTold: true)
    let direction = Direction(sends: true, receives: !isHolding)
      .limited(to: remote.direction.mirrored)
    var formats = Formats(answering: remote, local)
    formats.prefersRedundancy = prefersRedundancy
    let audio = section(
      transport, formats, mid: remote.mid, setup: isClient ? .active : .passive,
      direction: direction)
    let sections = offer.media.enumerated().map { index, section in
      index == remote.sectionIndex ? audio : section.refused
    }
    let description = describe(sections, bundled: offer.bundles(remote.mid))
    agreed = agreement(formats, direction, remote, isDTLSClient: isClient)
    current = description
    return description
  }

  /// Takes back an offer that was refused, or that crossed one of the other side's.
  package mutating func withdrawOffer() {
    outstanding = nil
  }

  /// The role that is left for us; where the other side leaves the choice, the one we have, or else
  /// that of the answerer, which opens the connection (RFC 8842 §5.3).
  private func isDTLSClient(_ remote: SetupRole?, unlessTold isAnswerer: Bool) -> Bool {
    switch remote {
    case .active: false
    case .passive: true
    case .actpass, nil: agreed?.isDTLSClient ?? isAnswerer
    }
  }

  private func agreement(
    _ formats: Formats, _ direction: Direction, _ remote: AudioDescription, isDTLSClient: Bool
  ) -> AgreedAudio {
    // Each side is sent the numbers that it told (RFC 3264 §5.1), and keypad tones at a rate that the
    // other side takes.
    AgreedAudio(
      remote: remote, isDTLSClient: isDTLSClient,
      direction: direction.limited(to: remote.direction.mirrored), sentOpus: remote.opus,
      sentTelephoneEvent: remote.telephoneEvents.first, receivedOpus: formats.opus.payloadType,
      receivedTelephoneEvents: formats.telephoneEvents,
      audioLevelID: formats.audioLevelID == nil ? nil : remote.audioLevelID,
      sentRedundancy: formats.redundancy == nil ? nil : remote.redPayloadType,
      receivedRedundancy: remote.redPayloadType == nil ? nil : formats.redundancy,
      transportID: formats.transportID == nil ? nil : remote.transportID)
  }

  /// A new version of our description around the sections.
  private mutating func describe(
    _ sections: [MediaSection], bundled: Bool
  ) -> SessionDescription {
    version += 1
    var attributes: [Attribute] = []
    let mids = sections.compactMap { $0.isRefused ? nil : $0.value("mid") }
    if bundled { attributes.append(Attribute("group", (["BUNDLE"] + mids).joined(separator: " "))) }
    attributes.append(Attribute("extmap-allow-mixed"))
    attributes.append(Attribute("msid-semantic", " WMS *"))
    return SessionDescription(
      origin: .init(sessionID: local.sessionID, version: version, address: "127.0.0.1"),
      attributes: attributes, media: sections)
  }

  private func section(
    _ transport: LocalTransport, _ formats: Formats, mid: String, setup: SetupRole,
    direction: Direction
  ) -> MediaSection {
    var attributes = [
      Attribute("rtcp", "9 IN IP4 0.0.0.0"),
      Attribute("ice-ufrag", transport.credentials.ufrag),
      Attribute("ice-pwd", transport.credentials.password),
      Attribute("ice-options", "trickle"),
      Attribute("fingerprint", local.fingerprint.encoded()),
      Attribute("setup", setup.rawValue),
      Attribute("mid", mid),
      Attribute(direction.rawValue),
      Attribute("rtcp-mux"),
      Attribute("rtcp-rsize"),
      Attribute("msid", "\(local.canonicalName) audio"),
    ]
    attributes += formats.attributes
    attributes.append(Attribute("ssrc", "\(local.ssrc) cname:\(local.canonicalName)"))
    attributes += transport.candidates.map {
      Attribute("candidate", String($0.encoded().dropFirst("candidate:".count)))
    }
    if transport.isGatheringDone { attributes.append(Attribute("end-of-candidates")) }
    // Port and address mean nothing when candidates follow (RFC 8840 §4.1.1).
    return MediaSection(
      kind: "audio", port: 9, transportProtocol: "UDP/TLS/RTP/SAVPF",
      formats: formats.payloadTypes.map { String($0) }, connectionAddress: "0.0.0.0",
      attributes: attributes)
  }
}

/// The codecs and header extensions of one of our audio sections.
private struct Formats: Equatable {
  var opus: OpusFormat
  var telephoneEvents: [TelephoneEventFormat]
  var audioLevelID: UInt8?
  /// Of Opus with redundant copies.
  var redundancy: UInt8?
  /// Whether those are named first.
  var prefersRedundancy = false
  /// The number of the extension for transport-wide feedback.
  var transportID: UInt8?
  /// Whether the other side may tell how much it believes that the way to it carries.
  var takesEstimates = false

  /// A first offer has the numbers that browsers use; a renewed one keeps those under which we
  /// receive (RFC 3264 §8.3.2).
  init(offering local: LocalAudio, keeping agreed: AgreedAudio?) {
    opus = local.opus
    guard let agreed else {
      telephoneEvents = [
        TelephoneEventFormat(payloadType: 110, clockRate: 48_000),
        TelephoneEventFormat(payloadType: 126, clockRate: 8_000),
      ]
      audioLevelID = 1
      redundancy = 63
      transportID = local.endsPackets ? 3 : nil
      takesEstimates = local.endsPackets
      return
    }
    opus.payloadType = agreed.receivedOpus
    telephoneEvents = agreed.receivedTelephoneEvents
    audioLevelID = agreed.audioLevelID
    redundancy = agreed.receivedRedundancy
    transportID = agreed.transportID
    takesEstimates = agreed.remote.givesEstimates
  }

  /// An answer takes over the offer's numbers.
  init(answering offer: AudioDescription, _ local: LocalAudio) {
    opus = local.opus
    opus.payloadType = offer.opus.payloadType
    telephoneEvents = offer.telephoneEvents
    audioLevelID = offer.audioLevelID
    redundancy = offer.redPayloadType
    transportID = local.endsPackets ? offer.transportID : nil
    takesEstimates = local.endsPackets && offer.givesEstimates
  }

  var payloadTypes: [UInt8] {
    let redundancy = redundancy.map { [$0] } ?? []
    let sound =
      prefersRedundancy ? redundancy + [opus.payloadType] : [opus.payloadType] + redundancy
    return sound + telephoneEvents.map(\.payloadType)
  }

  var attributes: [Attribute] {
    var result: [Attribute] = []
    if let audioLevelID { result.append(Attribute("extmap", "\(audioLevelID) \(audioLevelURI)")) }
    if let transportID { result.append(Attribute("extmap", "\(transportID) \(transportURI)")) }
    let number = opus.payloadType
    result.append(Attribute("rtpmap", "\(number) opus/48000/2"))
    if !opus.parameters.isEmpty {
      result.append(Attribute("fmtp", "\(number) \(opus.parameters)"))
    }
    if transportID != nil { result.append(Attribute("rtcp-fb", "\(number) transport-cc")) }
    if takesEstimates { result.append(Attribute("rtcp-fb", "\(number) goog-remb")) }
    if let redundancy {
      result.append(Attribute("rtpmap", "\(redundancy) red/48000/2"))
      result.append(Attribute("fmtp", "\(redundancy) \(number)/\(number)"))
      result.append(
        Attribute(
          AudioDescription.copyDistanceAttribute, "\(AudioDescription.ownCopyDistance)"))
    }
    for event in telephoneEvents {
      result.append(
        Attribute("rtpmap", "\(event.payloadType) telephone-event/\(event.clockRate)"))
      result.append(Attribute("fmtp", "\(event.payloadType) 0-15"))
    }
    return result
  }
}

extension MediaSection {
  /// This section as an answer refuses it (RFC 3264 §6).
  fileprivate var refused: MediaSection {
    var section = self
    section.port = 0
    section.connectionAddress = "0.0.0.0"
    section.attributes = value("mid").map { [Attribute("mid", $0)] } ?? []
    section.attributes.append(Attribute("inactive"))
    return section
  }
}

extension SessionDescription {
  /// Whether a BUNDLE group holds the section (RFC 9143 §5).
  fileprivate func bundles(_ mid: String) -> Bool {
    attributes.contains { attribute in
      guard attribute.name == "group", let fields = attribute.value?.split(separator: " ") else {
        return false
      }
      return fields.first == "BUNDLE" && fields.dropFirst().contains { $0 == mid }
    }
  }
}

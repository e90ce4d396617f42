import Formats
package import SDP

// Jingle and session descriptions say the same; this is the way from one to the other (protocols.md G.7).

extension JingleContent {
  /// A description's first audio section that is not refused.
  ///
  /// - Parameters:
  ///   - name: the content's, whatever the section's mid.
  ///   - creator: `initiator` in an offer's content, and in a conference's answers too.
  ///   - isOffer: whether the initiator says it; decides who `senders` are.
  package init(
    describing description: SessionDescription, name: String, creator: String = "initiator",
    isOffer: Bool
  ) throws(JingleError) {
    guard
      let section = description.media.first(where: { section in
        section.kind == "audio"
          && (section.port != 0 || section.attributes.contains { $0.name == "bundle-only" })
      })
    else { throw .noAudio }
    let lines = SectionLines(section, description)
    self.init(
      creator: creator, name: name,
      senders: Senders(lines.direction, isOfInitiator: isOffer),
      description: JingleDescription(lines), transport: JingleTransport(lines))
  }
}

extension JingleMessage {
  /// The session's sound as a session description: an offer for `session-initiate`, an answer for
  /// `session-accept`.
  ///
  /// - Parameters:
  ///   - mid: the section's; the content's name unless it is given.
  ///   - sessionID: the same for all descriptions of one call.
  package func sessionDescription(
    mid: String? = nil, sessionID: UInt64, version: UInt64 = 1
  ) throws(JingleError) -> SessionDescription {
    guard let content = content(media: "audio"), let audio = content.description else {
      throw .noAudio
    }
    let mid = mid ?? content.name
    var section = audio.section()
    section.attributes.insert(Attribute("mid", mid), at: 0)
    section.attributes.append(
      Attribute(content.senders.direction(isOfInitiator: action != .sessionAccept).rawValue))
    section.attributes += content.transport?.attributes ?? []
    return SessionDescription(
      origin: SessionDescription.Origin(
        sessionID: sessionID & UInt64(Int64.max), version: version, address: "0.0.0.0"),
      attributes: [
        Attribute("group", "BUNDLE \(mid)"), Attribute("msid-semantic", " WMS *"),
        Attribute("ice-options", "trickle"),
      ], media: [section])
  }
}

extension JingleContent.Senders {
  fileprivate init(_ direction: Direction, isOfInitiator: Bool) {
    switch direction {
    case .sendrecv: self = .both
    case .inactive: self = .none
    case .sendonly: self = isOfInitiator ? .initiator : .responder
    case .recvonly: self = isOfInitiator ? .responder : .initiator
    }
  }

  /// Seen from the side that says it.
  fileprivate func direction(isOfInitiator: Bool) -> Direction {
    switch self {
    case .both: .sendrecv
    case .none: .inactive
    case .initiator: isOfInitiator ? .sendonly : .recvonly
    case .responder: isOfInitiator ? .recvonly : .sendonly
    }
  }
}

/// One section's lines, with the session's where it has none of its own.
private struct SectionLines {
  let section: MediaSection
  private let session: SessionDescription

  init(_ section: MediaSection, _ session: SessionDescription) {
    self.section = section
    self.session = session
  }

  func has(_ name: String) -> Bool {
    (section.attributes + session.attributes).contains { $0.name == name }
  }

  func values(_ name: String) -> [String] {
    let own = section.attributes.filter { $0.name == name }.compactMap(\.value)
    return own.isEmpty ? session.attributes.filter { $0.name == name }.compactMap(\.value) : own
  }

  /// What follows that payload type under a name.
  func values(_ name: String, for format: String) -> [String] {
    values(name).compactMap { value in
      let words = value.split(separator: " ", maxSplits: 1)
      return words.count == 2 && words[0] == format ? String(words[1]) : nil
    }
  }

  var direction: Direction {
    (section.attributes + session.attributes).lazy.compactMap { Direction(rawValue: $0.name) }.first
      ?? .sendrecv
  }
}

extension JingleDescription {
  fileprivate init(_ lines: SectionLines) {
    self.init(
      media: lines.section.kind, hasRTCPMux: lines.has("rtcp-mux"),
      maximumPacketTime: lines.values("maxptime").first.flatMap { Int($0) })
    payloadTypes = lines.section.formats.prefix(Self.payloadTypeLimit).compactMap {
      PayloadType($0, lines)
    }
    headerExtensions = lines.values("extmap").prefix(Self.extensionLimit).compactMap { value in
      let words = value.split(separator: " ")
      guard words.count >= 2, let id = UInt8(words[0].prefix { $0 != "/" }), (1...14).contains(id)
      else { return nil }
      return HeaderExtension(id: id, uri: String(words[1]))
    }
    for line in lines.section.attributes where line.name == "ssrc" {
      let words = line.value?.split(separator: " ", maxSplits: 1) ?? []
      guard let ssrc = words.first.flatMap({ UInt32($0) }), ssrc > 0 else { continue }
      if !sources.contains(where: { $0.ssrc == ssrc }), sources.count < Self.sourceLimit {
        sources.append(JingleSource(ssrc: ssrc))
      }
      guard words.count == 2, words[1].hasPrefix("msid:"),
        let index = sources.firstIndex(where: { $0.ssrc == ssrc })
      else { continue }
      sources[index].msid = String(words[1].dropFirst(5))
    }
  }

  /// The section that says the same, without mid, direction and transport.
  fileprivate func section() -> MediaSection {
    var attributes: [Attribute] = []
    for type in payloadTypes { attributes += type.attributes }
    attributes += headerExtensions.map { Attribute("extmap", "\($0.id) \($0.uri)") }
    if hasRTCPMux { attributes.append(Attribute("rtcp-mux")) }
    if let maximumPacketTime { attributes.append(Attribute("maxptime", String(maximumPacketTime))) }
    for source in sources {
      attributes.append(Attribute("ssrc", "\(source.ssrc) cname:\(source.name ?? "mixed")"))
      if let msid = source.msid {
        attributes.append(Attribute("ssrc", "\(source.ssrc) msid:\(msid)"))
      }
    }
    return MediaSection(
      kind: media, port: 9, transportProtocol: "UDP/TLS/RTP/SAVPF",
      formats: payloadTypes.map { String($0.id) }, connectionAddress: "0.0.0.0",
      attributes: attributes)
  }
}

extension JingleDescription.PayloadType {
  fileprivate init?(_ format: String, _ lines: SectionLines) {
    guard let id = UInt8(format), id < 128, let map = lines.values("rtpmap", for: format).first
    else { return nil }
    let parts = map.split(separator: "/")
    guard parts.count >= 2, let clockRate = Int(parts[1]) else { return nil }
    self.init(
      id: id, name: String(parts[0]), clockRate: clockRate,
      channels: parts.count > 2 ? Int(parts[2]) ?? 1 : 1,
      feedback: lines.values("rtcp-fb", for: format))
    for text in lines.values("fmtp", for: format).prefix(1) {
      parameters = text.split(separator: ";").prefix(32).map { parameter in
        let halves = parameter.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
        return halves.count == 2
          ? JingleDescription.Parameter(String(halves[0]), String(halves[1]))
          : JingleDescription.Parameter("", String(parameter))
      }
    }
  }

  fileprivate var attributes: [Attribute] {
    let rate = channels == 1 ? "\(clockRate)" : "\(clockRate)/\(channels)"
    var lines = [Attribute("rtpmap", "\(id) \(name)/\(rate)")]
    if !parameters.isEmpty {
      let text = parameters.map { $0.name.isEmpty ? $0.value : "\($0.name)=\($0.value)" }
      lines.append(Attribute("fmtp", "\(id) \(text.joined(separator: ";"))"))
    }
    return lines + feedback.map { Attribute("rtcp-fb", "\(id) \($0)") }
  }
}

extension JingleTransport {
  fileprivate init(_ lines: SectionLines) {
    self.init(
      fingerprints: lines.values("fingerprint").prefix(8).compactMap {
        try? Fingerprint(decoding: $0)
      }, setup: lines.values("setup").first.flatMap(SetupRole.init(rawValue:)),
      candidates: lines.values("candidate").prefix(Self.candidateLimit).compactMap {
        try? Candidate(decoding: $0)
      }, hasRTCPMux: lines.has("rtcp-mux"))
    if let ufrag = lines.values("ice-ufrag").first, let password = lines.values("ice-pwd").first {
      credentials = IceCredentials(checking: ufrag, password)
    }
  }

  /// The lines that say the same in a section.
  fileprivate var attributes: [Attribute] {
    var lines: [Attribute] = []
    if let credentials {
      lines.append(Attribute("ice-ufrag", credentials.ufrag))
      lines.append(Attribute("ice-pwd", credentials.password))
    }
    lines += fingerprints.map { Attribute("fingerprint", $0.encoded()) }
    if let setup { lines.append(Attribute("setup", setup.rawValue)) }
    return lines
      + candidates.map {
        Attribute("candidate", String($0.encoded().dropFirst("candidate:".count)))
      }
  }
}

import Formats
package import SDP
package import XMPP

// What Jitsi's focus puts into Jingle beside the standard (protocols.md B.5, B.7).

/// The part of the bridge that carries a session.
package struct BridgeSession: Equatable, Sendable {
  /// 1–255 bytes.
  package var id: String
  /// Asks for a new session.
  package var wantsRestart = false
  /// Asks for a new ICE agent inside this session.
  package var wantsIceRestart = false

  package init(id: String) { self.id = id }

  init?(decoding element: XMLElement) {
    guard let id = element["id"], (1...255).contains(id.utf8.count) else { return nil }
    self.init(id: id)
    wantsRestart = element["restart"] == "true"
    wantsIceRestart = element["ice-restart"] == "true"
  }

  func encoded() -> XMLElement {
    var element = XMLElement("bridge-session", XMPPNamespace.jitsiFocus, ["id": id])
    if wantsRestart { element["restart"] = "true" }
    if wantsIceRestart { element["ice-restart"] = "true" }
    return element
  }
}

/// Why an offer of the focus cannot be answered.
package enum JingleRefusal: Error, Equatable, Sendable {
  /// Nothing of it is sound.
  case noAudio
  /// Sound and control were to travel apart; only one transport is spoken.
  case noBundle
  case noTransport

  /// For the reason of the refusal (XEP-0166 §7.4).
  package var condition: String {
    switch self {
    case .noAudio, .noBundle: "unsupported-applications"
    case .noTransport: "unsupported-transports"
    }
  }

  package var sentence: String {
    switch self {
    case .noAudio: "The conference offers no sound."
    case .noBundle: "The conference wants each medium on a path of its own, which is not spoken."
    case .noTransport: "The conference does not say how its sound travels."
    }
  }
}

extension JingleMessage {
  package var bridgeSession: BridgeSession? {
    get {
      part("bridge-session", XMPPNamespace.jitsiFocus).flatMap { BridgeSession(decoding: $0) }
    }
    set {
      extensions.removeAll { $0.name == "bridge-session" }
      if let newValue { extensions.append(newValue.encoded()) }
    }
  }

  /// Whether one shall begin with the microphone muted.
  package var startsMuted: Bool {
    part("startmuted", XMPPNamespace.jitsiStartMuted)?["audio"] == "true"
  }

  /// All sources of sound, in their contents or in the short form; at most
  /// ``JingleDescription/sourceLimit`` of the latter.
  package var audioSources: [JingleSource] {
    let described = contents.compactMap(\.description).filter { $0.media == "audio" }
    let listed = part("json-message", XMPPNamespace.jitsiMeet).map {
      JingleSource.list(json: $0.text)
    }
    return described.flatMap(\.sources) + (listed ?? [])
  }

  /// The focus's offer as a session description.
  ///
  /// - Parameter version: grows with each offer of one session.
  /// - Throws: what it lacks; all that it offers must share one transport (RFC 9143).
  package func offer(version: UInt64) throws(JingleRefusal) -> SessionDescription {
    guard let index = contents.firstIndex(where: { $0.description?.media == "audio" }) else {
      throw .noAudio
    }
    guard bundle.contains(contents[index].name) else { throw .noBundle }
    // In a bundle any content may carry the transport; bridges repeat it in each.
    guard let transport = contents[index].transport ?? contents.lazy.compactMap(\.transport).first
    else { throw .noTransport }
    var offer = self
    offer.contents[index].transport = transport
    do throws(JingleError) {
      return try offer.sessionDescription(sessionID: 1, version: version)
    } catch {
      throw .noAudio
    }
  }

  /// Takes over the path of another ICE agent of the same bridge; its certificate stays.
  mutating func replacePath(_ transport: JingleTransport) {
    for index in contents.indices where contents[index].transport != nil {
      contents[index].transport?.credentials = transport.credentials
      contents[index].transport?.candidates = transport.candidates
    }
  }

  private func part(_ name: String, _ namespace: String) -> XMLElement? {
    extensions.first { $0.name == name && $0.namespace == namespace }
  }
}

extension JingleSource {
  /// The endpoint that the source belongs to, as far as can be told: the last part of its owner, or
  /// what stands before the number in its name.
  package var endpoint: String? {
    if let owner {
      return String(
        owner[(owner.lastIndex(of: "/").map(owner.index(after:)) ?? owner.startIndex)...])
    }
    guard let name, let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return nil }
    return String(name[..<dash])
  }

  /// Reads the short form: `{"sources":{"EP":[[video],[videoGroups],[audio],[audioGroups]]}}`, of which
  /// only the sound is taken. What cannot be read is passed over.
  static func list(json text: String) -> [JingleSource] {
    guard let value = try? JSONValue(decoding: text), let owners = value["sources"]?.object else {
      return []
    }
    let sources = owners.sorted { $0.key < $1.key }.flatMap { owner, lists -> [JingleSource] in
      guard let lists = lists.array, lists.count > 2, let sources = lists[2].array else {
        return []
      }
      return sources.compactMap { source in
        guard let number = source["s"]?.integer, let ssrc = UInt32(exactly: number), ssrc > 0,
          owner.utf8.count <= 512
        else { return nil }
        return JingleSource(
          ssrc: ssrc, name: source["n"]?.string, msid: source["m"]?.string, owner: owner)
      }
    }
    return Array(sources.prefix(JingleDescription.sourceLimit))
  }

  /// The bridge's own sender of reports, which is nobody's voice.
  package static let bridgeOwner = "jvb"
}

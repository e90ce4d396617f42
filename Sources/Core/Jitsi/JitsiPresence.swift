import Basics
package import Formats
package import XMPP

/// What goes with our presence in a room, always whole: a presence replaces the former one.
///
/// - Source: protocols.md B.3.
package struct JitsiPresence: Equatable, Sendable {
  /// The name of our endpoint in the room.
  package var endpoint: String
  package var displayName: String
  package var isMuted: Bool

  package init(endpoint: String, displayName: String, isMuted: Bool) {
    self.endpoint = endpoint
    self.displayName = displayName
    self.isMuted = isMuted
  }

  /// The elements, apart from those of the room's own protocol.
  package var elements: [XMLElement] {
    let client = XMPPNamespace.client
    let sources = JSONValue.object([Self.source(of: endpoint): ["muted": .boolean(isMuted)]])
    return [
      JitsiDisco.capabilities.element,
      XMLElement("nick", XMPPNamespace.nick, text: displayName),
      XMLElement("stats-id", client, text: "Tipring-\(endpoint.prefix(3))"),
      XMLElement("audiomuted", client, text: isMuted ? "true" : "false"),
      XMLElement("videomuted", client, text: "true"),
      XMLElement("SourceInfo", client, text: sources.text),
    ]
  }

  /// What a member's only source of sound is called by convention.
  package static func source(of endpoint: String) -> String { endpoint + "-a0" }
}

/// What another member's presence tells.
package struct JitsiPeer: Equatable, Sendable {
  /// As the member writes it, at most 200 characters; shown only after `HarmlessText`.
  package var displayName: String?
  package var isMuted: Bool

  /// Reads a presence in the room.
  package init(endpoint: String, presence: XMLElement) {
    displayName = presence.child("nick", XMPPNamespace.nick).flatMap { nick in
      nick.text.isEmpty ? nil : String(nick.text.prefix(200))
    }
    // Newer clients tell it source by source; what they tell there counts.
    let sources = presence.child("SourceInfo").flatMap { try? JSONValue(decoding: $0.text) }
    isMuted =
      sources?[JitsiPresence.source(of: endpoint)]?["muted"]?.boolean
      ?? (presence.child("audiomuted")?.text == "true")
  }
}

/// What the program says it is and can do.
///
/// - Source: protocols.md B.4. What is not done is left out, so that the focus offers sound alone.
package enum JitsiDisco {
  package static var info: DiscoInfo {
    DiscoInfo(
      identities: [.init(category: "client", type: "console", name: "Tipring")],
      features: [
        XMPPNamespace.discoInfo, XMPPNamespace.capabilities, XMPPNamespace.ping,
        XMPPNamespace.jingle, XMPPNamespace.jingleRTP, XMPPNamespace.jingleRTPAudio,
        XMPPNamespace.jingleICE, XMPPNamespace.jingleDTLS,
        // RTP and RTCP on one port, bundles (RFC 5761, RFC 5888).
        "urn:ietf:rfc:5761", "urn:ietf:rfc:5888",
        XMPPNamespace.jitsiSourceName, "http://jitsi.org/json-encoded-sources",
        // Redundant audio is read (RFC 2198), and it is told which packets arrive.
        "http://jitsi.org/opus-red", "http://jitsi.org/tcc",
      ],
      capabilities: capabilities)
  }

  /// The short form; its version is the digest of ``info``'s verification string.
  package static let capabilities = DiscoInfo.Capabilities(
    node: "https://tipring.invalid", version: "vR3k4zHZrHqU8ONvA7hcCN1/9cE=")
}

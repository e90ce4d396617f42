package import Formats

/// One medium of a Jingle session: what is sent, and over which path.
package struct JingleContent: Equatable, Sendable {
  /// Which side sends (XEP-0166 §7.3).
  package enum Senders: String, Sendable {
    case both, initiator, responder, none
  }

  /// `initiator` or `responder`: who has put the content into the session.
  package var creator: String
  package var name: String
  package var senders: Senders
  package var description: JingleDescription?
  package var transport: JingleTransport?

  package init(
    creator: String = "initiator", name: String, senders: Senders = .both,
    description: JingleDescription? = nil, transport: JingleTransport? = nil
  ) {
    self.creator = creator
    self.name = name
    self.senders = senders
    self.description = description
    self.transport = transport
  }

  package init(decoding element: XMLElement) throws(JingleError) {
    guard let name = element["name"], (1...64).contains(name.utf8.count) else {
      throw .missing("a content's name")
    }
    self.init(
      creator: element["creator"] == "responder" ? "responder" : "initiator", name: name,
      senders: element["senders"].flatMap(Senders.init(rawValue:)) ?? .both)
    if let child = element.child("description", XMPPNamespace.jingleRTP) {
      description = try JingleDescription(decoding: child)
    }
    if let child = element.child("transport", XMPPNamespace.jingleICE) {
      transport = try JingleTransport(decoding: child)
    }
  }

  package func encoded() -> XMLElement {
    var element = XMLElement(
      "content", XMPPNamespace.jingle,
      ["creator": creator, "name": name, "senders": senders.rawValue])
    if let description { element.append(description.encoded()) }
    if let transport { element.append(transport.encoded()) }
    return element
  }
}

/// How a medium is encoded, and which streams there are (XEP-0167, XEP-0293, XEP-0294, XEP-0339).
package struct JingleDescription: Equatable, Sendable {
  package struct PayloadType: Equatable, Sendable {
    /// 0–127.
    package var id: UInt8
    package var name: String
    package var clockRate: Int
    package var channels: Int
    /// In their order; a nameless one, as RED has, is a value only.
    package var parameters: [Parameter]
    /// `transport-cc`, or `nack pli`: type and subtype.
    package var feedback: [String]

    package init(
      id: UInt8, name: String, clockRate: Int, channels: Int = 1, parameters: [Parameter] = [],
      feedback: [String] = []
    ) {
      self.id = id
      self.name = name
      self.clockRate = clockRate
      self.channels = channels
      self.parameters = parameters
      self.feedback = feedback
    }
  }

  package struct Parameter: Equatable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A header extension under its number (RFC 8285).
  package struct HeaderExtension: Equatable, Sendable {
    /// 1–14.
    package var id: UInt8
    package var uri: String

    package init(id: UInt8, uri: String) {
      self.id = id
      self.uri = uri
    }
  }

  /// `audio` or `video`.
  package var media: String
  package var payloadTypes: [PayloadType]
  package var headerExtensions: [HeaderExtension]
  package var sources: [JingleSource]
  package var hasRTCPMux: Bool
  /// In milliseconds.
  package var maximumPacketTime: Int?

  package init(
    media: String = "audio", payloadTypes: [PayloadType] = [],
    headerExtensions: [HeaderExtension] = [], sources: [JingleSource] = [],
    hasRTCPMux: Bool = false, maximumPacketTime: Int? = nil
  ) {
    self.media = media
    self.payloadTypes = payloadTypes
    self.headerExtensions = headerExtensions
    self.sources = sources
    self.hasRTCPMux = hasRTCPMux
    self.maximumPacketTime = maximumPacketTime
  }

  package init(decoding element: XMLElement) throws(JingleError) {
    self.init(
      media: element["media"] ?? "audio",
      hasRTCPMux: element.child("rtcp-mux", XMPPNamespace.jingleRTP) != nil,
      maximumPacketTime: element["maxptime"].flatMap { Int($0) })
    for child in element.children {
      switch (child.name, child.namespace) {
      case ("payload-type", XMPPNamespace.jingleRTP):
        guard payloadTypes.count < Self.payloadTypeLimit else { throw .tooMany("payload types") }
        payloadTypes.append(try PayloadType(decoding: child))
      case ("rtp-hdrext", XMPPNamespace.jingleHeaderExtensions):
        guard headerExtensions.count < Self.extensionLimit else {
          throw .tooMany("header extensions")
        }
        // Numbers of the two-byte form are of no use here (RFC 8285 §4.2).
        guard let id = child["id"].flatMap({ UInt8($0) }), (1...14).contains(id),
          let uri = child["uri"], uri.utf8.count <= 256, !uri.utf8.contains(UInt8(ascii: " "))
        else { continue }
        headerExtensions.append(HeaderExtension(id: id, uri: uri))
      case ("source", XMPPNamespace.jingleSources):
        guard sources.count < Self.sourceLimit else { throw .tooMany("sources") }
        sources.append(try JingleSource(decoding: child))
      default: break
      }
    }
  }

  package func encoded() -> XMLElement {
    var element = XMLElement("description", XMPPNamespace.jingleRTP, ["media": media])
    if let maximumPacketTime { element["maxptime"] = String(maximumPacketTime) }
    for payloadType in payloadTypes { element.append(payloadType.encoded()) }
    if hasRTCPMux { element.append(XMLElement("rtcp-mux", XMPPNamespace.jingleRTP)) }
    for item in headerExtensions {
      element.append(
        XMLElement(
          "rtp-hdrext", XMPPNamespace.jingleHeaderExtensions,
          ["id": String(item.id), "uri": item.uri]))
    }
    if !headerExtensions.isEmpty {
      element.append(XMLElement("extmap-allow-mixed", XMPPNamespace.jingleHeaderExtensions))
    }
    for source in sources { element.append(source.encoded()) }
    return element
  }

  package static let payloadTypeLimit = 64
  package static let extensionLimit = 32
  package static let sourceLimit = 1_024
}

extension JingleDescription.PayloadType {
  fileprivate init(decoding element: XMLElement) throws(JingleError) {
    guard let id = element["id"].flatMap({ UInt8($0) }), id < 128 else {
      throw .malformed("payload type")
    }
    self.init(
      id: id, name: element["name"] ?? "",
      clockRate: element["clockrate"].flatMap { Int($0) } ?? 8_000,
      channels: element["channels"].flatMap { Int($0) } ?? 1)
    guard name.utf8.count <= 64, !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x2F }) else {
      throw .malformed("payload type's name")
    }
    for child in element.children.prefix(32) {
      switch (child.name, child.namespace) {
      case ("parameter", _):
        parameters.append(
          JingleDescription.Parameter(child["name"] ?? "", child["value"] ?? ""))
      case ("rtcp-fb", XMPPNamespace.jingleFeedback):
        let words = [child["type"], child["subtype"]].compactMap { $0 }
        feedback.append(words.joined(separator: " "))
      default: break
      }
    }
  }

  fileprivate func encoded() -> XMLElement {
    var element = XMLElement(
      "payload-type", XMPPNamespace.jingleRTP,
      ["id": String(id), "name": name, "clockrate": String(clockRate)])
    if channels != 1 { element["channels"] = String(channels) }
    for parameter in parameters {
      var child = XMLElement("parameter", XMPPNamespace.jingleRTP, ["value": parameter.value])
      if !parameter.name.isEmpty { child["name"] = parameter.name }
      element.append(child)
    }
    for item in feedback {
      let words = item.split(separator: " ", maxSplits: 1).map(String.init)
      var child = XMLElement("rtcp-fb", XMPPNamespace.jingleFeedback, ["type": words.first ?? ""])
      if words.count > 1 { child["subtype"] = words[1] }
      element.append(child)
    }
    return element
  }
}

/// One RTP stream, and whose it is (XEP-0339; protocols.md B.5).
package struct JingleSource: Equatable, Hashable, Sendable {
  package var ssrc: UInt32
  /// `<endpoint>-a0` for the first sound of an endpoint.
  package var name: String?
  /// Stream and track: `S T`.
  package var msid: String?
  /// An occupant of the room, its nick alone, or `jvb` for the bridge's own reports.
  package var owner: String?

  package init(ssrc: UInt32, name: String? = nil, msid: String? = nil, owner: String? = nil) {
    self.ssrc = ssrc
    self.name = name
    self.msid = msid
    self.owner = owner
  }

  package init(decoding element: XMLElement) throws(JingleError) {
    guard let ssrc = element["ssrc"].flatMap({ UInt32($0) }), ssrc > 0 else {
      throw .malformed("ssrc")
    }
    let parameters = element.children("parameter", XMPPNamespace.jingleSources)
    self.init(
      ssrc: ssrc, name: element["name"],
      msid: parameters.first { $0["name"] == "msid" }?["value"],
      owner: element.child("ssrc-info", XMPPNamespace.jitsiMeet)?["owner"])
    for text in [name, msid, owner].compactMap({ $0 }) where text.utf8.count > 512 {
      throw .malformed("source")
    }
  }

  package func encoded() -> XMLElement {
    var element = XMLElement("source", XMPPNamespace.jingleSources, ["ssrc": String(ssrc)])
    element["name"] = name
    if let msid {
      element.append(
        XMLElement("parameter", XMPPNamespace.jingleSources, ["name": "msid", "value": msid]))
    }
    if let owner {
      element.append(XMLElement("ssrc-info", XMPPNamespace.jitsiMeet, ["owner": owner]))
    }
    return element
  }
}

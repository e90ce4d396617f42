package import Formats

/// What a Jingle session's side asks of the other (XEP-0166), as conferences use it.
///
/// - Bound: ``contentLimit`` contents; their parts have bounds of their own.
/// - Source: XEP-0166 §7, XEP-0338; protocols.md B.5–B.7.
package struct JingleMessage: Equatable, Sendable {
  package enum Action: String, Sendable {
    case sessionInitiate = "session-initiate"
    case sessionAccept = "session-accept"
    case sessionInfo = "session-info"
    case sessionTerminate = "session-terminate"
    case transportInfo = "transport-info"
    case sourceAdd = "source-add"
    case sourceRemove = "source-remove"
  }

  /// Why a session ends (XEP-0166 §7.4).
  package struct Reason: Equatable, Sendable {
    /// `success`, `decline`, `expired`, `connectivity-error`, or another of the XEP's words.
    package var condition: String
    package var text: String?

    package init(_ condition: String, text: String? = nil) {
      self.condition = condition
      self.text = text
    }
  }

  package var action: Action
  /// Names the session; not empty.
  package var sid: String
  package var initiator: String?
  package var responder: String?
  package var contents: [JingleContent]
  /// The names of the contents that share one transport.
  package var bundle: [String]
  package var reason: Reason?
  /// What conferences add: `bridge-session`, `startmuted`, `ice-state`, `json-message`.
  package var extensions: [XMLElement]

  package init(
    _ action: Action, sid: String, initiator: String? = nil, responder: String? = nil,
    contents: [JingleContent] = [], bundle: [String] = [], reason: Reason? = nil,
    extensions: [XMLElement] = []
  ) {
    self.action = action
    self.sid = sid
    self.initiator = initiator
    self.responder = responder
    self.contents = contents
    self.bundle = bundle
    self.reason = reason
    self.extensions = extensions
  }

  /// Reads a `jingle` element.
  package init(decoding element: XMLElement) throws(JingleError) {
    guard element.name == "jingle", element.namespace == XMPPNamespace.jingle else {
      throw .notJingle
    }
    let written = element["action"] ?? ""
    guard let action = Action(rawValue: written) else { throw .unknownAction(written) }
    guard let sid = element["sid"], (1...128).contains(sid.utf8.count) else {
      throw .missing("sid")
    }
    var contents: [JingleContent] = []
    for content in element.children("content", XMPPNamespace.jingle) {
      guard contents.count < Self.contentLimit else { throw .tooMany("contents") }
      contents.append(try JingleContent(decoding: content))
    }
    let groups = element.children("group", XMPPNamespace.jingleGrouping)
    let bundle = groups.first { $0["semantics"] == "BUNDLE" }
    let reason = element.child("reason", XMPPNamespace.jingle)
    self.init(
      action, sid: sid, initiator: element["initiator"], responder: element["responder"],
      contents: contents,
      bundle: bundle?.children("content").prefix(Self.contentLimit).compactMap { $0["name"] } ?? [],
      reason: reason.flatMap(Reason.init(decoding:)),
      extensions: element.children.filter {
        $0.namespace != XMPPNamespace.jingle && $0.namespace != XMPPNamespace.jingleGrouping
      })
  }

  /// The element that ``init(decoding:)`` reads.
  package func encoded() -> XMLElement {
    var element = XMLElement(
      "jingle", XMPPNamespace.jingle, ["action": action.rawValue, "sid": sid])
    element["initiator"] = initiator
    element["responder"] = responder
    if !bundle.isEmpty {
      element.append(
        XMLElement(
          "group", XMPPNamespace.jingleGrouping, ["semantics": "BUNDLE"],
          bundle.map { XMLElement("content", XMPPNamespace.jingleGrouping, ["name": $0]) }))
    }
    for part in extensions + contents.map({ $0.encoded() }) { element.append(part) }
    if let reason { element.append(reason.encoded()) }
    return element
  }

  /// The content of that kind of sound or picture.
  package func content(media: String) -> JingleContent? {
    contents.first { $0.description?.media == media }
  }

  package static let contentLimit = 16
}

extension JingleMessage.Reason {
  fileprivate init?(decoding element: XMLElement) {
    guard let condition = element.children.first(where: { $0.name != "text" }) else { return nil }
    self.init(condition.name, text: element.child("text")?.text)
  }

  fileprivate func encoded() -> XMLElement {
    var element = XMLElement(
      "reason", XMPPNamespace.jingle, [:], [XMLElement(condition, XMPPNamespace.jingle)])
    if let text { element.append(XMLElement("text", XMPPNamespace.jingle, text: text)) }
    return element
  }
}

/// Why an element was not taken as part of a Jingle session.
package enum JingleError: Error, Equatable, Sendable {
  case notJingle
  case unknownAction(String)
  /// An attribute or element that must be there.
  case missing(String)
  /// An attribute or element that cannot be read.
  case malformed(String)
  case tooMany(String)
  /// No content has sound.
  case noAudio

  /// What is wrong, for a person.
  package var sentence: String {
    switch self {
    case .notJingle: "This is no Jingle element."
    case .unknownAction: "The Jingle action is unknown."
    case .missing(let what): "The Jingle element lacks \(what)."
    case .malformed(let what): "The \(what) of the Jingle element cannot be read."
    case .tooMany(let what): "The Jingle element has too many \(what)."
    case .noAudio: "The Jingle session has no sound."
    }
  }
}

package import Formats
package import SDP

/// The path of a medium: credentials, fingerprints and candidates (XEP-0176, XEP-0320).
package struct JingleTransport: Equatable, Sendable {
  package var credentials: IceCredentials?
  package var fingerprints: [Fingerprint]
  package var setup: SetupRole?
  package var candidates: [Candidate]
  package var hasRTCPMux: Bool
  /// Which restart of ICE this belongs to, where a bridge numbers them.
  package var iceGeneration: Int?

  package init(
    credentials: IceCredentials? = nil, fingerprints: [Fingerprint] = [], setup: SetupRole? = nil,
    candidates: [Candidate] = [], hasRTCPMux: Bool = false, iceGeneration: Int? = nil
  ) {
    self.credentials = credentials
    self.fingerprints = fingerprints
    self.setup = setup
    self.candidates = candidates
    self.hasRTCPMux = hasRTCPMux
    self.iceGeneration = iceGeneration
  }

  /// Reads a `transport` element; candidates and fingerprints of unknown kinds are left out.
  package init(decoding element: XMLElement) throws(JingleError) {
    self.init(
      hasRTCPMux: element.child("rtcp-mux") != nil,
      iceGeneration: element["ice-generation"].flatMap { Int($0) })
    if let ufrag = element["ufrag"], let password = element["pwd"] {
      guard let checked = IceCredentials(checking: ufrag, password) else {
        throw .malformed("ufrag or pwd")
      }
      credentials = checked
    }
    for child in element.children("fingerprint", XMPPNamespace.jingleDTLS).prefix(8) {
      let text = "\(child["hash"] ?? "") \(child.text.filter { !$0.isWhitespace })"
      guard let fingerprint = try? Fingerprint(decoding: text) else { continue }
      fingerprints.append(fingerprint)
      setup = setup ?? child["setup"].flatMap(SetupRole.init(rawValue:))
    }
    for child in element.children("candidate", XMPPNamespace.jingleICE) {
      guard candidates.count < Self.candidateLimit else { throw .tooMany("candidates") }
      if let candidate = Candidate(decoding: child) { candidates.append(candidate) }
    }
  }

  /// The element that ``init(decoding:)`` reads.
  ///
  /// - Parameter candidatePrefix: what makes the candidates' ids unique within the session.
  package func encoded(candidatePrefix: String = "c") -> XMLElement {
    var element = XMLElement("transport", XMPPNamespace.jingleICE)
    element["ufrag"] = credentials?.ufrag
    element["pwd"] = credentials?.password
    if let iceGeneration { element["ice-generation"] = String(iceGeneration) }
    if hasRTCPMux { element.append(XMLElement("rtcp-mux", XMPPNamespace.jingleICE)) }
    for fingerprint in fingerprints {
      let words = fingerprint.encoded().split(separator: " ")
      var child = XMLElement(
        "fingerprint", XMPPNamespace.jingleDTLS, ["hash": fingerprint.algorithm.rawValue],
        text: words.last.map(String.init))
      child["setup"] = setup?.rawValue
      element.append(child)
    }
    for candidate in candidates { element.append(candidate.encoded(prefix: candidatePrefix)) }
    return element
  }

  package static let candidateLimit = 64
}

extension Candidate {
  /// Reads a `candidate` element by way of its text, so that both have the same rules.
  fileprivate init?(decoding element: XMLElement) {
    guard let foundation = element["foundation"], let component = element["component"],
      let transport = element["protocol"], let priority = element["priority"],
      let address = element["ip"], let port = element["port"], let kind = element["type"]
    else { return nil }
    let fields = [foundation, component, transport, priority, address, port, "typ", kind]
    guard !fields.contains(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) else {
      return nil
    }
    var text = fields.joined(separator: " ")
    if let related = element["rel-addr"], let port = element["rel-port"] {
      text += " raddr \(related) rport \(port)"
    }
    if let kind = element["tcptype"], !kind.contains(where: \.isWhitespace) {
      text += " tcptype \(kind)"
    }
    guard let candidate = try? Candidate(decoding: text) else { return nil }
    self = candidate
  }

  fileprivate func encoded(prefix: String) -> XMLElement {
    var element = XMLElement(
      "candidate", XMPPNamespace.jingleICE,
      [
        "id": "\(prefix)\(foundation)-\(port)-\(component)", "foundation": foundation,
        "component": String(component), "protocol": transport, "priority": String(priority),
        "ip": address, "port": String(port), "type": kind.rawValue, "generation": "0",
        "network": "1",
      ])
    element["rel-addr"] = relatedAddress
    element["rel-port"] = relatedPort.map { String($0) }
    element["tcptype"] = tcpKind?.rawValue
    return element
  }
}

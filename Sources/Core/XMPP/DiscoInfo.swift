package import Formats

/// What somebody says they are and can do.
///
/// - Source: XEP-0030 §3; XEP-0115 for the short form.
package struct DiscoInfo: Equatable, Sendable {
  package struct Identity: Hashable, Sendable {
    package var category: String
    package var type: String
    package var name: String

    package init(category: String, type: String, name: String = "") {
      self.category = category
      self.type = type
      self.name = name
    }
  }

  package var identities: [Identity]
  package var features: [String]
  /// Whose features these are, as a URL, and their digest; `nil` where no short form is given.
  package var capabilities: Capabilities?

  /// The short form that goes with presence.
  package struct Capabilities: Equatable, Sendable {
    package var node: String
    /// The Base64 of the SHA-1 of ``DiscoInfo/verificationString``.
    package var version: String

    package init(node: String, version: String) {
      self.node = node
      self.version = version
    }

    package var element: XMLElement {
      XMLElement(
        "c", XMPPNamespace.capabilities, ["hash": "sha-1", "node": node, "ver": version])
    }
  }

  package init(
    identities: [Identity], features: [String], capabilities: Capabilities? = nil
  ) {
    self.identities = identities
    self.features = features
    self.capabilities = capabilities
  }

  /// Reads a `query`; what has no names is passed over, the rest is bounded at 256 of each.
  package init(decoding query: XMLElement) {
    identities = query.children("identity").prefix(256).compactMap {
      guard let category = $0["category"], let type = $0["type"] else { return nil }
      return Identity(category: category, type: type, name: $0["name"] ?? "")
    }
    features = query.children("feature").prefix(256).compactMap { $0["var"] }
  }

  package func query(node: String? = nil) -> XMLElement {
    var query = XMLElement("query", XMPPNamespace.discoInfo)
    query["node"] = node
    for identity in identities {
      var element = XMLElement(
        "identity", XMPPNamespace.discoInfo, ["category": identity.category, "type": identity.type])
      if !identity.name.isEmpty { element["name"] = identity.name }
      query.append(element)
    }
    for feature in features {
      query.append(XMLElement("feature", XMPPNamespace.discoInfo, ["var": feature]))
    }
    return query
  }

  /// The answer to a request for it. Beside the plain question only the node of the short form is
  /// known (XEP-0115 §6.2).
  package func answer(to request: XMLElement) -> XMLElement {
    let node = request.payload?["node"]
    let known = capabilities.map { "\($0.node)#\($0.version)" }
    guard node == nil || node == known else { return request.refusal(StanzaError(.itemNotFound)) }
    return request.result(query(node: node))
  }

  /// What the short form is the digest of (XEP-0115 §5.1, without languages and forms).
  package var verificationString: String {
    let names = identities.map { "\($0.category)/\($0.type)//\($0.name)<" }
    let ordered = { (texts: [String]) in
      texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined()
    }
    return ordered(names) + ordered(features.map { $0 + "<" })
  }
}

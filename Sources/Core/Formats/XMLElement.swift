/// One XML element: its name, attributes and content, without prefixes, comments and instructions.
package struct XMLElement: Equatable, Sendable {
  package enum Node: Equatable, Sendable {
    case element(XMLElement)
    /// Unescaped.
    case text(String)
  }

  /// Without a prefix.
  package var name: String
  /// The namespace it is in; empty for none.
  package var namespace: String
  /// By name, unescaped, `xml:lang` among them; those of other namespaces are not kept, because their
  /// prefixes mean nothing without their declarations and no protocol here has any.
  package var attributes: [String: String]
  package var nodes: [Node]

  package init(
    _ name: String, _ namespace: String, _ attributes: [String: String] = [:],
    _ children: [XMLElement] = [], text: String? = nil
  ) {
    self.name = name
    self.namespace = namespace
    self.attributes = attributes
    nodes = (text.map { [.text($0)] } ?? []) + children.map { .element($0) }
  }

  package subscript(attribute: String) -> String? {
    get { attributes[attribute] }
    set { attributes[attribute] = newValue }
  }

  package var children: [XMLElement] {
    nodes.compactMap {
      guard case .element(let element) = $0 else { return nil }
      return element
    }
  }

  /// The first child of that name, in that namespace if one is given.
  package func child(_ name: String, _ namespace: String? = nil) -> XMLElement? {
    children.first { $0.name == name && (namespace == nil || $0.namespace == namespace) }
  }

  /// All children of that name.
  package func children(_ name: String, _ namespace: String? = nil) -> [XMLElement] {
    children.filter { $0.name == name && (namespace == nil || $0.namespace == namespace) }
  }

  /// The text directly inside, joined.
  package var text: String {
    nodes.reduce(into: "") { text, node in
      if case .text(let part) = node { text += part }
    }
  }

  package mutating func append(_ child: XMLElement) { nodes.append(.element(child)) }
}

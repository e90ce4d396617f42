extension XMLElement {
  /// Reads one whole element, as RFC 7395 §3.3 puts it into a message: no XML declaration, document
  /// type, comment or processing instruction, and no entity beyond the five predefined ones.
  ///
  /// - Parameter limit: how many bytes are accepted at most.
  /// - Bound: ``depthLimit``, ``elementLimit``, ``attributeLimit``, ``prefixLimit``.
  /// - Source: RFC 6120 §11; XML 1.0; Namespaces in XML 1.0.
  package init(decoding text: String, limit: Int = 1 << 20) throws(XMLError) {
    guard text.utf8.count <= limit else { throw .tooLarge(byteCount: text.utf8.count) }
    var parser = XMLParser(Array(text.utf8))
    self = try parser.parseDocument()
  }

  /// This element as it is sent; a namespace is declared where it differs from the parent's.
  ///
  /// Characters that XML does not allow are left out, and so are attributes whose names are none or
  /// have a prefix other than `xml`, since the declaration of a prefix is not kept.
  ///
  /// - Parameter prefix: a prefix for this element's own name, for peers that look for
  ///   `stream:features` by its letters.
  package func encoded(prefix: String? = nil) -> String {
    var text = ""
    append(to: &text, parentNamespace: "", prefix: prefix)
    return text
  }

  /// How deep elements may nest.
  package static let depthLimit = 32
  /// How many elements there may be in one.
  package static let elementLimit = 16_384
  /// How many attributes one element may have, declarations included.
  package static let attributeLimit = 64
  /// How many prefixes may be declared at once.
  package static let prefixLimit = 64

  /// Whether XML 1.0 has that character (§2.2).
  static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
    default: false
    }
  }

  private func append(to text: inout String, parentNamespace: String, prefix: String? = nil) {
    let tag = prefix.map { "\($0):\(name)" } ?? name
    text += "<" + tag
    if let prefix {
      text += " xmlns:\(prefix)='"
      Self.append(namespace, to: &text)
      text += "'"
    } else if namespace != parentNamespace {
      text += " xmlns='"
      Self.append(namespace, to: &text)
      text += "'"
    }
    for name in attributes.keys.sorted() where Self.isPrintable(attribute: name) {
      text += " " + name + "='"
      Self.append(attributes[name] ?? "", to: &text)
      text += "'"
    }
    guard !nodes.isEmpty else {
      text += "/>"
      return
    }
    text += ">"
    for node in nodes {
      switch node {
      case .text(let part): Self.append(part, to: &text)
      case .element(let child):
        child.append(to: &text, parentNamespace: prefix == nil ? namespace : parentNamespace)
      }
    }
    text += "</" + tag + ">"
  }

  private static func append(_ value: String, to text: inout String) {
    for scalar in value.unicodeScalars where isAllowed(scalar) {
      switch scalar {
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "&": text += "&amp;"
      case "'": text += "&apos;"
      case "\"": text += "&quot;"
      // Written as such they would come back as other space.
      case "\t": text += "&#9;"
      case "\n": text += "&#10;"
      case "\r": text += "&#13;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isPrintable(attribute name: String) -> Bool {
    let local = name.utf8.starts(with: "xml:".utf8) ? name.utf8.dropFirst(4) : name.utf8[...]
    guard name != "xmlns", let first = local.first else { return false }
    return XMLParser.isNameStart(first) && local.allSatisfy(XMLParser.isNameByte)
  }
}

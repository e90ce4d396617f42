/// Reads one XML element, byte by byte, in time proportional to its length.
///
/// Written out because the system's parser is not at hand where decisions are made, knows entities
/// and documents that must not be followed, and has no bounds.
struct XMLParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var elementCount = 0
  /// The prefixes declared so far, innermost last.
  private var prefixes: [(prefix: String, namespace: String)] = [
    ("xml", "http://www.w3.org/XML/1998/namespace")
  ]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func parseDocument() throws(XMLError) -> XMLElement {
    skipSpace()
    try refuseMarkup()
    guard take("<") else { throw position < bytes.count ? malformed : .incomplete }
    let element = try parseElement(defaultNamespace: "")
    skipSpace()
    guard position == bytes.count else { throw .trailing(at: position) }
    return element
  }

  // MARK: - Elements

  /// An element whose `<` has been taken.
  private mutating func parseElement(defaultNamespace: String) throws(XMLError) -> XMLElement {
    depth += 1
    elementCount += 1
    guard depth <= XMLElement.depthLimit else { throw .tooDeep }
    guard elementCount <= XMLElement.elementLimit else { throw .tooManyElements }
    let outerPrefixCount = prefixes.count
    let nameStart = position
    let name = try parseName()
    let nameEnd = position
    var attributes = try parseAttributes()
    let namespace = try takeDeclarations(from: &attributes) ?? defaultNamespace
    let elementNamespace = try name.prefix.map { prefix throws(XMLError) in
      try lookUp(prefix)
    }
    var element = XMLElement(name.local, elementNamespace ?? namespace)
    for (name, value) in attributes {
      if let prefix = name.prefix {
        _ = try lookUp(prefix)
        guard prefix == "xml" else { continue }
      }
      element.attributes[name.written] = value
    }
    if take("/") {
      guard take(">") else { throw malformed }
    } else {
      guard take(">") else { throw malformed }
      element.nodes = try parseContent(defaultNamespace: namespace)
      guard bytes[position...].starts(with: bytes[nameStart..<nameEnd]) else { throw malformed }
      position += nameEnd - nameStart
      skipSpace()
      guard take(">") else { throw malformed }
    }
    prefixes.removeSubrange(outerPrefixCount...)
    depth -= 1
    return element
  }

  /// Everything up to and with `</`.
  private mutating func parseContent(
    defaultNamespace: String
  ) throws(XMLError) -> [XMLElement.Node] {
    var nodes: [XMLElement.Node] = []
    var text: [UInt8] = []
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        try parseCharacter(into: &text)
        continue
      }
      if bytes[position...].starts(with: "<![CDATA[".utf8) {
        try parseCDATA(into: &text)
        continue
      }
      try refuseMarkup()
      position += 1
      if !text.isEmpty {
        nodes.append(.text(String(decoding: text, as: UTF8.self)))
        text.removeAll()
      }
      if take("/") { return nodes }
      nodes.append(.element(try parseElement(defaultNamespace: defaultNamespace)))
    }
    throw .incomplete
  }

  private mutating func parseCDATA(into text: inout [UInt8]) throws(XMLError) {
    position += "<![CDATA[".utf8.count
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "]"), bytes[position...].starts(with: "]]>".utf8) {
        position += 3
        return
      }
      try parseLiteral(into: &text)
    }
    throw .incomplete
  }

  /// RFC 6120 §11.1.
  private func refuseMarkup() throws(XMLError) {
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "<") else { return }
    switch bytes[position + 1] {
    case UInt8(ascii: "?"), UInt8(ascii: "!"): throw .forbidden(at: position)
    default: return
    }
  }

  // MARK: - Names and attributes

  private struct Name: Hashable {
    var prefix: String?
    var local: String
    var written: String { prefix.map { "\($0):\(local)" } ?? local }
  }

  private typealias Attributes = [(name: Name, value: String)]

  private mutating func parseAttributes() throws(XMLError) -> Attributes {
    var attributes: Attributes = []
    var names: Set<Name> = []
    while true {
      let hasSpace = skipSpace()
      guard position < bytes.count else { throw .incomplete }
      if bytes[position] == UInt8(ascii: ">") || bytes[position] == UInt8(ascii: "/") {
        return attributes
      }
      guard hasSpace else { throw malformed }
      guard attributes.count < XMLElement.attributeLimit else { throw .tooManyAttributes }
      let name = try parseName()
      guard names.insert(name).inserted else { throw .duplicateAttribute(name.written) }
      skipSpace()
      guard take("=") else { throw malformed }
      skipSpace()
      attributes.append((name, try parseAttributeValue()))
    }
  }

  private mutating func parseAttributeValue() throws(XMLError) -> String {
    guard position < bytes.count else { throw .incomplete }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw malformed }
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      switch bytes[position] {
      case quote:
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "<"): throw malformed
      case 0x09, 0x0A, 0x0D:
        // Space of any kind written as such is one space (XML 1.0 §3.3.3).
        text.append(0x20)
        position += 1
      default: try parseCharacter(into: &text)
      }
    }
    throw .incomplete
  }

  /// Takes the namespaces declared here out of the attributes.
  ///
  /// - Returns: the new default namespace, if there is one.
  private mutating func takeDeclarations(
    from attributes: inout Attributes
  ) throws(XMLError) -> String? {
    var defaultNamespace: String?
    var others: Attributes = []
    for (name, value) in attributes {
      if name == Name(prefix: nil, local: "xmlns") {
        defaultNamespace = value
      } else if name.prefix == "xmlns" {
        guard !value.isEmpty, name.local != "xml", name.local != "xmlns" else { throw malformed }
        guard prefixes.count <= XMLElement.prefixLimit else { throw .tooManyPrefixes }
        prefixes.append((name.local, value))
      } else {
        others.append((name, value))
      }
    }
    attributes = others
    return defaultNamespace
  }

  private func lookUp(_ prefix: String) throws(XMLError) -> String {
    guard let declared = prefixes.last(where: { $0.prefix == prefix }) else {
      throw .unboundPrefix(prefix)
    }
    return declared.namespace
  }

  private mutating func parseName() throws(XMLError) -> Name {
    let first = try parseNamePart()
    guard take(":") else { return Name(prefix: nil, local: first) }
    return Name(prefix: first, local: try parseNamePart())
  }

  /// What XML calls an NCName; beyond ASCII every character is taken for a letter.
  private mutating func parseNamePart() throws(XMLError) -> String {
    let start = position
    while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
    guard position > start else { throw position < bytes.count ? malformed : .incomplete }
    guard Self.isNameStart(bytes[start]) else { throw .malformed(at: start) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  static func isNameStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: isNameStart(byte)
    }
  }

  // MARK: - Characters

  private mutating func parseCharacter(into text: inout [UInt8]) throws(XMLError) {
    if bytes[position] == UInt8(ascii: "&") {
      try parseReference(into: &text)
    } else {
      try parseLiteral(into: &text)
    }
  }

  /// One byte as it stands; line ends become one line feed (XML 1.0 §2.11).
  private mutating func parseLiteral(into text: inout [UInt8]) throws(XMLError) {
    let byte = bytes[position]
    switch byte {
    case 0x0D:
      if position + 1 >= bytes.count || bytes[position + 1] != 0x0A { text.append(0x0A) }
    case 0x09, 0x0A: text.append(byte)
    case ..<0x20: throw .illegalCharacter(at: position)
    case 0xEF
    where position + 2 < bytes.count && bytes[position + 1] == 0xBF && bytes[position + 2] >= 0xBE:
      throw .illegalCharacter(at: position)  // U+FFFE and U+FFFF.
    default: text.append(byte)
    }
    position += 1
  }

  private mutating func parseReference(into text: inout [UInt8]) throws(XMLError) {
    let start = position
    let window = bytes[position...].prefix(Self.longestReference)
    guard let end = window.firstIndex(of: UInt8(ascii: ";")) else {
      throw .unknownEntity(at: start)
    }
    let name = bytes[(position + 1)..<end]
    position = end + 1
    if let entity = Self.entities.first(where: { name.elementsEqual($0.name.utf8) }) {
      text.append(entity.byte)
      return
    }
    guard name.first == UInt8(ascii: "#") else { throw .unknownEntity(at: start) }
    let isHexadecimal = name.dropFirst().first == UInt8(ascii: "x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    // Swift's conversion would also take a sign.
    guard let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
      let value = UInt32(
        String(decoding: digits, as: UTF8.self), radix: isHexadecimal ? 16 : 10),
      let scalar = Unicode.Scalar(value)
    else { throw .unknownEntity(at: start) }
    guard XMLElement.isAllowed(scalar) else { throw .illegalCharacter(at: start) }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  // MARK: - Bytes

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return position > start
      }
    }
    return position > start
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private var malformed: XMLError {
    position < bytes.count ? .malformed(at: position) : .incomplete
  }

  private static let entities: [(name: String, byte: UInt8)] = [
    ("lt", UInt8(ascii: "<")), ("gt", UInt8(ascii: ">")), ("amp", UInt8(ascii: "&")),
    ("apos", UInt8(ascii: "'")), ("quot", UInt8(ascii: "\"")),
  ]
  /// Bytes of a reference, with leading zeros to spare.
  private static let longestReference = 16
}

/// An XMPP address: `node@domain/resource`, of which only the domain must be there.
///
/// Node and domain are kept in lower case as far as ASCII goes; the rest of stringprep is left to
/// the server, which knows its own users. What no JID may contain is refused.
///
/// - Bound: 1 023 bytes a part.
/// - Source: RFC 7622 §3.
package struct JID: Hashable, Sendable, CustomStringConvertible {
  package let node: String?
  package let domain: String
  package let resource: String?

  /// - Returns: `nil` for what is no address.
  package init?(_ text: String) {
    guard text.utf8.count <= 3 * Self.partLimit + 2 else { return nil }
    let slash = text.firstIndex(of: "/")
    let bare = text[..<(slash ?? text.endIndex)]
    let at = bare.firstIndex(of: "@")
    self.init(
      node: at.map { String(bare[..<$0]) },
      domain: String(at.map { bare[bare.index(after: $0)...] } ?? bare),
      resource: slash.map { String(text[text.index(after: $0)...]) })
  }

  /// - Returns: `nil` if a part is none.
  package init?(node: String?, domain: String, resource: String? = nil) {
    if let node, !Self.isNode(node) { return nil }
    if let resource, !Self.isResource(resource) { return nil }
    var domain = Self.lowercased(domain)
    if domain.hasSuffix(".") { domain.removeLast() }
    guard Self.isDomain(domain) else { return nil }
    self.node = node.map(Self.lowercased)
    self.domain = domain
    self.resource = resource
  }

  private init(trustedNode node: String?, domain: String, resource: String?) {
    self.node = node
    self.domain = domain
    self.resource = resource
  }

  /// Without the resource.
  package var bare: JID { JID(trustedNode: node, domain: domain, resource: nil) }

  package var isBare: Bool { resource == nil }

  /// - Returns: `nil` if that is no resource.
  package func with(resource: String) -> JID? {
    guard Self.isResource(resource) else { return nil }
    return JID(trustedNode: node, domain: domain, resource: resource)
  }

  package var description: String {
    (node.map { $0 + "@" } ?? "") + domain + (resource.map { "/" + $0 } ?? "")
  }

  private static func isNode(_ text: String) -> Bool {
    isPart(text) && text.unicodeScalars.allSatisfy { !"\"&'/:<>@ ".unicodeScalars.contains($0) }
  }

  private static func isDomain(_ text: String) -> Bool {
    isPart(text)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), 0x80...,
          UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }

  private static func isResource(_ text: String) -> Bool { isPart(text) }

  /// No part is empty, too long, or has what cannot be seen.
  private static func isPart(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= partLimit else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator,
        .paragraphSeparator:
        false
      case .spaceSeparator: scalar == " "
      default: true
      }
    }
  }

  private static func lowercased(_ text: String) -> String {
    String(
      decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }

  /// Bytes of one part.
  package static let partLimit = 1_023
}

package import Formats

/// The fields of a request's body or query (`application/x-www-form-urlencoded`), in order.
package struct ZulipForm: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var fields: [(name: String, value: String)] = []

  package init() {}

  /// Fields without a value are left out.
  package init(dictionaryLiteral elements: (String, String?)...) {
    for (name, value) in elements {
      if let value { fields.append((name, value)) }
    }
  }

  package mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

  package subscript(name: String) -> String? { fields.last { $0.name == name }?.value }

  package func encoded() -> String {
    fields.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
  }

  /// A text as a path's segment or a field's value (RFC 3986 §2.1).
  package static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  package static func == (left: ZulipForm, right: ZulipForm) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }
}

/// How a request's parameters are read: by name, from a form, a query or a JSON body.
///
/// Some clients send JSON text inside the form, so one pair of quotes around a value is taken off.
package struct ZulipParameters {
  private let lookup: (String) -> String?

  package init(_ lookup: @escaping (String) -> String?) { self.lookup = lookup }

  /// - Parameter value: a JSON body.
  package init(_ value: JSONValue) {
    self.init { name in
      switch value[name] {
      case .boolean(let flag)?: flag ? "true" : "false"
      case .array?, .object?: value[name]?.text
      case let other: other?.string
      }
    }
  }

  package subscript(name: String) -> String? {
    guard let text = lookup(name) else { return nil }
    guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else {
      return text.isEmpty ? nil : text
    }
    let inner = String(text.dropFirst().dropLast())
    return inner.isEmpty ? nil : inner
  }

  /// `true` or `false` in whatever case; anything else but `true` is `false`, as the servers read it.
  package func flag(_ name: String, usual: Bool) -> Bool {
    self[name].map { $0.lowercased() == "true" || $0 == "1" } ?? usual
  }

  package func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  /// Integers as JSON (`[1,2]`) or with commas between (`1,2`).
  ///
  /// - Bound: the first 100.
  package func integers(_ name: String) -> [Int] {
    guard let text = self[name] else { return [] }
    if let value = try? JSONValue(decoding: text), let list = value.array {
      return list.prefix(100).compactMap(\.integer)
    }
    return text.split(separator: ",").prefix(100).compactMap { part in
      Int(String(part.filter { !$0.isWhitespace }))
    }
  }
}

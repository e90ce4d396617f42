/// A JSON value as it came, before anybody gave it a meaning.
///
/// Servers disagree about spelling and types, so wire types read from this value with accessors that
/// forgive what does no harm: a number in quotes, a missing member, an unknown one.
package enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Why bytes were not taken as JSON.
  package enum DecodingError: Error, Equatable {
    case tooLarge(byteCount: Int)
    case tooDeep
    case malformed
  }

  /// Reads a whole document.
  ///
  /// A member that comes twice counts with its last value.
  ///
  /// - Parameter limit: how many bytes are accepted at most.
  /// - Bound: ``depthLimit``.
  /// - Source: RFC 8259.
  package init(decoding bytes: [UInt8], limit: Int = 1 << 20) throws(DecodingError) {
    guard bytes.count <= limit else { throw .tooLarge(byteCount: bytes.count) }
    var parser = JSONParser(bytes)
    self = try parser.parseDocument()
  }

  /// Reads a whole document.
  package init(decoding text: String, limit: Int = 1 << 20) throws(DecodingError) {
    guard text.utf8.count <= limit else { throw .tooLarge(byteCount: text.utf8.count) }
    try self.init(decoding: Array(text.utf8), limit: limit)
  }

  /// How deep brackets may nest.
  package static let depthLimit = 32
}

extension JSONValue {
  /// The member of that name; `nil` when this is no object, has none, or it is `null`.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self, let value = members[name], value != .null else {
      return nil
    }
    return value
  }

  /// A string, or a number as its digits.
  package var string: String? {
    switch self {
    case .string(let value): return value
    case .integer(let value): return String(value)
    case .number(let value): return String(value)
    case .null, .boolean, .array, .object: return nil
    }
  }

  /// An integer, also one in quotes; a fraction is cut off. `nil` if it does not fit.
  package var integer: Int? {
    switch self {
    case .integer(let value): return Int(value)
    case .number(let value): return Int(exactly: value.rounded(.towardZero))
    case .string(let text):
      return Int(text) ?? decimal(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    case .null, .boolean, .array, .object: return nil
    }
  }

  /// A finite number, also one in quotes.
  package var double: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .string(let text): return decimal(text)
    case .null, .boolean, .array, .object: return nil
    }
  }

  /// A truth value, also `"true"`, `"false"`, 0 and 1.
  package var boolean: Bool? {
    switch self {
    case .boolean(let value): return value
    case .integer(0), .string("false"), .string("0"): return false
    case .integer(1), .string("true"), .string("1"): return true
    case .null, .integer, .number, .string, .array, .object: return nil
    }
  }

  package var array: [JSONValue]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  package var object: [String: JSONValue]? {
    if case .object(let members) = self { return members }
    return nil
  }

  /// An object of the members that have a value.
  package static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    var result: [String: JSONValue] = [:]
    for (name, value) in members {
      if let value { result[name] = value }
    }
    return .object(result)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}

/// A number in decimal notation; Swift would also take `nan`, `inf` and hexadecimal.
private func decimal(_ text: String) -> Double? {
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
    value.isFinite
  else { return nil }
  return value
}

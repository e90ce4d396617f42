import FoundationEssentials

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
  /// - Parameter limit: how many bytes are accepted at most.
  package init(decoding bytes: [UInt8], limit: Int = 1 << 20) throws(DecodingError) {
    guard bytes.count <= limit else { throw .tooLarge(byteCount: bytes.count) }
    guard Self.depth(of: bytes) <= Self.depthLimit else { throw .tooDeep }
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw .malformed
    }
  }

  /// Reads a whole document.
  package init(decoding text: String, limit: Int = 1 << 20) throws(DecodingError) {
    try self.init(decoding: Array(text.utf8), limit: limit)
  }

  /// This value as one line of JSON, with members in alphabetical order.
  package var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }

  /// How deep brackets may nest.
  package static let depthLimit = 32

  private static func depth(of bytes: [UInt8]) -> Int {
    var depth = 0
    var deepest = 0
    var isInString = false
    var isEscaped = false
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    return deepest
  }
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

  /// An integer, also one in quotes or written with a fraction of zero.
  package var integer: Int? {
    switch self {
    case .integer(let value): return Int(value)
    case .number(let value): return Int(exactly: value.rounded(.towardZero))
    case .string(let value): return Int(value)
    case .null, .boolean, .array, .object: return nil
    }
  }

  /// A number, also one in quotes.
  package var double: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .string(let value): return Double(value)
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

extension JSONValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    // JSON has no infinities; a measurement that has none of its own is left out as null.
    case .number(let value):
      if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

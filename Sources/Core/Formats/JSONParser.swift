/// Reads one JSON document, byte by byte, in time proportional to its length.
///
/// Written out because the system's decoder takes seconds for what a hostile server can put into a
/// megabyte.
struct JSONParser {
  private typealias Failure = JSONValue.DecodingError

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func parseDocument() throws(JSONValue.DecodingError) -> JSONValue {
    // A byte order mark is not allowed in front, but some servers send one (RFC 8259 §8.1).
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    let value = try parseValue()
    skipSpace()
    guard position == bytes.count else { throw .malformed }
    return value
  }

  private mutating func parseValue() throws(JSONValue.DecodingError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw .malformed }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", as: .boolean(true))
    case UInt8(ascii: "f"): return try parseWord("false", as: .boolean(false))
    case UInt8(ascii: "n"): return try parseWord("null", as: .null)
    default: return try parseNumber()
    }
  }

  private mutating func parseObject() throws(JSONValue.DecodingError) -> JSONValue {
    try enter()
    var members: [String: JSONValue] = [:]
    var goesOn = !take(UInt8(ascii: "}"))
    while goesOn {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw .malformed }
      let name = try parseString()
      guard take(UInt8(ascii: ":")) else { throw .malformed }
      members[name] = try parseValue()
      goesOn = take(UInt8(ascii: ","))
      guard goesOn || take(UInt8(ascii: "}")) else { throw .malformed }
    }
    depth -= 1
    return .object(members)
  }

  private mutating func parseArray() throws(JSONValue.DecodingError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    var goesOn = !take(UInt8(ascii: "]"))
    while goesOn {
      elements.append(try parseValue())
      goesOn = take(UInt8(ascii: ","))
      guard goesOn || take(UInt8(ascii: "]")) else { throw .malformed }
    }
    depth -= 1
    return .array(elements)
  }

  /// Passes over an opening bracket.
  private mutating func enter() throws(JSONValue.DecodingError) {
    position += 1
    depth += 1
    guard depth <= JSONValue.depthLimit else { throw .tooDeep }
  }

  private mutating func parseWord(
    _ word: String, as value: JSONValue
  ) throws(JSONValue.DecodingError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw .malformed }
    position += word.utf8.count
    return value
  }

  // MARK: - Numbers

  private mutating func parseNumber() throws(JSONValue.DecodingError) -> JSONValue {
    let start = position
    takeHere(UInt8(ascii: "-"))
    let digits = position
    guard takeDigits(), bytes[digits] != UInt8(ascii: "0") || position == digits + 1 else {
      throw .malformed
    }
    var isWhole = true
    if takeHere(UInt8(ascii: ".")) {
      isWhole = false
      guard takeDigits() else { throw .malformed }
    }
    if takeHere(UInt8(ascii: "e")) || takeHere(UInt8(ascii: "E")) {
      isWhole = false
      if !takeHere(UInt8(ascii: "+")) { takeHere(UInt8(ascii: "-")) }
      guard takeDigits() else { throw .malformed }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw .malformed }
    // `1.0` and `1e3` are integers as well, as far as doubles tell integers apart.
    return abs(value) <= 0x1p53
      ? Int64(exactly: value).map { .integer($0) } ?? .number(value)
      : .number(value)
  }

  private mutating func takeDigits() -> Bool {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      position += 1
    }
    return position > start
  }

  // MARK: - Strings

  private mutating func parseString() throws(JSONValue.DecodingError) -> String {
    position += 1
    var text: [UInt8] = []
    var start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        text.append(contentsOf: bytes[start..<position])
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else { throw .malformed }
        return string
      }
      guard byte >= 0x20 else { throw .malformed }
      position += 1
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: bytes[start..<position - 1])
        text.append(contentsOf: try parseEscape())
        start = position
      }
    }
    throw .malformed
  }

  /// What the characters after a backslash stand for.
  private mutating func parseEscape() throws(JSONValue.DecodingError) -> [UInt8] {
    guard position < bytes.count else { throw .malformed }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try parseUnicodeEscape()).utf8)
    default: throw .malformed
    }
  }

  /// One scalar, of one escape or of a pair; half a pair, which is no scalar, becomes U+FFFD.
  private mutating func parseUnicodeEscape() throws(JSONValue.DecodingError) -> Unicode.Scalar {
    let first = try parseFourDigits()
    if (0xD800...0xDBFF).contains(first), bytes[position...].starts(with: "\\u".utf8) {
      let afterFirst = position
      position += 2
      let second = try parseFourDigits()
      if (0xDC00...0xDFFF).contains(second) {
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
      }
      position = afterFirst
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  private mutating func parseFourDigits() throws(JSONValue.DecodingError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw .malformed }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: - Bytes

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Takes a byte that may have space in front of it.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    return takeHere(byte)
  }

  @discardableResult
  private mutating func takeHere(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }
}

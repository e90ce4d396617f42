/// The words, texts and signs of a script, without its comments.
struct ConfigTokens: Sendable {
  enum Token: Equatable {
    /// A literal, unescaped.
    case text(String)
    /// A name with what follows it behind dots, or a number: `config.hosts.domain`.
    case word(String)
    case sign(Character)
  }

  private let bytes: [UInt8]
  /// What stands in `${…}` of template literals and in leftovers of the server's templates.
  private let variables: [String: String]
  private var position = 0
  private var peeked: Token?

  init(_ bytes: [UInt8], _ variables: [String: String]) {
    self.bytes = bytes
    self.variables = variables
  }

  mutating func next() -> Token? {
    if let token = peeked {
      peeked = nil
      return token
    }
    return read()
  }

  mutating func peek() -> Token? {
    if peeked == nil { peeked = read() }
    return peeked
  }

  /// Takes that sign, if it is next.
  mutating func take(_ sign: Character) -> Bool {
    guard peek() == .sign(sign) else { return false }
    peeked = nil
    return true
  }

  /// Takes a `=` that is neither a comparison nor an arrow.
  mutating func takeAssignment() -> Bool {
    guard peek() == .sign("="), position >= bytes.count || !"=>".utf8.contains(bytes[position])
    else { return false }
    peeked = nil
    return true
  }

  private mutating func read() -> Token? {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "/") where skipComment():
        break
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
        return .text(readText(until: byte))
      case _ where Self.isWord(byte):
        return .word(readWord())
      case 0x21...0x7E:
        position += 1
        return .sign(Character(Unicode.Scalar(byte)))
      default:
        position += 1
      }
    }
    return nil
  }

  private mutating func skipComment() -> Bool {
    guard position + 1 < bytes.count else { return false }
    switch bytes[position + 1] {
    case UInt8(ascii: "/"):
      while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      return true
    case UInt8(ascii: "*"):
      position += 2
      while position < bytes.count {
        let isEnd =
          bytes[position] == UInt8(ascii: "/") && bytes[position - 1] == UInt8(ascii: "*")
        position += 1
        if isEnd { break }
      }
      return true
    default:
      return false
    }
  }

  private mutating func readWord() -> String {
    let start = position
    while position < bytes.count {
      let isDot =
        bytes[position] == UInt8(ascii: ".") && position + 1 < bytes.count
        && Self.isWord(bytes[position + 1])
      guard isDot || Self.isWord(bytes[position]) else { break }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func readText(until quote: UInt8) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      // A text that was not closed ends with its line, so that the rest can be read.
      if bytes[position] == 0x0A, quote != UInt8(ascii: "`") { break }
      if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
      text.append(bytes[position])
      position += 1
    }
    position += 1
    return replaced(String(decoding: text, as: UTF8.self))
  }

  /// Puts in what the server's or the script's templates ask for by name.
  private func replaced(_ text: String) -> String {
    guard text.contains("<!--#") || text.contains("${") else { return text }
    var result = ""
    var rest = text[...]
    while let (start, end) = ["<!--#": "-->", "${": "}"].compactMap({ open, close in
      rest.firstRange(of: open).flatMap { start in
        rest[start.upperBound...].firstRange(of: close).map { (start, $0) }
      }
    }).min(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      result += rest[..<start.lowerBound]
      let inside = rest[start.upperBound..<end.lowerBound]
      let name = inside.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "." })
        .first { variables[String($0)] != nil }
      result += name.flatMap { variables[String($0)] } ?? ""
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }
}

import Basics

/// Damages messages by seed: flipped, dropped, repeated and exchanged pieces, values of the wrong kind,
/// deep nesting, cut ends.
///
///     var mutator = Mutator(seed: 7)
///     let damaged = mutator.mutate(message)
package struct Mutator {
  private var generator: SeededGenerator

  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// One to three damages to a text; what comes out is valid UTF-8.
  package mutating func mutate(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) { damage(&bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An order in which messages may come: some left out, some twice, some exchanged.
  package mutating func disturb<Message>(_ messages: [Message]) -> [Message] {
    var result = messages
    for _ in 0..<Int.random(in: 0...3, using: &generator) where !result.isEmpty {
      let index = Int.random(in: result.indices, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: result.remove(at: index)
      case 1: result.insert(result[index], at: index)
      default: result.swapAt(index, Int.random(in: result.indices, using: &generator))
      }
    }
    return result
  }

  /// Whether to damage this one: once in `chances`.
  package mutating func happens(onceIn chances: Int) -> Bool {
    Int.random(in: 0..<chances, using: &generator) == 0
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = Self.pieces.randomElement(using: &generator) ?? []
      return
    }
    let start = Int.random(in: bytes.indices, using: &generator)
    let end = min(bytes.count, start + Int.random(in: 1...24, using: &generator))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes.removeSubrange(start..<end)
    case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
    case 3: bytes.removeSubrange(start...)
    case 4, 5:
      bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: start)
    case 6: replaceValue(in: &bytes, after: start)
    default:
      let opening = [UInt8](repeating: UInt8(ascii: "["), count: 200)
      bytes.insert(contentsOf: opening, at: start)
    }
  }

  /// Puts another value in the place of the JSON value or the attribute after a quotation mark.
  private mutating func replaceValue(in bytes: inout [UInt8], after start: Int) {
    let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ":")]
    guard let open = bytes[start...].firstIndex(where: quotes.contains),
      let close = bytes[(open + 1)...].firstIndex(where: (quotes + [UInt8(ascii: ",")]).contains)
    else { return }
    bytes.replaceSubrange(
      (open + 1)..<close, with: Self.pieces.randomElement(using: &generator) ?? [])
  }

  private static let pieces: [[UInt8]] = [
    "null", "true", "-1", "0", "1e308", "99999999999999999999", "\"\"", "{}", "[]", "\u{1B}[2J",
    "\u{0}",
    "\u{202E}", "\u{FFFD}", "&#0;", "&amp;", "<x/>", "]]>", "%00", "\\ud800",
    String(repeating: "A", count: 5_000),
  ].map { Array($0.utf8) }
}

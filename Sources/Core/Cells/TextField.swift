/// One line of text being typed.
package struct TextField: Equatable, Sendable {
  private var characters: [Character]
  /// Before which character the cursor stands; at the end it is their count.
  package private(set) var cursor: Int

  package init(_ text: String = "") {
    characters = Array(text.prefix(Self.limit))
    cursor = characters.count
  }

  package var text: String { String(characters) }
  package var isEmpty: Bool { characters.isEmpty }

  /// Takes an editing key.
  ///
  /// - Returns: `false` when the key has nothing to do with editing.
  package mutating func take(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert([character])
    case .paste(let text): insert(Array(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .backspace, .control("h"): remove(max(0, cursor - 1)..<cursor)
    case .delete, .control("d"): remove(cursor..<min(characters.count, cursor + 1))
    case .control("u"): remove(0..<cursor)
    case .control("k"): remove(cursor..<characters.count)
    case .control("w"): remove(wordStart..<cursor)
    case .alt("b"): cursor = wordStart
    default: return false
    }
    return true
  }

  /// The part of the text that fits `width` columns with the cursor in sight, and the cursor's column.
  package func window(width: Int) -> (text: String, cursorColumn: Int) {
    guard width > 0 else { return ("", 0) }
    // The cursor needs a column of its own behind the text in front of it.
    let before = String(characters[..<cursor]).suffix(columns: width - 1)
    let column = before.columns
    let after = String(characters[cursor...]).prefix(columns: width - column)
    return (before + after, column)
  }

  private mutating func insert(_ new: [Character]) {
    // What could not be shown must not be sent either.
    let new = new.filter { $0.columns > 0 }.prefix(max(0, Self.limit - characters.count))
    characters.insert(contentsOf: new, at: cursor)
    cursor += new.count
  }

  private mutating func remove(_ range: Range<Int>) {
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private var wordStart: Int {
    var index = cursor
    while index > 0, characters[index - 1] == " " { index -= 1 }
    while index > 0, characters[index - 1] != " " { index -= 1 }
    return index
  }

  /// In characters; what goes beyond is not taken.
  package static let limit = 500
}

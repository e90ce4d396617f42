/// What stands for the drawing characters on a terminal that knows ASCII only.
package enum ASCIIFallback {
  /// The ASCII character for a drawing character; `nil` when there is none.
  package static func character(for text: String) -> Character? { table[text] }

  /// The text with ASCII alone, character by character, as ``Screen/inASCII`` has it.
  package static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return String(
      text.map { character in
        if character.isASCII { return character }
        return table[String(character)] ?? latin(String(character)) ?? "?"
      })
  }

  /// The cell with ASCII alone: drawing characters by their stand-ins, letters without their marks
  /// where that is known, and `?` for the rest, as wide as before.
  static func cell(for cell: Cell) -> Cell {
    if cell.text.utf8.allSatisfy({ $0 < 0x80 }) { return cell }
    let stand = table[cell.text] ?? latin(cell.text) ?? "?"
    let text = cell.columns == 2 ? "\(stand)\(stand)" : String(stand)
    return Cell(asciiPair: text, columns: cell.columns, style: cell.style)
  }

  /// A decomposed or common accented Latin letter's base.
  private static func latin(_ text: String) -> Character? {
    guard let first = text.unicodeScalars.first else { return nil }
    if first.isASCII { return Character(first) }
    return accented[Character(first)]
  }

  private static let table: [String: Character] = {
    var table: [String: Character] = [
      "●": "*", "○": "o", "◐": "~", "◌": ".", "◉": "@", "‖": "=", "■": "x", "▸": ">", "▌": "_",
      "↙": "<", "↗": ">", "✗": "x", "✓": "v", "↔": "=", "→": ">", "←": "<", "↑": "^", "↓": "v",
      "…": ".", "·": "-", "“": "\"", "”": "\"", "‘": "'", "’": "'", "–": "-", "—": "-", "×": "x",
      "▲": "^", "▼": "v", "░": ".", "│": "|", "┃": "|", "╽": "|", "╿": "|", "╷": "|", "╵": "|",
      "╻": "|", "╹": "|", "⏎": "<", "♪": "*", "█": "#", "⏺": "o", "µ": "u",
    ]
    for glyph in ["─", "╴", "╶", "╌"] { table[glyph] = "-" }
    for glyph in ["━", "╸", "╺", "╾", "╼"] { table[glyph] = "=" }
    for (glyph, stand) in zip("▁▂▃▄▅▆▇", "_.:-=+*") { table[String(glyph)] = stand }
    // Every other joint of the block is a corner or a crossing.
    for value in UInt32(0x250C)...0x254B {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if table[String(scalar)] == nil { table[String(scalar)] = "+" }
    }
    for glyph in ["╭", "╮", "╰", "╯"] { table[glyph] = "+" }
    return table
  }()

  private static let accented: [Character: Character] = {
    let rows: [(Character, String)] = [
      ("A", "ÀÁÂÃÄÅĀĂĄ"), ("C", "ÇĆĈĊČ"), ("D", "ĎĐ"), ("E", "ÈÉÊËĒĔĖĘĚ"), ("G", "ĜĞĠĢ"),
      ("I", "ÌÍÎÏĨĪĬĮİ"), ("L", "ĹĻĽŁ"), ("N", "ÑŃŅŇ"), ("O", "ÒÓÔÕÖØŌŎŐ"), ("R", "ŔŖŘ"),
      ("S", "ŚŜŞŠ"), ("T", "ŢŤ"), ("U", "ÙÚÛÜŨŪŬŮŰŲ"), ("W", "Ŵ"), ("Y", "ÝŶŸ"), ("Z", "ŹŻŽ"),
    ]
    var table: [Character: Character] = ["ß": "s"]
    for (base, letters) in rows {
      for letter in letters {
        table[letter] = base
        for lower in letter.lowercased() { table[lower] = Character(base.lowercased()) }
      }
    }
    return table
  }()
}

extension Screen {
  /// The screen for a terminal that knows ASCII only.
  package var inASCII: Screen { mapped(ASCIIFallback.cell) }

  /// The screen without colours, attributes kept.
  package var withoutColour: Screen {
    mapped { cell in
      var cell = cell
      cell.style = cell.style.withoutColour
      return cell
    }
  }
}

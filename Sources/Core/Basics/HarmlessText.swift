/// Text from elsewhere, made fit to be shown.
package enum HarmlessText {
  /// `text` on one line, without anything that could command a terminal or reorder what surrounds it.
  ///
  /// Control characters (C0, DEL, C1), line and paragraph separators and spaces of any width become a
  /// space; bidirectional overrides, embeddings and isolates, characters that cannot be seen, tags,
  /// format characters, and combining marks without a letter are removed; runs of spaces become one.
  ///
  /// - Parameter limit: how many characters are kept; longer text ends in `…`.
  package static func line(_ text: some StringProtocol, limit: Int = 256) -> String {
    if isHarmlessLine(text.utf8, limit: limit) { return String(text) }
    var result = ""
    var count = 0
    var pendingSpace = false
    for character in text {
      guard let kept = harmless(character) else {
        // Only separators and controls part words; invisible characters leave no trace.
        if parts(character) { pendingSpace = !result.isEmpty }
        continue
      }
      if kept == " " {
        pendingSpace = !result.isEmpty
        continue
      }
      if count + (pendingSpace ? 1 : 0) >= limit {
        return result + "…"
      }
      if pendingSpace {
        result.append(" ")
        count += 1
        pendingSpace = false
      }
      result.append(kept)
      count += 1
    }
    return result
  }

  /// Whether the text is short printable ASCII with single spaces inside, as most names are.
  private static func isHarmlessLine(_ bytes: some Sequence<UInt8>, limit: Int) -> Bool {
    var count = 0
    var previous = UInt8(ascii: " ")
    for byte in bytes {
      guard (0x20...0x7E).contains(byte), byte != 0x20 || previous != 0x20 else { return false }
      previous = byte
      count += 1
      if count > limit { return false }
    }
    return previous != 0x20 || count == 0
  }

  /// The character without its harmful scalars; `nil` when nothing is left of it.
  ///
  /// A grapheme is bounded as well: a letter under hundreds of combining marks keeps the first few.
  private static func harmless(_ character: Character) -> Character? {
    let scalars = character.unicodeScalars
    if scalars.count == 1, let only = scalars.first {
      if only.properties.generalCategory == .spaceSeparator { return " " }
      return isHarmful(only) || only == joiner || isMark(only) ? nil : character
    }
    var kept = Array(scalars.lazy.filter { !isHarmful($0) }.prefix(scalarLimit))
    // A joiner that joins nothing is one more invisible character.
    while kept.last == joiner { kept.removeLast() }
    guard let first = kept.first, first != joiner, !isMark(first) else { return nil }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: kept)
    let whole = String(text)
    return whole.count == 1 ? whole.first : Character(first)
  }

  private static func parts(_ character: Character) -> Bool {
    character.unicodeScalars.contains {
      $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      return true
    case .format:
      // The joiner holds emoji and Indic clusters together and does nothing else.
      return scalar != joiner
    default:
      // What cannot be seen; of these only the selectors between text and picture are of use.
      return scalar.properties.isDefaultIgnorableCodePoint && !isVariationSelector(scalar)
        || scalar == blankBraille
    }
  }

  private static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool {
    (0xFE00...0xFE0F).contains(scalar.value)
  }

  private static let joiner: Unicode.Scalar = "\u{200D}"
  /// Without a dot it is as wide as a letter and looks like nothing.
  private static let blankBraille: Unicode.Scalar = "\u{2800}"
  /// A family of four takes seven scalars, with skin tones eleven.
  private static let scalarLimit = 12
}

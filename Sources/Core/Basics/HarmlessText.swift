/// Text from elsewhere, made fit to be shown.
package enum HarmlessText {
  /// `text` on one line, without anything that could command a terminal or reorder what surrounds it.
  ///
  /// Control characters (C0, DEL, C1), line and paragraph separators become a space; bidirectional
  /// overrides, embeddings and isolates, zero-width characters, tags, and other format characters are
  /// removed; runs of spaces become one.
  ///
  /// - Parameter limit: how many characters are kept; longer text ends in `…`.
  package static func line(_ text: some StringProtocol, limit: Int = 256) -> String {
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

  /// The character without its harmful scalars; `nil` when nothing is left of it.
  ///
  /// A grapheme is bounded as well: a letter under hundreds of combining marks keeps the first eight.
  private static func harmless(_ character: Character) -> Character? {
    let scalars = character.unicodeScalars
    if scalars.count == 1, let only = scalars.first {
      return isHarmful(only) ? nil : character
    }
    let kept = scalars.filter { !isHarmful($0) }.prefix(8)
    guard let first = kept.first else { return nil }
    var text = String(String.UnicodeScalarView([first]))
    text.unicodeScalars.append(contentsOf: kept.dropFirst())
    return text.count == 1 ? text.first : Character(String(String.UnicodeScalarView([first])))
  }

  private static func parts(_ character: Character) -> Bool {
    character.unicodeScalars.contains {
      $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028
        || $0.value == 0x2029
    }
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      return true
    case .format:
      // The joiner holds emoji and Indic clusters together and does nothing else.
      return scalar.value != 0x200D
    default:
      return false
    }
  }
}

/// A piece of text that takes columns of its own: a base character with the marks upon it.
///
/// Terminals disagree about what joins into one glyph, so a text is cut where all of them agree: a
/// joined emoji is shown by its first member, without skin tone and variation selectors; a flag stays
/// whole; a cluster of several spacing letters becomes several parts.
package struct DisplayPart: Equatable, Sendable {
  package let text: String
  /// 1 or 2.
  package let columns: Int

  fileprivate init(text: String, columns: Int) {
    self.text = text
    self.columns = columns
  }

  /// A printing ASCII character.
  init(ascii byte: UInt8) {
    self.init(text: Self.asciiTexts[Int(byte & 0x7F)], columns: 1)
  }

  private static let asciiTexts = (UInt8(0)..<0x80).map { String(Unicode.Scalar($0)) }

  /// Terminals keep a base and five more scalars in a cell; four marks are enough for any script.
  fileprivate static let maximumMarks = 4
}

extension StringProtocol {
  /// The text in parts, in order. What must not be drawn is left out.
  package var displayParts: [DisplayPart] {
    var parts: [DisplayPart] = []
    parts.reserveCapacity(utf8.count)
    for character in self { character.appendDisplayParts(to: &parts) }
    return parts
  }

  /// How many columns the text takes when drawn.
  package var columns: Int {
    isPlain ? utf8.count : reduce(0) { $0 + $1.columns }
  }

  /// Whether the text is printing ASCII alone: a column a byte.
  var isPlain: Bool { utf8.allSatisfy { (0x20...0x7E).contains($0) } }
}

extension Character {
  /// How many columns the character takes when drawn; zero when it leaves no trace.
  package var columns: Int {
    if isASCII { return DisplayWidth.columns(of: unicodeScalars.first ?? " ") ?? 0 }
    var parts: [DisplayPart] = []
    appendDisplayParts(to: &parts)
    return parts.reduce(0) { $0 + $1.columns }
  }

  fileprivate func appendDisplayParts(to parts: inout [DisplayPart]) {
    let scalars = unicodeScalars
    guard let first = scalars.first else { return }
    if first.isASCII, scalars.count == 1 {
      if DisplayWidth.columns(of: first) == 1 {
        parts.append(DisplayPart(ascii: UInt8(truncatingIfNeeded: first.value)))
      }
      return
    }
    if scalars.count == 1, DisplayWidth.columns(of: first) == 1, !first.isRegionalIndicator {
      parts.append(DisplayPart(text: String(self), columns: 1))
      return
    }
    if first.isRegionalIndicator {
      parts.append(Self.flag(scalars))
      return
    }
    appendCluster(scalars, to: &parts)
  }

  private func appendCluster(
    _ scalars: String.UnicodeScalarView, to parts: inout [DisplayPart]
  ) {
    var base = String.UnicodeScalarView()
    var baseColumns = 0
    func finish() {
      if baseColumns > 0 { parts.append(DisplayPart(text: String(base), columns: baseColumns)) }
    }
    for scalar in scalars {
      if scalar.value == 0x200D {
        // A joined emoji ends here; in other scripts the joiner leaves no trace of its own.
        if baseColumns == 2 { break }
        continue
      }
      guard let columns = DisplayWidth.columns(of: scalar), !scalar.isSelectorOrTone(after: base)
      else { continue }
      if columns > 0 {
        finish()
        base = String.UnicodeScalarView([scalar])
        baseColumns = columns
      } else if baseColumns > 0, base.count <= DisplayPart.maximumMarks,
        scalar.properties.generalCategory != .format
      {
        base.append(scalar)
      }
    }
    finish()
  }

  /// Two regional indicators are a flag; one alone is shown as its letter.
  private static func flag(_ scalars: String.UnicodeScalarView) -> DisplayPart {
    let pair = scalars.filter(\.isRegionalIndicator)
    guard pair.count == 2 else {
      let letter = pair.first.flatMap { Unicode.Scalar($0.value - 0x1F1E6 + 0x41) } ?? "?"
      return DisplayPart(text: String(letter), columns: 1)
    }
    return DisplayPart(text: String(pair), columns: 2)
  }
}

extension Unicode.Scalar {
  fileprivate var isRegionalIndicator: Bool { (0x1F1E6...0x1F1FF).contains(value) }

  /// Whether it only changes the look of the emoji in front of it.
  fileprivate func isSelectorOrTone(after base: String.UnicodeScalarView) -> Bool {
    (0xFE00...0xFE0F).contains(value) || (!base.isEmpty && (0x1F3FB...0x1F3FF).contains(value))
  }
}

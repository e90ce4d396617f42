/// Text made to fit a number of columns.
extension String {
  /// The text if it fits, else as much of it as leaves room for a closing `…`.
  package func clipped(to limit: Int) -> String {
    guard utf8.count > limit, columns > limit else { return self }
    guard limit > 0 else { return "" }
    return prefix(columns: limit - 1) + "…"
  }

  /// The beginning of the text, at most that many columns wide.
  package func prefix(columns limit: Int) -> String {
    var used = 0
    var result = ""
    for character in self {
      used += character.columns
      if used > limit { break }
      result.append(character)
    }
    return result
  }

  /// The end of the text, at most that many columns wide.
  package func suffix(columns limit: Int) -> String {
    var used = 0
    var kept: [Character] = []
    for character in reversed() {
      used += character.columns
      if used > limit { break }
      kept.append(character)
    }
    return String(kept.reversed())
  }

  /// The text clipped, or followed by spaces, to exactly that many columns.
  package func fitted(to width: Int) -> String {
    let text = clipped(to: width)
    return text + String(repeating: " ", count: max(0, width - text.columns))
  }

  /// The text in lines of at most `width` columns, broken between words, and inside a word only when it
  /// is wider than a line.
  ///
  /// - Parameter limit: how many lines are made at most; the last then ends in `…`.
  package func wrapped(to width: Int, limit: Int = .max) -> [String] {
    guard width > 0, limit > 0 else { return [] }
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      var word = String(word)
      if !line.isEmpty, line.columns + 1 + word.columns <= width {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while word.columns > width {
        var head = word.prefix(columns: width)
        // A wide character in a single column can never be shown; it is dropped.
        if head.isEmpty { head = String(word.prefix(1)) } else { lines.append(head) }
        word.removeFirst(head.count)
        if lines.count > limit { break }
      }
      line = word
      if lines.count > limit { break }
    }
    if !line.isEmpty { lines.append(line) }
    guard lines.count > limit else { return lines }
    let last = lines[limit - 1]
    return lines.prefix(limit - 1) + [last.prefix(columns: width - 1) + "…"]
  }
}

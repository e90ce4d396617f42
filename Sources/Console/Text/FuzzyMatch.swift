/// How well a few typed letters fit a text.
enum FuzzyMatch {
  /// A score, higher for a better fit; `nil` when the letters do not all occur in that order.
  ///
  /// Letters that begin words or follow each other count more, and so does a short text.
  static func score(_ query: String, in text: String) -> Int? {
    let wanted = Array(query.lowercased().filter { $0 != " " })
    guard !wanted.isEmpty else { return 0 }
    let letters = Array(text.lowercased())
    // The best of the matches that begin at each occurrence of the first letter.
    return letters.indices.filter { letters[$0] == wanted[0] }
      .compactMap { score(wanted, in: letters, from: $0) }.max()
      .map { $0 * 4 - letters.count }
  }

  private static func score(_ wanted: [Character], in letters: [Character], from start: Int) -> Int?
  {
    var score = 0
    var position = start
    var previous = -2
    for character in wanted {
      guard let found = letters[position...].firstIndex(of: character) else { return nil }
      let beginsWord = found == 0 || !(letters[found - 1].isLetter || letters[found - 1].isNumber)
      score += found == previous + 1 ? 6 : beginsWord ? 5 : 1
      if found == 0 { score += 3 }
      previous = found
      position = found + 1
    }
    return score
  }
}

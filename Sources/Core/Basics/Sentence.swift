extension StringProtocol {
  /// The text with a full stop at its end, unless it ends as a sentence does: what others wrote comes
  /// last in many a sentence, and may bring its own.
  package var asSentence: String {
    guard !isEmpty else { return "" }
    let end = last { !"”’\"')".contains($0) }
    return ".?!…".contains(end ?? " ") ? String(self) : self + "."
  }
}

extension Collection where Element == String {
  /// What can be chosen from, as a sentence has it: `a`, `a or b`, `a, b or c`.
  package var asAlternatives: String {
    let words = Array(self)
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

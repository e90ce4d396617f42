extension StringProtocol {
  /// The text with a full stop at its end, unless it ends as a sentence does: what others wrote comes
  /// last in many a sentence, and may bring its own.
  package var asSentence: String {
    guard !isEmpty else { return "" }
    let end = last { !"”’\"')".contains($0) }
    return ".?!…".contains(end ?? " ") ? String(self) : self + "."
  }
}

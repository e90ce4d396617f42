extension Duration {
  /// Reads a time as people write it: `30s`, `2m`, `1h30m`, `500ms`, `0.5s`; a number alone is seconds.
  ///
  /// - Returns: `nil` for anything else, and for more than a year.
  package init?(written text: some StringProtocol) {
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard digits.count <= 12, let value = Double(String(digits)) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let seconds = Self.secondsByUnit[String(unit)] else { return nil }
      // A number without a unit stands alone: `1m30` could mean anything.
      guard !unit.isEmpty || (total == 0 && rest.isEmpty) else { return nil }
      total += value * seconds
    }
    guard total <= 31_536_000 else { return nil }
    self = .milliseconds(Int64((total * 1_000).rounded()))
  }

  /// As ``init(written:)`` reads it, in the largest unit that leaves no fraction: `90s`, `2m`, `500ms`.
  package var written: String {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds == 0 { return "0s" }
    if milliseconds % 3_600_000 == 0 { return "\(milliseconds / 3_600_000)h" }
    if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
    if milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000)s" }
    return "\(milliseconds)ms"
  }

  private static let secondsByUnit = ["": 1.0, "ms": 0.001, "s": 1, "m": 60, "h": 3_600]
}

import Basics

/// All findings as a table for people, and what to do below it.
package struct DoctorTable {
  private let findings: [Finding]
  private let columns: Int
  private let isUTF8: Bool

  /// - Parameters:
  ///   - columns: how wide lines may be; sentences continue on the next line.
  ///   - isUTF8: whether more than ASCII can be shown.
  package init(_ findings: [Finding], columns: Int, isUTF8: Bool) {
    // Sorted by area alone: within one the order of the checks tells a story.
    self.findings = Finding.Area.allCases.flatMap { area in findings.filter { $0.area == area } }
    self.columns = max(columns, Self.leastColumns)
    self.isUTF8 = isUTF8
  }

  /// The lines, without their ends.
  package var lines: [String] {
    var lines: [String] = []
    var area: Finding.Area?
    let width = findings.map(\.name.count).max() ?? 0
    for finding in findings {
      if finding.area != area { lines += (area == nil ? [] : [""]) + [title(finding.area)] }
      area = finding.area
      let sign = isUTF8 ? finding.verdict.sign : finding.verdict.plainSign
      lines += wrapped(
        finding.sentence,
        after: "  \(sign) \(padded(finding.verdict.rawValue, 7))  \(padded(finding.name, width))  ")
    }
    return lines + advice + ["", conclusion]
  }

  /// The worst first, and each once.
  private var advice: [String] {
    var advised: [(name: String, sentence: String)] = []
    for verdict in Finding.Verdict.allCases.reversed() {
      for finding in findings where finding.verdict == verdict {
        guard let sentence = finding.advice,
          !advised.contains(where: { $0 == (finding.name, sentence) })
        else { continue }
        advised.append((finding.name, sentence))
      }
    }
    guard !advised.isEmpty else { return [] }
    return ["", "What to do"]
      + advised.flatMap { name, sentence in
        wrapped(sentence, after: "  \(isUTF8 ? "→" : ">") \(name): ")
      }
  }

  private var conclusion: String {
    let counts = Finding.Verdict.allCases.map { verdict in
      let count = findings.count { $0.verdict == verdict }
      return "\(count) \(verdict == .lookAt ? "to look at" : verdict.rawValue)"
    }
    return counts.joined(separator: ", ") + "."
  }

  private func title(_ area: Finding.Area) -> String {
    area.rawValue.prefix(1).uppercased() + area.rawValue.dropFirst()
  }

  /// Words until the line is full; what follows begins below the first word.
  private func wrapped(_ sentence: String, after start: String) -> [String] {
    let sentence = isUTF8 ? sentence : Self.plain(sentence)
    let indentation = String(repeating: " ", count: min(start.count, columns / 2))
    var lines: [String] = []
    var line = start
    var isEmpty = true
    for word in sentence.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = indentation
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Typographic quotes and the like as ASCII has them.
  private static func plain(_ text: String) -> String {
    String(
      text.map { character in
        switch character {
        case "“", "”": "\""
        case "’": "'"
        case "–", "−": "-"
        default: character.isASCII ? character : "?"
        }
      })
  }

  private static let leastColumns = 60
}

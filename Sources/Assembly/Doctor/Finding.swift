import Basics
package import Formats

/// What one check of `tipring doctor` came to.
package struct Finding: Equatable, Sendable {
  /// The part of the table it stands in, in the table's order.
  package enum Area: String, CaseIterable, Sendable {
    case sound, terminal, network, servers, files
  }

  package enum Verdict: String, CaseIterable, Sendable {
    case good
    /// It works, but not as well as it could.
    case lookAt = "look at"
    /// Calls fail or suffer.
    case bad

    /// Stands beside the word, so that the eye finds what needs attention without colours.
    package var sign: String {
      switch self {
      case .good: "✓"
      case .lookAt: "!"
      case .bad: "✗"
      }
    }

    /// The sign where the character set is not UTF-8.
    package var plainSign: String {
      switch self {
      case .good: "+"
      case .lookAt: "!"
      case .bad: "x"
      }
    }
  }

  package var area: Area
  /// What was checked, in a word or two.
  package var name: String
  package var verdict: Verdict
  /// What was found: one sentence, fit to be shown whatever servers and drivers said.
  package var sentence: String
  /// What to do about it: one sentence.
  package var advice: String?
  /// What was measured, by name; the unit ends the name.
  package var figures: [String: JSONValue]

  package init(
    _ area: Area, _ name: String, _ verdict: Verdict, _ sentence: String, advice: String? = nil,
    figures: [String: JSONValue] = [:]
  ) {
    self.area = area
    self.name = HarmlessText.line(name, limit: 24)
    self.verdict = verdict
    self.sentence = HarmlessText.line(sentence, limit: 400)
    self.advice = advice.map { HarmlessText.line($0, limit: 400) }
    self.figures = figures
  }

  /// One object of `tipring doctor --json`.
  package var json: JSONValue {
    .members([
      "area": .string(area.rawValue), "name": .string(name), "verdict": .string(verdict.rawValue),
      "message": .string(sentence), "advice": advice.map { .string($0) },
      "figures": figures.isEmpty ? nil : .object(figures),
    ])
  }
}

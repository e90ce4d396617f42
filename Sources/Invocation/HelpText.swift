/// What `--help` prints for one command, at most 80 columns wide.
package struct HelpText: Sendable {
  package let text: String

  package init(for spec: CommandSpec) {
    var lines = [Self.usage(of: spec), ""]
    lines += Self.wrapped(Self.sentence(spec.summary), indent: 0)
    for paragraph in spec.text { lines += [""] + Self.wrapped(paragraph, indent: 0) }
    let commands = Self.commands(below: spec)
    if !commands.isEmpty { lines += ["", "Commands"] + Self.table(commands) }
    let options = (spec.options + (spec.name.isEmpty ? OptionSpec.universal : []))
      .map { ($0.usage, $0.about) }
    if !options.isEmpty { lines += ["", "Options"] + Self.table(options) }
    if !spec.examples.isEmpty {
      lines += ["", "Examples"]
      for example in spec.examples {
        lines += Self.wrapped(
          Self.units(of: example.line), indent: 2, continuation: 4, joint: " \\")
        lines += Self.wrapped(example.about, indent: 6)
      }
    }
    if ["", "call", "answer"].contains(spec.name) {
      lines +=
        ["", "Exit codes"] + Self.table(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) })
    }
    if spec.name.isEmpty {
      lines += [
        "", "“tipring COMMAND --help” says more, and so do tipring(1) and tipring.conf(5).",
      ]
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func usage(of spec: CommandSpec) -> String {
    var words = ["Usage: tipring"]
    if !spec.name.isEmpty { words.append(spec.name) }
    if !spec.operands.isEmpty { words.append(spec.operands) }
    if !spec.options.isEmpty { words.append("[options]") }
    return words.joined(separator: " ")
  }

  /// The commands that the phone's help lists, or the subcommands of one command.
  private static func commands(below spec: CommandSpec) -> [(String, String)] {
    CommandSpec.all.compactMap { command in
      guard spec.name.isEmpty ? !command.name.isEmpty : command.name.hasPrefix(spec.name + " ")
      else { return nil }
      return ("\(command.name) \(command.operands)", command.summary)
    }
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// Two columns; a left side that is too long has a line of its own.
  private static func table(_ rows: [(left: String, right: String)]) -> [String] {
    let widest = rows.map(\.left.count).filter { $0 <= 24 }.max() ?? 0
    let column = widest + 4
    return rows.flatMap { row -> [String] in
      var lines = wrapped(row.right, indent: column)
      let left = "  \(row.left)"
      if left.count + 2 <= column, let first = lines.first {
        lines[0] = left + first.dropFirst(left.count)
      } else {
        lines.insert(left, at: 0)
      }
      return lines
    }
  }

  /// The parts of a command line between which it may be broken: a shell takes a break within quotes
  /// for a part of the text, and an option is read with its value.
  private static func units(of line: String) -> [String] {
    var units: [String] = []
    for word in line.split(separator: " ").map(String.init) {
      guard let last = units.last else {
        units.append(word)
        continue
      }
      let isQuoted = !last.count { $0 == "'" }.isMultiple(of: 2)
      let isValue = last.hasPrefix("--") && !last.contains(" ") && !word.hasPrefix("-")
      if isQuoted || isValue { units[units.count - 1] += " " + word } else { units.append(word) }
    }
    return units
  }

  private static func wrapped(_ text: String, indent: Int) -> [String] {
    wrapped(text.split(separator: " ").map(String.init), indent: indent)
  }

  /// Breaks between words; `joint` ends every line but the last.
  private static func wrapped(
    _ words: [String], indent: Int, continuation: Int? = nil, joint: String = ""
  ) -> [String] {
    var lines: [String] = []
    var line = String(repeating: " ", count: indent)
    var isEmpty = true
    for word in words {
      if !isEmpty, line.count + 1 + word.count + joint.count > 80 {
        lines.append(line + joint)
        line = String(repeating: " ", count: continuation ?? indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}

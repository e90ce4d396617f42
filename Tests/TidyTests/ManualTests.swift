import Console
import Files
import Invocation
import Testing

@Suite("Manual, completions and default settings")
struct ManualTests {
  @Test("the manual page has every command and every option")
  func commandsAndOptions() throws {
    let page = try SourceTree.text("man/tipring.1")
    for command in CommandSpec.all {
      let name = command.name.isEmpty ? ".Nm\n" : "Nm Cm \(command.name)"
      #expect(page.contains(name), "\(command.name)")
      for option in command.options + OptionSpec.universal {
        // `Fl` supplies one of the two dashes.
        let macro = "Fl \(option.name.dropFirst())"
        let isDescribed = page.split(separator: "\n").contains {
          ($0.hasPrefix(".It ") || $0.hasPrefix(".Fl ")) && words($0).contains(words: macro)
        }
        #expect(isDescribed, "\(command.name) \(option.name)")
      }
    }
  }

  @Test("the manual page has no option that does not exist")
  func noOtherOptions() throws {
    let known = Set((CommandSpec.all.flatMap(\.options) + OptionSpec.universal).map(\.name))
    for line in try SourceTree.text("man/tipring.1").split(separator: "\n") {
      let parts = words(line)
      for (index, word) in parts.enumerated() where word == "Fl" || word == ".Fl" {
        guard index + 1 < parts.count, parts[index + 1].hasPrefix("-") else { continue }
        #expect(known.contains("-\(parts[index + 1])"), "\(line)")
      }
    }
  }

  @Test("the manual page has every exit code and kind of measurement")
  func exitCodes() throws {
    let page = try SourceTree.text("man/tipring.1")
    for code in ExitCode.allCases {
      #expect(page.contains("\n.It \(code.rawValue)\n"), "\(code)")
    }
    for measure in BenchOptions.Measure.allCases {
      #expect(page.contains("\n.Cm \(measure.rawValue) ,\n"), "\(measure)")
    }
  }

  @Test("the settings' manual page has every setting with its default")
  func settings() throws {
    let lines = try SourceTree.text("man/tipring.conf.5").split(separator: "\n").map(String.init)
    var group = ""
    var described: [String: [String]] = [:]
    var key = ""
    for line in lines {
      if line.hasPrefix(".Ss [") {
        group = line.dropFirst(5).prefix { $0 != "]" && $0 != " " }.lowercased()
        key = ""
      } else if line.hasPrefix(".It Cm ") {
        key = "\(group) \(words(line[...])[2])"
        described[key] = []
      } else if !key.isEmpty {
        described[key]?.append(line)
      }
    }
    #expect(Set(described.keys) == Set(SettingsTable.rows.map { "\($0.group) \($0.key)" }))
    for row in SettingsTable.rows where !row.standard.isEmpty && row.key != "system" {
      let text = described["\(row.group) \(row.key)"]?.joined(separator: "\n") ?? ""
      let standard = text.components(after: "Default:")
      #expect(standard.contains(row.standard), "\(row.group) \(row.key): \(row.standard)")
    }
  }

  @Test("the settings' manual page has every action that a key can be given to")
  func actions() throws {
    let page = try SourceTree.text("man/tipring.conf.5")
    let list = page.components(after: "\nThe actions are\n").prefix(while: { $0 != "[" })
    let named = list.split { !($0.isLetter || $0 == "-") }.map(String.init)
    let actions = Action.allCases.filter { $0 != .tone }.map(\.rawValue)
    #expect(Set(named).subtracting(["Cm", "Ss", "and"]) == Set(actions))
  }

  @Test("the default settings name every setting, as a comment with its default")
  func defaults() throws {
    let lines = try SourceTree.text("Resources/tipring.conf").split(separator: "\n")
    for row in SettingsTable.rows {
      // An account's lines are an example; the rest stands there as it is without a file.
      let standard = row.standard.replacing("$XDG_DATA_HOME", with: "~/.local/share")
        .replacing("$XDG_STATE_HOME", with: "~/.local/state")
      let wanted =
        row.group == "account" ? "# \(row.key) =" : "# \(row.key) = \(standard)".trimmingEnd
      #expect(
        lines.contains { row.group == "account" ? $0.hasPrefix(wanted) : $0 == wanted }, "\(wanted)"
      )
    }
  }

  @Test(
    "the default settings are read without a complaint, also with every comment mark taken away")
  func defaultsParse() throws {
    let text = try SourceTree.text("Resources/tipring.conf")
    let (settings, complaints) = Settings.reading(
      Array(text.utf8), file: "tipring.conf", expanded: { $0 })
    #expect(settings == Settings())
    #expect(complaints == [])
    let open = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isSetting = line.hasPrefix("# ") && line.contains(" =") && !line.contains(". ")
      return isSetting || line.hasPrefix("# [") ? String(line.dropFirst(2)) : String(line)
    }
    let (_, faults) = Settings.reading(
      Array(open.joined(separator: "\n").utf8), file: "tipring.conf", expanded: { $0 })
    // The three sources of a password exclude each other; each stands there to be chosen from.
    #expect(faults.filter { !$0.description.contains("exclude each other") } == [])
  }

  @Test(
    "both completions have every command, option and measurement",
    arguments: ["tipring.bash", "_tipring"])
  func completions(file: String) throws {
    let text = try SourceTree.text("Resources/completions/\(file)")
    let names =
      CommandSpec.all.flatMap { $0.name.split(separator: " ").map(String.init) }
      + CommandSpec.all.flatMap(\.options).map(\.name) + OptionSpec.universal.map(\.name)
      + BenchOptions.Measure.allCases.map(\.rawValue)
    for name in Set(names) {
      #expect(text.firstRange(of: name) != nil, "\(name)")
    }
    let known = Set((CommandSpec.all.flatMap(\.options) + OptionSpec.universal).map(\.name))
    for match in text.matches(of: /--[a-z][a-z-]+/) {
      #expect(known.contains(String(match.output)), "\(match.output)")
    }
  }

  @Test("the page on call systems has a row for every capability, and names tests that exist")
  func systems() throws {
    let page = try SourceTree.text("man/tipring-systems.7")
    let lines = page.split(separator: "\n").map(String.init)
    for (letter, count) in [("Z", 22), ("B", 21), ("N", 23), ("V", 27)] {
      let wanted = (1...count).map { ".It \(letter)\($0)" }
      #expect(
        lines.filter { $0.wholeMatch(of: #/\.It [A-Z][0-9]+/#) != nil }
          .filter { $0.hasPrefix(".It \(letter)") } == wanted)
    }
    let files = SourceTree.swiftFiles(in: "Tests").map(\.path)
    for (index, line) in lines.enumerated() where line == ".Em Test :" {
      let text = lines[(index + 1)...].prefix { !$0.hasPrefix(".") }.joined(separator: " ")
      for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
        let name = part.filter { $0 != " " && $0 != "." }
        let isThere =
          ["thesame", "none"].contains(name)
          || files.contains { $0.hasSuffix("/\(name).swift") || $0.contains("Tests/\(name)/") }
        #expect(isThere, "\(text)")
      }
    }
  }

  @Test("the change log begins with the program's version")
  func version() throws {
    let headings = try SourceTree.text("CHANGELOG.md").split(separator: "\n").filter {
      $0.hasPrefix("## ")
    }
    #expect(headings.first == "## \(Program.version)")
  }

  @Test(
    "what the read-me and the architecture point to exists",
    arguments: ["README.md", "Sources/Assembly/Assembly.docc/Architecture.md"])
  func pointers(page: String) throws {
    let text = try SourceTree.text(page)
    for match in text.matches(of: /\]\(([^)#:]+)\)/) {
      #expect(SourceTree.exists(String(match.output.1)), "\(match.output.1)")
    }
    // The tree names folders from the root and, indented below them, what is in them.
    var folder = ""
    for line in text.split(separator: "\n") {
      guard let match = line.firstMatch(of: #/^( *)([\w.+/]+(?:/|\.\w+))(?:  +\S.*)?$/#) else {
        continue
      }
      let (indentation, name) = (match.output.1, String(match.output.2))
      if indentation.isEmpty, name.hasSuffix("/") { folder = name }
      let path = indentation.isEmpty ? name : folder + name
      #expect(SourceTree.exists(path), "\(path)")
    }
  }

  private func words(_ line: Substring) -> [String] {
    line.split(separator: " ").map(String.init)
  }
}

extension [String] {
  /// Whether these words stand one after the other.
  fileprivate func contains(words phrase: String) -> Bool {
    " \(joined(separator: " ")) ".contains(" \(phrase) ")
      || " \(joined(separator: " ")) ".contains(".\(phrase) ")
  }
}

extension String {
  fileprivate func components(after mark: String) -> String {
    firstRange(of: mark).map { String(self[$0.upperBound...]) } ?? ""
  }

  fileprivate var trimmingEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

import Testing

@Suite("Rules of the sources")
struct SourceRuleTests {
  private let files = SourceTree.sources

  /// What would let time, chance, threads or the world into the core.
  private static let foreignToTheCore = [
    "ContinuousClock", "SuspendingClock", "Date(", "Date.now", "Bool.random(", "Int.random(",
    "UInt32.random(", "UInt64.random(", "Double.random(", ".randomElement(", ".shuffled()",
    ".shuffle()", "SystemRandomNumberGenerator", "UUID(", "Task {", "Task(", "Task.",
    "async ", "await ", "actor ", "DispatchQueue", "Thread", "print(", "debugPrint(", "readLine(",
    "CommandLine", "getenv", "@unchecked", "nonisolated(unsafe)", "unsafe ", "fatalError(",
  ]

  @Test("the core has no clock, chance, task, output or pointer of its own")
  func core() {
    let folders = [
      "Sources/Core/", "Sources/Console/", "Sources/Exchange/", "Sources/Dialects/",
      "Sources/Invocation/",
    ]
    for file in files where folders.contains(where: file.path.hasPrefix) {
      for (index, line) in file.code.enumerated() {
        for word in Self.foreignToTheCore {
          // A generator that is handed in is no chance of one's own.
          let isFound = contains(line, word) && !line.contains("using: &")
          #expect(!isFound, "\(file.place(index)): \(word)")
        }
      }
    }
  }

  @Test("no class stands in the core")
  func classes() {
    for file in files where file.path.hasPrefix("Sources/Core/") {
      for (index, line) in file.code.enumerated() {
        #expect(!contains(line, "class "), "\(file.place(index))")
      }
    }
  }

  @Test("nothing is public")
  func publicity() {
    for file in files {
      for (index, line) in file.code.enumerated() {
        #expect(!contains(line, "public "), "\(file.place(index))")
        #expect(!contains(line, "open class"), "\(file.place(index))")
      }
    }
  }

  /// A C callback's pointer to its context is the one that was handed over with the callback.
  private static let provenForms = ["fromOpaque(data!)"]

  @Test("what can trap on a wrong assumption is explained where it stands")
  func traps() {
    for file in files {
      for (index, line) in file.code.enumerated() where isForced(line) {
        let isProven =
          file.isExplained(index) || Self.provenForms.contains(where: line.contains)
        #expect(isProven, "\(file.place(index)): \(file.lines[index])")
      }
    }
  }

  @Test("what the compiler cannot check is explained where it stands")
  func unchecked() {
    for file in files {
      for (index, line) in file.code.enumerated() where line.contains("@unchecked Sendable") {
        let surroundings = file.lines[max(0, index - 4)...min(file.lines.count - 1, index + 3)]
        #expect(
          surroundings.contains { $0.lowercased().contains("unchecked:") },
          "\(file.place(index)): \(line)")
        #expect(file.path.hasPrefix("Sources/Host/") || file.path.hasPrefix("Sources/Assembly/"))
      }
    }
  }

  @Test("open work is not left in comments")
  func openWork() {
    for file in files + SourceTree.swiftFiles(in: "Tests") where !file.path.contains("TidyTests") {
      for (index, line) in file.lines.enumerated() {
        for word in ["TODO", "FIXME", "XXX", "HACK", "Filled by the commits"] {
          #expect(!contains(line, word), "\(file.place(index))")
        }
      }
    }
  }

  /// Files that are longer than 400 lines, and why.
  private static let longFiles: [String: String] = [:]

  @Test("a file has 400 lines at most, or a reason")
  func length() {
    for file in files where Self.longFiles[file.path] == nil {
      #expect(file.lines.count <= 400, "\(file.path): \(file.lines.count) lines")
    }
    for path in Self.longFiles.keys {
      #expect(files.contains { $0.path == path && $0.lines.count > 400 }, "\(path) has no need")
    }
  }

  /// Whether `word` stands in `line` and does not merely end a longer one.
  private func contains(_ line: String, _ word: String) -> Bool {
    var rest = line[...]
    while let range = rest.firstRange(of: word) {
      let before =
        range.lowerBound == line.startIndex ? " " : line[line.index(before: range.lowerBound)]
      let after = range.upperBound == line.endIndex ? " " : line[range.upperBound]
      let isLonger = before.isPartOfName || (word.last?.isPartOfName == true && after.isPartOfName)
      if word.hasPrefix(".") || !isLonger { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  /// `try!`, `as!`, or a value unwrapped by `!`.
  private func isForced(_ line: String) -> Bool {
    if line.contains("try!") || line.contains("as!") { return true }
    let characters = Array(line)
    for (index, character) in characters.enumerated() where character == "!" && index > 0 {
      let before = characters[index - 1]
      let after = index + 1 < characters.count ? characters[index + 1] : " "
      let isValue = before.isLetter || before.isNumber || ")]_\"".contains(before)
      if isValue, after != "=" || (index + 2 < characters.count && characters[index + 2] == "=") {
        return true
      }
    }
    return false
  }
}

extension Character {
  fileprivate var isPartOfName: Bool { isLetter || isNumber || self == "_" }
}

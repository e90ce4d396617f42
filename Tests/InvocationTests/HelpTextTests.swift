import Invocation
import Testing

@Suite("Help text")
struct HelpTextTests {
  @Test("fits 80 columns and leaves no blanks at the end of a line")
  func fits() {
    for spec in CommandSpec.all {
      for line in HelpText(for: spec).text.split(separator: "\n") {
        #expect(line.count <= 80, "\(line)")
        #expect(line.last?.isWhitespace == false, "\(line)")
      }
    }
  }

  @Test("names every option, operand and example of its command")
  func isComplete() {
    for spec in CommandSpec.all {
      let text = HelpText(for: spec).text
      for option in spec.options { #expect(text.contains("  \(option.usage)")) }
      #expect(text.contains(spec.operands))
      #expect(!spec.examples.isEmpty)
    }
  }

  @Test("the phone's help lists every command and exit code")
  func lists() {
    let text = HelpText(for: CommandSpec.named("")!).text
    for spec in CommandSpec.all { #expect(text.contains(spec.summary.dropFirst())) }
    for code in ExitCode.allCases { #expect(text.contains("\(code.rawValue)  ")) }
  }

  @Test("every example is a command line that is understood")
  func examplesParse() throws {
    for example in CommandSpec.all.flatMap(\.examples) {
      var words: [String] = []
      for (index, part) in example.line.split(separator: "'").enumerated() {
        words += index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
      #expect(words.first == "tipring")
      _ = try Invocation(parsing: Array(words.dropFirst()))
    }
  }

  @Test("a shell reads an example that takes several lines as it is meant")
  func brokenExamples() {
    for spec in CommandSpec.all {
      let text = HelpText(for: spec).text
      let joined = text.split(separator: " \\\n    ").joined(separator: " ")
      for example in spec.examples { #expect(joined.contains("  \(example.line)\n")) }
      for line in text.split(separator: "\n") where line.hasSuffix(" \\") {
        #expect(line.count { $0 == "'" }.isMultiple(of: 2), "\(line)")
        #expect(line.dropLast(2).split(separator: " ").last?.hasPrefix("--") == false, "\(line)")
      }
    }
  }

  @Test("is laid out in aligned columns")
  func layout() {
    let text = HelpText(for: CommandSpec.named("accounts test")!).text
    #expect(
      text == """
        Usage: tipring accounts test [NAME] [options]

        Sign in and say what works.

        Options
          --ca-file FILE  trust this authority's certificate (PEM), too
          --insecure      verify no certificate; said on the screen for as long as it
                          lasts

        Examples
          tipring accounts test work
              Try one account.

        """)
  }
}

import EndToEnd
import Testing

@Suite("Completion in bash")
struct CompletionTests {
  private static let script: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/") + "/Resources/completions/tipring.bash"
  }()

  /// What is offered for the last of these words.
  private func offers(_ words: [String], names: [String] = []) throws -> [String] {
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let given = names.map { "'\($0)'" }.joined(separator: " ")
    let shell = try ChildProcess(
      "bash",
      [
        "-c",
        """
        source \(Self.script)
        _tipring_contacts() { printf '%s\\n' \(given); }
        compopt() { :; }
        COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
        _tipring
        printf '%s\\n' "${COMPREPLY[@]}"
        """,
      ])
    #expect(shell.wait(within: .seconds(10)) == .exited(0))
    #expect(shell.errorText == "")
    return shell.lines.filter { !$0.isEmpty }
  }

  @Test("commands and subcommands are completed")
  func commands() throws {
    #expect(try offers(["tipring", "c"]) == ["call", "contacts", "calls", "callurl"])
    #expect(try offers(["tipring", "accounts", "a"]) == ["add"])
    #expect(
      try offers(["tipring", "bench", ""]) == [
        "start", "cost", "setup", "loopback", "load", "rooms", "network", "devices", "unplug",
        "jitter", "echo",
      ])
  }

  @Test("options are those of the command")
  func options() throws {
    #expect(try offers(["tipring", "call", "Echo", "--ca"]) == ["--ca-file", "--capture"])
    #expect(try offers(["tipring", "history", "--"]).contains("--missed"))
    #expect(try !offers(["tipring", "history", "--"]).contains("--capture"))
  }

  @Test("values are completed, also behind an equals sign")
  func values() throws {
    #expect(try offers(["tipring", "call", "x", "--latency", "r"]) == ["robust"])
    #expect(try offers(["tipring", "call", "x", "--latency", "=", "n"]) == ["normal"])
  }

  @Test("names of others are offered quoted and never run")
  func names() throws {
    let folder = TemporaryFolder()
    let hostile = "$(touch \(folder.path)/made)"
    let offers = try offers(["tipring", "call", ""], names: ["Amina O.", hostile])
    #expect(offers.contains("Amina\\ O."))
    #expect(offers.contains("\\$\\(touch\\ \(folder.path)/made\\)"))
    #expect(folder.names() == [])
  }
}

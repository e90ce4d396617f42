import Glibc
package import Invocation

/// The program, from its command line to its exit code.
package enum Tipring {
  /// Reads the command line of this process, does what it asks, and ends the process.
  package static func main() -> Never {
    do {
      exit(run(try Invocation(parsing: Array(CommandLine.arguments.dropFirst()))).rawValue)
    } catch {
      let bytes = Array("\(error)\n".utf8)
      _ = write(STDERR_FILENO, bytes, bytes.count)
      exit(ExitCode.usage.rawValue)
    }
  }

  /// Does what was asked and says how it ended.
  package static func run(_ invocation: Invocation) -> ExitCode {
    switch invocation {
    case .help(let text):
      print(text, terminator: "")
    case .version:
      print("tipring \(Program.version)")
    case .phone, .plain, .call, .answer, .serve, .addUser, .listAccounts, .addAccount,
      .testAccounts, .removeAccount, .contacts, .history, .devices, .bench:
      return .signalingFailed
    }
    return .success
  }
}

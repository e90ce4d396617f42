import Basics
import Files
import Formats
import Glibc
import Invocation
import LoopGLib
import NcursesTerminal

/// `tipring doctor`: looks at everything a call depends on, and says what is wrong and what to do.
struct Doctor {
  /// A part of the examination, on a thread of its own.
  struct Check: Sendable {
    let area: Finding.Area
    let name: String
    /// It is given up after that time.
    let limit: Duration
    let body: @Sendable () -> [Finding]
  }

  private let options: DoctorOptions

  /// Examines and prints.
  ///
  /// - Returns: ``ExitCode/unwell`` when something is bad.
  static func run(_ options: DoctorOptions) -> ExitCode {
    signal(SIGPIPE, SIG_IGN)
    Interruption.watch()
    let doctor = Doctor(options: options)
    if !options.isJSON, isatty(STDERR_FILENO) == 1 {
      Output.error("looking at everything, which takes some ten seconds; Ctrl-C ends it.")
    }
    guard let findings = examine(doctor.checks) else { return .interrupted }
    if options.isJSON {
      for finding in findings { Output.line(finding.json.text) }
    } else {
      let terminal = TerminalFacts.ofThisProcess
      let table = DoctorTable(
        findings, columns: terminal.columns.map { min($0, 120) } ?? 100, isUTF8: terminal.isUTF8)
      for line in table.lines { Output.line(line) }
    }
    return findings.contains { $0.verdict == .bad } ? .unwell : .success
  }

  /// Carries all checks out side by side.
  ///
  /// - Returns: in the order of the checks; `nil` when somebody wants the program to end.
  static func examine(_ checks: [Check]) -> [Finding]? {
    let results = Lock<[Int: [Finding]]>([:])
    let start = Instant.now
    for (index, check) in checks.enumerated() {
      BackgroundThread.run {
        let findings = check.body()
        results.withLock { $0[index] = findings }
      }
    }
    while true {
      let known = results.withLock { $0 }
      // Sound that is being measured is given back before the program ends.
      if Interruption.hasHappened {
        BenchProcess.pause(.milliseconds(300))
        return nil
      }
      let passed = start.duration(to: .now)
      let isOver = checks.indices.allSatisfy { known[$0] != nil || passed >= checks[$0].limit }
      guard isOver else {
        BenchProcess.pause(.milliseconds(20))
        continue
      }
      return checks.indices.flatMap { index in known[index] ?? [tooSlow(checks[index])] }
    }
  }

  private static func tooSlow(_ check: Check) -> Finding {
    Finding(
      check.area, check.name, .bad,
      "This did not end within \(Int(check.limit.seconds)) seconds and was given up.",
      advice: "See what holds it up; the other findings may tell.")
  }

  private var checks: [Check] {
    let reader = SetupReader()
    let options = options
    let network = NetworkCheck(reader, options)
    return [
      Check(area: .sound, name: "sound", limit: .seconds(16)) {
        SoundCheck(reader.settings.audio, options).findings()
      },
      Check(area: .terminal, name: "terminal", limit: .seconds(3)) {
        TerminalCheck(.ofThisProcess, reader.settings.phone).findings
      },
      Check(area: .network, name: "network", limit: .seconds(12)) { network.findings() },
      Check(area: .files, name: "files", limit: .seconds(8)) { FileCheck(reader).findings() },
    ] + network.relayChecks + ServerCheck.checks(reader, options)
  }
}

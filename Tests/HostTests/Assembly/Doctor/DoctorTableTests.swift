import Formats
import Testing

@testable import Assembly

@Suite("The doctor's table")
struct DoctorTableTests {
  private let findings = [
    Finding(.files, "settings", .lookAt, "Line 3 is “odd”.", advice: "Correct it."),
    Finding(.sound, "microphone", .good, "48 kHz.", figures: ["rateHertz": 48_000]),
    Finding(.sound, "level", .bad, "The microphone brings digital silence.", advice: "Unmute it."),
  ]

  @Test("has a sign and a word for each finding, by area, and below it what to do, the worst first")
  func whole() {
    #expect(
      DoctorTable(findings, columns: 80, isUTF8: true).lines == [
        "Sound",
        "  ✓ good     microphone  48 kHz.",
        "  ✗ bad      level       The microphone brings digital silence.",
        "",
        "Files",
        "  ! look at  settings    Line 3 is “odd”.",
        "",
        "What to do",
        "  → level: Unmute it.",
        "  → settings: Correct it.",
        "",
        "1 good, 1 to look at, 1 bad.",
      ])
  }

  @Test("says once what is to be done about several findings")
  func adviceOnce() {
    let lines = DoctorTable(findings + findings, columns: 80, isUTF8: true).lines
    #expect(lines.filter { $0 == "  → settings: Correct it." }.count == 1)
    #expect(lines.filter { $0.contains("Line 3 is “odd”.") }.count == 2)
  }

  @Test("is ASCII where the locale is")
  func plain() {
    let lines = DoctorTable(findings, columns: 80, isUTF8: false).lines
    #expect(lines.allSatisfy { $0.allSatisfy(\.isASCII) })
    #expect(lines.contains("  x bad      level       The microphone brings digital silence."))
    #expect(lines.contains("  ! look at  settings    Line 3 is \"odd\"."))
  }

  @Test("keeps within its columns, however long a sentence is", arguments: [60, 80, 120])
  func wrapped(columns: Int) {
    let long = String(repeating: "a word or two ", count: 20)
    let lines = DoctorTable(
      [Finding(.network, "STUN", .bad, long, advice: long)], columns: columns, isUTF8: true
    ).lines
    #expect(lines.allSatisfy { $0.count <= columns })
    #expect(lines.joined(separator: " ").split(separator: " ").count(where: { $0 == "word" }) == 40)
  }

  @Test("shows what servers and drivers say harmlessly")
  func harmless() {
    let finding = Finding(
      .servers, "work", .bad, "It said \u{1B}[2J and\nmore.", advice: "See \u{7}it.")
    #expect(!finding.sentence.contains("\u{1B}") && !finding.sentence.contains("\n"))
    #expect(finding.advice?.contains("\u{7}") == false)
  }

  @Test("is one object a finding for programs")
  func json() {
    let json = findings[1].json
    #expect(json["area"]?.string == "sound" && json["verdict"]?.string == "good")
    #expect(json["figures"]?["rateHertz"]?.integer == 48_000)
    #expect(findings[0].json["figures"] == nil && findings[0].json["advice"]?.string != nil)
  }

  @Test("tells of a check that does not end, and waits for no other")
  func tooSlow() {
    let start = ContinuousClock.now
    let found = Doctor.examine([
      Doctor.Check(area: .network, name: "slow", limit: .milliseconds(100)) {
        BenchProcess.pause(.milliseconds(900))
        return []
      },
      Doctor.Check(area: .files, name: "quick", limit: .seconds(5)) {
        [Finding(.files, "quick", .good, "Well.")]
      },
    ])
    #expect(found?.map(\.verdict) == [.bad, .good])
    #expect(found?.first?.name == "slow")
    #expect(start.duration(to: .now) < .seconds(5))
  }
}

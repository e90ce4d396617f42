import EndToEnd
import Formats

/// How a program ended that was watched meanwhile.
struct WatchedEnd {
  /// `nil` when it did not end in time, and was ended.
  var exitCode: Int32?
  /// In bytes.
  var peakMemory: Int
  /// The last line's `message`.
  var sentence: String
  /// Everything written, for people and for machines.
  var output: String
}

/// Waits for the ends of programs that run at the same time.
func watchEnds<Name: Hashable>(
  of phones: [Name: Phone], within limit: Duration
) -> [Name: WatchedEnd] {
  let deadline = Deadline(within: limit)
  var peaks: [Name: Int] = [:]
  while !deadline.hasPassed {
    let running = phones.filter { $0.value.process.isRunning }
    if running.isEmpty { break }
    for (name, phone) in running {
      let memory = ProcessFacts.peakMemory(of: phone.process.id) ?? 0
      peaks[name] = max(peaks[name] ?? 0, memory)
      _ = phone.process.wait(within: .milliseconds(20))
    }
  }
  return Dictionary(
    uniqueKeysWithValues: phones.map { name, phone in
      let exitCode = phone.exitCode(within: .zero)
      return (
        name,
        WatchedEnd(
          exitCode: exitCode, peakMemory: peaks[name] ?? 0,
          sentence: phone.allEvents?.last?["message"]?.string ?? "",
          output: phone.process.lines.joined(separator: "\n") + "\n" + phone.process.errorText)
      )
    })
}

/// Text as an enemy would send it.
enum Hostile {
  /// Sets a terminal's title, clears its screen, turns the line around, and goes on for 4 kB.
  static let name =
    "\u{1B}]0;PWNED\u{7}\u{1B}[2J\u{9B}31m\u{202E}eve\u{2066}\r\n\u{8}\u{1B}Ptmux;\u{1B}\u{1B}]2;PWNED\u{7}\u{1B}\\"
    + String(repeating: "x", count: 4_096)

  /// Whether a text holds nothing that could command a terminal or reorder what it shows.
  static func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "\n": true
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
        "\u{2066}"..."\u{2069}":
        false
      default: true
      }
    }
  }
}

package import Files
import Formats
package import NcursesTerminal

/// What `tipring doctor` finds about the terminal; works without one.
package struct TerminalCheck {
  private let facts: TerminalFacts
  private let settings: Settings.Phone

  package init(_ facts: TerminalFacts, _ settings: Settings.Phone) {
    self.facts = facts
    self.settings = settings
  }

  package var findings: [Finding] {
    [screen, characters, colours, size, announcements].compactMap { $0 }
  }

  private var screen: Finding {
    let figures: [String: JSONValue] = [
      "type": .string(facts.type), "isTerminal": .boolean(facts.isTerminal),
    ]
    if !facts.isTerminal {
      return Finding(
        .terminal, "screen", .good,
        "Input or output is no terminal here, which call, answer and --plain do not need.",
        figures: figures)
    }
    if let complaint = facts.complaint {
      return Finding(
        .terminal, "screen", .bad, "The phone's screen cannot be shown.",
        advice: complaint.description.prefix(1).uppercased() + complaint.description.dropFirst()
          + ".", figures: figures)
    }
    return Finding(
      .terminal, "screen", .good, "“\(facts.type)” can show the phone.", figures: figures)
  }

  private var characters: Finding {
    guard facts.isUTF8 else {
      return Finding(
        .terminal, "characters", .lookAt,
        "The locale is not UTF-8, so the screen is drawn in ASCII.",
        advice: "Set LC_CTYPE to C.UTF-8 or to a UTF-8 locale of your language.")
    }
    return Finding(.terminal, "characters", .good, "The locale is UTF-8.")
  }

  private var colours: Finding? {
    guard facts.complaint == nil else { return nil }
    let figures: [String: JSONValue] = ["colours": .integer(Int64(facts.colourCount))]
    if facts.forbidsColours {
      return Finding(
        .terminal, "colours", .good, "NO_COLOR is set, so none are used.", figures: figures)
    }
    return Finding(
      .terminal, "colours", .good,
      facts.colourCount < 8
        ? "There are none; every sign has a word beside it." : "There are \(facts.colourCount).",
      figures: figures)
  }

  private var size: Finding? {
    guard let columns = facts.columns, let rows = facts.rows else { return nil }
    let isSmall = columns < Self.leastColumns || rows < Self.leastRows
    return Finding(
      .terminal, "size", isSmall ? .lookAt : .good, "\(columns) columns, \(rows) rows.",
      advice: isSmall
        ? "Make the window larger; \(Self.leastColumns) by \(Self.leastRows) shows every pane."
        : nil,
      figures: ["columns": .integer(Int64(columns)), "rows": .integer(Int64(rows))])
  }

  /// The bell and the desktop's notifications, when a call rings.
  private var announcements: Finding? {
    guard facts.isTerminal else { return nil }
    let bell = settings.ringsBell ? "the bell sounds" : "the settings forbid the bell"
    let figures: [String: JSONValue] = [
      "bell": .boolean(settings.ringsBell), "notify": .boolean(settings.notifies),
      "sequence": facts.notification.map { .string($0) } ?? .null,
      "multiplexer": facts.multiplexer.map { .string($0) } ?? .null,
    ]
    let notifies = settings.notifies && facts.notification != nil
    let way =
      notifies
      ? "the desktop is notified by \(facts.notification ?? "")"
        + (facts.multiplexer.map { " through \($0)" } ?? "")
      : settings.notifies
        ? "this terminal knows no notifications" : "the settings forbid notifications"
    let isQuiet = !settings.ringsBell && !notifies && settings.ringCommand == nil
    let advice =
      isQuiet
      ? "Nothing but the loudspeaker tells of a call; set bell, notify or ring-command in tipring.conf."
      : notifies && facts.multiplexer == "tmux"
        ? "tmux passes notifications on with: set -g allow-passthrough on" : nil
    return Finding(
      .terminal, "ringing", isQuiet ? .lookAt : .good, "When a call rings, \(bell), and \(way).",
      advice: advice, figures: figures)
  }

  private static let leastColumns = 60
  private static let leastRows = 16
}

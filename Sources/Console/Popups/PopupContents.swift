import Basics
import Calling
import Cells

/// One line of the help.
struct HelpLine: Equatable, Sendable {
  var keys: String
  var text: String
  var isHeading = false

  var plain: String { isHeading ? text : "\(keys)  \(text)" }

  fileprivate static let keyWidth = 16
  var segments: [Segment] {
    if isHeading { return [Segment(text, Theme.title)] }
    return [Segment(keys.fitted(to: Self.keyWidth), Theme.key), Segment(text)]
  }
}

extension ConsoleState {
  // MARK: Sizes, which keys and drawing must agree upon

  private var popupRows: Int {
    let top = (layout.upperRule ?? 0) + 1
    return max(1, (layout.messageRow ?? size.rows) - top - compactRingingRows)
  }

  /// The rows that a ringing call takes at the lower edge.
  var compactRingingRows: Int {
    ringingCalls.isEmpty || isRingingOnTop ? 0 : Self.compactRows
  }

  static let compactRows = 4

  /// How many lines of the palette are seen at once.
  var paletteHeight: Int { max(1, min(14, popupRows - 4)) }
  /// How many lines of help and messages are seen at once.
  var readerHeight: Int { max(1, popupRows - 2) }
  /// How many devices are seen at once.
  var deviceHeight: Int {
    let sound = board.sound
    let isRinger = if case .devices(let choice) = popup { choice.side == .ringer } else { false }
    let played = isRinger ? ringerChoices.count : sound.playbackChoices.count
    let count = max(sound.captureChoices.count, played, 1)
    let notes = deviceComplaint.isEmpty ? 0 : deviceComplaint.count + 1
    return max(1, min(count, popupRows - 3 - notes - (sound.descriptions.isEmpty ? 0 : 1)))
  }
  /// How wide the choice of devices is.
  var deviceColumns: Int { min(76, size.columns - 2) }
  /// What is wrong with the devices, in lines for the choice of them; a few of its rows stay for the
  /// devices.
  var deviceComplaint: [String] {
    guard let complaint = board.sound.complaint else { return [] }
    return HarmlessText.line(complaint, limit: Self.messageLimit)
      .wrapped(to: deviceColumns - 4, limit: max(2, popupRows - 8))
  }
  /// What calls can ring by; the empty one is the speaker.
  var ringerChoices: [String] { [""] + board.sound.playbackChoices }

  // MARK: Contents

  var quitQuestion: String {
    let calls = liveCalls
    guard calls.count == 1, let call = calls.first else {
      return "\(calls.count) calls are up. Hang up all and quit?"
    }
    return "A call with \(call.partyName) is up. Hang up and quit?"
  }

  /// The help as it is drawn: two columns where that spares scrolling and there is room for it.
  var helpRows: [[Segment]] {
    let lines = helpLines.map(\.segments)
    guard lines.count > readerHeight, size.columns >= 110 else { return lines }
    let height = (lines.count + 1) / 2
    let width = (lines.map(\.columns).max() ?? 0) + 3
    return (0..<height).map { row in
      let left = lines[row]
      guard row + height < lines.count else { return left }
      let gap = Segment(String(repeating: " ", count: width - left.columns))
      return left + [gap] + lines[row + height]
    }
  }

  /// The keys valid where one was before help was opened, by place.
  var helpLines: [HelpLine] {
    var before = self
    before.popup = popupBehind
    var lines: [HelpLine] = []
    for context in before.contexts {
      let keys = options.keymap.bindings.filter { $0.context == context }
        .compactMap(before.helpLine(of:))
      guard !keys.isEmpty else { continue }
      if !lines.contains(where: { $0.isHeading && $0.text == context.title }) {
        if !lines.isEmpty { lines.append(HelpLine(keys: "", text: "", isHeading: true)) }
        lines.append(HelpLine(keys: "", text: context.title, isHeading: true))
      }
      lines += keys
    }
    return lines
  }

  private func helpLine(of binding: Keymap.Binding) -> HelpLine? {
    guard binding.action != .explainRinging, obstacle(to: binding.action) == nil else { return nil }
    // A key that means something else here is not this action's.
    let keys = binding.keys.filter { meaning(of: $0) == binding.action }
    if keys.isEmpty { return nil }
    return HelpLine(
      keys: binding.action == .tone ? "0-9 * #" : keys.map(\.name).joined(separator: " "),
      text: binding.action.title)
  }

  /// What the program noted, the newest first, each in as many lines as it takes.
  var logLines: [(text: String, style: Style)] {
    let width = readerColumns
    return log.reversed().flatMap { entry in
      let (sign, style) = entry.level.look
      let text = HarmlessText.line("\(entry.subject): \(entry.text)", limit: Self.messageLimit)
      return text.wrapped(to: width - sign.columns).enumerated().map { index, line in
        ((index == 0 ? sign : "  ") + line, style)
      }
    }
  }

  /// The marked device in its driver's words; `nil` when they say no more than its name.
  func deviceDescription(_ choice: DeviceChoice) -> String? {
    let (_, choices, index) = deviceColumn(choice, choice.side)
    guard choices.indices.contains(index), let words = board.sound.descriptions[choices[index]]
    else { return nil }
    return HarmlessText.line(words, limit: 200)
  }

  /// One side of the devices: its name, what there is, and the marked one.
  func deviceColumn(_ choice: DeviceChoice, _ side: DeviceChoice.Side) -> (
    name: String, choices: [String], index: Int
  ) {
    switch side {
    case .capture: ("Microphone", board.sound.captureChoices, choice.capture.index)
    case .playback: ("Speaker", board.sound.playbackChoices, choice.playback.index)
    case .ringer:
      ("Ringer", ringerChoices.map { $0.isEmpty ? "the speaker" : $0 }, choice.ringer.index)
    }
  }
}

extension LogEntry.Level {
  /// The sign before the text, and the text's style.
  fileprivate var look: (sign: String, style: Style) {
    switch self {
    case .error: ("✗ ", Theme.poor)
    case .warning: ("! ", Theme.fair)
    case .info: ("  ", .plain)
    case .debug: ("  ", Theme.quiet)
    }
  }
}

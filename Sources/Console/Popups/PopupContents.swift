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
    let isCompact = !ringingCalls.isEmpty && !isRingingOnTop
    return max(1, (layout.messageRow ?? size.rows) - 1 - (isCompact ? 4 : 0))
  }

  /// How many lines of the palette are seen at once.
  var paletteHeight: Int { max(1, min(14, popupRows - 4)) }
  /// How many lines of help and messages are seen at once.
  var readerHeight: Int { max(1, popupRows - 2) }
  /// How many devices are seen at once.
  var deviceHeight: Int {
    let sound = board.sound
    let count = max(sound.captureChoices.count, sound.playbackChoices.count, 1)
    return max(1, min(count, popupRows - 6))
  }

  // MARK: Contents

  var quitQuestion: String {
    let calls = liveCalls
    guard calls.count == 1, let call = calls.first else {
      return "\(calls.count) calls are up. Hang up all and quit?"
    }
    return "A call with \(call.partyName) is up. Hang up and quit?"
  }

  /// The keys valid where one was before help was opened, by place.
  var helpLines: [HelpLine] {
    var before = self
    before.popup = nil
    var lines: [HelpLine] = []
    var titles: [String] = []
    for context in before.contexts {
      if !titles.contains(context.title) {
        if !lines.isEmpty { lines.append(HelpLine(keys: "", text: "", isHeading: true)) }
        titles.append(context.title)
        lines.append(HelpLine(keys: "", text: context.title, isHeading: true))
      }
      lines += options.keymap.bindings.filter { $0.context == context }.compactMap {
        before.helpLine(of: $0)
      }
    }
    return lines
  }

  private func helpLine(of binding: Keymap.Binding) -> HelpLine? {
    guard binding.action != .explainRinging, !binding.keys.isEmpty else { return nil }
    let keys =
      binding.action == .tone
      ? "0-9 * #" : binding.keys.map(\.name).joined(separator: " ")
    return HelpLine(keys: keys, text: binding.action.title)
  }

  /// What the program noted, the newest first.
  var logLines: [(text: String, style: Style)] {
    log.reversed().map { entry in
      let text = HarmlessText.line("\(entry.subject): \(entry.text)", limit: 300)
      switch entry.level {
      case .error: return ("✗ " + text, Theme.poor)
      case .warning: return ("! " + text, Theme.fair)
      case .info: return ("  " + text, .plain)
      case .debug: return ("  " + text, Theme.quiet)
      }
    }
  }

  /// One side of the devices: its name, what there is, and the marked one.
  func deviceColumn(_ choice: DeviceChoice, _ side: DeviceChoice.Side) -> (
    name: String, choices: [String], index: Int
  ) {
    switch side {
    case .capture: ("Microphone", board.sound.captureChoices, choice.capture.index)
    case .playback: ("Speaker", board.sound.playbackChoices, choice.playback.index)
    }
  }
}

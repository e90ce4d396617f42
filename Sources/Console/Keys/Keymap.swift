import Basics
import Cells

/// Where a key is looked up.
package enum Context: CaseIterable, Sendable {
  /// A call rings, wherever one is.
  case ringing
  /// Several calls ring.
  case severalRinging
  /// The ringing popup lies over the middle of the screen.
  case ringingOnTop
  /// A call rings while a text is being typed.
  case ringingWhileTyping
  case contacts, call, tones, history, statistics
  case everywhere
  case filter, palette, entry, help, devices, quitQuestion

  var title: String {
    switch self {
    case .ringing, .severalRinging, .ringingOnTop, .ringingWhileTyping: "A call rings"
    case .contacts: "Contacts"
    case .call, .tones: "Call"
    case .history: "History"
    case .statistics: "Statistics"
    case .everywhere: "Everywhere"
    case .filter: "Filter"
    case .palette: "All actions"
    case .entry: "Typing"
    case .help: "Help"
    case .devices: "Devices"
    case .quitQuestion: "Quit?"
    }
  }

  /// Whether characters are text there.
  var isTyping: Bool {
    switch self {
    case .filter, .palette, .entry, .ringingWhileTyping: true
    default: false
    }
  }
}

/// Which keys mean what, and where. Help, palette and key bar are drawn from this table.
package struct Keymap: Equatable, Sendable {
  struct Binding: Equatable, Sendable {
    var context: Context
    var action: Action
    var keys: [Key]
  }

  private(set) var bindings: [Binding]

  /// The keys as they come.
  package init() { bindings = Self.standard }

  /// Gives an action the user's own keys in place of its own, wherever it has some; where one types,
  /// only keys that type nothing. Ctrl-C quits in any case.
  ///
  /// - Parameter keyNames: separated by blanks, or `none`.
  /// - Returns: why this cannot be done, as a sentence; `nil` when it was.
  package mutating func give(_ keyNames: String, to name: String) -> String? {
    guard let action = Action(rawValue: name), action != .tone else {
      let near = nearestName(to: name, among: Action.allCases.map(\.rawValue))
      return "There is no action “\(name)” to give a key to; "
        + (near.map { "did you mean “\($0)”?" } ?? "tipring.conf(5) lists them.")
    }
    let words = keyNames == "none" ? [] : keyNames.split(separator: " ").map(String.init)
    let keys = words.compactMap(Key.init(name:))
    guard keys.count == words.count else {
      return "“\(keyNames)” does not name keys; write them like m, F5 or Ctrl-P."
    }
    for index in bindings.indices where bindings[index].action == action {
      replaceKeys(at: index, by: keys)
    }
    return nil
  }

  /// The actions that have no key left in some place where they had one, by name.
  package var robbedActions: [String] {
    zip(Self.standard, bindings).filter { standard, own in
      !standard.keys.isEmpty && own.keys.isEmpty
    }.map(\.1.action.rawValue)
  }

  /// What a key can mean where these contexts hold, the first of them first.
  func actions(for key: Key, in contexts: [Context]) -> [Action] {
    contexts.flatMap { context in
      bindings.filter { $0.context == context && $0.keys.contains(key) }.map(\.action)
    }
  }

  /// The keys of an action in the first of these contexts that has some.
  func keys(for action: Action, in contexts: [Context] = Context.allCases) -> [Key] {
    for context in contexts {
      for binding in bindings where binding.context == context && binding.action == action {
        if !binding.keys.isEmpty { return binding.keys }
      }
    }
    return []
  }

  /// The name of the action's first key, for sentences; the action's own name when it has none.
  func keyName(for action: Action) -> String {
    keys(for: action).first?.name ?? action.rawValue
  }

  private mutating func replaceKeys(at index: Int, by keys: [Key]) {
    let context = bindings[index].context
    var keys = keys
    if context.isTyping {
      keys.removeAll { if case .character = $0 { true } else { false } }
      if keys.isEmpty { return }
    }
    for other in bindings.indices where bindings[other].context == context {
      bindings[other].keys.removeAll { keys.contains($0) }
    }
    bindings[index].keys = keys
  }
}

extension Keymap {
  /// In the order in which help and key bar show them.
  private static let standard: [Binding] = [
    bind(.ringing, .accept, "a"), bind(.ringing, .decline, "d"),
    bind(.ringing, .declineWithReason, "D"), bind(.ringing, .silence, "i"),
    bind(.severalRinging, .nextRinging, "↓", "↑"),
    bind(.ringingOnTop, .dock, "Esc"), bind(.ringingOnTop, .explainRinging, "Enter", "Space"),
    bind(.ringingWhileTyping, .accept, "F2"), bind(.ringingWhileTyping, .decline, "F3"),
    bind(.ringingWhileTyping, .silence, "F4"),

    bind(.contacts, .call, "Enter"), bind(.contacts, .filter, "/"),
    bind(.contacts, .copy, "y"),
    bind(.call, .switchCall, "Enter"), bind(.call, .copy, "y"),
    bind(.tones, .tone, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"),
    bind(.history, .callBack, "Enter"), bind(.history, .filter, "/"),
    bind(.history, .deleteRecord, "Del"), bind(.history, .copy, "y"),

    bind(.everywhere, .mute, "m"), bind(.everywhere, .hold, "h"),
    bind(.everywhere, .hangUp, "x"), bind(.everywhere, .record, "r"),
    bind(.everywhere, .devices, "v"), bind(.everywhere, .note, "n"),
    bind(.everywhere, .transcript, "t"), bind(.everywhere, .statistics, "s"),
    bind(.everywhere, .volumeUp, "+", "="), bind(.everywhere, .volumeDown, "-"),
    bind(.everywhere, .browser, "o"), bind(.everywhere, .people, "p"),
    bind(.everywhere, .person), bind(.everywhere, .rooms), bind(.everywhere, .serverRecord),
    bind(.everywhere, .serverRecordStop), bind(.everywhere, .recordings),
    bind(.everywhere, .transcribe), bind(.everywhere, .qualityPoor),
    bind(.everywhere, .qualityMedium), bind(.everywhere, .qualityGood),
    bind(.everywhere, .palette, ":", "Ctrl-P"), bind(.everywhere, .help, "?", "F1"),
    bind(.everywhere, .nextPane, "Tab"), bind(.everywhere, .previousPane, "Shift-Tab"),
    bind(.everywhere, .contactsPane, "1"), bind(.everywhere, .callPane, "2"),
    bind(.everywhere, .historyPane, "3"), bind(.everywhere, .statisticsPane, "4"),
    bind(.everywhere, .leftPane, "←", "h"), bind(.everywhere, .rightPane, "→", "l"),
    bind(.everywhere, .down, "↓", "j"), bind(.everywhere, .up, "↑", "k"),
    bind(.everywhere, .pageDown, "PgDn", "Ctrl-F"), bind(.everywhere, .pageUp, "PgUp", "Ctrl-B"),
    bind(.everywhere, .first, "g", "Home"), bind(.everywhere, .last, "G", "End"),
    bind(.everywhere, .back, "Esc"), bind(.everywhere, .log, "L"),
    bind(.everywhere, .refresh, "Ctrl-R", "F5"), bind(.everywhere, .redraw, "Ctrl-L"),
    bind(.everywhere, .mouse, "M"), bind(.everywhere, .suspend, "Ctrl-Z"),
    bind(.everywhere, .quit, "q", "Ctrl-C"),

    bind(.filter, .choose, "Enter"), bind(.filter, .back, "Esc"), bind(.filter, .down, "↓"),
    bind(.filter, .up, "↑"), bind(.filter, .help, "F1"), bind(.filter, .quit, "Ctrl-C"),
    bind(.palette, .choose, "Enter"), bind(.palette, .back, "Esc", "Ctrl-P"),
    bind(.palette, .down, "↓", "Ctrl-N", "Tab"), bind(.palette, .up, "↑", "Shift-Tab"),
    bind(.palette, .pageDown, "PgDn"), bind(.palette, .pageUp, "PgUp"),
    bind(.palette, .help, "F1"), bind(.palette, .quit, "Ctrl-C"),
    bind(.entry, .choose, "Enter"), bind(.entry, .back, "Esc"), bind(.entry, .help, "F1"),
    bind(.entry, .quit, "Ctrl-C"),
    bind(.help, .back, "Esc", "?", "F1", "q", "Enter", "L"), bind(.help, .down, "↓", "j"),
    bind(.help, .up, "↑", "k"), bind(.help, .pageDown, "PgDn", "Space"),
    bind(.help, .pageUp, "PgUp"), bind(.help, .first, "g", "Home"),
    bind(.help, .last, "G", "End"), bind(.help, .quit, "Ctrl-C"),
    bind(.devices, .choose, "Enter"),
    bind(.devices, .otherSide, "Tab", "Shift-Tab", "←", "→", "h", "l"),
    bind(.devices, .down, "↓", "j"), bind(.devices, .up, "↑", "k"),
    bind(.devices, .back, "Esc", "v", "q"), bind(.devices, .help, "?", "F1"),
    bind(.devices, .quit, "Ctrl-C"),
    bind(.quitQuestion, .confirmQuit, "y", "q", "Ctrl-C"), bind(.quitQuestion, .back, "Esc", "n"),
  ]

  private static func bind(_ context: Context, _ action: Action, _ names: String...) -> Binding {
    Binding(context: context, action: action, keys: names.compactMap(Key.init(name:)))
  }
}

extension ConsoleState {
  /// Where a key is looked up now, in order.
  var contexts: [Context] {
    var contexts: [Context] = []
    if !ringingCalls.isEmpty {
      if isTyping {
        contexts.append(.ringingWhileTyping)
      } else {
        contexts.append(.ringing)
        if isRingingOnTop, ringingCalls.count > 1 { contexts.append(.severalRinging) }
        if isRingingOnTop { contexts.append(.ringingOnTop) }
      }
    }
    switch popup {
    case .palette: return contexts + [.palette]
    case .note, .declineReason: return contexts + [.entry]
    case .help, .log, .answer: return contexts + [.help]
    case .devices: return contexts + [.devices]
    case .quitQuestion: return contexts + [.quitQuestion]
    case nil: break
    }
    if isFiltering { return contexts + [.filter] }
    return contexts + paneContexts + [.everywhere]
  }

  private var paneContexts: [Context] {
    switch focus {
    case .contacts: [.contacts]
    // Digits are tones in a call; everywhere else, and here without a call, they choose a pane.
    case .call: liveCalls.isEmpty ? [.call] : [.call, .tones]
    case .history: [.history]
    case .statistics: [.statistics]
    }
  }
}

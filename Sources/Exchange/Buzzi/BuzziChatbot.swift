import BuzziWire
import Formats

/// A chatbot and how its company has set it up: an attendant of the exchange, with a voice.
struct BuzziChatbot: Equatable, Sendable {
  let id: String
  let name: String
  var isEnabled = true
  var provider = AIProvider.openAI
  var voice = VoiceConfig()
  /// How the browser's widget looks; kept for it.
  var widget: [String: JSONValue] = [:]

  init(id: String, name: String) {
    self.id = id
    self.name = name
  }

  /// Samples a second that its callers send.
  var inputRate: Int { provider == .gemini ? 16_000 : 24_000 }

  /// Takes over the members that are there, all or none.
  ///
  /// - Returns: the names of those that have a wrong value.
  mutating func change(by value: JSONValue) -> [String] {
    var changed = self
    var wrong: [String] = []
    if let enabled = value["enabledCall"] {
      if let isEnabled = enabled.boolean {
        changed.isEnabled = isEnabled
      } else {
        wrong.append("enabledCall")
      }
    }
    if let name = value["callAiProvider"] {
      if let provider = name.string.flatMap(AIProvider.init(rawValue:)) {
        changed.provider = provider
      } else {
        wrong.append("callAiProvider")
      }
    }
    if let voice = value["voiceConfig"] {
      if voice.object == nil { wrong.append("voiceConfig") }
      wrong += changed.voice.change(by: voice).map { "voiceConfig.\($0)" }
    }
    if let widget = value["callWidgetConfig"] {
      wrong += WidgetRule.config.check(widget, named: "callWidgetConfig")
      changed.widget = Self.merged(changed.widget, widget.object ?? [:])
    }
    if wrong.isEmpty { self = changed }
    return wrong
  }

  private static func merged(
    _ old: [String: JSONValue], _ new: [String: JSONValue]
  ) -> [String: JSONValue] {
    old.merging(new) { before, after in
      guard let left = before.object, let right = after.object else { return after }
      return .object(left.merging(right) { $1 })
    }
  }

  func encoded() -> JSONValue {
    [
      "id": .string(id), "name": .string(name), "enabledCall": .boolean(isEnabled),
      "callAiProvider": .string(provider.rawValue), "voiceConfig": voice.encoded(),
      "callWidgetConfig": .object(widget),
    ]
  }

  // MARK: The store

  static let collection = "buzzi-chatbots"

  var document: StoredDocument {
    StoredDocument(collection: Self.collection, key: id, body: encoded().text)
  }

  init?(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body), let name = value["name"]?.string
    else { return nil }
    self.init(id: document.key, name: name)
    _ = change(by: value)
  }
}

/// What a member of `callWidgetConfig` may hold (V23).
indirect enum WidgetRule: Sendable {
  case flag
  /// A word of lower-case letters and dashes, as the widget's style sheet knows it.
  case word
  case number(ClosedRange<Int>)
  case members([String: WidgetRule])

  static let config = WidgetRule.members([
    "enabled": .flag, "position": .word,
    "callButton": .members(["style": .word, "size": .word, "animation": .word]),
    "orb": .members(["glowIntensity": .word, "pulseSpeed": .word]),
    "callDialog": .members(["width": .number(200...2_000), "showVisualizer": .flag]),
  ])

  /// - Returns: the names of what is wrong or unknown.
  func check(_ value: JSONValue, named name: String) -> [String] {
    switch self {
    case .flag:
      if case .boolean = value { return [] }
      return [name]
    case .word:
      guard let text = value.string, (1...32).contains(text.utf8.count),
        text.utf8.allSatisfy({ (97...122).contains($0) || $0 == 45 })
      else { return [name] }
      return []
    case .number(let range):
      return value.integer.map { range.contains($0) } == true ? [] : [name]
    case .members(let rules):
      guard let members = value.object else { return [name] }
      return members.sorted { $0.key < $1.key }.flatMap { member, value -> [String] in
        guard let rule = rules[member] else { return ["\(name).\(member)"] }
        return rule.check(value, named: "\(name).\(member)")
      }
    }
  }
}

import Basics
import BuzziWire
import Formats
import Transport

/// What a service behind a bot has to tell.
enum ProviderEvent: Equatable, Sendable {
  /// It is set up, and listens.
  case ready
  /// Sound at 24 kHz.
  case audio([Int16])
  case said(AttendantUtterance)
  case agent(AgentActivity)
  /// The caller speaks: what has not been played shall not be.
  case interrupted
  /// The model asks for a person.
  case escalate(reason: String)
  /// It cannot go on; in words.
  case failed(String)
}

/// A conversation with a service that listens and speaks, over one WebSocket: what arrives goes in,
/// messages to be sent and events come out.
protocol VoiceProvider: Sendable {
  /// The socket is open.
  mutating func opened() -> [String]
  mutating func received(_ message: JSONValue) -> (sent: [String], events: [ProviderEvent])
  /// The caller's sound, at the rate that the chatbot's callers send.
  func audio(_ samples: [Int16]) -> String
}

extension VoiceProvider {
  /// What the model may call to get a person.
  static var escalateName: String { "escalate" }
  static var escalateAbout: String {
    "Hand the call over to a human, when the caller asks for one or cannot be helped."
  }
  static var escalateParameters: JSONValue {
    [
      "type": "object",
      "properties": ["reason": ["type": "string", "description": "Why, in one sentence."]],
      "required": ["reason"],
    ]
  }

  /// How the model is told to greet.
  static func greetingWish(_ greeting: String) -> String {
    "Greet the caller with exactly these words: \(greeting)"
  }
}

/// Joins the pieces in which a service tells what was said.
///
/// - Bound: ``limit`` characters of one utterance.
struct UtteranceBuilder: Equatable, Sendable {
  let isOwn: Bool
  private var text = ""

  init(isOwn: Bool) { self.isOwn = isOwn }

  /// One more piece; returns the utterance so far.
  mutating func add(_ piece: String) -> AttendantUtterance {
    text = String((text + piece).prefix(Self.limit))
    return AttendantUtterance(isOwn: isOwn, text: text, isFinal: false)
  }

  /// The whole, as it was told or as far as it is known; `nil` when nothing was said.
  mutating func finish(_ whole: String? = nil) -> AttendantUtterance? {
    let said = whole.map { String($0.prefix(Self.limit)) } ?? text
    text = ""
    return said.isEmpty ? nil : AttendantUtterance(isOwn: isOwn, text: said, isFinal: true)
  }

  static let limit = 4_000
}

/// The samples in a message's base64; none when it is no sound.
func providerSamples(_ letters: String?) -> [Int16] {
  var reader = PCM16Reader()
  return reader.take(letters.flatMap { Base64.decode($0) } ?? [])
}

/// A session's link to the service that gives its bot a voice.
struct ProviderLink: Sendable {
  let socket: SocketID
  var provider: any VoiceProvider
  /// Until when the service may take to be ready; `nil` once it is.
  var readyUntil: Instant?

  /// How long the service may take until it listens.
  static let readyTime: Duration = .seconds(15)
}

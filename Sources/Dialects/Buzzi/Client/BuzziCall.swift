import Basics
import BuzziWire
import Calling
import Transport

/// One call with a bot, from the wish for a session to the end of its socket.
///
///     waiting ──▶ asking ──session──▶ connecting ──opened──▶ greeting ──ready──▶ starting
///        ▲          │                   ▲      │ lost                               │ call_started
///        └── 429 ───┘                   │      ▼                                    ▼
///                                       └── lost (1, 2, 4 s) ◀── socket broke ───── up ──end──▶ ending
struct BuzziCall: Equatable, Sendable {
  enum Stage: Equatable, Sendable {
    /// Until a session may be asked for: the server wants fewer requests, or five sockets are open.
    case waiting(until: Instant)
    /// A session has been asked for.
    case asking
    case connecting(SocketID, until: Instant)
    /// The socket is open; nothing is sent before the server has greeted.
    case greeting(SocketID, until: Instant)
    /// `start_call` has been sent.
    case starting(SocketID, until: Instant)
    case up(SocketID)
    /// The socket broke; it is opened again at that instant.
    case lost(until: Instant)
    /// `end_call` has been sent.
    case ending(SocketID, until: Instant)
  }

  let id: CallID
  let chatbotID: String
  var stage: Stage
  var session: SessionResponse?
  /// The user has hung up while the session was being asked for.
  var isGivenUp = false
  /// Whether the server has started the call before.
  var wasUp = false
  /// Tries in a row that have failed.
  var failureCount = 0
  /// What the server complained of last, before the call was up.
  var complaint: String?
  var reader = PCM16Reader()
  /// What the bot was last told to be doing; servers of both revisions say it twice.
  var agent: ServerMessage.Agent?
  var watch: SpeechWatch

  init(id: CallID, chatbotID: String, stage: Stage, at now: Instant) {
    self.id = id
    self.chatbotID = chatbotID
    self.stage = stage
    watch = SpeechWatch(at: now)
  }

  /// The socket, as long as there is one.
  var socket: SocketID? {
    switch stage {
    case .waiting, .asking, .lost: nil
    case .connecting(let socket, _), .greeting(let socket, _), .starting(let socket, _),
      .up(let socket), .ending(let socket, _):
      socket
    }
  }

  var isUp: Bool {
    if case .up = stage { return true }
    return false
  }

  var deadline: Instant? {
    switch stage {
    case .asking: nil
    case .waiting(let until), .connecting(_, let until), .greeting(_, let until),
      .starting(_, let until), .lost(let until), .ending(_, let until):
      until
    case .up: watch.deadline
    }
  }

  /// Before the first, second and third try to come back.
  static let delays: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
  /// How long each step of the beginning may take.
  static let stepTime: Duration = .seconds(12)
  /// How long the server may take to say goodbye.
  static let endTime: Duration = .seconds(2)
}

/// Listens to who speaks in a call: tells a time-out of silence beforehand, and when the bot says that it
/// speaks and nothing comes.
struct SpeechWatch: Equatable, Sendable {
  enum Hint: Equatable, Sendable {
    /// The server will end the call for its silence.
    case silence(remaining: Duration)
    /// The bot speaks, and nothing has come for two seconds.
    case moderate
    /// …for five.
    case poor
    case recovered
  }

  private enum Quality: Equatable, Sendable {
    case good, moderate, poor
  }

  private var spokenAt: Instant
  private var hasWarned = false
  /// Until when there is something to be played.
  private var playedUntil: Instant
  /// Since when the bot says that it speaks.
  private var speakingSince: Instant?
  private var quality = Quality.good

  init(at now: Instant) {
    spokenAt = now
    playedUntil = now
  }

  /// Somebody has said something.
  mutating func spoke(at now: Instant) {
    spokenAt = now
    hasWarned = false
  }

  /// Sound from the microphone; only what is louder than a quiet room counts.
  mutating func captured(_ samples: [Int16], at now: Instant) {
    var energy: Int64 = 0
    for sample in samples { energy &+= Int64(sample) &* Int64(sample) }
    if energy > Int64(samples.count) &* Self.speechPower { spoke(at: now) }
  }

  /// Sound from the bot, so many samples at 24 kHz.
  mutating func arrived(sampleCount: Int, at now: Instant) -> Hint? {
    spoke(at: now)
    playedUntil = max(playedUntil, now)
      .advanced(by: .nanoseconds(Int64(sampleCount) &* 1_000_000_000 / 24_000))
    defer { quality = .good }
    return quality == .poor ? .recovered : nil
  }

  /// What was to be played has been dropped.
  mutating func flushed(at now: Instant) { playedUntil = now }

  mutating func agent(isSpeaking: Bool, at now: Instant) {
    if !isSpeaking {
      speakingSince = nil
      quality = .good
    } else if speakingSince == nil {
      speakingSince = now
      spoke(at: now)
    }
  }

  var deadline: Instant? { [silenceWarning, nextDoubt].compactMap { $0 }.min() }

  mutating func expire(at now: Instant) -> [Hint] {
    var hints: [Hint] = []
    if let due = silenceWarning, due <= now {
      hasWarned = true
      hints.append(.silence(remaining: Self.silenceTime - Self.silenceNotice))
    }
    if let due = nextDoubt, due <= now {
      quality = quality == .good ? .moderate : .poor
      hints.append(quality == .moderate ? .moderate : .poor)
    }
    return hints
  }

  private var silenceWarning: Instant? {
    guard !hasWarned else { return nil }
    return max(spokenAt, playedUntil).advanced(by: Self.silenceNotice)
  }

  private var nextDoubt: Instant? {
    guard let speakingSince else { return nil }
    let since = max(speakingSince, playedUntil)
    switch quality {
    case .good: return since.advanced(by: .seconds(2))
    case .moderate: return since.advanced(by: .seconds(5))
    case .poor: return nil
    }
  }

  /// After so much silence servers end the call.
  static let silenceTime: Duration = .seconds(180)
  /// After so much of it the user is told.
  static let silenceNotice: Duration = .seconds(160)
  /// Mean square of samples above which somebody speaks: −44 dBFS.
  private static let speechPower: Int64 = 42_000
}

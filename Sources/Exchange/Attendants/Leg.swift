import Basics
import Media

/// One person's media with the exchange, and whom it is connected with.
struct Leg {
  /// Whom the person talks to.
  enum Place: Equatable, Sendable {
    case attendant
    /// Mixed with the others of that room.
    case room(String)
    /// Its packets go to the others of that conference, and theirs come to it.
    case conference(String)
    /// With nobody; a signal tells that somebody will come.
    case parked
  }

  var place: Place
  /// The way to the person, if it is a path; `nil` if there is a ``line``. It stands beside the place, as
  /// all that follows, so that it is changed where it is.
  var session: MediaSession?
  /// The way to the person, if sound travels as samples.
  var line: SampleLine?
  /// Exists in the place `attendant`.
  var conversation: Conversation?
  /// Exists in the place `parked`.
  var waitingSignal: ToneGenerator?
  /// Whether the person can be heard and hears.
  var isSecured = false
  /// Whether others do not hear the person.
  var isMuted = false
  /// By when an offer of ours must have led to a path; counts until then.
  var answerUntil: Instant?
  /// Since when nothing at all has arrived; `nil` while something does.
  var silentSince: Instant?

  init(_ place: Place, session: MediaSession, conversation: Conversation? = nil) {
    self.place = place
    self.session = session
    self.conversation = conversation
  }

  init(_ place: Place, line: SampleLine, conversation: Conversation? = nil) {
    self.place = place
    self.line = line
    self.conversation = conversation
  }

  // MARK: Verbs

  /// The person is taken elsewhere, on the path that there is.
  mutating func move(to place: Place) {
    self.place = place
    conversation = nil
    waitingSignal = place == .parked ? ToneGenerator(.waiting) : nil
  }

  /// What the person said in the next frame; silence when it is muted.
  mutating func hear(at now: Instant) -> (samples: [Int16], effects: [SessionEffect]) {
    let samples: [Int16]
    var effects: [SessionEffect] = []
    if let heard = line?.hear() {
      samples = heard
    } else if let pulled = session?.pull(sampleCount: attendantFrameSamples, at: now) {
      (samples, effects) = pulled
    } else {
      samples = Self.silence
    }
    return (isMuted ? Self.silence : samples, effects)
  }

  /// Lets the person hear a frame.
  mutating func say(_ samples: [Int16], at now: Instant) -> [SessionEffect] {
    if let pieces = line?.say(samples) { return pieces.map { .report(.sound($0)) } }
    return session?.captured(samples, at: now) ?? []
  }

  // MARK: Time

  /// When the leg wants to be looked at next.
  var deadline: Instant? {
    guard let end else { return session?.deadline }
    return session?.deadline.map { min($0, end) } ?? end
  }

  /// Whether nothing has arrived for so long that nobody is believed to be there.
  func isDead(at now: Instant) -> Bool {
    end.map { $0 <= now } ?? false
  }

  private var end: Instant? {
    isSecured ? silentSince?.advanced(by: Self.patience) : answerUntil
  }

  /// How long a leg from which nothing arrives, no report either, keeps its seat.
  static let patience: Duration = .seconds(30)
  static let silence = [Int16](repeating: 0, count: attendantFrameSamples)
}

extension MediaSession {
  mutating func perform(_ verb: (inout MediaSession) -> [SessionEffect]) -> [SessionEffect] {
    verb(&self)
  }
}

/// What an attendant has with its guest.
struct Conversation: Sendable {
  var attendant: any Attendant
  let attendantID: String
  let guest: AttendantGuest
  /// Whether the attendant has been told to begin.
  var hasBegun = false
}

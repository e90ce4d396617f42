import Basics
import Formats
import SDP
import XMPP

/// One participant of a conference, as the focus knows it.
struct FocusParticipant: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// What its client can do has been asked, by that request.
    case asked(String)
    /// It can be offered a session.
    case idle
    case inSession(FocusSession)
    /// It has no sound, or wants none.
    case withoutSound
  }

  var state: State
  /// Whether it begins muted.
  let startsMuted: Bool
  /// When its sessions were begun anew, oldest first.
  var restarts: [Instant] = []

  var session: FocusSession? {
    guard case .inSession(let session) = state else { return nil }
    return session
  }
}

/// One session of sound between the focus and a participant.
///
///     preparing ──the leg's offer──▶ offered ──session-accept──▶ accepted
struct FocusSession: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// The leg gathers and describes itself.
    case preparing
    /// `session-initiate` is that request.
    case offered(request: String)
    case accepted
  }

  let sid: String
  let leg: String
  /// Names it towards a client that has trouble with it.
  let bridgeID: String
  var state = State.preparing
  /// The section's name in the leg's descriptions.
  var mid = "0"
  /// The participant's streams.
  var sources: [JingleSource] = []
  /// Streams of others that the participant has been told.
  var told: [JingleSource] = []
  /// How many of the participant's candidates have been passed on.
  var candidateCount = 0
  /// The participant's side, while the path may be renewed.
  var answer: JingleMessage?
  /// Which of the leg's agents is in use.
  var iceGeneration = 0

  static let candidateLimit = 64
}

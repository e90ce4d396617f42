import Basics
import Calling
import Jitsi

/// What the client keeps of one call.
struct ZulipCall: Sendable {
  enum Kind: Equatable, Sendable {
    /// Between two, by the calls endpoints.
    case call
    case group
    /// By a link in a message, or option A's bare room: the server knows nothing of its end.
    case link
    /// A conference by its URL; nobody was called.
    case conference
  }

  enum Stage: Equatable, Sendable {
    /// The server has been asked and has not answered. If the user gave up meanwhile, the reason.
    case placing(endWanted: EndReason?)
    /// The callee is in another call, and the server will ring it afterwards (generation 2).
    case queued
    case ringing
    /// The server has been asked to accept the call.
    case accepting
    case accepted
  }

  let id: CallID
  var kind: Kind
  var stage: Stage
  /// The server's name of the call; empty while there is none.
  var remoteID: String
  var party: Party
  /// The other's number, where it is known.
  var userID: Int?
  var isVideo: Bool
  /// Where the call takes place.
  var url: String?
  var conference: JitsiConference?
  /// Whether `placed` has been reported; an incoming call needs none.
  var isPlaced: Bool
  /// What may only be reported after `placed`.
  var held: [SignalingReport] = []
  /// Whether anybody else has been in the room.
  var hasMet = false
  /// How often placing has been put off by the server.
  var delayCount = 0
  /// The microphone's state, for the conference that is still to come.
  var isMuted = false

  init(
    id: CallID, kind: Kind, stage: Stage, remoteID: String = "", party: Party,
    userID: Int? = nil, isVideo: Bool = false, url: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.stage = stage
    self.remoteID = remoteID
    self.party = party
    self.userID = userID
    self.isVideo = isVideo
    self.url = url
    isPlaced = id.isIncoming
  }

  /// Whether the server has not named the call yet.
  var isPlacing: Bool {
    if case .placing = stage { return true }
    return false
  }
}

import Basics
import BotServerWire
import Calling
import SDP

/// What the client keeps of one call: its name at the server, how far it has come, and what is to be
/// said to the peer once that is possible.
struct BotServerCall: Equatable, Sendable {
  enum Stage: Equatable, Sendable {
    /// The server has been asked to place the call and has not named it. If the user gave up
    /// meanwhile, the reason.
    case placing(endWanted: EndReason?)
    /// The room's host has to let us in.
    case knocking
    case ringing
    /// The server has been asked to accept the call.
    case accepting
    case accepted
  }

  /// Something for the peer.
  enum Saying: Equatable, Sendable {
    case description(SessionDescription)
    case candidate(Candidate)
    case endOfCandidates

    var isDescription: Bool {
      if case .description = self { return true }
      return false
    }

    var isOffer: Bool {
      if case .description(let description) = self { return description.leavesSetupOpen }
      return false
    }
  }

  let id: CallID
  /// Empty while the call is being placed.
  var remoteID: String
  var stage: Stage
  /// The peer's last description as it came, so that a repetition is recognised.
  var remoteDescription: String?
  /// The room that the call is held in; `nil` for others.
  var roomID: String?
  /// All who are or were in a call of several.
  var members: [ParticipantMessage] = []
  var isMuted = false
  /// Whether its STUN and TURN servers are asked for anew.
  var wantsServers = false
  /// How it sounds, as a mean opinion score.
  var quality: Double?
  private var sayings: [Saying] = []

  init(id: CallID, remoteID: String, stage: Stage) {
    self.id = id
    self.remoteID = remoteID
    self.stage = stage
  }

  /// Whether the peer may hear from us: it is being rung by us, or we have taken its call.
  var maySpeak: Bool {
    switch stage {
    case .placing, .knocking, .accepting: false
    case .ringing: !id.isIncoming
    case .accepted: true
    }
  }

  /// Whether the server has not named the call yet.
  var isPlacing: Bool {
    if case .placing = stage { return true }
    return false
  }

  /// Keeps something for the peer; beyond ``sayingLimit`` candidates are dropped.
  mutating func keep(_ saying: Saying) {
    switch saying {
    case .candidate:
      if sayings.count < Self.sayingLimit { sayings.append(saying) }
    case .description:
      // An offer that has not been told, and what belongs to it, is out of date, and so is an answer
      // to an earlier offer of the peer; the answer that an offer follows is owed.
      let outdated = sayings.firstIndex { $0.isDescription && ($0.isOffer || !saying.isOffer) }
      if let outdated { sayings.removeSubrange(outdated...) }
      sayings.append(saying)
    case .endOfCandidates:
      if sayings.count < Self.sayingLimit + 8 { sayings.append(saying) }
    }
  }

  /// Takes out what was kept, as messages.
  mutating func takeMessages() -> [MeetMessage] {
    defer { sayings = [] }
    return sayings.map { saying in
      switch saying {
      case .description(let description):
        return saying.isOffer
          ? .callOffer(callID: remoteID, sdp: description.encoded())
          : .callAnswer(callID: remoteID, sdp: description.encoded())
      case .candidate(let candidate):
        return .iceCandidate(callID: remoteID, candidate: candidate.encoded())
      case .endOfCandidates:
        return .endOfCandidates(callID: remoteID)
      }
    }
  }

  /// Things kept for the peer at most.
  static let sayingLimit = 80
}

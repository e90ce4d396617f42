import Basics
import Calling
import NexaconWire
import SDP
import XMPP

/// A call that was refused, and the message that says why.
struct NexaconDecline: Equatable, Sendable {
  let room: String
  let messageID: String
}

/// What the client keeps of one call: its room, who is at the other end, how far it has come, and what
/// is to be said once that is possible.
struct NexaconCall: Equatable, Sendable {
  enum Stage: Equatable, Sendable {
    /// The servers to gather candidates from are being asked for.
    case preparing
    /// Outgoing: the server is told of the call.
    case announcing
    case ringing
    case accepted(at: Instant)
  }

  /// Something for the peer.
  enum Saying: Equatable, Sendable {
    case description(SessionDescription)
    case candidate(Candidate)
  }

  let id: CallID
  /// The call's name at the server.
  var room: String
  /// The bare addresses of those who were called, or of the caller.
  var others: [JID]
  /// To whom is spoken: a full address once it is known which device takes part.
  var peer: JID
  var party: Party
  let isVideo: Bool
  let isGroup: Bool
  var stage = Stage.preparing
  var iceServers: [IceServer] = []
  /// Where a browser can take part, if the invitation said.
  var browserURL: String?
  /// The names of the messages that invited.
  var invitations: Set<String> = []
  /// Until when an incoming call rings.
  var ringsUntil: Instant?
  /// The peer's last description as it came, so that a repetition is recognised.
  var remoteDescription: String?
  /// What was last answered, to be said again when the offer is.
  var answer: String?
  /// Our offer that has not been answered.
  var offer: String?
  private var sayings: [Saying] = []

  init(
    id: CallID, room: String, others: [JID], peer: JID, party: Party, isVideo: Bool, isGroup: Bool
  ) {
    self.id = id
    self.room = room
    self.others = others
    self.peer = peer
    self.party = party
    self.isVideo = isVideo
    self.isGroup = isGroup
  }

  var isAccepted: Bool {
    if case .accepted = stage { return true }
    return false
  }

  /// Whether that address takes part in the call as far as it has come.
  func includes(_ jid: JID) -> Bool { peer.isBare ? others.contains(jid.bare) : peer == jid }

  /// Keeps something for the peer; beyond ``sayingLimit`` it is dropped.
  mutating func keep(_ saying: Saying) {
    if sayings.count < Self.sayingLimit { sayings.append(saying) }
  }

  /// Takes out what was kept, as messages.
  mutating func takeSignals() -> [SignalMessage] {
    defer { sayings = [] }
    return sayings.map { saying in
      switch saying {
      case .description(let description):
        let sdp = description.encoded()
        if description.leavesSetupOpen {
          offer = sdp
          return .offer(room: room, sdp: sdp)
        }
        // Whoever answers has taken back what it offered at the same time.
        offer = nil
        answer = sdp
        return .answer(room: room, sdp: sdp)
      case .candidate(let candidate):
        return .candidate(room: room, line: candidate.encoded(), mid: "0", index: 0)
      }
    }
  }

  /// How it came out, as the analytics know it.
  func outcome(_ reason: EndReason) -> NexaconOutcome {
    switch (reason, stage) {
    case (.unknownCallee, _), (.signalingFailed, _), (.mediaFailed, _), (.notSignedIn, _): .failed
    case (_, .accepted): .ended
    case (.declined, _), (.busy, _): .declined
    case (.missed, _), (.noAnswer, _): .missed
    case (.answeredElsewhere, _): .answered
    case (.cancelled, _), (.hungUp, _), (.remoteHungUp, _): id.isIncoming ? .missed : .cancelled
    }
  }

  /// Things kept for the peer at most.
  static let sayingLimit = 80
}

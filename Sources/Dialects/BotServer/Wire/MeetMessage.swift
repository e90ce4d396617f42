import Formats

/// One message of the events socket `/ws/meet`, in either direction.
///
/// A socket without a room is its user's: it carries that user's calls and nothing else.
package enum MeetMessage: Equatable, Sendable {
  // From the server.

  /// The socket is known to be that user's.
  case welcome(UserMessage)
  /// It shall ring here.
  case incomingCall(CallMessage, lastWords: [TranscriptionMessage])
  /// The call has changed; the whole of it.
  case callUpdated(CallMessage)
  /// A user came, went or changed.
  case userStatus(UserMessage)
  /// A bot began to listen, think or speak: `listening`, `thinking`, `speaking`.
  case agentState(callID: String, state: String)
  /// A room came, went (`ended`) or changed: `waiting` while nobody is in it, `active`.
  case roomStatus(RoomMessage, status: String)
  /// A line of chat in a room.
  case chat(roomID: String, participantID: String, content: String)

  // From a client; the server passes them to the call's other party.

  /// It rings at the sender.
  case callRinging(callID: String)
  case callOffer(callID: String, sdp: String)
  case callAnswer(callID: String, sdp: String)
  /// A candidate line without `a=`.
  case iceCandidate(callID: String, candidate: String)
  case endOfCandidates(callID: String)

  /// How the call sounded, as a mean opinion score of 1 to 4.5.
  case callQuality(callID: String, score: Double)

  // Either.

  /// Somebody in a room came, went or changed; of oneself, for the others.
  case participantUpdate(ParticipantUpdate)
  /// Recording began or ended (`start`, `stop`).
  case recordingControl(roomID: String, callID: String?, action: String)
  case transcription(TranscriptionMessage)
  case ping
  case pong

  package init(decoding text: String) throws(WireError) {
    guard let value = try? JSONValue(decoding: text) else { throw .malformed }
    guard let type = value["type"]?.string else { throw .missing("type") }
    switch type {
    case "welcome": self = .welcome(try UserMessage(decoding: try member("user", of: value)))
    case "incoming_call":
      self = .incomingCall(
        try CallMessage(decoding: try member("call", of: value)),
        lastWords: value["last_words"]?.array?
          .compactMap { try? TranscriptionMessage(decoding: $0) } ?? [])
    case "call_updated":
      self = .callUpdated(try CallMessage(decoding: try member("call", of: value)))
    case "user_status": self = .userStatus(try UserMessage(decoding: try member("user", of: value)))
    case "agent_state":
      self = .agentState(
        callID: try string("call_id", of: value), state: try string("state", of: value))
    case "call_ringing": self = .callRinging(callID: try string("call_id", of: value))
    case "call_offer":
      self = .callOffer(callID: try string("call_id", of: value), sdp: try string("sdp", of: value))
    case "call_answer":
      self = .callAnswer(
        callID: try string("call_id", of: value), sdp: try string("sdp", of: value))
    case "ice_candidate":
      self = .iceCandidate(
        callID: try string("call_id", of: value), candidate: try string("candidate", of: value))
    case "end_of_candidates": self = .endOfCandidates(callID: try string("call_id", of: value))
    case "status_update":
      self = .roomStatus(
        try RoomMessage(decoding: value["room"] ?? value),
        status: try string("status", of: value))
    case "chat_message":
      self = .chat(
        roomID: try string("room_id", of: value),
        participantID: try string("participant_id", of: value),
        content: try string("content", of: value))
    case "call_quality":
      guard let score = value["score"]?.double else { throw .missing("score") }
      self = .callQuality(callID: try string("call_id", of: value), score: score)
    case "participant_update": self = .participantUpdate(try ParticipantUpdate(decoding: value))
    case "recording_control":
      self = .recordingControl(
        roomID: try string("room_id", of: value), callID: value["call_id"]?.string,
        action: try string("action", of: value))
    case "transcription": self = .transcription(try TranscriptionMessage(decoding: value))
    case "ping": self = .ping
    case "pong": self = .pong
    default: throw .unknownType(type)
    }
  }

  package func encoded() -> String {
    switch self {
    case .welcome(let user): return text("welcome", ["user": user.encoded()])
    case .incomingCall(let call, let lastWords):
      return text(
        "incoming_call",
        ["call": call.encoded(), "last_words": .array(lastWords.map { $0.encoded() })])
    case .callUpdated(let call): return text("call_updated", ["call": call.encoded()])
    case .userStatus(let user): return text("user_status", ["user": user.encoded()])
    case .agentState(let callID, let state):
      return text("agent_state", ["call_id": .string(callID), "state": .string(state)])
    case .callRinging(let callID): return text("call_ringing", ["call_id": .string(callID)])
    case .callOffer(let callID, let sdp):
      return text("call_offer", ["call_id": .string(callID), "sdp": .string(sdp)])
    case .callAnswer(let callID, let sdp):
      return text("call_answer", ["call_id": .string(callID), "sdp": .string(sdp)])
    case .iceCandidate(let callID, let candidate):
      return text("ice_candidate", ["call_id": .string(callID), "candidate": .string(candidate)])
    case .endOfCandidates(let callID):
      return text("end_of_candidates", ["call_id": .string(callID)])
    case .roomStatus(let room, let status):
      return text(
        "status_update",
        ["room_id": .string(room.roomID), "status": .string(status), "room": room.encoded()])
    case .chat(let roomID, let participantID, let content):
      return text(
        "chat_message",
        [
          "room_id": .string(roomID), "participant_id": .string(participantID),
          "content": .string(content),
        ])
    case .callQuality(let callID, let score):
      return text("call_quality", ["call_id": .string(callID), "score": .number(score)])
    case .participantUpdate(let update):
      return text("participant_update", update.encoded().object ?? [:])
    case .recordingControl(let roomID, let callID, let action):
      var members: [String: JSONValue] = ["room_id": .string(roomID), "action": .string(action)]
      if let callID { members["call_id"] = .string(callID) }
      return text("recording_control", members)
    case .transcription(let message): return text("transcription", message.encoded().object ?? [:])
    case .ping: return text("ping", [:])
    case .pong: return text("pong", [:])
    }
  }

  private func text(_ type: String, _ members: [String: JSONValue]) -> String {
    var members = members
    members["type"] = .string(type)
    return JSONValue.object(members).text
  }
}

func member(_ name: String, of value: JSONValue) throws(WireError) -> JSONValue {
  guard let member = value[name] else { throw .missing(name) }
  return member
}

func string(_ name: String, of value: JSONValue) throws(WireError) -> String {
  guard let text = value[name]?.string else { throw .missing(name) }
  return text
}

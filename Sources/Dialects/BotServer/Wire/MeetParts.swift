package import Basics
package import Formats

/// What happened to somebody in a room (protocols.md C.1).
package struct ParticipantUpdate: Equatable, Sendable {
  package enum Action: String, Sendable {
    case joined, left, updated, muted, unmuted
    /// Extensions: somebody waits to be let in; one has been let in, or sent away.
    case waiting, admitted, refused
  }

  /// The call's name where there is no room.
  package var roomID: String
  /// An extension.
  package var callID: String?
  package var participant: ParticipantMessage
  package var action: Action

  package init(
    roomID: String, callID: String?, participant: ParticipantMessage, action: Action
  ) {
    self.roomID = roomID
    self.callID = callID
    self.participant = participant
    self.action = action
  }

  package init(decoding value: JSONValue) throws(WireError) {
    roomID = try string("room_id", of: value)
    callID = value["call_id"]?.string
    participant = try ParticipantMessage(decoding: try member("participant", of: value))
    let action = try string("action", of: value)
    // What else may have changed (`video_on`) is in the participant.
    self.action = Action(rawValue: action) ?? .updated
  }

  package func encoded() -> JSONValue {
    .members([
      "room_id": .string(roomID), "call_id": callID.map { .string($0) },
      "participant": participant.encoded(), "action": .string(action.rawValue),
    ])
  }
}

/// Something said in a call, or the part of it that is known so far.
package struct TranscriptionMessage: Equatable, Sendable {
  package var callID: String
  package var participantID: String
  package var displayName: String
  package var text: String
  package var isFinal: Bool
  package var at: WallTime?

  package init(
    callID: String, participantID: String, displayName: String, text: String, isFinal: Bool,
    at time: WallTime?
  ) {
    self.callID = callID
    self.participantID = participantID
    self.displayName = displayName
    self.text = text
    self.isFinal = isFinal
    self.at = time
  }

  package init(decoding value: JSONValue) throws(WireError) {
    callID = try string("call_id", of: value)
    participantID = try string("participant_id", of: value)
    text = try string("text", of: value)
    displayName = value["display_name"]?.string ?? participantID
    isFinal = value["is_final"]?.boolean ?? true
    at = WallTime(decoding: value["timestamp"])
  }

  package func encoded() -> JSONValue {
    .members([
      "call_id": .string(callID), "participant_id": .string(participantID),
      "display_name": .string(displayName), "text": .string(text),
      "is_final": .boolean(isFinal), "timestamp": at.map { .string($0.iso8601) },
    ])
  }
}

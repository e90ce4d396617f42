import Basics

/// Why something about a room or a call of several is not done, in the words of BotServer's API.
struct MeetingRefusal: Error, Equatable {
  let status: Int
  let code: String
  let message: String

  init(_ status: Int, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  static let unknownRoom = Self(404, "room_not_found", "There is no such room.")
  static let unknownCall = Self(404, "call_not_found", "There is no such call.")
  static let callEnded = Self(409, "call_ended", "The call is over.")
  static let wrongPassword = Self(403, "wrong_password", "The room's password is another.")
  static let needsPassword = Self(403, "password_required", "The room needs a password.")
  static let alreadyJoined = Self(
    409, "already_joined", "You are in there already, with another device.")
  static let waitingRoom = Self(423, "waiting_room", "The host has been asked to let you in.")
  static let sentAway = Self(403, "refused", "The host did not let you in.")
  static let notRecording = Self(409, "not_recording", "The call is not being recorded.")
  static let alreadyRecording = Self(
    409, "already_recording", "The call is being recorded already.")
  static let unknownRecording = Self(404, "recording_not_found", "There is no such recording.")

  static func full(_ limit: Int) -> Self {
    Self(429, "room_full", "The room is full: \(limit) are in it.")
  }
}

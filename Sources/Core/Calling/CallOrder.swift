package import Basics

/// What a user may ask of the phone, by key, command line or standard input.
package enum CallOrder: Equatable, Sendable {
  /// Call a target as the user wrote it: a contact's name or id, an address, `room:NAME`,
  /// `bot:ID`, a URL; `@ACCOUNT` may follow.
  case place(target: String)
  /// Call exactly that contact or past party.
  case call(account: AccountID, address: String, name: String)
  case answer(CallID)
  case decline(CallID, reason: String?)
  case hangUp(CallID)
  case hold(CallID)
  case resume(CallID)
  /// Stop the ringing of that call without deciding about it.
  case silence(CallID)
  case mute(Bool)
  /// Keys of the dialling pad: `0–9 * # A–D`.
  case digits(CallID, String)
  /// Ask the bot of that call for a person.
  case requestPerson(CallID)
  /// Record to a file; `nil` picks a name in the recordings folder.
  case record(CallID, path: String?)
  case stopRecording(CallID)
  /// What speech may take from now on, in every call: 6 000–510 000.
  case bitrate(bitsPerSecond: Int)
  /// In steps of 2 dB.
  case changeVolume(steps: Int)
  case note(CallID, String)
  case noteRecord(id: String, String)
  case deleteRecord(id: String)
  /// Missed calls have been looked at.
  case seeMissedCalls
  case refresh
  /// Something beside the calls of that account; answered once, also when the account is signed out.
  case serve(ServiceID, AccountID, ServiceRequest)
  /// Choose devices by ALSA name; `nil` leaves that one as it is.
  case chooseDevices(capture: String?, playback: String?, ringer: String? = nil)
}

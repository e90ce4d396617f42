/// What the exchange asks of its attendants.
package enum AttendantOrder: Equatable, Sendable {
  /// Somebody calls an attendant, and this is the caller's offer.
  case invite(callID: String, attendant: String, caller: AttendantGuest, offer: String)
  /// The call that `placeCall` asked for exists and rings; the attendant describes its media now.
  case placed(callID: String, attendant: String, callee: AttendantGuest)
  /// The called user has taken the attendant's call.
  case accepted(callID: String)
  /// An answer, or a renewed offer or answer.
  case describe(callID: String, sdp: String)
  /// A candidate line without `a=`.
  case candidate(callID: String, String)
  case endOfCandidates(callID: String)
  /// The call is over; nothing more is wanted.
  case hangUp(callID: String)

  // A leg is one person's media with the exchange. It is named like a call, and the orders above and the
  // reports below are about it as well.

  /// Takes a leg into a room, where everybody hears everybody else mixed (n − 1). The offer is
  /// answered by `described`; a room begins with its first leg and ends with its last.
  case joinRoom(leg: String, room: String, offer: String)
  /// The same for a leg whose sound travels as samples.
  case joinRoomWithSamples(leg: String, room: String, rate: Int)
  /// Takes a leg into a conference, which passes packets on unmixed. The exchange offers
  /// (`described`, with `isOffer`), controls the checks, and is the server of the handshake.
  case joinConference(leg: String, conference: String)
  /// Looks for another path of a leg that stands, on which it goes on; answered by `described`, an offer.
  case restart(leg: String)
  /// Connects a leg of samples with an attendant; `rate` samples a second both ways.
  case talkWithSamples(leg: String, attendant: String, guest: AttendantGuest, rate: Int)
  /// The next sound of a leg of samples.
  case samples(leg: String, [Int16])
  /// Whether others hear the leg.
  case mute(leg: String, Bool)
  /// Takes a leg or a call with an attendant away from whom it talks to, and lets it hear that it waits.
  case park(callID: String)
  /// Takes a leg or a call that is parked back to an attendant, who begins anew.
  case resume(callID: String, attendant: String, guest: AttendantGuest)
  /// Moves a leg or a call with an attendant, parked or not, into a room, on the path it has.
  case move(callID: String, room: String)
  /// Records all that is said in a room, mixed, to a WAV, FLAC or Ogg Opus file by the path's suffix;
  /// answered by `recording`. The path counts from the exchange's data folder, which it does not leave.
  case startRecording(room: String, path: String)
  case stopRecording(room: String)
}

/// The person an attendant talks to.
package struct AttendantGuest: Equatable, Sendable {
  package var userID: String
  package var name: String

  package init(userID: String, name: String) {
    self.userID = userID
    self.name = name
  }
}

/// What the attendants tell the exchange.
package enum AttendantReport: Equatable, Sendable {
  /// The attendant takes the call.
  case accept(callID: String)
  /// Its answer, or the offer of a call it placed, or a renewed one.
  case described(callID: String, isOffer: Bool, sdp: String)
  case candidate(callID: String, String)
  case endOfCandidates(callID: String)
  case transcript(callID: String, AttendantUtterance)
  /// `listening`, `thinking`, `speaking`.
  case agent(callID: String, AgentActivity)
  /// The attendant ends the call, or cannot take it; with a reason as in `StoredCall.endReason`.
  case hangUp(callID: String, reason: String)
  /// The first packets of a stream of a conference's leg have come (RFC 3550 SSRC).
  case stream(leg: String, ssrc: UInt32)
  /// The way to a leg stands and its keys are agreed.
  case secured(callID: String)
  /// Sound for a leg of samples.
  case samples(leg: String, [Int16])
  /// What a leg of samples has not yet played shall not be played: the caller has interrupted.
  case flush(leg: String)
  /// Who of a room is heard to speak, by leg, whenever it changes.
  case speakers(room: String, legs: [String])
  /// A recording has begun or has ended (with its length), or could not be made.
  case recording(room: String, path: String, RoomRecording)
  /// The attendant's guest asks for a person.
  case wantsPerson(callID: String)
  /// Call that user on behalf of an attendant. Answered by `placed`, or not at all when the user has
  /// gone or has no room for another call.
  case placeCall(attendant: String, to: String)
}

/// Where a room's recording stands.
package enum RoomRecording: Equatable, Sendable {
  case began
  case ended(duration: Duration, byteCount: Int)
  /// In words.
  case failed(String)
}

/// What an attendant is doing.
package enum AgentActivity: String, Sendable {
  case listening, thinking, speaking
}

/// Something said in a call with an attendant.
package struct AttendantUtterance: Equatable, Sendable {
  /// Whether the attendant said it, not its guest.
  package var isOwn: Bool
  package var text: String
  /// What is not final is replaced by the speaker's next utterance.
  package var isFinal: Bool

  package init(isOwn: Bool, text: String, isFinal: Bool) {
    self.isOwn = isOwn
    self.text = text
    self.isFinal = isFinal
  }
}

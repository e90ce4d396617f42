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
  /// Call that user on behalf of an attendant. Answered by `placed`, or not at all when the user has
  /// gone or has no room for another call.
  case placeCall(attendant: String, to: String)
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

package import Basics
package import SDP

/// What a call wants done or known, in the order to be performed.
package enum CallEffect: Equatable, Sendable {
  case signaling(SignalingOrder)
  case media(CallID, MediaRequest)
  /// Something is wrong with a call that goes on; `nil` when it is over.
  case warning(CallID, String?)
  /// An order could not be carried out, for this reason.
  case refused(String)
  /// An invitation was turned down because the phone has no room for another call.
  case turnedAway(Invitation)
}

/// What a call asks of its sound. `Phone` translates it for `Media`, which stands beside this target.
package enum MediaRequest: Equatable, Sendable {
  /// Gather and describe, answering `offer` if there is one. Nothing is sent to the peer.
  ///
  /// - Parameter isConference: the session answers a conference's server; see ``MediaTerms``.
  case prepare(offer: SessionDescription?, iceServers: [IceServer], isConference: Bool = false)
  /// Gather from these servers from now on.
  case servers([IceServer])
  /// Make ready for sound that travels as samples; `secured` follows at once.
  case prepareSamples(SampleTerms)
  /// Whose streams are whose.
  case streams([Participant])
  /// The peer's answer, or a renewed description.
  case describe(SessionDescription)
  case candidate(Candidate)
  case endOfCandidates
  /// Look for a path, agree on keys, open the sound devices.
  case open
  /// Whether this call hears the microphone and is heard.
  case setActive(Bool)
  case close
}

/// What a call is told of its sound.
package enum MediaNews: Equatable, Sendable {
  /// Our description.
  case described(SessionDescription)
  /// One of our candidates.
  case candidate(Candidate)
  case endOfCandidates
  /// A path is found and keys are agreed.
  case secured
  /// The first sound from the peer has been played.
  case flowing
  /// Nothing has arrived since then.
  case stalled(since: Instant)
  case recovered
  case heldByPeer(Bool)
  /// The peer said goodbye in media.
  case peerLeft
  /// Sound cannot be brought across; in words.
  case failed(String)
  /// A session that was to be closed is; what is told from now on is of the next one.
  case closed
}

package import Basics
package import SDP

/// What a session wants done or known, in this order.
package enum SessionEffect: Equatable, Sendable {
  case report(SessionReport)
  case ice(IceOrder)
  /// A packet that has arrived, of a session that carries packets.
  case packet(ForwardedPacket)
  case note(LogEntry)
}

/// What a session tells its owner.
package enum SessionReport: Equatable, Sendable {
  /// Our description to be brought to the peer: an offer if its setup role is `actpass`, an answer
  /// otherwise. The first one holds the candidates found so far; a renewed one has a higher version.
  case described(SessionDescription)
  /// A candidate found after the description was made.
  case candidate(Candidate)
  case endOfCandidates
  /// A path is found and keys are agreed: packets can pass.
  case secured
  /// The first sound from the peer has been played.
  case flowing
  /// Nothing has arrived since then.
  case stalled(since: Instant)
  case recovered
  /// The peer stopped or resumed sending by its description.
  case heldByPeer(Bool)
  /// The peer said goodbye (RTCP BYE or DTLS close).
  case peerLeft
  /// Sound cannot be brought across; in words. The session is closed.
  case failed(String)
  case digit(Character)
  /// A chunk from the microphone, of a session whose sound travels as samples.
  case sound([Int16])
  /// The streams that are heard to speak, whenever that changes.
  case speaking([UInt32])
  case statistics(MediaStatistics)
}

package import Basics
package import SDP

/// What incoming and outgoing calls have in common.
///
/// Every verb may be called in every state; after the end all of them do nothing.
package protocol CallMachine: Sendable {
  /// The other side's description: an offer, an answer, or a renewed one.
  mutating func described(_ description: SessionDescription) -> [CallEffect]
  mutating func candidate(_ candidate: Candidate) -> [CallEffect]
  mutating func endOfCandidates() -> [CallEffect]
  /// There are other servers to gather candidates from.
  mutating func use(_ servers: [IceServer]) -> [CallEffect]
  /// The server has withdrawn its offer of media; another may come.
  mutating func mediaGone() -> [CallEffect]
  /// The server says that the call is over.
  mutating func ended(_ reason: EndReason) -> [CallEffect]
  /// Takes in what media has to tell.
  mutating func hear(_ news: MediaNews, at now: Instant) -> [CallEffect]
  /// The user ends the call: a refusal or withdrawal before it is accepted, a hang-up afterwards.
  mutating func hangUp() -> [CallEffect]
  /// Neither hears nor is heard; only for an accepted call.
  mutating func setHeld(_ isHeld: Bool) -> [CallEffect]
  /// The way to the server was lost at that instant, or found again.
  mutating func signalingLost(at instant: Instant?)
  /// Acts on a deadline that has passed; does nothing before it.
  mutating func expire(at now: Instant) -> [CallEffect]
  /// When ``expire(at:)`` is next due; `nil` while nothing is awaited.
  var deadline: Instant? { get }
  /// Where the call stands, as shown.
  var phase: CallPhase { get }
  /// What is known since the acceptance; `nil` before it and after the end.
  var acceptance: AcceptedCall? { get }
}

extension AcceptedCall {
  /// Where the call stands, as shown: `active` only once sound has arrived, or in a
  /// conference, once its path stands.
  var phase: CallPhase {
    switch state {
    case .connecting, .waiting: .connecting
    case .flowing, .stalled: isHeld ? .held : .active
    }
  }
}

package import SDP

/// What a session asks of its ICE agent (RFC 8445).
package enum IceOrder: Equatable, Sendable {
  /// Make the agent and gather. Answered by `gathering`, `candidate`s and `gatheringDone`.
  case gather(isControlling: Bool, servers: [IceServer], includesLoopback: Bool)
  /// The peer's credentials; checks start as soon as there are candidates.
  case setRemote(IceCredentials)
  case addRemote(Candidate)
  case endOfRemoteCandidates
  /// Send on the nominated pair; dropped while there is none.
  case send([UInt8])
  /// Gather from these servers from the next restart on.
  case servers([IceServer])
  /// New credentials and candidates, for a renewed description. Answered like `gather`.
  case restart
  case close
}

/// What an ICE agent has to tell its session.
package enum IceEvent: Equatable, Sendable {
  /// Gathering has begun, with these credentials.
  case gathering(IceCredentials)
  /// One of our candidates.
  case candidate(Candidate)
  case gatheringDone
  /// A pair can be used, or a better one has taken its place.
  case connected(local: Candidate.Kind, remote: Candidate.Kind)
  /// From which address of this machine that pair goes out, before `connected`; `nil` when that is not
  /// known, as of a relay behind TLS.
  case using(address: String?)
  /// The pair no longer answers; checks go on.
  case disconnected
  /// No pair works.
  case failed(String)
  /// Anything that is not STUN.
  case received([UInt8])
}

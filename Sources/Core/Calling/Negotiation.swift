import Basics
import SDP

/// Passes descriptions and candidates between signalling and media, in the order each side needs.
///
/// Media takes a description once it is prepared, and candidates after the description. Signalling
/// takes our description once the peer may have it, and our candidates after that. What comes early
/// waits here; of the candidates at most ``candidateLimit`` on each side, further ones are dropped.
///
/// A conference's server may withdraw its offer and make another: each has a session of its own, and
/// what the old one still has to tell is not taken for news of the new one.
///
/// - Source: RFC 8838 §8 and §14 (candidates may arrive in any order and at any time).
struct Negotiation: Equatable, Sendable {
  /// Who begins, as the server's terms say.
  enum Role: Equatable, Sendable {
    /// The server has not said yet.
    case undecided
    case offerer
    case answerer
    /// An answerer whose peer is a conference's server.
    case member
    /// Nothing is described: the sound travels as samples.
    case samples(SampleTerms)
  }

  private enum Trickled: Equatable, Sendable {
    case candidate(Candidate)
    case end
  }

  private let id: CallID
  private var role = Role.undecided
  private var iceServers: [IceServer] = []

  /// Whether media has been asked to make a session, which must be closed in the end.
  private(set) var isPrepared = false
  /// Sessions that were told to close and have not said that they are.
  private var closingCount = 0
  private var isOpen = false
  private var isActive: Bool?

  private var isDescribedToMedia = false
  private var waitingForMedia: SessionDescription?
  private var candidatesForMedia: [Trickled] = []

  private var isReleased = false
  private var isDescribedToPeer = false
  private var waitingForPeer: SessionDescription?
  private var candidatesForPeer: [Trickled] = []

  init(_ id: CallID) {
    self.id = id
  }

  /// Takes in what the server wants. An answerer's session is made when the offer is there.
  mutating func begin(_ role: Role, iceServers: [IceServer]) -> [CallEffect] {
    guard self.role == .undecided else { return [] }
    self.role = role
    self.iceServers = iceServers
    switch role {
    case .undecided: return []
    case .offerer, .samples: return prepare(offer: nil)
    case .answerer, .member:
      guard let offer = waitingForMedia else { return [] }
      waitingForMedia = nil
      return remoteDescribed(offer)
    }
  }

  /// There are other servers to gather candidates from.
  mutating func use(_ servers: [IceServer]) -> [CallEffect] {
    guard servers != iceServers else { return [] }
    iceServers = servers
    return isPrepared ? [.media(id, .servers(servers))] : []
  }

  /// Our description and candidates may go to the peer from now on.
  mutating func release() -> [CallEffect] {
    isReleased = true
    return flushToPeer()
  }

  /// The session shall look for a path, as soon as there is one.
  mutating func open() -> [CallEffect] {
    guard !isOpen else { return [] }
    isOpen = true
    isActive = isActive ?? true
    return isPrepared ? openings() : []
  }

  /// The session shall hear the microphone and be heard, or not.
  mutating func setActive(_ isActive: Bool) -> [CallEffect] {
    self.isActive = isActive
    return isPrepared && isOpen ? [.media(id, .setActive(isActive))] : []
  }

  /// The peer's description has come, the first or a renewed one.
  mutating func remoteDescribed(_ description: SessionDescription) -> [CallEffect] {
    guard isPrepared else {
      switch role {
      case .answerer, .member: return prepare(offer: description)
      case .undecided, .offerer, .samples:
        waitingForMedia = description
        return []
      }
    }
    if case .samples = role { return [] }  // There is nothing that could be described.
    isDescribedToMedia = true
    return [.media(id, .describe(description))] + flushCandidatesToMedia()
  }

  mutating func remoteCandidate(_ candidate: Candidate) -> [CallEffect] {
    toMedia(.candidate(candidate))
  }

  mutating func remoteEndOfCandidates() -> [CallEffect] { toMedia(.end) }

  /// The session shall be no more; a new offer makes another.
  mutating func withdraw() -> [CallEffect] {
    waitingForMedia = nil
    candidatesForMedia = []
    waitingForPeer = nil
    candidatesForPeer = []
    isDescribedToPeer = false
    isDescribedToMedia = false
    guard isPrepared else { return [] }
    isPrepared = false
    closingCount += 1
    return [.media(id, .close)]
  }

  /// Whether the call is one of several, whose server may withdraw its offer.
  var isMember: Bool { role == .member }

  /// How an accepted call of this kind is watched.
  var watch: AcceptedCall.Watch {
    switch role {
    case .undecided, .offerer, .answerer: .peer
    case .member: .conference
    case .samples: .samples
    }
  }

  /// Takes in what media made for the peer.
  ///
  /// - Returns: `nil` for news of another kind, which the call must judge.
  mutating func hear(_ news: MediaNews) -> [CallEffect]? {
    if closingCount > 0 {
      if news == .closed { closingCount -= 1 }
      return []
    }
    switch news {
    case .closed: return []
    case .described(let description):
      // A description that has not gone out yet is replaced, together with its candidates.
      if waitingForPeer != nil { candidatesForPeer = [] }
      waitingForPeer = description
      return flushToPeer()
    case .candidate(let candidate): return toPeer(.candidate(candidate))
    case .endOfCandidates: return toPeer(.end)
    case .secured, .flowing, .stalled, .recovered, .heldByPeer, .peerLeft, .failed: return nil
    }
  }

  private mutating func prepare(offer: SessionDescription?) -> [CallEffect] {
    isPrepared = true
    var effects: [CallEffect]
    if case .samples(let terms) = role {
      effects = [.media(id, .prepareSamples(terms))]
    } else {
      effects = [
        .media(
          id, .prepare(offer: offer, iceServers: iceServers, isConference: isMember))
      ]
    }
    isDescribedToMedia = offer != nil
    if let description = waitingForMedia {
      waitingForMedia = nil
      effects += remoteDescribed(description)
    }
    return effects + flushCandidatesToMedia() + openings()
  }

  private func openings() -> [CallEffect] {
    isOpen ? [.media(id, .setActive(isActive ?? true)), .media(id, .open)] : []
  }

  private mutating func toMedia(_ trickled: Trickled) -> [CallEffect] {
    keep(trickled, in: &candidatesForMedia)
    return flushCandidatesToMedia()
  }

  private mutating func toPeer(_ trickled: Trickled) -> [CallEffect] {
    keep(trickled, in: &candidatesForPeer)
    return flushToPeer()
  }

  private mutating func flushCandidatesToMedia() -> [CallEffect] {
    guard isPrepared, isDescribedToMedia else { return [] }
    defer { candidatesForMedia = [] }
    return candidatesForMedia.map {
      switch $0 {
      case .candidate(let candidate): .media(id, .candidate(candidate))
      case .end: .media(id, .endOfCandidates)
      }
    }
  }

  private mutating func flushToPeer() -> [CallEffect] {
    guard isReleased else { return [] }
    var effects: [CallEffect] = []
    if let description = waitingForPeer {
      waitingForPeer = nil
      isDescribedToPeer = true
      effects.append(.signaling(.describe(id, description)))
    }
    guard isDescribedToPeer else { return effects }
    effects += candidatesForPeer.map {
      switch $0 {
      case .candidate(let candidate): .signaling(.candidate(id, candidate))
      case .end: .signaling(.endOfCandidates(id))
      }
    }
    candidatesForPeer = []
    return effects
  }

  private func keep(_ trickled: Trickled, in list: inout [Trickled]) {
    // The end must not be lost for want of room: without it the other side waits on.
    guard list.count < Self.candidateLimit || trickled == .end else { return }
    if list.last != .end { list.append(trickled) }
  }

  /// Candidates that wait for either side at most.
  static let candidateLimit = 64
}

extension MediaTerms.Carriage {
  /// The part of whoever places a call.
  var callersRole: Negotiation.Role {
    switch self {
    case .negotiated: .offerer
    case .offeredByServer: .member
    case .samples(let terms): .samples(terms)
    }
  }

  /// The part of whoever is called.
  var calleesRole: Negotiation.Role {
    switch self {
    case .negotiated: .answerer
    case .offeredByServer: .member
    case .samples(let terms): .samples(terms)
    }
  }
}

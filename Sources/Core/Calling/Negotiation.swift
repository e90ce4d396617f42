import Basics
import SDP

/// Passes descriptions and candidates between signalling and media, in the order each side needs.
///
/// Media takes a description once it is prepared, and candidates after the description. Signalling
/// takes our description once the peer may have it, and our candidates after that. What comes early
/// waits here; of the candidates at most ``candidateLimit`` on each side, further ones are dropped.
///
/// - Source: RFC 8838 §8 and §14 (candidates may arrive in any order and at any time).
struct Negotiation: Equatable, Sendable {
  /// Whose description comes first.
  enum Role: Equatable, Sendable { case offerer, answerer }

  private enum Trickled: Equatable, Sendable {
    case candidate(Candidate)
    case end
  }

  private let id: CallID
  private let role: Role
  private var iceServers: [IceServer]

  /// Whether media has been asked to make a session, which must be closed in the end.
  private(set) var isPrepared = false
  private var isOpen = false
  private var isActive: Bool?

  private var isDescribedToMedia = false
  private var waitingForMedia: SessionDescription?
  private var candidatesForMedia: [Trickled] = []

  private var isReleased = false
  private var isDescribedToPeer = false
  private var waitingForPeer: SessionDescription?
  private var candidatesForPeer: [Trickled] = []

  init(_ id: CallID, role: Role, iceServers: [IceServer] = []) {
    self.id = id
    self.role = role
    self.iceServers = iceServers
  }

  /// Makes the offerer's session. An answerer's is made when the offer comes.
  mutating func prepareOffer(iceServers: [IceServer]) -> [CallEffect] {
    precondition(role == .offerer, "an answerer prepares from the offer")
    guard !isPrepared else { return [] }
    self.iceServers = iceServers
    return prepare(offer: nil)
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
      if role == .answerer { return prepare(offer: description) }
      waitingForMedia = description
      return []
    }
    isDescribedToMedia = true
    return [.media(id, .describe(description))] + flushCandidatesToMedia()
  }

  mutating func remoteCandidate(_ candidate: Candidate) -> [CallEffect] {
    toMedia(.candidate(candidate))
  }

  mutating func remoteEndOfCandidates() -> [CallEffect] { toMedia(.end) }

  /// Takes in what media made for the peer.
  ///
  /// - Returns: `nil` for news of another kind, which the call must judge.
  mutating func hear(_ news: MediaNews) -> [CallEffect]? {
    switch news {
    case .described(let description):
      waitingForPeer = description
      return flushToPeer()
    case .candidate(let candidate): return toPeer(.candidate(candidate))
    case .endOfCandidates: return toPeer(.end)
    case .secured, .flowing, .stalled, .recovered, .heldByPeer, .peerLeft, .failed: return nil
    }
  }

  private mutating func prepare(offer: SessionDescription?) -> [CallEffect] {
    isPrepared = true
    var effects: [CallEffect] = [.media(id, .prepare(offer: offer, iceServers: iceServers))]
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

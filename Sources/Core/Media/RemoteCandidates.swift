import SDP

/// The peer's candidates that the agent has not been given yet.
///
/// - Bound: ``limit``; what comes beyond is dropped.
struct RemoteCandidates: Equatable, Sendable {
  private(set) var waiting: [Candidate] = []
  private(set) var hasEnded = false
  /// How many the agent was given, for what is said when no path is found.
  private(set) var givenCount = 0
  private var isGivenEnd = false

  /// Keeps one, unless it cannot be used, is there already or is one too many.
  mutating func add(_ candidate: Candidate) {
    // RTCP shares the path (component 1). Over TCP it must be known who connects to whom.
    guard candidate.component == 1,
      candidate.transport == "udp" || candidate.transport == "tcp" && candidate.tcpKind != nil,
      waiting.count + givenCount < Self.limit, !waiting.contains(candidate)
    else { return }
    waiting.append(candidate)
  }

  mutating func end() { hasEnded = true }

  /// The peer gathers anew. What waits may belong to the new path already; an old candidate among it
  /// does no harm.
  mutating func restart() {
    hasEnded = false
    isGivenEnd = false
    givenCount = 0
  }

  /// What the agent is to be given now.
  mutating func take() -> [IceOrder] {
    defer {
      givenCount += waiting.count
      waiting = []
      isGivenEnd = hasEnded
    }
    let isEnd = hasEnded && !isGivenEnd
    return waiting.map { .addRemote($0) } + (isEnd ? [.endOfRemoteCandidates] : [])
  }

  static let limit = 64
}

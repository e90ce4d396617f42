import Basics
import Media

extension MediaCore {
  /// What a session reports, as the control loop hears it.
  func translate(_ report: SessionReport, of id: CallID) -> MediaReport {
    switch report {
    case .described(let description): return .described(id, description)
    case .candidate(let candidate): return .candidate(id, candidate)
    case .endOfCandidates: return .endOfCandidates(id)
    case .secured: return .secured(id)
    case .flowing: return .flowing(id)
    case .stalled(let since): return .stalled(id, since: since)
    case .recovered: return .recovered(id)
    case .heldByPeer(let isHeld): return .heldByPeer(id, isHeld)
    case .peerLeft: return .peerLeft(id)
    case .failed(let complaint): return .failed(id, complaint)
    case .digit(let key): return .digit(id, key)
    case .sound(let samples): return .sound(id, samples)
    case .speaking(let streams): return .speaking(id, streams)
    case .statistics(var statistics):
      statistics.deviceFaults = deviceFaults
      statistics.estimatedDelay += deviceDelay.seconds
      return .statistics(id, statistics)
    }
  }
}

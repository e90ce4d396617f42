/// Why a description cannot lead to sound.
package enum NegotiationError: Error, Equatable, CustomStringConvertible {
  case noAudio
  case audioRefused
  /// Neither RTP with AVPF nor without.
  case notRTP(transportProtocol: String)
  case noOpus
  case noFingerprint
  case noIceCredentials
  case noRTCPMux
  /// `holdconn`, or a role that does not exist.
  case unusableSetup(String)
  /// An answer whose sections are not those of the offer.
  case sectionsDiffer
  /// An answer came when nothing had been offered.
  case nothingOffered
  /// An offer came while ours was waiting for its answer.
  case offersCrossed

  /// As the user reads it.
  package var description: String {
    switch self {
    case .noAudio: "The other side's description has no audio."
    case .audioRefused: "The other side refused the audio."
    case .notRTP(let transportProtocol):
      "The other side wants to send audio over \(transportProtocol), not over RTP."
    case .noOpus: "The other side does not know the Opus codec."
    case .noFingerprint: "The other side offers no encryption: its fingerprint is missing."
    case .noIceCredentials: "The other side's description has no usable ICE credentials."
    case .noRTCPMux: "The other side wants a second port for RTCP, which is not supported."
    case .unusableSetup(let value): "The other side's connection setup “\(value)” cannot be used."
    case .sectionsDiffer: "The other side's answer does not match the offer."
    case .nothingOffered: "An answer came to an offer that was never made."
    case .offersCrossed: "Both sides offered at the same time."
    }
  }
}

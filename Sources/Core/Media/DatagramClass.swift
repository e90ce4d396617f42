/// What a datagram on a media path is, told by its first bytes.
///
/// - Source: RFC 7983 §7; RTCP apart from RTP by RFC 5761 §4.
package enum DatagramClass: Equatable, Sendable {
  case stun, dtls, turnChannel, rtp, rtcp
  /// Empty, too short for its kind, or of a kind nobody sends here (ZRTP among them).
  case unknown

  package init(of datagram: [UInt8]) {
    guard let first = datagram.first else {
      self = .unknown
      return
    }
    switch first {
    case 0...3: self = .stun
    case 20...63: self = .dtls
    case 64...79: self = .turnChannel
    case 128...191 where datagram.count < 8: self = .unknown
    case 128...191: self = (192...223).contains(datagram[1]) ? .rtcp : .rtp
    default: self = .unknown
    }
  }
}

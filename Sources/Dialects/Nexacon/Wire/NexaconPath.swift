/// The paths of Nexacon's REST API below its base, with the slash at the end that matters.
package enum NexaconPath {
  package static let token = "/nexacon-auth/nxm-token/"
  package static let refresh = "/nexacon-auth/nxm-token/refresh/"
  package static let login = "/nexacon-auth/login/"
  package static let call = "/nx/call/"
  package static let groupCall = "/nx/group-call/"
  package static let peerCall = "/nx/webrtc/call/"
  package static let decline = "/nx/call/decline/"
  package static let callURL = "/nx/call-url/"
  package static let credentials = "/nx/webrtc/credentials/"
  package static let analytics = "/nx/call-analytics/"
  package static let history = "/nx/call-history/"
  package static let contacts = "/nx/contacts/"
  package static let presence = "/nx/presence/"
  package static let registerDevice = "/nx/register-device/"

  /// The base that the vendor's servers and the exchange share.
  package static let base = "/api/v1.0"
  /// Of the WebSocket.
  package static let socket = "/nx-websocket/"
  /// Of the page that a call URL leads to.
  package static let callPage = "/nexacon-call.html"

  /// A text as a path segment or a value in a query (RFC 3986 §2.1).
  package static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What a call may be.
package enum NexaconCallType: String, CaseIterable, Sendable {
  case audio, video, p2p, group
}

/// How a call came out, as the analytics know it.
package enum NexaconOutcome: String, CaseIterable, Sendable {
  case initiated, calling, answered, declined, cancelled, missed, ended, failed

  /// Whether nothing can follow it.
  package var isFinal: Bool {
    switch self {
    case .initiated, .calling, .answered: false
    case .declined, .cancelled, .missed, .ended, .failed: true
    }
  }
}

import Basics

/// What the network has to tell a dialect.
package enum TransportEvent: Equatable, Sendable {
  case response(RequestID, HTTPResponse)
  case requestFailed(RequestID, TransportFailure)
  case opened(SocketID)
  case received(SocketID, SocketMessage)
  /// The peer, or we, ended the connection; code by RFC 6455 §7.4, 1006 when there was none.
  case closed(SocketID, code: Int, reason: String)
  /// The connection could not be opened or broke.
  case failed(SocketID, TransportFailure)
}

/// Why the network could not do it.
package enum TransportFailure: Error, Equatable, Sendable {
  case badURL(String)
  case unknownHost(String)
  /// Nobody listens there, or no route leads there.
  case unreachable(String)
  case timedOut
  /// The certificate was not accepted, or there was no secure connection; in words.
  case insecure(String)
  /// The answer was not what the protocol demands: no WebSocket there, a malformed response.
  case malformed(String)
  /// A WebSocket was asked for and refused with this HTTP status.
  case refused(status: Int)
  case tooLarge(limit: Int)
  case broken(String)

  /// This machine has other addresses than before.
  package static let networkChanged = TransportFailure.broken("the network has changed")

  /// One sentence for people, saying what to look at.
  package var sentence: String {
    switch self {
    case .badURL(let url): "“\(HarmlessText.line(url, limit: 80))” is not a server address."
    case .unknownHost(let host):
      "No server is known by the name \(HarmlessText.line(host, limit: 80)); check the address."
    case .unreachable(let where_):
      "No server answers at \(HarmlessText.line(where_, limit: 80)); is it running?"
    case .timedOut: "The server did not answer in time."
    case .insecure(let reason):
      "The server's certificate was not accepted: \(HarmlessText.line(reason, limit: 120))"
        .asSentence
    case .malformed(let reason):
      "The server did not speak the expected protocol: \(HarmlessText.line(reason, limit: 120))"
        .asSentence
    case .refused(status: 401): "The server does not accept the credentials; sign in again."
    case .refused(status: 403): "The server does not allow this account to connect."
    case .refused(status: 404): "The server has no such service; check the address."
    case .refused(let status): "The server refused the connection with status \(status)."
    case .tooLarge(let limit): "The server sent more than the \(limit) bytes that are accepted."
    case .broken(let reason):
      "The connection broke: \(HarmlessText.line(reason, limit: 120))".asSentence
    }
  }
}

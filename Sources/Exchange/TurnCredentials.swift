package import Basics
import SDP

/// TURN servers to which the exchange admits its users for a while, by a secret it shares with them
/// (protocols.md G.6; coturn's `use-auth-secret`).
package struct TurnService: Equatable, Sendable {
  /// `turn:host:port?transport=udp` and the like (RFC 7065).
  package var uris: [String]
  package var secret: Secret
  /// How long what is given out may be used.
  package var lifetime: Duration

  package init(uris: [String], secret: Secret, lifetime: Duration = .seconds(86_400)) {
    self.uris = uris
    self.secret = secret
    self.lifetime = lifetime
  }
}

/// What one user signs in to the TURN servers with.
struct TurnCredentials: Equatable, Sendable {
  /// `<expiry in Unix seconds>:<user>`.
  var username: String
  var password: String
  /// In seconds.
  var timeToLive: Int
  var uris: [String]
}

extension Exchange {
  /// Fresh credentials for a user; `nil` when the exchange has no TURN servers.
  func turnCredentials(for userID: String, on wall: WallTime) -> TurnCredentials? {
    guard let turn = settings.turn, !turn.uris.isEmpty else { return nil }
    let expiry = wall.advanced(by: turn.lifetime).milliseconds / 1_000
    let username = "\(expiry):\(userID)"
    let code = ports.authenticationCode(
      .sha1, key: Array(turn.secret.exposed.utf8), message: Array(username.utf8))
    return TurnCredentials(
      username: username, password: Base64.encode(code),
      timeToLive: Int(turn.lifetime.components.seconds), uris: turn.uris)
  }

  /// The servers that a user is told to gather candidates from: those of the settings, and the TURN
  /// servers with fresh credentials.
  func iceServers(for userID: String, on wall: WallTime) -> [IceServer] {
    guard let turn = turnCredentials(for: userID, on: wall) else { return settings.iceServers }
    return settings.iceServers
      + turn.uris.compactMap {
        IceServer(url: $0, username: turn.username, credential: turn.password)
      }
  }
}

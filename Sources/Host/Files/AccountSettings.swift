package import Basics
package import Calling
package import SDP

/// `[account NAME]`: who one is where, with credentials by reference.
package struct AccountSettings: Equatable, Sendable {
  package var name: String
  package var system: CallSystem = .botServer
  /// The server's base URL, without a slash at the end.
  package var server = ""
  package var username = ""
  /// `nil` for a guest.
  package var password: SecretReference?
  /// A PEM file with an authority that is trusted beside the system's.
  package var authorityFile: String?
  package var stunServer: HostAndPort?
  package var turnServer: HostAndPort?
  package var turnTransport: IceServer.Transport = .udp
  package var turnUsername = ""
  package var turnPassword: SecretReference?
  package var isEnabled = true
  /// What only some systems have, by its key in the settings; see ``SettingsTable``.
  package var options: [String: String] = [:]
  /// Further credentials, likewise, by what stands before `-command`, `-file` or `-env`.
  package var secrets: [String: SecretReference] = [:]
  /// Zulip's own settings file, from which server, user and password are taken.
  package var zuliprcFile: String?

  package init(name: String) { self.name = name }

  /// The servers to gather candidates from.
  ///
  /// - Parameter turnPassword: what ``turnPassword`` refers to; without it no TURN server is used.
  package func iceServers(turnPassword: Secret?) -> [IceServer] {
    var servers: [IceServer] = []
    if let stunServer {
      servers.append(IceServer(kind: .stun, host: stunServer.host, port: stunServer.port))
    }
    if let turnServer, let turnPassword {
      servers.append(
        IceServer(
          kind: .turn(
            username: turnUsername, credential: turnPassword.exposed, transport: turnTransport),
          host: turnServer.host, port: turnServer.port))
    }
    return servers
  }

  /// Whether `name` can name an account: it can stand after `@`, and is not the embedded exchange's.
  package static func isUsable(name: String) -> Bool {
    (1...32).contains(name.utf8.count) && name.lowercased() != "exchange"
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}

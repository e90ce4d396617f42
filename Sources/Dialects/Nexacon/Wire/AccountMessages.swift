package import Basics
package import Formats

/// The answer of the token, refresh and login requests.
package struct TokenMessage: Equatable, Sendable {
  package var token: Secret
  package var refreshToken: Secret?
  /// `local@domain`; older servers call it `jid`.
  package var nxid: String
  package var username: String?
  /// The WebSocket's URL; `nil` where the server does not say.
  package var socketURL: String?
  package var lifetime: Int?
  package var refreshLifetime: Int?

  package init(
    token: Secret, refreshToken: Secret?, nxid: String, username: String?, socketURL: String?,
    lifetime: Int? = nil, refreshLifetime: Int? = nil
  ) {
    self.token = token
    self.refreshToken = refreshToken
    self.nxid = nxid
    self.username = username
    self.socketURL = socketURL
    self.lifetime = lifetime
    self.refreshLifetime = refreshLifetime
  }

  package init(decoding value: JSONValue) throws(NexaconError) {
    guard let token = (value["token"] ?? value["nxsm_token"] ?? value["access"])?.string,
      !token.isEmpty
    else { throw .missing("token") }
    guard let nxid = (value["nxid"] ?? value["jid"])?.string, !nxid.isEmpty else {
      throw .missing("nxid")
    }
    self.token = Secret(token)
    self.nxid = nxid
    refreshToken = (value["refresh_token"] ?? value["refresh"])?.string.map { Secret($0) }
    username = value["username"]?.string
    socketURL = value["nxws"]?.string
    lifetime = value["expires_in_seconds"]?.integer
    refreshLifetime = value["refresh_expires_in_seconds"]?.integer
  }

  /// As the token request answers it.
  package func encoded() -> JSONValue {
    .members([
      "token": .string(token.exposed), "refresh_token": refreshToken.map { .string($0.exposed) },
      "jid": .string(nxid), "nxid": .string(nxid), "username": username.map { .string($0) },
      "host": nxid.split(separator: "@").last.map { .string(String($0)) },
      "nxws": socketURL.map { .string($0) },
      "expires_in_seconds": lifetime.map { .integer(Int64($0)) },
      "refresh_expires_in_seconds": refreshLifetime.map { .integer(Int64($0)) },
    ])
  }

  /// As the login request answers it.
  package func encodedForLogin() -> JSONValue {
    .members([
      "access": .string(token.exposed), "refresh": refreshToken.map { .string($0.exposed) },
      "nxsm_token": .string(token.exposed), "nxid": .string(nxid),
      "nxws": socketURL.map { .string($0) },
    ])
  }
}

/// The servers that candidates are gathered from, of `GET /nx/webrtc/credentials/`.
package struct CredentialsMessage: Equatable, Sendable {
  package struct Server: Equatable, Sendable {
    package var urls: [String]
    package var username: String?
    package var credential: String?

    package init(urls: [String], username: String? = nil, credential: String? = nil) {
      self.urls = urls
      self.username = username
      self.credential = credential
    }
  }

  package var servers: [Server]
  package var lifetime: Int?

  package init(servers: [Server], lifetime: Int? = nil) {
    self.servers = servers
    self.lifetime = lifetime
  }

  /// Reads the answer in either of its documented shapes; at most 16 servers are kept.
  package init(decoding value: JSONValue) {
    let username = value["username"]?.string
    let password = value["password"]?.string
    let list = (value["ice_servers"] ?? value["iceServers"])?.array ?? []
    servers = list.prefix(16).compactMap { entry in
      if let url = entry.string {
        return Server(urls: [url], username: username, credential: password)
      }
      guard let urls = entry["urls"] ?? entry["url"] else { return nil }
      return Server(
        urls: urls.array?.compactMap(\.string) ?? urls.string.map { [$0] } ?? [],
        username: entry["username"]?.string ?? username,
        credential: (entry["credential"] ?? entry["password"])?.string ?? password)
    }
    lifetime = value["ttl"]?.integer
  }

  /// In both of the documented shapes.
  package func encoded() -> JSONValue {
    let list = JSONValue.array(
      servers.map { server in
        .members([
          "urls": .array(server.urls.map { .string($0) }),
          "username": server.username.map { .string($0) },
          "credential": server.credential.map { .string($0) },
        ])
      })
    let relay = servers.first { $0.username != nil }
    return .members([
      "status": "success", "ice_servers": list, "iceServers": list,
      "username": relay?.username.map { .string($0) },
      "password": relay?.credential.map { .string($0) },
      "ttl": lifetime.map { .integer(Int64($0)) },
    ])
  }
}

/// Somebody in the contacts.
package struct ContactMessage: Equatable, Sendable {
  package var nxid: String
  package var name: String

  package init(nxid: String, name: String) {
    self.nxid = nxid
    self.name = name
  }

  package init(decoding value: JSONValue) throws(NexaconError) {
    nxid = try string("nxid", of: value)
    name = value["name"]?.string ?? nxid
  }

  package func encoded() -> JSONValue { ["nxid": .string(nxid), "name": .string(name)] }

  /// Reads `{contacts: […]}` or a bare array; at most 1 000 are kept.
  package static func list(decoding value: JSONValue) -> [ContactMessage] {
    let entries = value.array ?? (value["contacts"] ?? value["data"] ?? value["results"])?.array
    return (entries ?? []).prefix(1_000).compactMap { try? ContactMessage(decoding: $0) }
  }
}

/// Whether somebody is there.
package struct PresenceMessage: Equatable, Sendable {
  package var user: String?
  package var isOnline: Bool
  package var lastSeen: String?

  package init(user: String?, isOnline: Bool, lastSeen: String?) {
    self.user = user
    self.isOnline = isOnline
    self.lastSeen = lastSeen
  }

  package init(decoding value: JSONValue) {
    user = value["user"]?.string
    isOnline = value["online"]?.boolean ?? (value["status"]?.string == "online")
    lastSeen = value["last_seen"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "user": user.map { .string($0) }, "online": .boolean(isOnline),
      "status": .string(isOnline ? "online" : "offline"),
      "last_seen": lastSeen.map { .string($0) },
    ])
  }
}

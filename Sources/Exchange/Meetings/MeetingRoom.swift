import Basics
import Formats

/// A conference room: what holds in it. Who is in it stands in a ``Meeting``.
struct MeetingRoom: Equatable, Sendable {
  let id: String
  var name: String
  var isPersistent: Bool
  var participantLimit: Int
  var allowsRecording: Bool
  var isTranscribed: Bool
  var hasWaitingRoom: Bool
  var password: PasswordHash?
  var createdAt: WallTime
  /// `nil` for the lobby, which belongs to nobody.
  var ownerID: String?

  /// Everybody's room, on every exchange.
  static func lobby(limit: Int, on wall: WallTime) -> MeetingRoom {
    MeetingRoom(
      id: lobbyID, name: "Lobby", isPersistent: true, participantLimit: limit,
      allowsRecording: true, isTranscribed: false, hasWaitingRoom: false, password: nil,
      createdAt: wall, ownerID: nil)
  }

  static let lobbyID = "lobby"
  /// Characters of a name at most.
  static let nameLimit = 80
}

extension MeetingRoom {
  /// As it is put by.
  var document: StoredDocument {
    let body = JSONValue.members([
      "name": .string(name), "limit": .integer(Int64(participantLimit)),
      "recording": .boolean(allowsRecording), "transcribed": .boolean(isTranscribed),
      "waiting": .boolean(hasWaitingRoom), "salt": password.map { .string($0.salt) },
      "hash": password.map { .string($0.hash) }, "created": .integer(createdAt.milliseconds),
      "owner": ownerID.map { .string($0) },
    ])
    return StoredDocument(collection: Self.collection, key: id, body: body.text)
  }

  /// - Returns: `nil` when the document is of another kind, or damaged.
  init?(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body), let name = value["name"]?.string,
      let limit = value["limit"]?.integer
    else { return nil }
    id = document.key
    self.name = name
    isPersistent = true
    participantLimit = limit
    allowsRecording = value["recording"]?.boolean ?? true
    isTranscribed = value["transcribed"]?.boolean ?? false
    hasWaitingRoom = value["waiting"]?.boolean ?? false
    if let salt = value["salt"]?.string, let hash = value["hash"]?.string {
      password = PasswordHash(salt: salt, hash: hash)
    }
    createdAt = WallTime(milliseconds: Int64(value["created"]?.integer ?? 0))
    ownerID = value["owner"]?.string
  }

  static let collection = "rooms"
}

/// A password as it is kept: PBKDF2 with HMAC-SHA256 (RFC 8018 §5.2).
struct PasswordHash: Equatable, Sendable {
  /// In hexadecimal.
  let salt: String
  let hash: String

  init(salt: String, hash: String) {
    self.salt = salt
    self.hash = hash
  }

  init(of password: Secret, using ports: some ExchangePorts) {
    salt = hexadecimal(ports.randomBytes(16))
    hash = Self.derive(password, salt: salt, using: ports)
  }

  /// Compares without telling by its time how much was right.
  func matches(_ password: Secret, using ports: some ExchangePorts) -> Bool {
    let other = Self.derive(password, salt: salt, using: ports)
    guard other.utf8.count == hash.utf8.count else { return false }
    return zip(other.utf8, hash.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func derive(
    _ password: Secret, salt: String, using ports: some ExchangePorts
  ) -> String {
    let key = Array(password.exposed.utf8)
    var block = ports.authenticationCode(
      .sha256, key: key, message: Array(salt.utf8) + [0, 0, 0, 1])
    var sum = block
    for _ in 1..<rounds {
      block = ports.authenticationCode(.sha256, key: key, message: block)
      for index in sum.indices { sum[index] ^= block[index] }
    }
    return hexadecimal(sum)
  }

  /// A guess costs about a millisecond, and requests are limited in number.
  private static let rounds = 1_000
}

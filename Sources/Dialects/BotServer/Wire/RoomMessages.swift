package import Basics
package import Formats

/// A conference room (seed1, *Conference Room*).
package struct RoomMessage: Equatable, Sendable {
  package var roomID: String
  package var name: String
  package var isPersistent: Bool
  package var participantLimit: Int
  package var settings: RoomSettings
  package var participantCount: Int
  package var createdAt: WallTime?
  /// Who made it. An extension.
  package var createdBy: String?

  package init(
    roomID: String, name: String, isPersistent: Bool, participantLimit: Int,
    settings: RoomSettings, participantCount: Int, createdAt: WallTime?, createdBy: String? = nil
  ) {
    self.roomID = roomID
    self.name = name
    self.isPersistent = isPersistent
    self.participantLimit = participantLimit
    self.settings = settings
    self.participantCount = participantCount
    self.createdAt = createdAt
    self.createdBy = createdBy
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let roomID = (value["room_id"] ?? value["id"])?.string, !roomID.isEmpty else {
      throw .missing("room_id")
    }
    self.roomID = roomID
    name = value["name"]?.string ?? roomID
    isPersistent = value["type"]?.string != "temporary"
    participantLimit = value["max_participants"]?.integer ?? 0
    settings = RoomSettings(decoding: value["settings"] ?? .null)
    participantCount =
      value["current_participants"]?.integer ?? value["participants"]?.array?.count ?? 0
    createdAt = WallTime(decoding: value["created_at"])
    createdBy = value["created_by"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "room_id": .string(roomID), "name": .string(name),
      "type": .string(isPersistent ? "persistent" : "temporary"),
      "max_participants": .integer(Int64(participantLimit)), "settings": settings.encoded(),
      "current_participants": .integer(Int64(participantCount)),
      "created_at": createdAt.map { .string($0.iso8601) },
      "created_by": createdBy.map { .string($0) },
    ])
  }
}

/// What holds in a room.
package struct RoomSettings: Equatable, Sendable {
  package var allowsRecording: Bool
  package var isTranscribed: Bool
  package var hasWaitingRoom: Bool
  package var needsPassword: Bool

  package init(
    allowsRecording: Bool = true, isTranscribed: Bool = false, hasWaitingRoom: Bool = false,
    needsPassword: Bool = false
  ) {
    self.allowsRecording = allowsRecording
    self.isTranscribed = isTranscribed
    self.hasWaitingRoom = hasWaitingRoom
    self.needsPassword = needsPassword
  }

  package init(decoding value: JSONValue) {
    allowsRecording = value["allow_recording"]?.boolean ?? true
    isTranscribed = value["auto_transcribe"]?.boolean ?? false
    hasWaitingRoom = value["waiting_room"]?.boolean ?? false
    needsPassword = value["require_password"]?.boolean ?? false
  }

  package func encoded() -> JSONValue {
    [
      "allow_recording": .boolean(allowsRecording), "auto_transcribe": .boolean(isTranscribed),
      "waiting_room": .boolean(hasWaitingRoom), "require_password": .boolean(needsPassword),
    ]
  }
}

/// The body of `POST /calls/rooms`.
package struct CreateRoomMessage: Equatable, Sendable {
  package var name: String
  package var isPersistent: Bool
  /// `nil` for as many as the server allows.
  package var participantLimit: Int?
  package var settings: RoomSettings
  package var password: Secret?

  package init(
    name: String, isPersistent: Bool, participantLimit: Int?, settings: RoomSettings,
    password: Secret? = nil
  ) {
    self.name = name
    self.isPersistent = isPersistent
    self.participantLimit = participantLimit
    self.settings = settings
    self.password = password
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let name = value["name"]?.string, !name.isEmpty else { throw .missing("name") }
    self.name = name
    switch value["type"]?.string {
    case "persistent", nil: isPersistent = true
    case "temporary": isPersistent = false
    default: throw .missing("type")
    }
    if let limit = value["max_participants"] {
      guard let number = limit.integer, number > 0 else { throw .missing("max_participants") }
      participantLimit = number
    }
    settings = RoomSettings(decoding: value["settings"] ?? .null)
    password = value["password"]?.string.map { Secret($0) }
  }

  package func encoded() -> JSONValue {
    .members([
      "name": .string(name), "type": .string(isPersistent ? "persistent" : "temporary"),
      "max_participants": participantLimit.map { .integer(Int64($0)) },
      "settings": settings.encoded(), "password": password.map { .string($0.exposed) },
    ])
  }
}

/// The body of `POST /calls/rooms/{id}/join`.
package struct JoinRoomMessage: Equatable, Sendable {
  package var displayName: String?
  package var password: Secret?
  /// Whether the microphone is open.
  package var audio: Bool

  package init(displayName: String?, password: Secret? = nil, audio: Bool = true) {
    self.displayName = displayName
    self.password = password
    self.audio = audio
  }

  package init(decoding value: JSONValue) {
    displayName = (value["display_name"] ?? value["participant_name"])?.string
    password = value["password"]?.string.map { Secret($0) }
    audio = value["audio"]?.boolean ?? true
  }

  package func encoded() -> JSONValue {
    .members([
      "display_name": displayName.map { .string($0) },
      "password": password.map { .string($0.exposed) }, "audio": .boolean(audio), "video": false,
    ])
  }
}

/// The answer to joining a room.
package struct JoinedRoomMessage: Equatable, Sendable {
  package var room: RoomMessage
  package var participant: ParticipantMessage
  package var callID: String
  package var media: MediaMessage
  /// All who are in it. An extension.
  package var participants: [ParticipantMessage]

  package init(
    room: RoomMessage, participant: ParticipantMessage, callID: String, media: MediaMessage,
    participants: [ParticipantMessage]
  ) {
    self.room = room
    self.participant = participant
    self.callID = callID
    self.media = media
    self.participants = participants
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let room = value["room"] else { throw .missing("room") }
    guard let participant = value["participant"] else { throw .missing("participant") }
    guard let callID = value["call_id"]?.string, !callID.isEmpty else { throw .missing("call_id") }
    guard let media = value["media"] else { throw .missing("media") }
    self.room = try RoomMessage(decoding: room)
    self.participant = try ParticipantMessage(decoding: participant)
    self.callID = callID
    self.media = try MediaMessage(decoding: media)
    participants = ParticipantsMessage(decoding: value).participants
  }

  package func encoded() -> JSONValue {
    [
      "room": room.encoded(), "participant": participant.encoded(), "call_id": .string(callID),
      "media": media.encoded(), "participants": .array(participants.map { $0.encoded() }),
    ]
  }
}

/// `{participants:[…],total}`.
package struct ParticipantsMessage: Equatable, Sendable {
  package var participants: [ParticipantMessage]

  package init(_ participants: [ParticipantMessage]) { self.participants = participants }

  /// What cannot be read is passed over; at most ``limit`` are taken.
  package init(decoding value: JSONValue) {
    participants =
      value["participants"]?.array?.prefix(Self.limit)
      .compactMap { try? ParticipantMessage(decoding: $0) } ?? []
  }

  package func encoded() -> JSONValue {
    [
      "participants": .array(participants.map { $0.encoded() }),
      "total": .integer(Int64(participants.count)),
    ]
  }

  package static let limit = 500
}

/// The body of `POST /calls/rooms/{id}/admit`: whether somebody who waits is let in. An extension.
package struct AdmitMessage: Equatable, Sendable {
  package var userID: String
  package var isLetIn: Bool

  package init(userID: String, isLetIn: Bool) {
    self.userID = userID
    self.isLetIn = isLetIn
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let userID = value["user_id"]?.string else { throw .missing("user_id") }
    self.userID = userID
    isLetIn = value["admit"]?.boolean ?? true
  }

  package func encoded() -> JSONValue {
    ["user_id": .string(userID), "admit": .boolean(isLetIn)]
  }
}

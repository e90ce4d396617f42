package import Basics
package import Formats

/// A user, as `GET /api/users` lists them.
package struct UserMessage: Equatable, Sendable {
  package var userID: String
  package var username: String
  package var displayName: String
  /// `online`, `away`, `offline`.
  package var status: String
  /// `user`, `bot`, `guest`, `admin`.
  package var roles: [String]
  /// What a bot does, in a few words. An extension; a BotServer leaves it out.
  package var about: String?

  package init(
    userID: String, username: String, displayName: String, status: String, roles: [String],
    about: String? = nil
  ) {
    self.userID = userID
    self.username = username
    self.displayName = displayName
    self.status = status
    self.roles = roles
    self.about = about
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let userID = (value["user_id"] ?? value["id"])?.string else { throw .missing("user_id") }
    self.userID = userID
    username = value["username"]?.string ?? userID
    displayName = (value["display_name"] ?? value["name"])?.string ?? username
    status = value["status"]?.string ?? "offline"
    roles = value["roles"]?.array?.compactMap(\.string) ?? []
    about = value["about"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "user_id": .string(userID), "username": .string(username),
      "display_name": .string(displayName), "status": .string(status),
      "roles": .array(roles.map { .string($0) }), "about": about.map { .string($0) },
    ])
  }
}

/// A call (seed1, *Call*), with the members the exchange adds.
package struct CallMessage: Equatable, Sendable {
  package enum Status: String, Sendable {
    case ringing, active, ended, declined, missed, cancelled, failed

    /// Whether nothing further can happen to the call.
    package var isTerminal: Bool { self != .ringing && self != .active }
  }

  package var callID: String
  /// `audio` or `video`.
  package var type: String
  /// `one_to_one`, `group`, `conference` or `bot`.
  package var kind: String
  package var status: Status
  package var participants: [ParticipantMessage]
  package var createdAt: WallTime?
  /// When it was answered; in the seed's words, started.
  package var startedAt: WallTime?
  package var endedAt: WallTime?
  package var durationSeconds: Int
  /// Why it ended: `hangup`, `declined`, `busy`, `timeout`, `cancelled`, `failed`, or the user's words.
  package var endReason: String?
  package var recording: Bool
  package var transcription: Bool
  /// What a bot heard before it handed the call over.
  package var summary: String?
  package var media: MediaMessage?

  package init(
    callID: String, type: String, kind: String, status: Status,
    participants: [ParticipantMessage], createdAt: WallTime?, startedAt: WallTime? = nil,
    endedAt: WallTime? = nil, durationSeconds: Int = 0, endReason: String? = nil,
    recording: Bool = false, transcription: Bool = false, summary: String? = nil,
    media: MediaMessage? = nil
  ) {
    self.callID = callID
    self.type = type
    self.kind = kind
    self.status = status
    self.participants = participants
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.durationSeconds = durationSeconds
    self.endReason = endReason
    self.recording = recording
    self.transcription = transcription
    self.summary = summary
    self.media = media
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let callID = value["call_id"]?.string else { throw .missing("call_id") }
    guard let status = value["status"]?.string.flatMap(Status.init(rawValue:)) else {
      throw .missing("status")
    }
    self.callID = callID
    self.status = status
    type = value["type"]?.string ?? "audio"
    kind = value["kind"]?.string ?? "one_to_one"
    participants =
      value["participants"]?.array?.compactMap { try? ParticipantMessage(decoding: $0) } ?? []
    createdAt = WallTime(decoding: value["created_at"])
    startedAt = WallTime(decoding: value["started_at"])
    endedAt = WallTime(decoding: value["ended_at"])
    durationSeconds = value["duration_seconds"]?.integer ?? 0
    endReason = value["end_reason"]?.string
    recording = value["recording"]?.boolean ?? false
    transcription = value["transcription"]?.boolean ?? false
    summary = value["summary"]?.string
    media = value["media"].flatMap { try? MediaMessage(decoding: $0) }
  }

  package func encoded() -> JSONValue {
    .members([
      "call_id": .string(callID), "type": .string(type), "kind": .string(kind),
      "status": .string(status.rawValue),
      "participants": .array(participants.map { $0.encoded() }),
      "created_at": createdAt.map { .string($0.iso8601) },
      "started_at": startedAt.map { .string($0.iso8601) },
      "ended_at": endedAt.map { .string($0.iso8601) },
      "duration_seconds": .integer(Int64(durationSeconds)),
      "end_reason": endReason.map { .string($0) }, "recording": .boolean(recording),
      "transcription": .boolean(transcription), "summary": summary.map { .string($0) },
      "media": media?.encoded(),
    ])
  }
}

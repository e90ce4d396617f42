package import Basics
package import Formats

/// One party of a call or one person in a room (seed1, *Call*).
package struct ParticipantMessage: Equatable, Sendable {
  package var userID: String
  /// An extension; a reader falls back to the id.
  package var displayName: String
  /// `host` for the caller or whoever was first, `participant` for the others.
  package var role: String
  package var isBot: Bool
  /// Whether the microphone is open.
  package var audio: Bool
  package var video: Bool
  package var joinedAt: WallTime?
  package var leftAt: WallTime?
  /// In calls of several: `invited`, `waiting`, `joined`, `left`, `declined`. An extension.
  package var status: String?
  /// An extension.
  package var isSpeaking: Bool

  package init(
    userID: String, displayName: String, role: String, isBot: Bool, audio: Bool, video: Bool,
    joinedAt: WallTime?, leftAt: WallTime? = nil, status: String? = nil, isSpeaking: Bool = false
  ) {
    self.userID = userID
    self.displayName = displayName
    self.role = role
    self.isBot = isBot
    self.audio = audio
    self.video = video
    self.joinedAt = joinedAt
    self.leftAt = leftAt
    self.status = status
    self.isSpeaking = isSpeaking
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let userID = value["user_id"]?.string else { throw .missing("user_id") }
    self.userID = userID
    displayName = value["display_name"]?.string ?? userID
    role = value["role"]?.string ?? "participant"
    isBot = value["is_bot"]?.boolean ?? false
    audio = value["audio"]?.boolean ?? true
    video = value["video"]?.boolean ?? false
    joinedAt = WallTime(decoding: value["joined_at"])
    leftAt = WallTime(decoding: value["left_at"])
    status = value["status"]?.string
    isSpeaking = value["is_speaking"]?.boolean ?? false
  }

  package func encoded() -> JSONValue {
    .members([
      "user_id": .string(userID), "display_name": .string(displayName), "role": .string(role),
      "is_bot": .boolean(isBot), "audio": .boolean(audio), "video": .boolean(video),
      "joined_at": joinedAt.map { .string($0.iso8601) },
      "left_at": leftAt.map { .string($0.iso8601) }, "status": status.map { .string($0) },
      "is_speaking": isSpeaking ? .boolean(true) : nil,
    ])
  }

  /// Whether it is in the call now, as far as the server tells.
  package var isPresent: Bool { status == nil || status == "joined" }
}

package import Formats

/// The paths of the Calls API and of what Tipring uses beside it.
package enum BotServerPath {
  package static let initiate = "/api/v1/calls/initiate"
  package static let history = "/api/v1/calls/history"
  package static let users = "/api/users"
  package static let me = "/api/users/me"
  /// Signs a guest in, where guests are admitted. An extension of the exchange.
  package static let guest = "/api/auth/guest"
  package static let events = "/ws/meet"

  package static func call(_ id: String) -> String { "/api/v1/calls/\(id)" }
  package static func respond(_ id: String) -> String { "/api/v1/calls/\(id)/respond" }
  package static func end(_ id: String) -> String { "/api/v1/calls/\(id)/end" }
  package static func startRecording(_ id: String) -> String {
    "/api/v1/calls/\(id)/record/start"
  }
  package static func stopRecording(_ id: String) -> String { "/api/v1/calls/\(id)/record/stop" }
  package static func recordings(_ id: String) -> String { "/api/v1/calls/\(id)/recordings" }
  /// A recording's sound. An extension.
  package static func recording(_ recordingID: String, of id: String) -> String {
    "/api/v1/calls/\(id)/recordings/\(recordingID)"
  }
  package static func transcribe(_ id: String) -> String { "/api/v1/calls/\(id)/transcribe" }
  package static func transcript(_ id: String) -> String { "/api/v1/calls/\(id)/transcript" }

  package static let rooms = "/api/v1/calls/rooms"
  /// An extension.
  package static let analytics = "/api/v1/calls/analytics"
  package static func room(_ id: String) -> String { "\(rooms)/\(id)" }
  package static func join(_ id: String) -> String { "\(rooms)/\(id)/join" }
  package static func leave(_ id: String) -> String { "\(rooms)/\(id)/leave" }
  package static func participants(_ id: String) -> String { "\(rooms)/\(id)/participants" }
  /// Lets in somebody who waits. An extension.
  package static func admit(_ id: String) -> String { "\(rooms)/\(id)/admit" }
}

/// The body of `POST /calls/initiate`.
package struct InitiateMessage: Equatable, Sendable {
  package var type: String
  package var kind: String?
  package var participants: [String]
  /// A room in which the call shall be held.
  package var roomID: String?
  package var recording: Bool
  package var transcription: Bool

  package init(
    type: String, kind: String? = nil, participants: [String], roomID: String? = nil,
    recording: Bool = false, transcription: Bool = false
  ) {
    self.type = type
    self.kind = kind
    self.participants = participants
    self.roomID = roomID
    self.recording = recording
    self.transcription = transcription
  }

  package init(decoding value: JSONValue) throws(WireError) {
    roomID = value["room_id"]?.string
    recording = value["recording"]?.boolean ?? false
    transcription = value["transcription"]?.boolean ?? false
    guard
      let participants = value["participants"]?.array?.compactMap(\.string)
        ?? (roomID == nil ? nil : [])
    else { throw .missing("participants") }
    self.participants = participants
    guard let type = value["type"].map(\.string) ?? "audio" else { throw .missing("type") }
    self.type = type
    kind = value["kind"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "type": .string(type), "kind": kind.map { .string($0) },
      "participants": .array(participants.map { .string($0) }),
      "room_id": roomID.map { .string($0) }, "recording": recording ? true : nil,
      "transcription": transcription ? true : nil,
    ])
  }
}

/// The body of `POST /calls/{id}/respond`.
package struct RespondMessage: Equatable, Sendable {
  package enum Response: String, Sendable {
    case accept, decline, busy
  }

  package var response: Response
  package var reason: String?

  package init(response: Response, reason: String? = nil) {
    self.response = response
    self.reason = reason
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let response = value["response"]?.string.flatMap(Response.init(rawValue:)) else {
      throw .missing("response")
    }
    self.response = response
    reason = value["reason"]?.string
  }

  package func encoded() -> JSONValue {
    .members(["response": .string(response.rawValue), "reason": reason.map { .string($0) }])
  }
}

/// The body of `POST /calls/{id}/end`.
package struct EndMessage: Equatable, Sendable {
  package var reason: String?

  package init(reason: String?) { self.reason = reason }

  package init(decoding value: JSONValue) { reason = value["reason"]?.string }

  package func encoded() -> JSONValue { .members(["reason": reason.map { .string($0) }]) }
}

/// The body and the answer of signing in as a guest.
package struct GuestMessage: Equatable, Sendable {
  package var username: String
  /// In the answer only.
  package var token: String?

  package init(username: String, token: String? = nil) {
    self.username = username
    self.token = token
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let username = value["username"]?.string else { throw .missing("username") }
    self.username = username
    token = value["token"]?.string
  }

  package func encoded() -> JSONValue {
    .members(["username": .string(username), "token": token.map { .string($0) }])
  }
}

/// A page of `GET /calls/history`.
package struct HistoryMessage: Equatable, Sendable {
  package var calls: [CallMessage]
  package var total: Int
  package var limit: Int
  package var offset: Int

  package init(calls: [CallMessage], total: Int, limit: Int, offset: Int) {
    self.calls = calls
    self.total = total
    self.limit = limit
    self.offset = offset
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let calls = value["calls"]?.array else { throw .missing("calls") }
    self.calls = calls.compactMap { try? CallMessage(decoding: $0) }
    total = value["total"]?.integer ?? calls.count
    limit = value["limit"]?.integer ?? calls.count
    offset = value["offset"]?.integer ?? 0
  }

  package func encoded() -> JSONValue {
    [
      "calls": .array(calls.map { $0.encoded() }), "total": .integer(Int64(total)),
      "limit": .integer(Int64(limit)), "offset": .integer(Int64(offset)),
    ]
  }
}

/// A page of `GET /api/users`.
package struct UsersMessage: Equatable, Sendable {
  package var users: [UserMessage]
  package var total: Int
  package var limit: Int?
  package var offset: Int?

  package init(users: [UserMessage], total: Int, limit: Int? = nil, offset: Int? = nil) {
    self.users = users
    self.total = total
    self.limit = limit
    self.offset = offset
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let users = value["users"]?.array else { throw .missing("users") }
    self.users = users.compactMap { try? UserMessage(decoding: $0) }
    total = value["total"]?.integer ?? users.count
    limit = value["limit"]?.integer
    offset = value["offset"]?.integer
  }

  package func encoded() -> JSONValue {
    .members([
      "users": .array(users.map { $0.encoded() }), "total": .integer(Int64(total)),
      "limit": limit.map { .integer(Int64($0)) }, "offset": offset.map { .integer(Int64($0)) },
    ])
  }
}

/// What a server says when it does not do what was asked: `{"success":false,"error":{…}}`, a plain
/// string in `error`, or `msg`/`message`/`detail`.
package struct ErrorMessage: Equatable, Sendable {
  package var code: String?
  package var message: String

  package init(code: String?, message: String) {
    self.code = code
    self.message = message
  }

  /// - Returns: `nil` when the value tells no error.
  package init?(decoding value: JSONValue) {
    let error = value["error"]
    let text =
      value["msg"]?.string ?? value["message"]?.string ?? error?.string
      ?? error?["message"]?.string ?? value["detail"]?.string
    guard let text else { return nil }
    message = text
    code = value["code"]?.string ?? error?["code"]?.string
  }

  package func encoded() -> JSONValue {
    [
      "success": false,
      "error": .members(["code": code.map { .string($0) }, "message": .string(message)]),
    ]
  }
}

extension JSONValue {
  /// What is inside `{"success":true,"data":…}`; the value itself when there is no such envelope.
  package var unwrapped: JSONValue {
    self["success"]?.boolean == true ? self["data"] ?? self : self
  }
}

package import Basics
package import Formats

/// `POST /calls/create`, also to `/calls/initiate` and `/calls/start`.
///
/// The callee is named both ways, since the generations disagree; surplus parameters do no harm.
package struct CreateRequest: Equatable, Sendable {
  package var userID: Int?
  package var email: String?
  package var isVideo: Bool

  package init(userID: Int?, email: String?, isVideo: Bool) {
    self.userID = userID
    self.email = email
    self.isVideo = isVideo
  }

  /// A call is one with video unless the caller says no (seed 000).
  package init(reading parameters: ZulipParameters) {
    userID = parameters.integer("user_id")
    email = parameters["recipient_email"]
    isVideo = parameters.flag("is_video_call", usual: true)
  }

  package func encoded() -> ZulipForm {
    [
      "user_id": userID.map { String($0) }, "recipient_email": email,
      "is_video_call": isVideo ? "true" : "false",
    ]
  }
}

/// The answer to a ``CreateRequest``, or to `POST /calls/group/create`.
package struct CreatedCall: Equatable, Sendable {
  /// `nil` from option A, whose calls have no name, only a room.
  package var callID: String?
  /// `nil` while the call is queued.
  package var url: String?
  package var isVideo: Bool
  package var roomName: String?
  package var recipient: ZulipUser?
  package var isReceiverOnline: Bool?
  /// In seconds.
  package var expiresIn: Int?
  /// Generation 2: the callee is in another call; this is the place in the queue and what is said of it.
  package var queue: Queue?

  package struct Queue: Equatable, Sendable {
    package var id: String
    package var message: String
    package var expiresAt: WallTime?

    package init(id: String, message: String, expiresAt: WallTime?) {
      self.id = id
      self.message = message
      self.expiresAt = expiresAt
    }
  }

  package init(
    callID: String?, url: String?, isVideo: Bool, roomName: String?, recipient: ZulipUser? = nil,
    isReceiverOnline: Bool? = nil, expiresIn: Int? = nil, queue: Queue? = nil
  ) {
    self.callID = callID
    self.url = url
    self.isVideo = isVideo
    self.roomName = roomName
    self.recipient = recipient
    self.isReceiverOnline = isReceiverOnline
    self.expiresIn = expiresIn
    self.queue = queue
  }

  /// - Returns: `nil` when there is neither a URL nor a queue.
  package init?(decoding value: JSONValue) {
    var queue: Queue?
    if value["result"]?.string == "queued", let id = value["queue_id"]?.string {
      queue = Queue(
        id: id, message: value["message"]?.string ?? "",
        expiresAt: WallTime(decoding: value["expires_at"]))
    }
    let url =
      value["call_url"]?.string ?? value["participant_url"]?.string
      ?? value["redirect_url"]?.string
    guard url != nil || queue != nil else { return nil }
    self.init(
      callID: value["call_id"]?.string, url: url,
      isVideo: value["call_type"]?.string == "video",
      roomName: value["room_name"]?.string ?? value["room_id"]?.string,
      recipient: value["recipient"].flatMap(ZulipUser.init(decoding:)),
      isReceiverOnline: value["receiver_online"]?.boolean,
      expiresIn: value["expires_in"]?.integer, queue: queue)
  }

  /// - Parameters:
  ///   - dialect: whose members are written.
  ///   - isInitiated: whether it answers `/calls/initiate`, which has members of its own.
  package func encoded(in dialect: ZulipDialect, isInitiated: Bool = false) -> JSONValue {
    let isInitiated = isInitiated || dialect == .seedA
    if let queue {
      return .members([
        "result": "queued", "msg": "", "queue_id": .string(queue.id),
        "message": .string(queue.message),
        "expires_at": queue.expiresAt.map { .string($0.iso8601) }, "position": "next",
      ])
    }
    let common: KeyValuePairs<String, JSONValue?> = [
      "result": "success", "msg": "", "call_url": url.map { .string($0) },
      "call_id": dialect == .seedA ? nil : callID.map { .string($0) },
      "room_name": dialect == .seedA ? nil : roomName.map { .string($0) },
      "room_id": isInitiated ? roomName.map { .string(String($0.suffix(12))) } : nil,
      "message": isInitiated ? "Call initiated successfully" : nil,
      "expires_in": dialect == .seedB ? expiresIn.map { .integer(Int64($0)) } : nil,
      "call_type": [.seedA, .seedB].contains(dialect) ? nil : (isVideo ? "video" : "audio"),
      "recipient": [.seedA, .seedB].contains(dialect) ? nil : recipient?.encoded(),
      "receiver_online": dialect.hasCallEvents ? isReceiverOnline.map { .boolean($0) } : nil,
    ]
    return .members(common)
  }
}

/// `POST /calls/{id}/respond` and its answer.
package struct RespondedCall: Equatable, Sendable {
  package enum Action: String, Sendable {
    case accept, decline
    /// The call was over.
    case noop
  }

  package var action: Action
  package var url: String?
  package var message: String

  package init(action: Action, url: String?, message: String) {
    self.action = action
    self.url = url
    self.message = message
  }

  package init?(decoding value: JSONValue) {
    switch value["action"]?.string {
    case "accept", "accepted": action = .accept
    case "decline", "declined", "reject", "rejected": action = .decline
    case "noop": action = .noop
    default: return nil
    }
    url = value["call_url"]?.string
    message = value["message"]?.string ?? ""
  }

  package func encoded(in dialect: ZulipDialect) -> JSONValue {
    let word =
      switch (dialect, action) {
      case (.seedB, .accept): "accepted"
      case (.seedB, .decline): "declined"
      default: action.rawValue
      }
    return [
      "result": "success", "msg": "", "action": .string(word),
      "call_url": url.map { .string($0) } ?? .null, "message": .string(message),
    ]
  }
}

/// The `call` of `GET /calls/{id}/status`, in the words of all generations.
package struct CallStatusMessage: Equatable, Sendable {
  package var callID: String
  package var state: ZulipCallState
  package var url: String?
  package var isVideo: Bool
  package var sender: ZulipUser?
  package var receiver: ZulipUser?
  package var createdAt: WallTime?
  package var startedAt: WallTime?
  package var endedAt: WallTime?

  package init(
    callID: String, state: ZulipCallState, url: String?, isVideo: Bool, sender: ZulipUser?,
    receiver: ZulipUser?, createdAt: WallTime?, startedAt: WallTime? = nil,
    endedAt: WallTime? = nil
  ) {
    self.callID = callID
    self.state = state
    self.url = url
    self.isVideo = isVideo
    self.sender = sender
    self.receiver = receiver
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.endedAt = endedAt
  }

  /// - Returns: `nil` without a name and a state.
  package init?(decoding answer: JSONValue) {
    let value = answer["call"] ?? answer
    guard let id = value["call_id"]?.string,
      let state = (value["state"]?.string ?? value["status"]?.string)
        .flatMap(ZulipCallState.init(word:))
    else { return nil }
    self.init(
      callID: id, state: state,
      url: value["call_url"]?.string ?? value["jitsi_url"]?.string,
      isVideo: value["is_video_call"]?.boolean ?? (value["call_type"]?.string == "video"),
      sender: (value["sender"] ?? value["initiator"]).flatMap(ZulipUser.init(decoding:))
        ?? ZulipUser(decoding: value, prefix: "sender"),
      receiver: (value["receiver"] ?? value["recipient"]).flatMap(ZulipUser.init(decoding:))
        ?? ZulipUser(decoding: value, prefix: "receiver"),
      createdAt: WallTime(decoding: value["created_at"] ?? value["timestamp"]),
      startedAt: WallTime(decoding: value["started_at"]),
      endedAt: WallTime(decoding: value["ended_at"]))
  }

  /// The `call` of a status.
  package func encoded(in dialect: ZulipDialect) -> JSONValue {
    let seconds = createdAt.map { JSONValue.integer($0.unixSeconds) }
    guard dialect.hasCallEvents else {
      return .members([
        "call_id": .string(callID), "state": .string(state.word(in: dialect)),
        "call_url": url.map { .string($0) }, "is_video_call": .boolean(isVideo),
        "created_at": seconds, "initiator": sender?.encoded(), "recipient": receiver?.encoded(),
      ])
    }
    return [
      "call_id": .string(callID), "call_type": isVideo ? "video" : "audio",
      "caller_id": sender.map { .integer(Int64($0.id)) } ?? .null,
      "recipient_id": receiver.map { .integer(Int64($0.id)) } ?? .null,
      "status": .string(state.status), "state": .string(state.rawValue),
      "jitsi_url": url.map { .string($0) } ?? .null, "call_url": url.map { .string($0) } ?? .null,
      "timestamp": seconds ?? .null, "duration": callDuration ?? .null,
      "created_at": createdAt.map { .string($0.iso8601) } ?? .null,
      "started_at": startedAt.map { .string($0.iso8601) } ?? .null,
      "ended_at": endedAt.map { .string($0.iso8601) } ?? .null,
      "sender": sender?.encoded() ?? .null, "receiver": receiver?.encoded() ?? .null,
    ]
  }

  /// As one of `GET /calls/active`.
  package func encodedAsActive(isOutgoing: Bool) -> JSONValue {
    [
      "call_id": .string(callID), "call_type": isVideo ? "video" : "audio",
      "state": .string(state.rawValue), "jitsi_url": url.map { .string($0) } ?? .null,
      "sender_id": sender.map { .integer(Int64($0.id)) } ?? .null,
      "sender_name": .string(sender?.name ?? ""),
      "receiver_id": receiver.map { .integer(Int64($0.id)) } ?? .null,
      "receiver_name": .string(receiver?.name ?? ""),
      "created_at": createdAt.map { .string($0.iso8601) } ?? .null,
      "is_outgoing": .boolean(isOutgoing),
    ]
  }

  private var callDuration: JSONValue? {
    guard let startedAt, let endedAt else { return nil }
    return .integer(Int64(max(0, startedAt.duration(to: endedAt).seconds)))
  }
}

/// One line of `GET /calls/history`.
package struct HistoryEntry: Equatable, Sendable {
  package var callID: String
  package var state: ZulipCallState
  package var isVideo: Bool
  package var wasInitiator: Bool
  package var other: ZulipUser
  package var createdAt: WallTime
  package var startedAt: WallTime?
  package var endedAt: WallTime?

  package init(
    callID: String, state: ZulipCallState, isVideo: Bool, wasInitiator: Bool, other: ZulipUser,
    createdAt: WallTime, startedAt: WallTime?, endedAt: WallTime?
  ) {
    self.callID = callID
    self.state = state
    self.isVideo = isVideo
    self.wasInitiator = wasInitiator
    self.other = other
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.endedAt = endedAt
  }

  package init?(decoding value: JSONValue) {
    guard let id = value["call_id"]?.string,
      let state = value["state"]?.string.flatMap(ZulipCallState.init(word:)),
      let other = value["other_user"].flatMap(ZulipUser.init(decoding:)),
      let createdAt = WallTime(decoding: value["created_at"])
    else { return nil }
    self.init(
      callID: id, state: state, isVideo: value["call_type"]?.string == "video",
      wasInitiator: value["was_initiator"]?.boolean ?? false, other: other, createdAt: createdAt,
      startedAt: WallTime(decoding: value["started_at"]),
      endedAt: WallTime(decoding: value["ended_at"]))
  }

  package func encoded(in dialect: ZulipDialect) -> JSONValue {
    let seconds = startedAt.flatMap { start in
      endedAt.map { JSONValue.integer(Int64(max(0, start.duration(to: $0).seconds))) }
    }
    return [
      "call_id": .string(callID), "call_type": isVideo ? "video" : "audio",
      "state": .string(state.word(in: dialect)), "was_initiator": .boolean(wasInitiator),
      "other_user": other.encoded(), "created_at": .string(createdAt.iso8601),
      "started_at": startedAt.map { .string($0.iso8601) } ?? .null,
      "ended_at": endedAt.map { .string($0.iso8601) } ?? .null,
      "duration_seconds": seconds ?? .null,
    ]
  }
}

/// A page of `GET /calls/history`: with a cursor in generation 3, with an offset in option C.
package struct HistoryPage: Equatable, Sendable {
  package var calls: [HistoryEntry]
  package var nextCursor: String?
  package var hasMore: Bool

  package init(calls: [HistoryEntry], nextCursor: String?, hasMore: Bool) {
    self.calls = calls
    self.nextCursor = nextCursor
    self.hasMore = hasMore
  }

  /// - Bound: 100 entries; what cannot be read is passed over.
  package init?(decoding value: JSONValue) {
    guard let calls = value["calls"]?.array else { return nil }
    self.calls = calls.prefix(100).compactMap(HistoryEntry.init(decoding:))
    nextCursor = value["next_cursor"]?.string
    hasMore = value["has_more"]?.boolean ?? false
  }

  package func encoded(in dialect: ZulipDialect) -> JSONValue {
    .members([
      "result": "success", "msg": "", "calls": .array(calls.map { $0.encoded(in: dialect) }),
      "has_more": .boolean(hasMore),
      "next_cursor": dialect.hasCallEvents ? (nextCursor.map { .string($0) } ?? .null) : nil,
    ])
  }
}

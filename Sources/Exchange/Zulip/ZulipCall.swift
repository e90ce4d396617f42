import Basics
import Formats
import ZulipWire

/// One call between two users, as the calls plugin knows it.
///
///     calling ──acknowledge──▶ ringing ──accept──▶ accepted ──end──▶ ended
///        │                        │                   │
///        │ decline: rejected      │                   │ no heartbeat: network_failure
///        │ cancel: cancelled      │                   │ nothing for ten minutes: timeout
///        │ time over: missed      │                   │
///        └────────────────────────┴───────────────────┴──▶ found by name for five minutes more
struct ZulipCall: Equatable, Sendable {
  /// One step of a call, for the log of calls (Z14).
  struct Step: Equatable, Sendable {
    var kind: String
    /// Who did it; `nil` for the exchange itself.
    var userID: String?
    var at: WallTime
    var detail: String?
  }

  let id: String
  let callerID: String
  let calleeID: String
  let isVideo: Bool
  let room: String
  let createdAt: WallTime
  var state = ZulipCallState.calling
  var startedAt: WallTime?
  var endedAt: WallTime?
  var reason: String?
  var steps: [Step] = []
  /// When the call began or, once it is accepted or over, when it became so.
  var since: Instant
  /// Since when nobody is in its conference any more; `nil` while somebody is, or nobody ever was.
  var emptyAt: Instant?
  private var heardAt: [String: Instant] = [:]

  init(
    id: String, callerID: String, calleeID: String, isVideo: Bool, room: String,
    createdAt: WallTime, at now: Instant
  ) {
    self.id = id
    self.callerID = callerID
    self.calleeID = calleeID
    self.isVideo = isVideo
    self.room = room
    self.createdAt = createdAt
    since = now
  }

  func includes(_ userID: String) -> Bool { callerID == userID || calleeID == userID }

  func other(than userID: String) -> String { userID == callerID ? calleeID : callerID }

  /// A party has shown that it is there.
  mutating func hear(_ userID: String, at now: Instant) { heardAt[userID] = now }

  mutating func accept(on wall: WallTime, at now: Instant) {
    state = .accepted
    startedAt = wall
    since = now
    heardAt = [:]
  }

  mutating func end(_ state: ZulipCallState, reason: String?, on wall: WallTime, at now: Instant) {
    self.state = state
    self.reason = reason
    endedAt = wall
    since = now
  }

  /// Keeps a step; the first ones of a call tell its story.
  mutating func log(_ kind: String, by userID: String?, detail: String? = nil, on wall: WallTime) {
    guard steps.count < Self.stepLimit else { return }
    steps.append(Step(kind: kind, userID: userID, at: wall, detail: detail))
  }

  /// When something happens to the call by itself, and what.
  func fate(_ settings: ZulipSettings) -> (at: Instant, state: ZulipCallState)? {
    let times = settings.times
    guard !state.isOver else { return nil }
    guard state == .accepted else {
      return (since.advanced(by: times.answer ?? settings.dialect.answerTime), .missed)
    }
    if let emptyAt { return (emptyAt.advanced(by: times.empty), .ended) }
    let idle = (heardAt.values.max() ?? since).advanced(by: times.idle)
    guard settings.dialect.hasCallEvents else { return (idle, .timeout) }
    let grace = since.advanced(by: times.heartbeatGrace)
    let silent = [callerID, calleeID].map { userID in
      max(grace, (heardAt[userID] ?? since).advanced(by: times.heartbeatAge))
    }
    let lost = silent.min() ?? grace
    return lost <= idle ? (lost, .networkFailure) : (idle, .timeout)
  }

  private static let stepLimit = 32
}

extension ZulipCall {
  /// As the store keeps it.
  var document: StoredDocument {
    let body: JSONValue = .members([
      "caller": .string(callerID), "callee": .string(calleeID), "video": .boolean(isVideo),
      "room": .string(room), "created": .integer(createdAt.milliseconds),
      "state": .string(state.rawValue), "started": startedAt.map { .integer($0.milliseconds) },
      "ended": endedAt.map { .integer($0.milliseconds) }, "reason": reason.map { .string($0) },
      "events": .array(
        steps.map { step in
          .members([
            "event_type": .string(step.kind), "user": step.userID.map { .string($0) },
            "timestamp": .integer(step.at.milliseconds),
            "metadata": step.detail.map { .string($0) },
          ])
        }),
    ])
    return StoredDocument(collection: Self.collection, key: id, body: body.text)
  }

  /// Takes up a call; how long it has been as it is, the wall clock tells.
  init?(_ document: StoredDocument, on wall: WallTime, at now: Instant) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body),
      let caller = value["caller"]?.string, let callee = value["callee"]?.string,
      let room = value["room"]?.string, let created = value["created"]?.integer,
      let state = value["state"]?.string.flatMap(ZulipCallState.init(rawValue:))
    else { return nil }
    func time(_ value: JSONValue?) -> WallTime? {
      value?.integer.map { WallTime(milliseconds: Int64($0)) }
    }
    self.init(
      id: document.key, callerID: caller, calleeID: callee,
      isVideo: value["video"]?.boolean ?? false, room: room,
      createdAt: WallTime(milliseconds: Int64(created)), at: now)
    self.state = state
    startedAt = time(value["started"])
    endedAt = time(value["ended"])
    reason = value["reason"]?.string
    // An accepted call is heard of again, or is not; a clock that was set back makes nothing younger.
    if state != .accepted {
      let age = max(.zero, (endedAt ?? createdAt).duration(to: wall))
      since = now.advanced(by: .zero - age)
    }
    steps = (value["events"]?.array ?? []).prefix(Self.stepLimit).compactMap { step in
      guard let kind = step["event_type"]?.string, let at = time(step["timestamp"]) else {
        return nil
      }
      return Step(
        kind: kind, userID: step["user"]?.string, at: at, detail: step["metadata"]?.string)
    }
  }

  static let collection = "zulip-calls"
}

import Basics
import Formats
import ZulipWire

/// A call of several, in one room.
struct ZulipGroupCall: Equatable, Sendable {
  struct Member: Equatable, Sendable {
    let userID: String
    var state: GroupParticipant.State
    let invitedAt: WallTime
    var joinedAt: WallTime?
    var leftAt: WallTime?
    /// Since when the member is invited, or when it was last heard of.
    var since: Instant
  }

  let id: String
  let hostID: String
  let isVideo: Bool
  let title: String?
  let streamID: Int?
  let topic: String?
  let room: String
  let createdAt: WallTime
  var endedAt: WallTime?
  var members: [Member]
  /// When it began, or ended.
  var since: Instant
  /// Since when nobody is in its conference any more; `nil` while somebody is, or nobody ever was.
  var emptyAt: Instant?

  var isOver: Bool { endedAt != nil }
  var joinedCount: Int { members.count { $0.state == .joined } }

  func member(_ userID: String) -> Member? { members.first { $0.userID == userID } }

  /// Changes where a member stands.
  mutating func set(
    _ userID: String, _ state: GroupParticipant.State, on wall: WallTime, at now: Instant
  ) {
    guard let index = members.firstIndex(where: { $0.userID == userID }) else { return }
    members[index].state = state
    members[index].since = now
    switch state {
    case .joined:
      members[index].joinedAt = wall
      members[index].leftAt = nil
    case .left: members[index].leftAt = wall
    case .invited, .ringing, .declined, .missed: break
    }
  }

  mutating func hear(_ userID: String, at now: Instant) {
    guard let index = members.firstIndex(where: { $0.userID == userID }) else { return }
    members[index].since = now
  }

  /// When something happens by itself next.
  func deadline(_ settings: ZulipSettings) -> Instant? {
    guard !isOver else { return nil }
    let others = members.compactMap { fate(of: $0, settings)?.at }
    return (others + [emptyDeadline(settings)].compactMap { $0 }).min()
  }

  /// When the call ends for want of members; `nil` while there are some.
  func emptyDeadline(_ settings: ZulipSettings) -> Instant? {
    if let emptyAt { return emptyAt.advanced(by: settings.times.empty) }
    return joinedCount == 0 ? since.advanced(by: settings.times.idle) : nil
  }

  /// When a member is given up, and what it is then.
  func fate(
    of member: Member, _ settings: ZulipSettings
  ) -> (at: Instant, state: GroupParticipant.State)? {
    switch member.state {
    case .joined: (member.since.advanced(by: settings.times.heartbeatAge), .left)
    case .invited, .ringing:
      (member.since.advanced(by: settings.times.answer ?? settings.dialect.answerTime), .missed)
    case .declined, .left, .missed: nil
    }
  }
}

extension ZulipGroupCall {
  /// As the store keeps it.
  var document: StoredDocument {
    let list = members.map { member -> JSONValue in
      .members([
        "user": .string(member.userID), "state": .string(member.state.rawValue),
        "invited": .integer(member.invitedAt.milliseconds),
        "joined": member.joinedAt.map { .integer($0.milliseconds) },
        "left": member.leftAt.map { .integer($0.milliseconds) },
      ])
    }
    let body: JSONValue = .members([
      "host": .string(hostID), "video": .boolean(isVideo), "title": title.map { .string($0) },
      "stream_id": streamID.map { .integer(Int64($0)) }, "topic": topic.map { .string($0) },
      "room": .string(room), "created": .integer(createdAt.milliseconds),
      "ended": endedAt.map { .integer($0.milliseconds) }, "members": .array(list),
    ])
    return StoredDocument(collection: Self.collection, key: id, body: body.text)
  }

  /// Takes up a group call. Its members get the time anew in which they must be heard of, and those who
  /// are invited the time to answer, since nobody could do either meanwhile.
  init?(_ document: StoredDocument, at now: Instant) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body), let host = value["host"]?.string,
      let room = value["room"]?.string, let created = Self.time(value["created"]),
      let list = value["members"]?.array
    else { return nil }
    id = document.key
    hostID = host
    isVideo = value["video"]?.boolean ?? false
    title = value["title"]?.string
    streamID = value["stream_id"]?.integer
    topic = value["topic"]?.string
    self.room = room
    createdAt = created
    endedAt = Self.time(value["ended"])
    since = now
    members = list.prefix(Self.memberLimit).compactMap { entry in
      guard let userID = entry["user"]?.string,
        let state = entry["state"]?.string.flatMap(GroupParticipant.State.init(rawValue:)),
        let invitedAt = Self.time(entry["invited"])
      else { return nil }
      return Member(
        userID: userID, state: state, invitedAt: invitedAt, joinedAt: Self.time(entry["joined"]),
        leftAt: Self.time(entry["left"]), since: now)
    }
  }

  private static func time(_ value: JSONValue?) -> WallTime? {
    value?.integer.map { WallTime(milliseconds: Int64($0)) }
  }

  static let collection = "zulip-groups"
  /// Members that are taken up at most.
  private static let memberLimit = 1_000
}

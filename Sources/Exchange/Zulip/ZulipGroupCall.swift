import Basics
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

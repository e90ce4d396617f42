import Basics
import Formats
import Transport
import ZulipWire

/// The group call endpoints of generation 3.
extension ZulipVisit {
  func group(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard let group = exchange.zulip.groups[path[2]] else {
      throw ZulipRefusal(404, "Call not found")
    }
    guard let member = group.member(userID) else {
      throw ZulipRefusal(403, "Not authorized to view this call")
    }
    switch path[3] {
    case "status": return status(of: group, in: &exchange, &turn)
    case "participants": return participants(of: group, in: &exchange, &turn)
    case "end":
      guard group.hostID == userID else {
        throw ZulipRefusal(403, "Only the host can end this call")
      }
      exchange.endZulipGroup(group.id, &turn)
      return ZulipFacade.success(["message": "Call ended successfully"])
    default: break
    }
    guard !group.isOver else { throw ZulipRefusal(400, "Call has ended") }
    switch path[3] {
    case "invite": return invite(to: group, in: &exchange, &turn)
    case "join": return join(group, in: &exchange, &turn)
    case "leave":
      if member.state == .joined {
        exchange.moveInZulipGroup(group.id, userID, to: .left, &turn)
      }
      return ZulipFacade.success(["message": "Left the call"])
    case "decline":
      if [.invited, .ringing].contains(member.state) {
        exchange.moveInZulipGroup(group.id, userID, to: .declined, &turn)
      }
      return ZulipFacade.success(["message": "Call declined"])
    default: throw .nothingThere
    }
  }

  func createGroup(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    let request = GroupCreateRequest(reading: parameters)
    let limits = exchange.settings.zulip.limits
    guard exchange.zulip.groups.values.count(where: { !$0.isOver }) < limits.groupCalls else {
      throw ZulipRefusal(503, "Service busy", retryAfter: 5)
    }
    let group = exchange.beginZulipGroup(
      request, by: userID, inviting: knownUsers(in: exchange), &turn)
    return ZulipFacade.success([
      "call_id": .string(group.id), "call_url": .string(url(of: group, in: exchange)),
      "call_type": group.isVideo ? "video" : "audio",
      "title": group.title.map { .string($0) } ?? .null, "room_name": .string(group.room),
      "host": exchange.zulipUser(userID, &turn).encoded(),
      "invited_count": .integer(Int64(group.members.count - 1)),
    ])
  }

  private func invite(
    to group: ZulipGroupCall, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    let invited = exchange.inviteToZulipGroup(
      group.id, knownUsers(in: exchange), by: userID, &turn)
    let online = invited.count { exchange.isZulipOnline($0, turn) }
    return ZulipFacade.success([
      "invited_count": .integer(Int64(invited.count)), "online_count": .integer(Int64(online)),
      "offline_count": .integer(Int64(invited.count - online)),
    ])
  }

  private func join(
    _ group: ZulipGroupCall, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    if group.member(userID)?.state != .joined {
      exchange.moveInZulipGroup(group.id, userID, to: .joined, &turn)
    }
    let count = exchange.zulip.groups[group.id]?.joinedCount ?? 0
    return ZulipFacade.success([
      "call_url": .string(url(of: group, in: exchange)),
      "call_type": group.isVideo ? "video" : "audio",
      "title": group.title.map { .string($0) } ?? .null,
      "participant_count": .integer(Int64(count)),
    ])
  }

  private func status(
    of group: ZulipGroupCall, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    ZulipFacade.success([
      "call": [
        "call_id": .string(group.id), "call_type": group.isVideo ? "video" : "audio",
        "state": group.isOver ? "ended" : "active",
        "title": group.title.map { .string($0) } ?? .null,
        "jitsi_url": .string(url(of: group, in: exchange)),
        "host": exchange.zulipUser(group.hostID, &turn).encoded(),
        "stream_id": group.streamID.map { .integer(Int64($0)) } ?? .null,
        "topic": group.topic.map { .string($0) } ?? .null,
        "created_at": .string(group.createdAt.iso8601),
        "ended_at": group.endedAt.map { .string($0.iso8601) } ?? .null,
        "participant_count": .integer(Int64(group.joinedCount)),
        "max_participants": .integer(Int64(exchange.settings.zulip.limits.participants)),
      ]
    ])
  }

  private func participants(
    of group: ZulipGroupCall, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    var list: [JSONValue] = []
    for member in group.members {
      let user = exchange.zulipUser(member.userID, &turn)
      list.append([
        "user_id": .integer(Int64(user.id)), "full_name": .string(user.name),
        "email": .string(user.email), "state": .string(member.state.rawValue),
        "is_host": .boolean(member.userID == group.hostID),
        "invited_at": .string(member.invitedAt.iso8601),
        "joined_at": member.joinedAt.map { .string($0.iso8601) } ?? .null,
        "left_at": member.leftAt.map { .string($0.iso8601) } ?? .null,
      ])
    }
    return ZulipFacade.success([
      "participants": .array(list), "total_count": .integer(Int64(list.count)),
      "joined_count": .integer(Int64(group.joinedCount)),
    ])
  }

  /// The users that `user_ids` names, as far as there are such.
  private func knownUsers(in exchange: Exchange) -> [String] {
    parameters.integers("user_ids").compactMap { exchange.zulip.roster.userID($0) }
      .filter { exchange.directory.user($0) != nil && $0 != userID }
  }

  private func url(of group: ZulipGroupCall, in exchange: Exchange) -> String {
    complete(exchange.zulipURL(of: group.room, isVideo: group.isVideo, for: userID))
  }
}

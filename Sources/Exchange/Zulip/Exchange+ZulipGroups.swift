import Basics
import Formats
import ZulipWire

/// What happens to group calls; each change is told to all who are meant.
extension Exchange {
  mutating func beginZulipGroup(
    _ request: GroupCreateRequest, by hostID: String, inviting userIDs: [String],
    _ turn: inout Turn
  ) -> ZulipGroupCall {
    forgetZulipGroups(&turn)
    let host = ZulipGroupCall.Member(
      userID: hostID, state: .joined, invitedAt: turn.wall, joinedAt: turn.wall, leftAt: nil,
      since: turn.now)
    let group = ZulipGroupCall(
      id: hexadecimal(ports.randomBytes(16)), hostID: hostID, isVideo: request.isVideo,
      title: request.title, streamID: request.streamID, topic: request.topic,
      room: "zulip-group-call-" + hexadecimal(ports.randomBytes(8)), createdAt: turn.wall,
      endedAt: nil, members: [host], since: turn.now)
    zulip.groups[group.id] = group
    storeZulipGroup(group.id, &turn)
    zulip.counters.groupCalls &+= 1
    tellZulipGroup(group.id, .created, to: [hostID], &turn)
    _ = inviteToZulipGroup(group.id, userIDs, by: hostID, &turn)
    return zulip.groups[group.id] ?? group
  }

  /// Invites users who are not in the call yet.
  ///
  /// - Returns: those who were invited.
  mutating func inviteToZulipGroup(
    _ id: String, _ userIDs: [String], by inviterID: String, _ turn: inout Turn
  ) -> [String] {
    guard let group = zulip.groups[id] else { return [] }
    let present = Set(
      group.members.filter { [.joined, .invited, .ringing].contains($0.state) }.map(\.userID))
    var seen = present
    let places = max(0, settings.zulip.limits.participants - present.count)
    let invited = Array(userIDs.filter { seen.insert($0).inserted }.prefix(places))
    guard !invited.isEmpty else { return [] }
    zulip.groups[id]?.members.removeAll { invited.contains($0.userID) }
    zulip.groups[id]?.members += invited.map { userID in
      ZulipGroupCall.Member(
        userID: userID, state: .invited, invitedAt: turn.wall, joinedAt: nil, leftAt: nil,
        since: turn.now)
    }
    storeZulipGroup(id, &turn)
    tellZulipGroup(id, .invited, to: invited, by: inviterID, &turn)
    tellZulipGroup(id, .moreInvited, to: present.sorted(), by: inviterID, &turn)
    for userID in invited {
      pushZulip(
        to: userID,
        [
          "type": "group_call_invitation", "call_id": .string(id),
          "call_url": .string(
            zulipPushURL(of: group.room, isVideo: group.isVideo, for: userID)),
          "caller_name": .string(zulipName(of: inviterID)),
        ], &turn)
    }
    return invited
  }

  /// Changes where a member stands, and ends the call with the last who leaves.
  mutating func moveInZulipGroup(
    _ id: String, _ userID: String, to state: GroupParticipant.State, _ turn: inout Turn
  ) {
    guard zulip.groups[id]?.isOver == false else { return }
    zulip.groups[id]?.set(userID, state, on: turn.wall, at: turn.now)
    storeZulipGroup(id, &turn)
    let kind: GroupEventMessage.Kind =
      switch state {
      case .joined: .joined
      case .declined: .declined
      case .left, .missed, .invited, .ringing: .left
      }
    let members = zulip.groups[id]?.members.map(\.userID) ?? []
    tellZulipGroup(id, kind, to: members, about: userID, &turn)
    if state == .left, zulip.groups[id]?.joinedCount == 0 { endZulipGroup(id, &turn) }
  }

  mutating func endZulipGroup(_ id: String, _ turn: inout Turn) {
    guard let group = zulip.groups[id], !group.isOver else { return }
    zulip.groups[id]?.endedAt = turn.wall
    zulip.groups[id]?.since = turn.now
    storeZulipGroup(id, &turn)
    tellZulipGroup(id, .ended, to: group.members.map(\.userID), &turn)
  }

  mutating func expireZulipGroup(_ id: String, _ turn: inout Turn) {
    guard let group = zulip.groups[id], !group.isOver else { return }
    for member in group.members {
      guard let fate = group.fate(of: member, settings.zulip), fate.at <= turn.now else { continue }
      moveInZulipGroup(id, member.userID, to: fate.state, &turn)
    }
    if let due = zulip.groups[id]?.emptyDeadline(settings.zulip), due <= turn.now {
      endZulipGroup(id, &turn)
    }
  }

  // MARK: The store

  private func storeZulipGroup(_ id: String, _ turn: inout Turn) {
    guard let group = zulip.groups[id] else { return }
    turn.store(.putDocument(group.document))
  }

  /// Forgets those that have been over for long enough.
  private mutating func forgetZulipGroups(_ turn: inout Turn) {
    for (id, group) in zulip.groups
    where group.isOver && group.since.duration(to: turn.now) >= settings.zulip.times.cleanUp {
      zulip.groups[id] = nil
      turn.store(.removeDocument(collection: ZulipGroupCall.collection, key: id))
    }
  }

  /// Takes up the group calls of before a restart, as many as there may be.
  mutating func restoreZulipGroups(_ documents: [StoredDocument], _ turn: inout Turn) {
    let groups = documents.compactMap { ZulipGroupCall($0, at: turn.now) }
    for group in groups.sorted(by: { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }) {
      guard zulip.groups.count < settings.zulip.limits.groupCalls else {
        turn.store(.removeDocument(collection: ZulipGroupCall.collection, key: group.id))
        continue
      }
      zulip.groups[group.id] = group
    }
  }

  // MARK: Telling

  /// - Parameter userID: who joined, left or declined.
  private mutating func tellZulipGroup(
    _ id: String, _ kind: GroupEventMessage.Kind, to userIDs: [String],
    about userID: String? = nil, by inviterID: String? = nil, _ turn: inout Turn
  ) {
    guard let group = zulip.groups[id] else { return }
    var message = GroupEventMessage(
      kind: kind, callID: id, isVideo: group.isVideo, title: group.title, url: nil,
      host: zulipUser(group.hostID, &turn), participants: zulipParticipants(of: group, &turn),
      userID: userID.map { zulipNumber(of: $0, &turn) },
      inviterID: inviterID.map { zulipNumber(of: $0, &turn) })
    for userID in userIDs {
      message.url = zulipURL(of: group.room, isVideo: group.isVideo, for: userID)
      postZulip(message.encoded(), to: userID, &turn)
    }
  }

  mutating func zulipParticipants(
    of group: ZulipGroupCall, _ turn: inout Turn
  ) -> [GroupParticipant] {
    var participants: [GroupParticipant] = []
    for member in group.members {
      participants.append(
        GroupParticipant(
          user: zulipUser(member.userID, &turn), state: member.state,
          isHost: member.userID == group.hostID))
    }
    return participants
  }
}

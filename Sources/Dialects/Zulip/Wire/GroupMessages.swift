package import Formats

/// `POST /calls/group/create`.
package struct GroupCreateRequest: Equatable, Sendable {
  package var isVideo: Bool
  package var title: String?
  package var userIDs: [Int]
  package var streamID: Int?
  package var topic: String?

  package init(
    isVideo: Bool, title: String?, userIDs: [Int], streamID: Int? = nil, topic: String? = nil
  ) {
    self.isVideo = isVideo
    self.title = title
    self.userIDs = userIDs
    self.streamID = streamID
    self.topic = topic
  }

  package init(reading parameters: ZulipParameters) {
    isVideo = parameters["call_type"]?.lowercased() != "audio"
    title = parameters["title"].map { String($0.prefix(100)) }
    userIDs = parameters.integers("user_ids")
    streamID = parameters.integer("stream_id")
    topic = parameters["topic"].map { String($0.prefix(100)) }
  }

  package func encoded() -> ZulipForm {
    [
      "call_type": isVideo ? "video" : "audio", "title": title,
      "user_ids": userIDs.map { String($0) }.joined(separator: ","),
      "stream_id": streamID.map { String($0) }, "topic": topic,
    ]
  }
}

/// Where somebody stands in a group call.
package struct GroupParticipant: Equatable, Sendable {
  package enum State: String, Sendable {
    case invited, ringing, joined, declined, left, missed
  }

  package var user: ZulipUser
  package var state: State
  package var isHost: Bool

  package init(user: ZulipUser, state: State, isHost: Bool) {
    self.user = user
    self.state = state
    self.isHost = isHost
  }

  init?(decoding value: JSONValue) {
    guard let user = ZulipUser(decoding: value),
      let state = value["state"]?.string.flatMap(State.init(rawValue:))
    else { return nil }
    self.init(user: user, state: state, isHost: value["is_host"]?.boolean ?? false)
  }

  func encoded() -> JSONValue {
    [
      "user_id": .integer(Int64(user.id)), "full_name": .string(user.name), "avatar_url": .null,
      "state": .string(state.rawValue), "is_host": .boolean(isHost),
    ]
  }
}

/// An event of type `group_call`.
package struct GroupEventMessage: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case created, ended
    case invited = "participant_invited"
    case moreInvited = "participants_invited"
    case joined = "participant_joined"
    case left = "participant_left"
    case declined = "participant_declined"
  }

  package var kind: Kind
  package var callID: String
  package var isVideo: Bool
  package var title: String?
  package var url: String?
  package var host: ZulipUser?
  package var participants: [GroupParticipant]
  /// Who is meant: who joined, left or declined, or who was invited.
  package var userID: Int?
  package var inviterID: Int?

  package init(
    kind: Kind, callID: String, isVideo: Bool, title: String?, url: String?, host: ZulipUser?,
    participants: [GroupParticipant], userID: Int? = nil, inviterID: Int? = nil
  ) {
    self.kind = kind
    self.callID = callID
    self.isVideo = isVideo
    self.title = title
    self.url = url
    self.host = host
    self.participants = participants
    self.userID = userID
    self.inviterID = inviterID
  }

  /// - Bound: 50 participants.
  package init?(decoding value: JSONValue) {
    guard let callID = value["call_id"]?.string, !callID.isEmpty,
      let kind = (value["op"]?.string ?? value["event_type"]?.string)
        .flatMap(Kind.init(rawValue:))
    else { return nil }
    self.init(
      kind: kind, callID: callID, isVideo: value["call_type"]?.string == "video",
      title: value["title"]?.string, url: value["jitsi_url"]?.string ?? value["call_url"]?.string,
      host: value["host"].flatMap(ZulipUser.init(decoding:)),
      participants: (value["participants"]?.array ?? []).prefix(50)
        .compactMap(GroupParticipant.init(decoding:)),
      userID: ["joined_user_id", "left_user_id", "declined_user_id", "user_id"].lazy
        .compactMap { value[$0]?.integer }.first,
      inviterID: value["inviter_id"]?.integer)
  }

  /// Without the event's id, which its queue gives it.
  package func encoded() -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "type": "group_call", "op": .string(kind.rawValue), "call_id": .string(callID),
      "call_type": isVideo ? "video" : "audio", "title": title.map { .string($0) } ?? .null,
      "jitsi_url": url.map { .string($0) } ?? .null, "host": host?.encodedForEvent() ?? .null,
      "participants": .array(participants.map { $0.encoded() }),
    ]
    let who = userID.map { JSONValue.integer(Int64($0)) }
    switch kind {
    case .joined: members["joined_user_id"] = who
    case .left: members["left_user_id"] = who
    case .declined: members["declined_user_id"] = who
    case .created, .ended, .invited, .moreInvited: members["user_id"] = who
    }
    if let inviterID { members["inviter_id"] = .integer(Int64(inviterID)) }
    return members
  }
}

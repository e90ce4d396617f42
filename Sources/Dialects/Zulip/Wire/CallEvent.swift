package import Basics
package import Formats

/// What happened to a call, whatever the generation calls it (protocols A.3).
package enum CallEventKind: String, Equatable, Sendable {
  case initiated
  case incoming = "incoming_call"
  case ringing, accepted, declined, cancelled, ended, missed

  /// - Parameter isReceiver: whether the reader is the one who is called; `created` means either.
  package init?(word: String, isReceiver: Bool) {
    switch word {
    case "created": self = isReceiver ? .incoming : .initiated
    case "acknowledged", "participant_ringing": self = .ringing
    case "call_accepted": self = .accepted
    case "call_rejected", "rejected": self = .declined
    case "timeout", "network_failure": self = .ended
    default: self.init(rawValue: word)
    }
  }

  /// The word of generation 2.
  fileprivate var oldWord: String {
    switch self {
    case .ringing: "participant_ringing"
    case .accepted: "call_accepted"
    case .declined: "call_rejected"
    case .initiated, .incoming, .cancelled, .ended, .missed: rawValue
    }
  }
}

/// An event of type `call` or `call_event`.
package struct CallEventMessage: Equatable, Sendable {
  package var kind: CallEventKind
  package var callID: String
  package var isVideo: Bool
  package var sender: ZulipUser?
  package var receiver: ZulipUser?
  package var state: ZulipCallState?
  package var url: String?
  package var reason: String?
  package var at: WallTime?

  package init(
    kind: CallEventKind, callID: String, isVideo: Bool, sender: ZulipUser?, receiver: ZulipUser?,
    state: ZulipCallState?, url: String?, reason: String? = nil, at time: WallTime? = nil
  ) {
    self.kind = kind
    self.callID = callID
    self.isVideo = isVideo
    self.sender = sender
    self.receiver = receiver
    self.state = state
    self.url = url
    self.reason = reason
    at = time
  }

  /// - Parameter userID: who reads it.
  /// - Returns: `nil` without a known word and a call's name.
  package init?(decoding event: JSONValue, readBy userID: Int) {
    // One client's model has the call as an object of its own.
    let value = event["call"].flatMap { $0.object == nil ? nil : $0 } ?? event
    let receiver =
      value["receiver"].flatMap(ZulipUser.init(decoding:))
      ?? value["recipient"].flatMap(ZulipUser.init(decoding:))
      ?? ZulipUser(decoding: value, prefix: "receiver")
    let state = value["state"]?.string.flatMap(ZulipCallState.init(word:))
    guard let callID = value["call_id"]?.string ?? event["call_id"]?.string, !callID.isEmpty,
      let word = event["op"]?.string ?? event["event_type"]?.string,
      let kind = CallEventKind(word: word, isReceiver: receiver?.id == userID)
        ?? (word == "call_status_update" ? state.flatMap(CallEventKind.init(of:)) : nil)
    else { return nil }
    self.init(
      kind: kind, callID: callID, isVideo: value["call_type"]?.string == "video",
      sender: value["sender"].flatMap(ZulipUser.init(decoding:))
        ?? value["initiator"].flatMap(ZulipUser.init(decoding:))
        ?? ZulipUser(decoding: value, prefix: "sender"),
      receiver: receiver, state: state,
      url: value["jitsi_url"]?.string ?? value["call_url"]?.string,
      reason: event["reason"]?.string ?? value["reason"]?.string,
      at: WallTime(decoding: value["timestamp"] ?? value["created_at"]))
  }

  /// Without the event's id, which its queue gives it.
  package func encoded(in dialect: ZulipDialect) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "call_id": .string(callID), "call_type": isVideo ? "video" : "audio",
      "state": .string((state ?? .ended).rawValue),
      "jitsi_url": url.map { .string($0) } ?? .null,
      "timestamp": at.map { .string($0.iso8601) } ?? .null,
    ]
    if let reason { members["reason"] = .string(reason) }
    if dialect == .two {
      members["type"] = "call_event"
      members["event_type"] = .string(kind.oldWord)
      for (prefix, user) in [("sender", sender), ("receiver", receiver)] {
        guard let user else { continue }
        members["\(prefix)_id"] = .integer(Int64(user.id))
        members["\(prefix)_name"] = .string(user.name)
      }
    } else {
      members["type"] = "call"
      members["op"] = .string(kind.rawValue)
      members["sender"] = sender?.encodedForEvent() ?? .null
      members["receiver"] = receiver?.encodedForEvent() ?? .null
    }
    return members
  }
}

extension CallEventKind {
  /// What `call_status_update` says by the state alone.
  fileprivate init?(of state: ZulipCallState) {
    switch state {
    case .calling: return nil
    case .ringing: self = .ringing
    case .accepted: self = .accepted
    case .rejected: self = .declined
    case .cancelled: self = .cancelled
    case .missed: self = .missed
    case .ended, .timeout, .networkFailure: self = .ended
    }
  }
}

import Basics
import Formats
import ZulipWire

/// What happens to calls, whoever causes it; each change is stored and told.
extension Exchange {
  /// Begins a call and rings the callee.
  mutating func beginZulipCall(
    from callerID: String, to calleeID: String, isVideo: Bool, _ turn: inout Turn
  ) -> ZulipCall {
    let room = hexadecimal(ports.randomBytes(6))
    var call = ZulipCall(
      id: uuid(ports.randomBytes(16)), callerID: callerID, calleeID: calleeID, isVideo: isVideo,
      room: "zulip-call-" + room, createdAt: turn.wall, at: turn.now)
    call.log("initiated", by: callerID, detail: isVideo ? "video" : "audio", on: turn.wall)
    zulip.counters.created &+= 1
    putZulip(call, &turn)
    tellZulip(callerID, .initiated, call, &turn)
    tellZulip(calleeID, .incoming, call, &turn)
    pushZulip(
      to: calleeID,
      [
        "type": "call_invitation", "call_id": .string(call.id),
        "call_url": .string(zulipPushURL(of: call.room, isVideo: call.isVideo, for: calleeID)),
        "call_type": isVideo ? "video" : "audio", "is_video_call": .boolean(isVideo),
        "room_name": .string(call.room),
        "caller_id": .integer(Int64(zulipNumber(of: callerID, &turn))),
        "caller_name": .string(zulipName(of: callerID)),
        "caller_email": .string(zulipEmail(of: callerID)),
      ], &turn)
    return call
  }

  /// The callee's phone rings.
  mutating func ringZulip(_ call: ZulipCall, _ turn: inout Turn) -> ZulipCall {
    guard call.state == .calling else { return call }
    var call = call
    call.state = .ringing
    call.log("ringing", by: call.calleeID, on: turn.wall)
    putZulip(call, &turn)
    tellZulip(call.callerID, .ringing, call, &turn)
    return call
  }

  /// The callee takes the call.
  mutating func acceptZulip(_ call: ZulipCall, _ turn: inout Turn) -> ZulipCall {
    var call = call
    call.accept(on: turn.wall, at: turn.now)
    call.log("accepted", by: call.calleeID, on: turn.wall)
    putZulip(call, &turn)
    tellZulip(call.callerID, .accepted, call, &turn)
    tellZulip(call.calleeID, .accepted, call, &turn)
    pushZulip(
      to: call.callerID,
      [
        "type": "call_accepted", "call_id": .string(call.id),
        "call_url": .string(
          zulipPushURL(of: call.room, isVideo: call.isVideo, for: call.callerID)),
        "accepter_name": .string(zulipName(of: call.calleeID)),
      ], &turn)
    return call
  }

  /// Ends a call, for whatever cause, and lets the next in the queue through.
  mutating func endZulip(
    _ call: ZulipCall, _ state: ZulipCallState, reason: String? = nil, by userID: String?,
    _ turn: inout Turn
  ) {
    guard !call.state.isOver else { return }
    var call = call
    let wasAccepted = call.state == .accepted
    call.end(state, reason: reason, on: turn.wall, at: turn.now)
    let kind: CallEventKind =
      switch state {
      case .rejected: .declined
      case .cancelled: .cancelled
      case .missed: .missed
      case .calling, .ringing, .accepted, .ended, .timeout, .networkFailure: .ended
      }
    call.log(kind.rawValue, by: userID, detail: reason, on: turn.wall)
    zulip.counters.ended[state, default: 0] += 1
    if wasAccepted, let startedAt = call.startedAt {
      let seconds = Int64(max(0, startedAt.duration(to: turn.wall).seconds))
      zulip.counters.seconds = zulip.counters.seconds.addingSaturated(seconds)
    }
    putZulip(call, &turn)
    for party in [call.callerID, call.calleeID] { tellZulip(party, kind, call, &turn) }
    if state == .missed {
      pushZulip(
        to: call.calleeID,
        [
          "type": "missed_call", "call_id": .string(call.id),
          "caller_name": .string(zulipName(of: call.callerID)),
        ], &turn)
    }
    for party in [call.callerID, call.calleeID] { serveZulipQueue(of: party, &turn) }
  }

  // MARK: Waiting for a busy callee (generation 2)

  /// Rings a callee who has become free on behalf of who waits longest.
  private mutating func serveZulipQueue(of calleeID: String, _ turn: inout Turn) {
    guard zulip.liveCall(of: calleeID) == nil,
      let index = zulip.waiting.firstIndex(where: { waiting in
        waiting.calleeID == calleeID && zulip.liveCall(of: waiting.callerID) == nil
      })
    else { return }
    let next = zulip.waiting.remove(at: index)
    _ = beginZulipCall(from: next.callerID, to: calleeID, isVideo: next.isVideo, &turn)
  }

  /// A place in the queue has run out: its call is told as missed.
  private mutating func dropZulipWaiting(_ waiting: ZulipState.Waiting, _ turn: inout Turn) {
    let message = CallEventMessage(
      kind: .missed, callID: waiting.id, isVideo: waiting.isVideo,
      sender: zulipUser(waiting.callerID, &turn), receiver: zulipUser(waiting.calleeID, &turn),
      state: .missed, url: nil, reason: "queue_timeout", at: turn.wall)
    postZulip(message.encoded(in: settings.zulip.dialect), to: waiting.callerID, &turn)
  }

  // MARK: Time

  /// Does to calls, group calls and queues what is due.
  mutating func expireZulip(_ turn: inout Turn) {
    for id in zulip.live.sorted() {
      guard let call = zulip.calls[id], let fate = call.fate(settings.zulip), fate.at <= turn.now
      else { continue }
      if fate.state == .timeout, conferenceCount(call.room) > 0 {
        // Where there are no heartbeats, being in the room shows that one is there.
        zulip.hear(id, from: call.callerID, at: turn.now)
        continue
      }
      let reason: String? =
        switch fate.state {
        case .missed: "no_answer"
        case .networkFailure: "network_failure"
        case .timeout: "timeout_stale"
        case .ended: "hangup"
        case .calling, .ringing, .accepted, .rejected, .cancelled: nil
        }
      endZulip(call, fate.state, reason: reason, by: nil, &turn)
    }
    for waiting in zulip.waiting where waiting.until <= turn.now {
      zulip.waiting.removeAll { $0.id == waiting.id }
      dropZulipWaiting(waiting, &turn)
    }
    for id in zulip.groups.keys.sorted() { expireZulipGroup(id, &turn) }
    expireZulipQueues(&turn)
  }

  // MARK: Telling

  /// Tells a party what happened to its call.
  private mutating func tellZulip(
    _ userID: String, _ kind: CallEventKind, _ call: ZulipCall, _ turn: inout Turn
  ) {
    guard settings.zulip.dialect.hasCallEvents else { return }
    let message = CallEventMessage(
      kind: kind, callID: call.id, isVideo: call.isVideo,
      sender: zulipUser(call.callerID, &turn), receiver: zulipUser(call.calleeID, &turn),
      state: call.state, url: zulipURL(of: call.room, isVideo: call.isVideo, for: userID),
      reason: call.reason, at: turn.wall)
    postZulip(message.encoded(in: settings.zulip.dialect), to: userID, &turn)
  }

  /// What would be sent to a user's mobile: a terminal has none, so it is only written down.
  mutating func pushZulip(
    to userID: String, _ payload: JSONValue, _ turn: inout Turn
  ) {
    zulip.counters.pushes &+= 1
    // High priority, sixty seconds to live and the ring tone are the sender's part (Z16).
    let message: JSONValue = [
      "data": payload,
      "android": [
        "priority": "high", "ttl": "60s",
        "notification": ["channel_id": "calls", "priority": "high", "sound": "call_ringtone"],
      ],
    ]
    turn.note(.debug, "Push to \(HarmlessText.line(userID, limit: 64)): \(message.text)")
  }

  private mutating func putZulip(_ call: ZulipCall, _ turn: inout Turn) {
    turn.store(.putDocument(call.document))
    if let forgotten = zulip.put(call, limit: settings.zulip.limits.calls) {
      turn.store(.removeDocument(collection: ZulipCall.collection, key: forgotten))
    }
  }

  /// Takes up what was put by; calls that ran out meanwhile end with the first look at the clock.
  mutating func restoreZulip(_ documents: [StoredDocument], _ turn: inout Turn) {
    for document in documents { zulip.roster.restore(document) }
    restoreZulipGroups(documents, &turn)
    let calls = documents.compactMap { ZulipCall($0, on: turn.wall, at: turn.now) }
    for call in calls.sorted(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) {
      _ = zulip.put(call, limit: settings.zulip.limits.calls)
    }
  }
}

/// Sixteen bytes as a random UUID (RFC 9562 §5.4).
private func uuid(_ bytes: [UInt8]) -> String {
  var bytes = bytes
  bytes[6] = bytes[6] & 0x0F | 0x40
  bytes[8] = bytes[8] & 0x3F | 0x80
  let digits = hexadecimal(bytes)
  var parts: [Substring] = []
  var rest = digits[...]
  for count in [8, 4, 4, 4, 12] {
    parts.append(rest.prefix(count))
    rest = rest.dropFirst(count)
  }
  return parts.joined(separator: "-")
}

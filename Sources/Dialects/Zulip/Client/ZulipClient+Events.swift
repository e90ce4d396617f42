import Basics
import Calling
import Formats
import Transport
import ZulipWire

/// What events and answers mean for calls.
extension ZulipClient {
  mutating func take(_ message: CallEventMessage, at now: Instant) {
    guard let call = calls.first(where: { $0.remoteID == message.callID }) else {
      switch message.kind {
      case .incoming: invite(message, at: now)
      case .initiated: startQueued(message, at: now)
      case .ringing, .accepted, .declined, .cancelled, .ended, .missed: break
      }
      return
    }
    let id = call.id
    switch message.kind {
    case .initiated, .incoming: break  // Known already.
    case .ringing: tell(.ringing(id), of: id)
    case .accepted: othersAccepted(id, at: now)
    case .declined, .cancelled, .ended, .missed:
      fail(id, reason(of: message.kind, message.reason, call), at: now)
    }
  }

  /// Somebody has taken the call: the callee, or another device of this user.
  mutating func othersAccepted(_ id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    switch (calls[index].stage, id.isIncoming) {
    case (.ringing, false):
      calls[index].stage = .accepted
      tell(.accepted(id), of: id)
      watch(id, at: now)
    case (.ringing, true): fail(id, .answeredElsewhere, at: now)
    case (.queued, _), (.accepting, _), (.accepted, _), (.placing, _):
      break  // The reply to our own request decides, or it is known.
    }
  }

  /// Reports something that must not come before `placed`.
  mutating func tell(_ report: SignalingReport, of id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    if calls[index].isPlaced {
      self.report(report)
    } else if calls[index].held.count < Self.heldLimit {
      calls[index].held.append(report)
    }
  }

  private func reason(
    of kind: CallEventKind, _ words: String?, _ call: ZulipCall
  ) -> EndReason {
    let wasAccepted = call.stage == .accepted
    switch kind {
    case .declined:
      return call.id.isIncoming ? .answeredElsewhere : .declined(reason: nil)
    case .cancelled: return .cancelled
    case .missed:
      if call.stage == .queued { return .busy }
      return call.id.isIncoming ? .missed : .noAnswer
    case .initiated, .incoming, .ringing, .accepted, .ended:
      if !wasAccepted, call.id.isIncoming { return .cancelled }
      switch words {
      case "network_failure" where wasAccepted:
        return .signalingFailed("The server has lost one of the two sides.")
      case "timeout_stale" where wasAccepted:
        return .signalingFailed("The server ended the call, in which nothing happened for long.")
      default: return .remoteHungUp
      }
    }
  }

  // MARK: Ringing here

  private mutating func invite(_ message: CallEventMessage, at now: Instant) {
    guard let sender = message.sender, sender.id != me?.id, message.state?.isPending ?? true
    else { return }
    invite(
      remoteID: message.callID, kind: .call, from: party(sender), userID: sender.id,
      isVideo: message.isVideo, url: message.url, at: now)
  }

  mutating func invite(
    remoteID: String, kind: ZulipCall.Kind, from party: Party, userID: Int?, isVideo: Bool,
    url: String?, at now: Instant
  ) {
    guard phase == .online, !remoteID.isEmpty, remoteID.utf8.count <= Self.idLimit,
      !finished.contains(remoteID), !calls.contains(where: { $0.remoteID == remoteID }),
      calls.count < Self.callLimit
    else { return }
    let id = nextIncomingID()
    calls.append(
      ZulipCall(
        id: id, kind: kind, stage: .ringing, remoteID: remoteID, party: party, userID: userID,
        isVideo: isVideo, url: url))
    // Nobody tells that a link's caller has given up.
    if kind == .link { timers[.alone(id)] = now.advanced(by: Self.linkAge) }
    report(
      .invited(
        Invitation(
          id: id, remoteID: remoteID, from: party, kind: isVideo ? .video : .audio,
          terms: MediaTerms(.offeredByServer), browserURL: url.map(withoutToken))))
  }

  /// A call that waited for its callee has got its turn.
  private mutating func startQueued(_ message: CallEventMessage, at now: Instant) {
    guard message.sender?.id == me?.id,
      let index = calls.firstIndex(where: {
        $0.stage == .queued && $0.userID == message.receiver?.id
      })
    else { return }
    calls[index].remoteID = message.callID
    calls[index].url = message.url
    calls[index].stage = .ringing
    let id = calls[index].id
    report(.callNotice(id, "The callee is free; it rings."))
    enterRoom(of: id, at: now)
    watch(id, at: now)
  }

  mutating func take(_ message: GroupEventMessage, at now: Instant) {
    let known = calls.first { $0.remoteID == message.callID }
    switch message.kind {
    case .invited where known == nil:
      let invitedIDs = message.participants.map(\.user.id)
      guard let me, message.host?.id != me.id, invitedIDs.isEmpty || invitedIDs.contains(me.id)
      else { return }
      let host = message.host.map(party)
      let title = message.title.map(clipped)
      let party = Party(
        name: title.map { "\($0) (\(host?.name ?? "group"))" } ?? host?.name ?? "Group call",
        address: host?.address ?? "")
      invite(
        remoteID: message.callID, kind: .group, from: party, userID: message.host?.id,
        isVideo: message.isVideo, url: message.url, at: now)
    case .ended:
      guard let known else { return }
      fail(
        known.id, known.stage == .accepted || !known.id.isIncoming ? .remoteHungUp : .cancelled,
        at: now)
    case .joined, .declined, .left:
      guard let known else { return }
      if message.userID == me?.id { return ownDeviceMoved(known, message.kind, at: now) }
      guard known.stage != .ringing || !known.id.isIncoming,
        let user = message.participants.first(where: { $0.user.id == message.userID })?.user
      else { return }
      let deed = message.kind == .declined ? "has declined" : "has left"
      if message.kind != .joined {
        report(.callNotice(known.id, "\(harmless(user.name)) \(deed)."))
      }
    case .created, .invited, .moreInvited: break
    }
  }

  /// What another device of this user did about an invitation.
  private mutating func ownDeviceMoved(
    _ call: ZulipCall, _ kind: GroupEventMessage.Kind, at now: Instant
  ) {
    guard call.id.isIncoming, call.stage == .ringing else { return }
    fail(call.id, kind == .left ? .missed : .answeredElsewhere, at: now)
  }

  /// A message between persons: on a server without calls, a link in it is an invitation.
  mutating func take(_ message: DirectMessage, at now: Instant) {
    guard readsMessages, let me, message.sender.id != me.id,
      let link = JoinLink(in: message.content),
      message.at.duration(to: clock.time(at: now)) < Self.linkAge
    else { return }
    invite(
      remoteID: link.url, kind: .link, from: party(message.sender), userID: message.sender.id,
      isVideo: link.isVideo, url: link.url, at: now)
  }

  // MARK: Early events

  /// Keeps an event about an unknown call while one is being placed: events may be faster than the
  /// reply that names the call.
  mutating func holdBack(_ message: CallEventMessage) -> Bool {
    guard message.kind != .incoming, !calls.contains(where: { $0.remoteID == message.callID }),
      calls.contains(where: \.isPlacing)
    else { return false }
    if earlyEvents.count < Self.earlyLimit { earlyEvents.append(message) }
    return true
  }

  mutating func replayEarlyEvents(at now: Instant) {
    let events = earlyEvents
    earlyEvents = []
    for event in events where !holdBack(event) { take(event, at: now) }
  }

  /// A link may hold what admits one to the room, which is nobody else's business.
  func withoutToken(_ url: String) -> String {
    String(url.prefix { $0 != "?" && $0 != "#" })
  }

  /// Events held back at most.
  private static let earlyLimit = 32
  /// Reports that wait for `placed` at most.
  private static let heldLimit = 16
  /// How old a link may be to ring, and how long it rings.
  private static let linkAge: Duration = .seconds(60)
}

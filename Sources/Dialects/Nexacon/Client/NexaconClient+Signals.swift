import Basics
import Calling
import Formats
import NexaconWire
import SDP
import XMPP

/// What arrives over the stream.
extension NexaconClient {
  mutating func take(_ stanza: XMLElement) {
    guard let from = stanza.from else { return }
    switch stanza.name {
    case "message": take(message: stanza, from: from)
    case "presence": take(presence: stanza, from: from)
    default: break
    }
  }

  private mutating func take(message: XMLElement, from: JID) {
    if message["type"] == "error" { return bounced(message) }
    if let receipt = message.child("received", XMPPNamespace.receipts) {
      return received(receipt["id"])
    }
    guard let body = message.child("body")?.text, !body.isEmpty else { return }
    do throws(NexaconError) {
      let signal = try SignalMessage(decoding: body)
      if let id = message["id"], message.child("request", XMPPNamespace.receipts) != nil {
        let receipt = XMLElement("received", XMPPNamespace.receipts, ["id": id])
        transmit(.message(to: from, type: "chat", id: stream?.nextID(), [receipt]))
      }
      take(signal, from: from, sentAt: message.child("delay", XMPPNamespace.delay)?["stamp"])
    } catch {
      let who = HarmlessText.line(from.bare.description, limit: 80)
      switch error {
      case .malformed: break  // An ordinary chat message.
      case .missing(let member), .invalid(let member):
        noteNonsense("\(who) sent a message without a proper “\(member)”.")
      case .unknownType(let type):
        noteNonsense("\(who) sent a message of a kind “\(HarmlessText.line(type, limit: 40))”.")
      }
    }
  }

  private mutating func take(_ signal: SignalMessage, from: JID, sentAt stamp: String?) {
    if case .invitation(let invitation) = signal {
      return take(invitation, from: from, sentAt: stamp.flatMap { WallTime(iso8601: $0) })
    }
    guard let room = signal.room,
      let index = calls.firstIndex(where: { $0.room == room })
    else { return }
    guard calls[index].includes(from) else {
      return noteNonsense("Somebody spoke about a call who has no part in it.")
    }
    // Nothing but its end is heard of a call before it has begun to ring.
    switch (calls[index].stage, signal) {
    case (.preparing, .end) where calls[index].id.isIncoming: break
    // The server that is told of a call invites to it, and may be slower to say so than the invited.
    case (.announcing, .response), (.announcing, .end): break
    case (.preparing, _), (.announcing, _):
      return noteNonsense("Somebody spoke about a call too early.")
    case (.ringing, _), (.accepted, _): break
    }
    switch signal {
    case .invitation, .other: break
    case .response(_, let isAccepted, let reason): responded(index, isAccepted, reason, by: from)
    case .end(_, let reason): ended(index, reason, by: from)
    case .offer(_, let sdp): offered(index, sdp, by: from)
    case .answer(_, let sdp): answered(index, sdp)
    case .candidate(_, let line, _, _): take(candidate: line, index)
    }
  }

  // MARK: Invitations

  private mutating func take(_ invitation: CallInvitation, from: JID, sentAt: WallTime?) {
    // The server may invite as well as the caller; both mean one call.
    guard !finished.contains(invitation.room),
      !calls.contains(where: { $0.room == invitation.room })
    else { return }
    let age = sentAt.map { $0.duration(to: clock.time(at: now)) } ?? .zero
    guard age < Self.ringTime else {
      return note(.info, "An invitation came \(age.components.seconds) seconds late.")
    }
    // Only a server may speak for somebody else.
    let isFromServer = from.node == nil
    guard let caller = isFromServer ? invitation.caller.flatMap({ jid(of: $0) }) : from,
      caller.bare != me
    else { return }
    guard calls.count < Self.callLimit else {
      send(.response(room: invitation.room, isAccepted: false, reason: "busy"), to: caller)
      return
    }
    var call = NexaconCall(
      id: nextIncomingID(), room: invitation.room, others: [caller.bare], peer: caller.bare,
      party: party(of: caller, name: invitation.callerName), isVideo: invitation.isVideo,
      isGroup: false)
    call.browserURL = invitation.url
    call.ringsUntil = now.advanced(by: Self.ringTime - max(.zero, age))
    calls.append(call)
    requestCredentials(of: call.id)
  }

  /// A message has reached a phone: an invitation that has makes it ring there.
  private mutating func received(_ id: String?) {
    guard let id else { return }
    if let index = declines.firstIndex(where: { $0.messageID == id }) { postDecline(index) }
    guard let call = calls.first(where: { $0.invitations.contains(id) }) else { return }
    if call.stage == .ringing { report(.ringing(call.id)) }
  }

  /// The server could not deliver a message.
  private mutating func bounced(_ message: XMLElement) {
    guard let id = message["id"],
      let index = calls.firstIndex(where: { $0.invitations.contains(id) }),
      calls[index].stage == .ringing, let from = message.from
    else { return }
    let call = calls[index]
    calls[index].others.removeAll { $0 == from.bare }
    guard calls[index].others.isEmpty else { return }
    let words = "\(HarmlessText.line(call.party.name, limit: 60)) cannot be reached."
    finish(call.id, .signalingFailed(words))
    report(.ended(call.id, .signalingFailed(words)))
  }

  // MARK: Answers

  private mutating func responded(
    _ index: Int, _ isAccepted: Bool, _ reason: String?, by from: JID
  ) {
    let call = calls[index]
    // Only the called side answers, and only once.
    guard !call.id.isIncoming, !call.isAccepted else { return }
    guard isAccepted else {
      calls[index].others.removeAll { $0 == from.bare }
      guard calls[index].others.isEmpty else { return }  // Others of a group may still take it.
      let end: EndReason =
        switch reason {
        case "busy": .busy
        case "timeout": .noAnswer
        default: .declined(reason: reason.map { HarmlessText.line($0, limit: 200) })
        }
      finish(call.id, end)
      return report(.ended(call.id, end))
    }
    if call.stage == .announcing { ring(index) }
    calls[index].stage = .accepted(at: now)
    calls[index].peer = from
    timers[.ring(call.id)] = nil
    for other in call.others where other != from.bare { send(.end(room: call.room), to: other) }
    report(.accepted(call.id))
    speak(index)
  }

  private mutating func ended(_ index: Int, _ word: String?, by from: JID) {
    let call = calls[index]
    let reason: EndReason
    switch (call.stage, call.id.isIncoming) {
    // Even if taken here at the same moment: the other was first.
    case (_, true) where word == SignalMessage.takenElsewhere: reason = .answeredElsewhere
    case (.accepted, _): reason = .remoteHungUp
    case (_, true): reason = .cancelled
    case (_, false): return responded(index, false, nil, by: from)
    }
    let wasTold = call.stage != .preparing
    finish(call.id, reason)
    if wasTold { report(.ended(call.id, reason)) }
  }

  // MARK: Media

  private mutating func offered(_ index: Int, _ sdp: String, by from: JID) {
    let call = calls[index]
    if calls[index].peer.isBare { calls[index].peer = from }
    if call.remoteDescription == sdp {
      // Made again because our answer was not heard.
      if let answer = call.answer { send(.answer(room: call.room, sdp: answer), to: from) }
      return
    }
    if call.offer != nil {
      // Both offered at once: the caller's offer stands.
      guard call.id.isIncoming else { return }
      calls[index].offer = nil
      timers[.offerUnanswered(call.id)] = nil
    }
    guard let description = description(sdp) else { return }
    calls[index].remoteDescription = sdp
    calls[index].answer = nil
    report(.described(call.id, description))
  }

  private mutating func answered(_ index: Int, _ sdp: String) {
    let call = calls[index]
    // One answer to each offer; what comes beside is a repetition.
    guard call.offer != nil, let description = description(sdp) else { return }
    calls[index].offer = nil
    calls[index].remoteDescription = sdp
    timers[.offerUnanswered(call.id)] = nil
    report(.described(call.id, description))
  }

  private mutating func description(_ sdp: String) -> SessionDescription? {
    guard let description = try? SessionDescription(decoding: sdp) else {
      noteNonsense("The other side sent a description that cannot be read.")
      return nil
    }
    return description
  }

  private mutating func take(candidate line: String, _ index: Int) {
    if line.isEmpty { return report(.endOfCandidates(calls[index].id)) }
    guard let candidate = try? Candidate(decoding: line) else {
      return noteNonsense("The other side sent a candidate that cannot be read.")
    }
    report(.candidate(calls[index].id, candidate))
  }
}

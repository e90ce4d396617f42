import Basics
import BotServerWire
import Calling
import Formats
import Janus
import Transport

/// Calls of several: in rooms, and in groups.
extension BotServerClient {
  // MARK: Joining

  /// Joins the room of that id or name.
  mutating func join(_ id: CallID, room name: String) {
    let roomID = rooms.first { $0.roomID == name || $0.name.lowercased() == name.lowercased() }
    var call = BotServerCall(id: id, remoteID: "", stage: .placing(endWanted: nil))
    call.roomID = roomID?.roomID ?? name
    calls.append(call)
    requestJoin(id)
  }

  mutating func requestJoin(_ id: CallID) {
    guard let call = calls.first(where: { $0.id == id }), let roomID = call.roomID,
      !isAsking(.join(id))
    else { return }
    let message = JoinRoomMessage(
      displayName: me?.displayName,
      password: roomPasswords[roomID] ?? account.secrets["room-password"], audio: !call.isMuted)
    request(.join(id), .post, BotServerPath.join(percentEncoded(roomID)), message.encoded())
  }

  mutating func takeJoined(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }), let roomID = calls[index].roomID
    else { return }
    let endWanted: Bool
    switch calls[index].stage {
    case .placing(let reason): endWanted = reason != nil
    case .knocking: endWanted = false
    case .ringing, .accepting, .accepted: return
    }
    defer { replayEarlyMessages(at: now) }
    switch reply {
    case .granted(let value):
      guard let joined = try? JoinedRoomMessage(decoding: value),
        joined.callID.utf8.count <= Self.idLimit
      else {
        finish(id)
        send(.leave, remoteID: roomID)
        if !endWanted { report(.ended(id, .signalingFailed(reply.sentence))) }
        return leaveIfDone()
      }
      if endWanted {
        report(placed(id, joined))  // For its name in the history.
        finish(id)
        send(.leave, remoteID: joined.room.roomID)
      } else {
        enter(index, joined, at: now)
      }
    case .refused(let refusal) where refusal.code == "waiting_room" || refusal.status == 423:
      guard !endWanted else {
        finish(id)
        return send(.leave, remoteID: roomID)
      }
      knock(index, at: now)
    case .refused, .failed:
      if case .knocking = calls[index].stage, reply.isWorthRepeating {
        return knock(index, at: now)
      }
      finish(id)
      if !endWanted { report(.ended(id, reason(joining: reply))) }
      leaveIfDone()
    }
  }

  /// The room has been joined: its sound can be brought.
  private mutating func enter(_ index: Int, _ joined: JoinedRoomMessage, at now: Instant) {
    let id = calls[index].id
    calls[index].remoteID = joined.callID
    calls[index].roomID = joined.room.roomID
    calls[index].stage = .accepted
    calls[index].members = joined.participants.isEmpty ? [joined.participant] : joined.participants
    switch joined.media.kind {
    case MediaMessage.peerToPeer: break
    case MediaMessage.janus:
      guard sitDown(index, joined.media, at: now) else {
        let words = "The server's directions to its media server cannot be followed."
        return giveUp(id, .mediaFailed(words))
      }
    default:
      let kind = HarmlessText.line(joined.media.kind, limit: 40)
      let words = "The server wants the sound as “\(kind)”, which this program cannot bring."
      return giveUp(id, .mediaFailed(words))
    }
    report(placed(id, joined))
    report(.accepted(id))
    reportMembers(index)
    speak(index)
  }

  private func placed(_ id: CallID, _ joined: JoinedRoomMessage) -> SignalingReport {
    let party = Party(name: clipped(joined.room.name), address: "room:\(joined.room.roomID)")
    let terms = MediaTerms(iceServers: joined.media.servers)
    return .placed(id, remoteID: joined.callID, party: party, terms: terms, browserURL: nil)
  }

  /// The host has to let us in: we ask again from time to time, and when we are told.
  private mutating func knock(_ index: Int, at now: Instant) {
    if calls[index].stage != .knocking {
      calls[index].stage = .knocking
      report(.callNotice(calls[index].id, "Waiting for the host to let you in."))
    }
    timers[.knock] = now.advanced(by: Self.knockInterval.jittered(using: &generator))
  }

  /// Asks again for all rooms whose hosts have not answered.
  mutating func knockAgain() {
    for call in calls where call.stage == .knocking { requestJoin(call.id) }
  }

  private func reason(joining reply: Reply) -> EndReason {
    guard case .refused(let refusal) = reply else { return .signalingFailed(reply.sentence) }
    switch (refusal.status, refusal.code) {
    case (401, _): return .notSignedIn(refusal.sentence)
    case (403, "wrong_password"?), (403, "password_required"?):
      return .signalingFailed(
        refusal.sentence + " Give the account a room-password, or ask the room's owner.")
    case (403, "refused"?): return .declined(reason: refusal.words)
    case (404, "room_not_found"?): return .unknownCallee(refusal.sentence)
    case (404, _), (405, _): return .signalingFailed(Self.noCallsAPI)
    case (429, "room_full"?): return .busy
    default: return .signalingFailed(refusal.sentence)
    }
  }

  /// Ends a call of ours that cannot be brought about, and tells both sides.
  mutating func giveUp(_ id: CallID, _ reason: EndReason) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    finish(id)
    sayGoodbye(to: call, reason)
    report(.ended(id, reason))
  }

  /// Tells the server that we leave a call that it knows.
  mutating func sayGoodbye(to call: BotServerCall, _ reason: EndReason) {
    if let roomID = call.roomID {
      send(.leave, remoteID: roomID)
    } else {
      send(.end(reason: reason.botServerWord), remoteID: call.remoteID)
    }
  }

  // MARK: Who is there

  mutating func take(_ update: ParticipantUpdate, at now: Instant) {
    let isAboutUs = update.participant.userID == me?.userID
    guard
      let index = calls.firstIndex(where: {
        $0.remoteID == update.callID ?? update.roomID || $0.roomID == update.roomID
      })
    else { return }
    switch update.action {
    case .admitted where isAboutUs:
      if calls[index].stage == .knocking { requestJoin(calls[index].id) }
    case .refused where isAboutUs:
      let id = calls[index].id
      guard calls[index].stage == .knocking else { return }
      finish(id)
      report(.ended(id, .declined(reason: "The host did not let you in.")))
    case .waiting:
      let name = HarmlessText.line(update.participant.displayName, limit: 60)
      let address = HarmlessText.line(update.participant.userID, limit: 60)
      report(.callNotice(calls[index].id, "\(name) (\(address)) waits to be let in."))
    case .admitted, .refused: break  // Of others, whom `joined` tells of.
    case .joined, .left, .updated, .muted, .unmuted: change(update.participant, in: index)
    }
  }

  private mutating func change(_ member: ParticipantMessage, in index: Int) {
    if let place = calls[index].members.firstIndex(where: { $0.userID == member.userID }) {
      guard calls[index].members[place] != member else { return }
      calls[index].members[place] = member
    } else {
      guard calls[index].members.count < ParticipantsMessage.limit else { return }
      calls[index].members.append(member)
    }
    reportMembers(index)
  }

  /// Takes in all who are in a call.
  mutating func setMembers(_ members: [ParticipantMessage], of index: Int) {
    guard calls[index].members != members else { return }
    calls[index].members = Array(members.prefix(ParticipantsMessage.limit))
    reportMembers(index)
  }

  private mutating func reportMembers(_ index: Int) {
    // A Janus server tells itself who is there.
    guard visit(of: calls[index].id) == nil else { return }
    let members = calls[index].members.filter(\.isPresent).map {
      Participant(
        id: $0.userID, name: clipped($0.displayName), isSelf: $0.userID == me?.userID,
        isMuted: !$0.audio, isSpeaking: $0.isSpeaking)
    }
    report(.participants(calls[index].id, members))
  }

  /// Shows the others of a call of several whether our microphone is open.
  mutating func mute(_ id: CallID, _ isMuted: Bool, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].isMuted != isMuted
    else { return }
    calls[index].isMuted = isMuted
    if let visit = visit(of: id) {
      let effects = visits[visit].seat.mute(isMuted, at: now)
      return perform(effects, of: visits[visit].socket, at: now)
    }
    guard let me, calls[index].stage == .accepted,
      calls[index].roomID != nil || calls[index].members.count > 1
    else { return }
    let own = ParticipantMessage(
      userID: me.userID, displayName: me.displayName, role: "participant", isBot: false,
      audio: !isMuted, video: false, joinedAt: nil)
    send(
      .participantUpdate(
        ParticipantUpdate(
          roomID: calls[index].roomID ?? calls[index].remoteID, callID: calls[index].remoteID,
          participant: own, action: isMuted ? .muted : .unmuted)))
  }

  // MARK: The list

  mutating func requestRooms() {
    guard !isAsking(.rooms) else { return }
    request(.rooms, .get, BotServerPath.rooms)
  }

  mutating func takeRooms(_ reply: Reply) {
    // A server without rooms has none.
    guard case .granted(let value) = reply, let list = value["rooms"]?.array else { return }
    rooms = list.prefix(Self.roomLimit).compactMap { try? RoomMessage(decoding: $0) }
    // What is told while users are asked for would be taken for what they are now.
    if !isAskingForUsers { reportContacts() }
  }

  mutating func take(_ room: RoomMessage, status: String) {
    let index = rooms.firstIndex { $0.roomID == room.roomID }
    if status == "ended" {
      guard let index else { return }
      rooms.remove(at: index)
    } else if let index {
      guard rooms[index] != room else { return }
      rooms[index] = room
    } else {
      guard rooms.count < Self.roomLimit else { return }
      rooms.append(room)
    }
    reportContacts()
  }

  /// Rooms kept at most.
  static let roomLimit = 200
  /// Between two knocks, before chance.
  static let knockInterval: Duration = .seconds(5)
}

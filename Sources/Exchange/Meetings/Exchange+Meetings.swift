import Basics
import BotServerWire
import Formats

/// Calls of several: begun, joined, left and ended.
extension Exchange {
  // MARK: Joining

  /// Takes a user into a room.
  ///
  /// - Parameter displayName: what the others shall see; `nil` for the user's own name.
  /// - Returns: the call that goes on there.
  mutating func joinRoom(
    _ room: MeetingRoom, as session: Session, displayName: String? = nil, password: Secret?,
    isMuted: Bool, _ turn: inout Turn
  ) throws(MeetingRefusal) -> String {
    let user = session.user
    let party = party(session, called: displayName)
    try checkPassword(of: room, password, user)
    var meeting = meetings.meeting(in: room.id) ?? makeMeeting(in: room, turn)
    if let index = meeting.seat(of: user.id), meeting.seats[index].state == .joined {
      guard meeting.seats[index].session == session.hash || meeting.seats[index].absentSince != nil
      else { throw .alreadyJoined }
      releaseSeat(&meeting.seats[index], &turn)
    } else {
      guard meeting.present.count < room.participantLimit else {
        throw .full(room.participantLimit)
      }
      try letIn(user, as: party, to: &meeting, of: room, &turn)
    }
    guard meeting.present.count <= settings.roomLimit, callCount(of: user.id) < callLimit else {
      throw MeetingRefusal(429, "rate_limited", "You have too many calls; end one first.")
    }
    let callID = meeting.callID
    meetings.meetings[callID] = meeting
    sit(session, as: party, in: callID, isMuted: isMuted, &turn)
    if meetings.meetings[callID]?.startedAt == nil {
      meetings.meetings[callID]?.startedAt = turn.wall
      counters.placedCalls &+= 1
    }
    announceRoom(room, "active", &turn)
    return callID
  }

  /// A user under another name, as long as that is nobody else's.
  private func party(_ session: Session, called displayName: String?) -> StoredCall.Party {
    let user = session.user
    let name = HarmlessText.line(displayName ?? "", limit: Self.displayNameLimit)
    let owner = directory.party(named: name)?.id ?? user.id
    return StoredCall.Party(
      id: user.id, name: name.isEmpty || owner != user.id ? user.name : name, isBot: false)
  }

  private static let displayNameLimit = 60

  private func checkPassword(
    of room: MeetingRoom, _ password: Secret?, _ user: StoredUser
  ) throws(MeetingRefusal) {
    guard let hash = room.password, room.ownerID != user.id else { return }
    guard let password, !password.exposed.isEmpty else { throw .needsPassword }
    guard hash.matches(password, using: ports) else { throw .wrongPassword }
  }

  /// Whether somebody may come in now; else the host is asked.
  private mutating func letIn(
    _ user: StoredUser, as party: StoredCall.Party, to meeting: inout Meeting, of room: MeetingRoom,
    _ turn: inout Turn
  ) throws(MeetingRefusal) {
    let isKnown =
      meeting.admitted.contains(user.id) || room.ownerID == user.id
      || meeting.seat(of: user.id) != nil
    guard room.hasWaitingRoom, !isKnown, let host = meeting.host else {
      meeting.knocking.removeAll { $0.id == user.id }
      return
    }
    if meeting.sentAway.remove(user.id) != nil {
      meetings.meetings[meeting.callID] = meeting
      throw .sentAway
    }
    guard !meeting.knocking.contains(where: { $0.id == user.id }) else { throw .waitingRoom }
    guard meeting.knocking.count < Meeting.knockLimit else { throw .full(room.participantLimit) }
    meeting.knocking.append(party)
    meetings.meetings[meeting.callID] = meeting
    say(
      .participantUpdate(
        ParticipantUpdate(
          roomID: room.id, callID: meeting.callID,
          participant: BotServerFacade.message(waiting: party), action: .waiting)),
      to: host.party.id, &turn)
    throw .waitingRoom
  }

  /// The host lets somebody in, or sends them away.
  mutating func admit(
    _ userID: String, isLetIn: Bool, to room: MeetingRoom, by user: StoredUser, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard var meeting = meetings.meeting(in: room.id) else {
      throw MeetingRefusal(409, "call_ended", "Nobody is in the room.")
    }
    let seat = meeting.seat(of: user.id).map { meeting.seats[$0] }
    let isHost = seat?.isHost == true && seat?.state == .joined
    guard isHost || room.ownerID == user.id || isAdministrator(user) else {
      throw MeetingRefusal(403, "forbidden", "Only the host lets people in.")
    }
    let wanted = userID.lowercased()
    guard let index = meeting.knocking.firstIndex(where: { $0.id == wanted }) else {
      throw MeetingRefusal(404, "user_not_found", "Nobody of that name waits.")
    }
    let party = meeting.knocking.remove(at: index)
    if isLetIn { meeting.admitted.insert(party.id) } else { meeting.sentAway.insert(party.id) }
    meetings.meetings[meeting.callID] = meeting
    say(
      .participantUpdate(
        ParticipantUpdate(
          roomID: room.id, callID: meeting.callID,
          participant: BotServerFacade.message(waiting: party),
          action: isLetIn ? .admitted : .refused)), to: party.id, &turn)
  }

  private func makeMeeting(in room: MeetingRoom, _ turn: Turn) -> Meeting {
    var meeting = Meeting(
      callID: newCallID(), kind: .conference, roomID: room.id, name: room.name, mediaKind: .audio,
      createdAt: turn.wall,
      isTranscribed: room.isTranscribed && room.allowsRecording && settings.transcription != nil)
    meeting.isRecorded = meeting.isTranscribed && settings.janus == nil
    return meeting
  }

  func newCallID() -> String { "call_" + hexadecimal(ports.randomBytes(12)) }

  /// Calls of one user at once.
  private var callLimit: Int { settings.limits.callsPerUser }

  /// A user takes a seat; its media follows when its client offers.
  ///
  /// - Parameter party: how the others see the user; `nil` as before, or by the user's own name.
  mutating func sit(
    _ session: Session, as named: StoredCall.Party? = nil, in callID: String, isMuted: Bool,
    _ turn: inout Turn
  ) {
    guard var meeting = meetings.meetings[callID] else { return }
    let party =
      named ?? StoredCall.Party(id: session.user.id, name: session.user.name, isBot: false)
    let isFirst = meeting.present.isEmpty && meeting.host == nil
    if meeting.seat(of: party.id) == nil {
      meeting.makeRoom()
      meeting.seats.append(MeetingSeat(party, isHost: false, state: .joined))
    }
    guard let index = meeting.seat(of: party.id) else { return }
    if let named { meeting.seats[index].party = named }
    meeting.seats[index].state = .joined
    meeting.seats[index].isHost = isFirst || meeting.seats[index].isHost
    meeting.seats[index].session = session.hash
    meeting.seats[index].joinedAt = turn.wall
    meeting.seats[index].leftAt = nil
    meeting.seats[index].isMuted = isMuted
    meeting.seats[index].ringsUntil = nil
    meeting.seats[index].absentSince = sockets.isPresent(party.id) ? nil : turn.now
    meeting.admitted.remove(party.id)
    if meeting.seats[index].leg == nil { meeting.seats[index].leg = meeting.nextLeg() }
    meetings.meetings[callID] = meeting
    noteRecorded(callID)
    tellOthers(of: callID, index, .joined, &turn)
  }

  // MARK: Calling several

  /// Calls several people, in a room or without one.
  mutating func placeMeeting(
    _ message: InitiateMessage, by session: Session, kind: StoredCall.Kind, _ turn: inout Turn
  ) throws(MeetingRefusal) -> String {
    var callees: [StoredCall.Party] = []
    for name in message.participants {
      guard let party = directory.party(named: name) else {
        throw MeetingRefusal(
          404, "user_not_found", "Nobody here is called “\(HarmlessText.line(name, limit: 64))”.")
      }
      guard !party.isBot else {
        throw MeetingRefusal(
          400, "invalid_request", "\(party.name) talks to one person at a time.")
      }
      if party.id != session.user.id, !callees.contains(party) { callees.append(party) }
    }
    guard !callees.isEmpty || message.roomID != nil, callees.count < settings.roomLimit else {
      throw MeetingRefusal(
        400, "invalid_request", "A call has 2 to \(settings.roomLimit) participants.")
    }
    guard meetings.meetings.count + calls.count < settings.limits.calls,
      callCount(of: session.user.id) < callLimit
    else { throw MeetingRefusal(429, "rate_limited", "There are too many calls; end one first.") }
    let callID: String
    if let roomID = message.roomID {
      let room = try room(named: roomID)
      guard settings.janus == nil else {
        throw MeetingRefusal(
          409, "busy", "A Janus server mixes this room; guests join it themselves, by room:NAME.")
      }
      callID = try joinRoom(room, as: session, password: nil, isMuted: false, &turn)
    } else {
      // A conference that has no room is a group.
      let isOneToOne =
        callees.count == 1 && message.kind != "group" && message.kind != "conference"
      var meeting = Meeting(
        callID: newCallID(), kind: isOneToOne ? .oneToOne : .group, roomID: nil, name: "",
        mediaKind: kind, createdAt: turn.wall, isTranscribed: message.transcription)
      meeting.isRecorded = message.recording || message.transcription
      callID = meeting.callID
      meetings.meetings[callID] = meeting
      counters.placedCalls &+= 1
      sit(session, in: callID, isMuted: false, &turn)
    }
    for callee in callees { invite(callee, to: callID, &turn) }
    return callID
  }

  /// Rings somebody who shall join.
  private mutating func invite(
    _ callee: StoredCall.Party, to callID: String, _ turn: inout Turn
  ) {
    guard var meeting = meetings.meetings[callID],
      meeting.seat(of: callee.id).map({ meeting.seats[$0].state != .joined }) ?? true
    else { return }
    meeting.seats.removeAll { $0.party.id == callee.id }
    var seat = MeetingSeat(callee, isHost: false, state: .invited)
    if callCount(of: callee.id) >= callLimit { seat.state = .declined }
    seat.ringsUntil = turn.now.advanced(by: settings.ringTime)
    let leg = meeting.nextLeg()
    seat.leg = leg
    seat.isLegOpen = true
    meeting.seats.append(seat)
    meetings.meetings[callID] = meeting
    guard seat.state == .invited else { return considerEnd(of: callID, &turn) }
    openLeg(leg, of: .botServer)
    turn.effects.append(
      .attendant(
        .placed(
          callID: leg, attendant: AttendantProfile.echo.id,
          callee: AttendantGuest(userID: callee.id, name: callee.name))))
    turn.effects.append(.attendant(.move(callID: leg, room: callID)))
    keepRow(of: callee.id, in: callID, &turn)
    for id in sockets.ids(of: callee.id) { tellInvited(id, callee.id, callID, &turn) }
  }

  func tellInvited(
    _ socket: ExchangeSocketID, _ userID: String, _ callID: String, _ turn: inout Turn
  ) {
    guard let meeting = meetings.meetings[callID] else { return }
    let call = BotServerFacade.message(meeting, for: userID, origin: nil, in: self, on: turn.wall)
    say(.incomingCall(call, lastWords: []), over: socket, &turn)
  }

  /// An invited user takes the call.
  mutating func acceptMeeting(
    _ callID: String, by session: Session, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: session.user.id)
    else { throw .unknownCall }
    switch meeting.seats[index].state {
    case .invited: break
    case .joined: throw .alreadyJoined
    case .left, .declined, .missed: throw .callEnded
    }
    sit(session, in: callID, isMuted: false, &turn)
    if meetings.meetings[callID]?.startedAt == nil {
      meetings.meetings[callID]?.startedAt = turn.wall
    }
    if let leg = meeting.seats[index].leg {
      turn.effects.append(.attendant(.accepted(callID: leg)))
    }
    keepRow(of: session.user.id, in: callID, &turn)
    tellAll(of: callID, &turn)
    considerRecording(callID, &turn)
  }

  /// An invited user refuses.
  mutating func declineMeeting(
    _ callID: String, by userID: String, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID) else {
      throw .unknownCall
    }
    guard meeting.seats[index].state == .invited else { throw .alreadyJoined }
    vacate(index, of: callID, .declined, &turn)
  }

  // MARK: Leaving

  /// Somebody leaves, or refuses, or takes back the call that nobody has joined.
  mutating func leaveMeeting(
    _ callID: String, by userID: String, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard let meeting = meetings.meetings[callID] else { throw .callEnded }
    guard let index = meeting.seat(of: userID) else {
      guard meeting.knocking.contains(where: { $0.id == userID }) else { throw .unknownCall }
      meetings.meetings[callID]?.knocking.removeAll { $0.id == userID }
      return
    }
    switch meeting.seats[index].state {
    case .joined: vacate(index, of: callID, .left, &turn)
    case .invited: vacate(index, of: callID, .declined, &turn)
    case .left, .declined, .missed: throw .callEnded
    }
  }

  /// Empties a seat, and ends the call when that was the last it waited for.
  mutating func vacate(
    _ index: Int, of callID: String, _ state: MeetingSeat.State, _ turn: inout Turn
  ) {
    guard var meeting = meetings.meetings[callID], meeting.seats.indices.contains(index) else {
      return
    }
    releaseSeat(&meeting.seats[index], &turn)
    let wasInvited = meeting.seats[index].state == .invited
    meeting.seats[index].state = state
    meeting.seats[index].leftAt = turn.wall
    meeting.seats[index].ringsUntil = nil
    let userID = meeting.seats[index].party.id
    let host = meeting.appointHost()
    meetings.meetings[callID] = meeting
    keepRow(of: userID, in: callID, &turn)
    tellOthers(of: callID, index, .left, &turn)
    if let host, let index = meeting.seat(of: host.party.id) {
      tellOthers(of: callID, index, .updated, &turn)
    }
    if wasInvited { tellUnavailable(userID, meeting, &turn) }
    noteRateable(userID, in: callID, turn)
    considerEnd(of: callID, &turn)
    if let roomID = meeting.roomID, let room = meetings.rooms[roomID],
      meetings.meeting(in: roomID) != nil
    {
      announceRoom(room, "active", &turn)
    }
  }

  /// All phones of somebody who will not join stop to ring.
  private func tellUnavailable(_ userID: String, _ meeting: Meeting, _ turn: inout Turn) {
    var call = BotServerFacade.message(meeting, for: userID, origin: nil, in: self, on: turn.wall)
    let isDeclined = meeting.seats.contains { $0.party.id == userID && $0.state == .declined }
    call.status = isDeclined ? .declined : .missed
    call.endReason = isDeclined ? "declined" : "timeout"
    say(.callUpdated(call), to: userID, &turn)
  }

  /// Ends a seat's media.
  private mutating func releaseSeat(_ seat: inout MeetingSeat, _ turn: inout Turn) {
    if let leg = seat.leg {
      closeLeg(leg, &turn)
      seat.leg = nil
    }
    seat.isLegOpen = false
    seat.socket = nil
    seat.kept = []
    seat.isSpeaking = false
    revokeToken(of: &seat, &turn)
  }

  /// Ends a call that nobody is left in, or left to be waited for.
  private mutating func considerEnd(of callID: String, _ turn: inout Turn) {
    guard let meeting = meetings.meetings[callID] else { return }
    let present = meeting.present.count
    let isAwaited = meeting.seats.contains { $0.state == .invited }
    switch meeting.kind {
    case .conference:
      if present == 0 { endMeeting(callID, reason: "hangup", &turn) }
    case .group, .oneToOne:
      guard present == 0 || (present == 1 && !isAwaited) else { return }
      let hasDeclined = meeting.seats.contains { $0.state == .declined }
      let usual = meeting.isActive ? "hangup" : hasDeclined ? "declined" : "timeout"
      endMeeting(callID, reason: present == 0 && !meeting.isActive ? "cancelled" : usual, &turn)
    }
  }

  /// Ends a call for all who are still in it.
  mutating func endMeeting(_ callID: String, reason: String, _ turn: inout Turn) {
    guard var meeting = meetings.meetings[callID] else { return }
    for index in meeting.seats.indices {
      switch meeting.seats[index].state {
      case .joined: meeting.seats[index].state = .left
      case .invited: meeting.seats[index].state = .missed
      case .left, .declined, .missed: continue
      }
      meeting.seats[index].leftAt = turn.wall
      releaseSeat(&meeting.seats[index], &turn)
    }
    meetings.meetings[callID] = meeting
    let call = BotServerFacade.message(
      meeting, for: "", origin: nil, in: self, on: turn.wall, endReason: reason)
    for seat in meeting.seats {
      say(.callUpdated(call), to: seat.party.id, &turn)
      keepRow(of: seat.party.id, in: callID, endReason: reason, &turn)
      noteRateable(seat.party.id, in: callID, turn)
    }
    meetings.meetings[callID] = nil
    counters.endedCalls[meeting.status(endReason: reason), default: 0] += 1
    removeJanusRoom(of: meeting, &turn)
    guard let roomID = meeting.roomID, let room = meetings.rooms[roomID] else { return }
    if room.isPersistent { announceRoom(room, "waiting", &turn) } else { forgetRoom(room, &turn) }
  }
}

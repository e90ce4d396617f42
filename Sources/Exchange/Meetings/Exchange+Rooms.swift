import Basics
import BotServerWire
import Formats

/// Rooms: made, found and removed.
extension Exchange {
  /// Takes up the rooms from before a restart, and sees that there is a lobby.
  mutating func restoreRooms(_ documents: [StoredDocument], _ turn: inout Turn) {
    for document in documents {
      guard let room = MeetingRoom(document) else { continue }
      meetings.rooms[room.id] = room
    }
    if meetings.rooms[MeetingRoom.lobbyID] == nil {
      let lobby = MeetingRoom.lobby(limit: settings.roomLimit, on: turn.wall)
      meetings.rooms[lobby.id] = lobby
    }
  }

  /// All rooms, by name.
  var allRooms: [MeetingRoom] {
    meetings.rooms.values.sorted { ($0.name.lowercased(), $0.id) < ($1.name.lowercased(), $1.id) }
  }

  /// The room of that id or name.
  func room(named text: String) throws(MeetingRefusal) -> MeetingRoom {
    if let room = meetings.rooms[text] { return room }
    let name = text.lowercased()
    if let room = allRooms.first(where: { $0.name.lowercased() == name }) { return room }
    throw .unknownRoom
  }

  mutating func createRoom(
    _ plan: CreateRoomMessage, by user: StoredUser, _ turn: inout Turn
  ) throws(MeetingRefusal) -> MeetingRoom {
    let name = HarmlessText.line(plan.name, limit: MeetingRoom.nameLimit)
    guard !name.isEmpty, !name.contains(",") else {
      throw MeetingRefusal(400, "invalid_request", "“name” has 1 to 80 characters, no commas.")
    }
    guard !meetings.rooms.values.contains(where: { $0.name.lowercased() == name.lowercased() })
    else { throw MeetingRefusal(409, "name_taken", "There is a room of that name already.") }
    guard meetings.rooms.count < MeetingBook.roomLimit else {
      throw MeetingRefusal(429, "rate_limited", "There are too many rooms; remove one first.")
    }
    let limit = plan.participantLimit ?? settings.roomLimit
    guard (2...settings.roomLimit).contains(limit) else {
      throw MeetingRefusal(
        400, "invalid_request", "“max_participants” is a number from 2 to \(settings.roomLimit).")
    }
    guard !plan.settings.needsPassword || plan.password?.exposed.isEmpty == false else {
      throw MeetingRefusal(400, "invalid_request", "“password” is missing.")
    }
    let room = MeetingRoom(
      id: "room_" + hexadecimal(ports.randomBytes(6)), name: name, isPersistent: plan.isPersistent,
      participantLimit: limit, allowsRecording: plan.settings.allowsRecording,
      isTranscribed: plan.settings.isTranscribed, hasWaitingRoom: plan.settings.hasWaitingRoom,
      password: plan.password.flatMap {
        $0.exposed.isEmpty ? nil : PasswordHash(of: $0, using: ports)
      }, createdAt: turn.wall, ownerID: user.id)
    meetings.rooms[room.id] = room
    if room.isPersistent { turn.store(.putDocument(room.document)) }
    announceRoom(room, "waiting", &turn)
    return room
  }

  mutating func removeRoom(
    _ room: MeetingRoom, by user: StoredUser, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard room.id != MeetingRoom.lobbyID, room.ownerID == user.id || isAdministrator(user) else {
      throw MeetingRefusal(403, "forbidden", "Only who made the room can remove it.")
    }
    if let meeting = meetings.meeting(in: room.id) {
      endMeeting(meeting.callID, reason: "hangup", &turn)
    }
    forgetRoom(room, &turn)
  }

  /// A room is no more.
  mutating func forgetRoom(_ room: MeetingRoom, _ turn: inout Turn) {
    guard meetings.rooms.removeValue(forKey: room.id) != nil else { return }
    if room.isPersistent {
      turn.store(.removeDocument(collection: MeetingRoom.collection, key: room.id))
    }
    announceRoom(room, "ended", &turn)
  }

  /// Tells everybody who is there how it stands with a room.
  func announceRoom(_ room: MeetingRoom, _ status: String, _ turn: inout Turn) {
    let message = MeetMessage.roomStatus(BotServerFacade.message(room, in: self), status: status)
    for (id, _) in sockets.all { say(message, over: id, &turn) }
  }

  /// Whether a user sees everybody's figures and keeps order in all rooms.
  func isAdministrator(_ user: StoredUser) -> Bool {
    user.role == .admin || (user.role == .user && settings.administrators.contains(user.id))
  }

  // MARK: Telling

  /// Says something in BotServer's words; sockets of other systems do not know them.
  func say(_ message: MeetMessage, over id: ExchangeSocketID, _ turn: inout Turn) {
    guard facadeSockets[id]?.facade == .botServer else { return }
    turn.effects.append(.push(id, message.encoded()))
  }

  /// Says something to all devices of a user.
  func say(_ message: MeetMessage, to userID: String, _ turn: inout Turn) {
    for id in sockets.ids(of: userID) { say(message, over: id, &turn) }
  }
}

import Basics
import BotServerWire
import Formats
import Janus
import Transport

// Rooms and calls of several in BotServer's words.

extension BotServerFacade {
  static func response(to refusal: MeetingRefusal) -> HTTPResponse {
    json(
      refusal.status, ErrorMessage(code: refusal.code, message: refusal.message).encoded(),
      fields: refusal.status == 429 ? ["Retry-After": "10"] : HTTPFields())
  }

  static func message(_ room: MeetingRoom, in exchange: Exchange) -> RoomMessage {
    RoomMessage(
      roomID: room.id, name: room.name, isPersistent: room.isPersistent,
      participantLimit: room.participantLimit,
      settings: RoomSettings(
        allowsRecording: room.allowsRecording, isTranscribed: room.isTranscribed,
        hasWaitingRoom: room.hasWaitingRoom, needsPassword: room.password != nil),
      participantCount: exchange.meetings.participantCount(in: room.id),
      createdAt: room.createdAt, createdBy: room.ownerID)
  }

  static func message(_ seat: MeetingSeat) -> ParticipantMessage {
    ParticipantMessage(
      userID: seat.party.id, displayName: seat.party.name,
      role: seat.isHost ? "host" : "participant", isBot: seat.party.isBot, audio: !seat.isMuted,
      video: false, joinedAt: seat.joinedAt, leftAt: seat.leftAt, status: seat.state.rawValue,
      isSpeaking: seat.isSpeaking)
  }

  static func message(waiting party: StoredCall.Party) -> ParticipantMessage {
    ParticipantMessage(
      userID: party.id, displayName: party.name, role: "participant", isBot: false, audio: true,
      video: false, joinedAt: nil, status: "waiting")
  }

  /// A call of several as one of its people is shown it.
  ///
  /// - Parameter endReason: why it is over; `nil` while it lasts.
  static func message(
    _ meeting: Meeting, for userID: String, origin: ClientOrigin?, in exchange: Exchange,
    on wall: WallTime, endReason: String? = nil
  ) -> CallMessage {
    let seat = meeting.seat(of: userID).map { meeting.seats[$0] }
    let isRung = seat?.state == .invited || !meeting.isActive
    var status: CallMessage.Status = isRung ? .ringing : .active
    if let endReason {
      status =
        CallMessage.Status(rawValue: meeting.status(endReason: endReason).rawValue) ?? .ended
    }
    let length = meeting.startedAt.map { $0.duration(to: wall).seconds } ?? 0
    return CallMessage(
      callID: meeting.callID, type: meeting.mediaKind.rawValue, kind: meeting.kind.rawValue,
      status: status, participants: meeting.seats.map(message), createdAt: meeting.createdAt,
      startedAt: meeting.startedAt, endedAt: endReason == nil ? nil : wall,
      durationSeconds: max(0, Int(min(length, 1e9))), endReason: endReason,
      recording: meeting.recordingID != nil, transcription: meeting.isTranscribed,
      media: endReason == nil && !userID.isEmpty
        ? media(of: meeting, for: userID, origin: origin, in: exchange, on: wall) : nil)
  }

  /// How somebody is to bring the sound of a call of several: to a Janus server where one mixes the
  /// exchange's rooms. What lets into the room there is told only to those who sit in it.
  private static func media(
    of meeting: Meeting, for userID: String, origin: ClientOrigin?, in exchange: Exchange,
    on wall: WallTime
  ) -> MediaMessage {
    var media = media(for: userID, origin: origin, in: exchange, on: wall)
    guard let janus = exchange.settings.janus, meeting.roomID != nil else { return media }
    media.kind = MediaMessage.janus
    media.url = janus.url
    guard let plan = exchange.meetings.janus.plans[meeting.callID],
      let token = meeting.seat(of: userID).flatMap({ meeting.seats[$0].token })
    else { return media }
    media.room = plan.room.json
    media.pin = plan.pin
    media.token = token
    return media
  }

  static func message(_ recording: RecordingFacts) -> RecordingMessage {
    RecordingMessage(
      recordingID: recording.id, status: recording.status.rawValue,
      startedAt: recording.startedAt, stoppedAt: recording.stoppedAt,
      durationSeconds: recording.durationSeconds.map { Int(min(max($0, 0), 1e9).rounded()) },
      fileSize: recording.byteCount,
      fileURL: recording.status == .ready
        ? BotServerPath.recording(recording.id, of: recording.callID) : nil)
  }

  /// The answer to joining a room.
  static func joined(
    _ callID: String, _ userID: String, origin: ClientOrigin?, in exchange: Exchange,
    on wall: WallTime
  ) -> HTTPResponse {
    guard let meeting = exchange.meetings.meetings[callID],
      let room = meeting.roomID.flatMap({ exchange.meetings.rooms[$0] }),
      let index = meeting.seat(of: userID)
    else { return response(to: MeetingRefusal.callEnded) }
    let seat = meeting.seats[index]
    let answer = JoinedRoomMessage(
      room: message(room, in: exchange), participant: message(seat), callID: callID,
      media: media(of: meeting, for: userID, origin: origin, in: exchange, on: wall),
      participants: meeting.present.map(message))
    return json(200, answer.encoded())
  }

  /// A recording's file has been read; the key tells for which request.
  static func sendFile(
    _ bytes: [UInt8]?, key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let parts = key.split(separator: " ")
    guard parts.count == 3, let number = Int(parts[1]) else { return }
    guard let bytes else {
      return exchange.answer(
        ExchangeRequestID(number), response(to: MeetingRefusal.unknownRecording), &turn)
    }
    let fields: HTTPFields = [
      "Content-Type": "audio/ogg", "Cache-Control": "private",
      "Content-Disposition": "attachment; filename=\"\(parts[2]).ogg\"",
    ]
    exchange.answer(
      ExchangeRequestID(number), HTTPResponse(status: 200, fields: fields, body: bytes), &turn)
  }
}

extension Exchange {
  /// Does what a client says about a call of several.
  ///
  /// - Returns: `nil` when it is about something else, `false` when it is out of place.
  mutating func heedMeeting(
    _ message: MeetMessage, of userID: String, over id: ExchangeSocketID, _ turn: inout Turn
  ) -> Bool? {
    switch message {
    case .callQuality(let callID, let score): return rate(callID, score, by: userID, &turn)
    case .participantUpdate(let update):
      guard let callID = update.callID, update.participant.userID == userID else { return false }
      return meetingMute(!update.participant.audio, in: callID, by: userID, &turn)
    case .chat(let roomID, _, let content):
      guard let meeting = meetings.meeting(in: roomID), let index = meeting.seat(of: userID),
        meeting.seats[index].state == .joined
      else { return false }
      return pass(
        .chat(roomID: roomID, participantID: userID, content: content), in: meeting, from: userID,
        &turn)
    case .callOffer(let callID, let sdp): return signal(.offer(sdp), callID, userID, id, &turn)
    case .callAnswer(let callID, let sdp): return signal(.answer(sdp), callID, userID, id, &turn)
    case .iceCandidate(let callID, let line):
      guard line.utf8.count <= settings.limits.candidateBytes else { return false }
      return signal(.candidate(line), callID, userID, id, &turn)
    case .endOfCandidates(let callID):
      return signal(.endOfCandidates, callID, userID, id, &turn)
    case .callRinging(let callID):
      guard let meeting = meetings.meetings[callID] else { return nil }
      guard let index = meeting.seat(of: userID), meeting.seats[index].state == .invited else {
        return false
      }
      return pass(.callRinging(callID: callID), in: meeting, from: userID, &turn)
    case .transcription(let words):
      guard let meeting = meetings.meetings[words.callID] else { return nil }
      guard let index = meeting.seat(of: userID), meeting.seats[index].state == .joined else {
        return false
      }
      var words = words
      words.participantID = userID
      words.displayName = meeting.seats[index].party.name
      words.at = turn.wall
      return pass(.transcription(words), in: meeting, from: userID, &turn)
    case .welcome, .incomingCall, .callUpdated, .userStatus, .agentState, .roomStatus,
      .recordingControl, .ping, .pong:
      return nil
    }
  }

  private mutating func signal(
    _ signal: Signal, _ callID: String, _ userID: String, _ id: ExchangeSocketID,
    _ turn: inout Turn
  ) -> Bool? {
    guard meetings.meetings[callID] != nil else { return nil }
    return meetingSignal(signal, in: callID, by: userID, over: id, &turn)
  }

  private func pass(
    _ message: MeetMessage, in meeting: Meeting, from userID: String, _ turn: inout Turn
  ) -> Bool {
    for seat in meeting.present where seat.party.id != userID {
      say(message, to: seat.party.id, &turn)
    }
    return true
  }
}

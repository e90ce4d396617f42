import Basics
import BotServerWire
import Formats
import Transport

/// Requests about rooms, calls of several, recordings, transcripts and figures.
extension BotServerVisit {
  private var session: Session { Session(user: user, hash: hash) }

  /// - Returns: `nil` when the response comes later.
  func meet(
    _ operation: BotServerFacade.Operation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    if operation == .analytics {
      let days = try number("days", in: target, usual: 30, most: 365)
      try exchange.askForAnalytics(days: days, for: user, request: id, &turn)
      return nil
    }
    let body = try BotServerFacade.body(of: request) { (value) throws(WireError) in value }
    do throws(MeetingRefusal) {
      switch operation {
      case .rooms, .createRoom, .room, .removeRoom, .participants:
        return try lookAfterRoom(operation, body, in: &exchange, &turn)
      case .joinRoom, .leaveRoom, .admit:
        return try comeAndGo(operation, body, in: &exchange, &turn)
      case .startRecording, .stopRecording, .recordings, .recording:
        return try record(operation, in: &exchange, &turn)
      case .transcribe, .transcript:
        return try transcribe(operation, body, in: &exchange, &turn)
      case .initiate, .respond, .show, .end, .history, .users, .me, .guest, .health, .metrics,
        .description, .events, .analytics:
        return nil  // Dealt with elsewhere.
      }
    } catch {
      return BotServerFacade.response(to: error)
    }
  }

  // MARK: Rooms

  private func lookAfterRoom(
    _ operation: BotServerFacade.Operation, _ body: JSONValue, in exchange: inout Exchange,
    _ turn: inout Turn
  ) throws(MeetingRefusal) -> HTTPResponse {
    switch operation {
    case .rooms:
      let rooms = exchange.allRooms.map { BotServerFacade.message($0, in: exchange).encoded() }
      return BotServerFacade.json(
        200, ["rooms": .array(rooms), "total": .integer(Int64(rooms.count))])
    case .createRoom:
      let plan: CreateRoomMessage
      do throws(WireError) {
        plan = try CreateRoomMessage(decoding: body)
      } catch {
        throw MeetingRefusal(
          400, "invalid_request",
          "“name” is a text; “type” is “persistent” or “temporary”; “max_participants” a number.")
      }
      let room = try exchange.createRoom(plan, by: user, &turn)
      return BotServerFacade.json(201, BotServerFacade.message(room, in: exchange).encoded())
    case .removeRoom:
      let room = try exchange.room(named: parameter)
      try exchange.removeRoom(room, by: user, &turn)
      return BotServerFacade.json(200, ["room_id": .string(room.id), "status": "removed"])
    case .participants:
      let room = try exchange.room(named: parameter)
      let meeting = exchange.meetings.meeting(in: room.id)
      let members = (meeting?.present ?? []).map(BotServerFacade.message)
      let waiting = (meeting?.knocking ?? []).map { BotServerFacade.message(waiting: $0) }
      return BotServerFacade.json(200, ParticipantsMessage(members + waiting).encoded())
    default:
      let room = try exchange.room(named: parameter)
      return BotServerFacade.json(200, BotServerFacade.message(room, in: exchange).encoded())
    }
  }

  private func comeAndGo(
    _ operation: BotServerFacade.Operation, _ body: JSONValue, in exchange: inout Exchange,
    _ turn: inout Turn
  ) throws(MeetingRefusal) -> HTTPResponse? {
    let room = try exchange.room(named: parameter)
    switch operation {
    case .joinRoom:
      let message = JoinRoomMessage(decoding: body)
      let callID = try exchange.joinRoom(
        room, as: session, displayName: message.displayName, password: message.password,
        isMuted: !message.audio, &turn)
      guard exchange.settings.janus == nil else {
        exchange.enterJanus(callID, user.id, for: id, origin: origin(in: exchange), &turn)
        return nil
      }
      return BotServerFacade.joined(
        callID, user.id, origin: origin(in: exchange), in: exchange, on: turn.wall)
    case .admit:
      guard let message = try? AdmitMessage(decoding: body) else {
        throw MeetingRefusal(400, "invalid_request", "“user_id” is missing.")
      }
      try exchange.admit(message.userID, isLetIn: message.isLetIn, to: room, by: user, &turn)
      return BotServerFacade.json(200, message.encoded())
    default:
      guard let meeting = exchange.meetings.meeting(in: room.id) else { throw .callEnded }
      try exchange.leaveMeeting(meeting.callID, by: user.id, &turn)
      return BotServerFacade.json(200, ["room_id": .string(room.id), "status": "left"])
    }
  }

  // MARK: Calls of several

  func placeMeeting(
    _ message: InitiateMessage, _ kind: StoredCall.Kind, in exchange: inout Exchange,
    _ turn: inout Turn
  ) -> HTTPResponse {
    do throws(MeetingRefusal) {
      guard !message.transcription || exchange.settings.transcription != nil else {
        throw MeetingRefusal(
          501, "not_implemented",
          "This exchange knows no server that transcribes; its owner names one in [exchange] "
            + "transcription-url.")
      }
      let callID = try exchange.placeMeeting(message, by: session, kind: kind, &turn)
      return meetingResponse(201, callID, exchange, turn)
    } catch {
      return BotServerFacade.response(to: error)
    }
  }

  func respondToMeeting(
    _ message: RespondMessage, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    do throws(MeetingRefusal) {
      switch message.response {
      case .accept: try exchange.acceptMeeting(parameter, by: session, &turn)
      case .decline, .busy: try exchange.declineMeeting(parameter, by: user.id, &turn)
      }
      return meetingResponse(200, parameter, exchange, turn)
    } catch {
      return BotServerFacade.response(to: error)
    }
  }

  func endMeeting(in exchange: inout Exchange, _ turn: inout Turn) -> HTTPResponse {
    do throws(MeetingRefusal) {
      try exchange.leaveMeeting(parameter, by: user.id, &turn)
      return meetingResponse(200, parameter, exchange, turn)
    } catch {
      return BotServerFacade.response(to: error)
    }
  }

  /// The call in the path, if it is one of several that goes on.
  func showMeeting(
    _ exchange: Exchange, _ turn: Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    guard let meeting = exchange.meetings.meetings[parameter] else { return nil }
    guard meeting.seat(of: user.id) != nil else { throw .forbidden("This is a call of others.") }
    return meetingResponse(200, parameter, exchange, turn)
  }

  private func meetingResponse(
    _ status: Int, _ callID: String, _ exchange: Exchange, _ turn: Turn
  ) -> HTTPResponse {
    guard let meeting = exchange.meetings.meetings[callID] else {
      return BotServerFacade.json(status, ["call_id": .string(callID), "status": "ended"])
    }
    return BotServerFacade.json(
      status,
      BotServerFacade.message(
        meeting, for: user.id, origin: origin(in: exchange), in: exchange, on: turn.wall
      )
      .encoded())
  }

  // MARK: Recordings

  private func record(
    _ operation: BotServerFacade.Operation, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(MeetingRefusal) -> HTTPResponse? {
    switch operation {
    case .startRecording:
      let facts = try exchange.startRecording(parameter, by: user, &turn)
      return BotServerFacade.json(200, BotServerFacade.message(facts).encoded())
    case .stopRecording:
      try exchange.stopRecording(parameter, by: user, for: id, &turn)
      return nil
    case .recordings:
      let list = try exchange.recordings(of: parameter, for: user).map(BotServerFacade.message)
      return BotServerFacade.json(200, RecordingsMessage(list).encoded())
    default:
      // /api/v1/calls/{call_id}/recordings/{recording_id}
      let callID = target.segments.count > 3 ? target.segments[3] : ""
      let wanted = try exchange.recordings(of: callID, for: user).first { $0.id == parameter }
      guard let wanted, wanted.status == .ready, let path = StoredFilePath(wanted.path) else {
        throw .unknownRecording
      }
      do throws(ExchangeRefusal) {
        try exchange.askStore(
          for: .botServer, key: "recording \(id.number) \(wanted.id)", &turn
        ) { .readFile($0, path) }
      } catch {
        exchange.refuse(id, error, &turn)
      }
      return nil
    }
  }

  // MARK: Transcripts

  private func transcribe(
    _ operation: BotServerFacade.Operation, _ body: JSONValue, in exchange: inout Exchange,
    _ turn: inout Turn
  ) throws(MeetingRefusal) -> HTTPResponse {
    guard operation == .transcript else {
      try exchange.startTranscription(
        parameter, language: body["language"]?.string, by: user, &turn)
      return BotServerFacade.json(
        200, ["call_id": .string(parameter), "status": "transcription_started"])
    }
    let transcript = try exchange.transcript(of: parameter, for: user)
    switch target["format"] ?? "json" {
    case "json": return BotServerFacade.json(200, transcript.encoded())
    case "txt": return BotServerFacade.text(TranscriptExport.text(transcript), plain)
    case "vtt":
      return BotServerFacade.text(TranscriptExport.webVTT(transcript), "text/vtt; charset=utf-8")
    case "srt":
      return BotServerFacade.text(
        TranscriptExport.subRip(transcript), "application/x-subrip; charset=utf-8")
    default:
      throw MeetingRefusal(
        400, "invalid_request", "“format” is “json”, “txt”, “vtt” or “srt”.")
    }
  }

  private var plain: String { "text/plain; charset=utf-8" }
}

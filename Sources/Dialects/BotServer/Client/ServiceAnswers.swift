import Basics
import BotServerWire
import Calling
import Formats
import Transport

// What the server answers beside calls, as tables and files.

extension ServiceRequest {
  /// The answer as a file, if that is what was asked for and what came.
  func document(in response: HTTPResponse) -> ServiceAnswer? {
    let type = response.fields["Content-Type"].map { HarmlessText.line($0, limit: 100) }
    switch self {
    case .recording(let url):
      let name = url.split(separator: "/").last.map { $0.prefix { $0 != "?" } } ?? "recording"
      let isNamed = name.contains(".")
      let suffix = type?.hasPrefix("audio/ogg") == true ? ".ogg" : ".wav"
      return .document(
        name: String(name.suffix(100)) + (isNamed ? "" : suffix),
        type: type ?? "application/octet-stream", bytes: response.body)
    case .transcript(let call, let format):
      return .document(
        name: "\(call).\(format.rawValue)", type: type ?? "text/plain", bytes: response.body)
    default: return nil
    }
  }

  /// The answer to what was granted.
  func answer(to value: JSONValue, me: String?) -> ServiceAnswer {
    switch self {
    case .rooms:
      let rooms = value["rooms"]?.array?.compactMap { try? RoomMessage(decoding: $0) } ?? []
      return .table(
        ServiceTable(
          columns: ["Room", "Id", "Type", "In it", "Limit", "Rules"], rows: rooms.map(\.row),
          json: value, emptiness: "No room yet; tipring rooms create NAME makes one."))
    case .room:
      guard let room = try? RoomMessage(decoding: value) else { return Self.unreadable }
      return .table(
        ServiceTable(
          columns: ["Room", "Id", "Type", "In it", "Limit", "Rules"], rows: [room.row],
          json: value))
    case .roomParticipants:
      let members = ParticipantsMessage(decoding: value).participants
      return .table(
        ServiceTable(
          columns: ["Name", "User", "Role", "Status", "Since"], rows: members.map(\.row),
          json: value, emptiness: "Nobody is in the room; tipring call room:NAME enters it."))
    case .createRoom:
      guard let room = try? RoomMessage(decoding: value) else { return Self.unreadable }
      return .done(
        "The room “\(HarmlessText.line(room.name, limit: 60))” is there; call it as "
          + "room:\(HarmlessText.line(room.roomID, limit: 60)).", value)
    case .leaveRoom: return .done("You have left the room.", value)
    case .removeRoom: return .done("The room is gone.", value)
    case .admit(_, let user, let isLetIn):
      let name = HarmlessText.line(user, limit: 60)
      return .done(isLetIn ? "\(name) may come in." : "\(name) was sent away.", value)
    case .startRecording: return .done("The call is being recorded.", value)
    case .stopRecording:
      let length = value["duration_seconds"]?.integer.map { " \($0) seconds are recorded." } ?? ""
      return .done("The recording has ended.\(length)", value)
    case .startTranscription: return .done("The call is being transcribed.", value)
    case .recordings:
      guard let list = try? RecordingsMessage(decoding: value) else { return Self.unreadable }
      return .table(
        ServiceTable(
          columns: ["Recording", "Status", "Began", "Seconds", "Bytes", "Address"],
          rows: list.recordings.map(\.row), json: value,
          emptiness:
            "There is no recording of this call; tipring calls record start CALL makes one."))
    case .analytics:
      guard let figures = try? AnalyticsMessage(decoding: value) else { return Self.unreadable }
      return .table(figures.table(value))
    case .history:
      guard let page = try? HistoryMessage(decoding: value) else { return Self.unreadable }
      return .table(page.table(value, me: me ?? ""))
    case .recording, .transcript, .callURL, .integrationAccounts, .addIntegrationAccount,
      .changeIntegrationAccount, .removeIntegrationAccount, .changeBot:
      return .unsupported
    }
  }

  private static let unreadable = ServiceAnswer.failed("The server's answer cannot be read.")
}

extension RoomMessage {
  fileprivate var row: [String] {
    var rules: [String] = []
    if settings.needsPassword { rules.append("password") }
    if settings.hasWaitingRoom { rules.append("waiting room") }
    if settings.isTranscribed { rules.append("transcribed") }
    if !settings.allowsRecording { rules.append("not recorded") }
    return [
      name, roomID, isPersistent ? "persistent" : "temporary", String(participantCount),
      String(participantLimit), rules.joined(separator: ", "),
    ]
  }
}

extension ParticipantMessage {
  fileprivate var row: [String] {
    let state = (status ?? "joined") + (audio ? "" : ", muted")
    return [displayName, userID, role, state, joinedAt?.iso8601 ?? ""]
  }
}

extension RecordingMessage {
  fileprivate var row: [String] {
    [
      recordingID, status, startedAt?.iso8601 ?? "", durationSeconds.map(String.init) ?? "",
      fileSize.map(String.init) ?? "", fileURL ?? "",
    ]
  }
}

extension AnalyticsMessage {
  fileprivate func table(_ value: JSONValue) -> ServiceTable {
    ServiceTable(
      columns: [
        "Day", "Calls", "Answered", "Missed", "Declined", "Cancelled", "Failed", "Seconds", "MOS",
      ], rows: daily.map { $0.row($0.date ?? "") } + [summary.row("all")], json: value)
  }
}

extension AnalyticsMessage.Figures {
  fileprivate func row(_ name: String) -> [String] {
    let quality = averageQuality.map { String(Double(Int(min($0, 5) * 100)) / 100) } ?? ""
    return [name]
      + [total, answered, missed, declined, cancelled, failed, durationSeconds].map(String.init)
      + [quality]
  }
}

extension HistoryMessage {
  fileprivate func table(_ value: JSONValue, me: String) -> ServiceTable {
    ServiceTable(
      columns: ["Began", "Call", "With", "Kind", "Status", "Seconds"],
      rows: calls.map { call in
        [
          call.createdAt?.iso8601 ?? "", call.callID, call.other(than: me).name, call.kind,
          call.status.rawValue, String(call.durationSeconds),
        ]
      }, json: value, emptiness: "The server knows no such call; fewer filters show more.")
  }
}

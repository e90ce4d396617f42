import Basics
import BotServerWire
import Calling
import Formats
import Transport

/// What is asked for beside calls: rooms, recordings, transcripts, figures.
extension BotServerClient {
  mutating func serve(_ id: ServiceID, _ request: ServiceRequest) {
    guard phase == .online else {
      return report(.answered(id, .failed("Not signed in to \(account.name).")))
    }
    guard serviceCount < Self.serviceLimit else {
      return report(.answered(id, .failed("Too much is being asked at once; try again.")))
    }
    let call = { percentEncoded($0) }
    switch request {
    case .rooms: ask(id, request, .get, BotServerPath.rooms)
    case .createRoom(let plan):
      ask(id, request, .post, BotServerPath.rooms, CreateRoomMessage(plan).encoded())
    case .room(let room): ask(id, request, .get, BotServerPath.room(call(roomID(room))))
    case .roomParticipants(let room):
      ask(id, request, .get, BotServerPath.participants(call(roomID(room))))
    case .leaveRoom(let room):
      ask(id, request, .post, BotServerPath.leave(call(roomID(room))), [:])
    case .removeRoom(let room): ask(id, request, .delete, BotServerPath.room(call(roomID(room))))
    case .admit(let room, let user, let isLetIn):
      let body = AdmitMessage(userID: user, isLetIn: isLetIn).encoded()
      ask(id, request, .post, BotServerPath.admit(call(roomID(room))), body)
    case .startRecording(let name):
      ask(id, request, .post, BotServerPath.startRecording(call(name)), ["mode": "audio"])
    case .stopRecording(let name):
      ask(id, request, .post, BotServerPath.stopRecording(call(name)), [:])
    case .recordings(let name): ask(id, request, .get, BotServerPath.recordings(call(name)))
    case .recording(let url): askForFile(id, request, at: url)
    case .startTranscription(let name, let language):
      let body = JSONValue.members(["language": language.map { .string($0) }])
      ask(id, request, .post, BotServerPath.transcribe(call(name)), body)
    case .transcript(let name, let format):
      let path = BotServerPath.transcript(call(name)) + "?format=\(format.rawValue)"
      ask(id, request, .get, path)
    case .analytics(let days):
      ask(id, request, .get, BotServerPath.analytics + "?days=\(max(1, days))")
    case .history(let filter): ask(id, request, .get, BotServerPath.history + filter.query)
    case .callURL, .integrationAccounts, .addIntegrationAccount, .changeIntegrationAccount,
      .removeIntegrationAccount, .changeBot:
      report(.answered(id, .unsupported))
    }
  }

  private mutating func ask(
    _ id: ServiceID, _ service: ServiceRequest, _ method: HTTPMethod, _ path: String,
    _ body: JSONValue? = nil
  ) {
    request(.service(id, service), method, path, body)
  }

  /// A file may lie on another server, which is not given our token.
  private mutating func askForFile(_ id: ServiceID, _ service: ServiceRequest, at url: String) {
    let isOurs = url.hasPrefix("/") || url.hasPrefix(account.server + "/")
    guard isOurs || url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= 2_048
    else {
      let words = "“\(HarmlessText.line(url, limit: 80))” is no address of a recording."
      return report(.answered(id, .failed(words)))
    }
    requestFile(
      .service(id, service), url.hasPrefix("/") ? account.server + url : url, isOurs: isOurs)
  }

  /// A room's id, by its id or its name.
  private func roomID(_ name: String) -> String {
    let known = rooms.first {
      $0.roomID == name || $0.name.lowercased() == name.lowercased()
    }
    return known?.roomID ?? name
  }

  mutating func takeService(
    _ response: HTTPResponse, _ id: ServiceID, _ service: ServiceRequest, at now: Instant
  ) {
    let reply = Reply(response)
    if case .refused(let refusal) = reply, refusal.status == 401 {
      report(.answered(id, .failed(refusal.sentence)))
      return lostCredentials(refusal, at: now)
    }
    if (200..<300).contains(response.status), let document = service.document(in: response) {
      return report(.answered(id, document))
    }
    takeService(reply, id, service)
  }

  mutating func takeService(_ reply: Reply, _ id: ServiceID, _ service: ServiceRequest) {
    switch reply {
    case .failed(let words): report(.answered(id, .failed(words)))
    case .refused(let refusal):
      let isBare = refusal.status == 404 && refusal.code == nil
      report(.answered(id, .failed(isBare ? Self.noService : refusal.sentence)))
    case .granted(let value):
      if case .createRoom(let plan) = service, let room = try? RoomMessage(decoding: value) {
        roomPasswords[room.roomID] = plan.password
        if roomPasswords.count > Self.roomLimit { roomPasswords.removeAll() }
      }
      report(.answered(id, service.answer(to: value, me: me?.userID)))
      switch service {
      case .createRoom, .removeRoom: requestRooms()
      default: break
      }
    }
  }

  /// Answers everything that will not be answered any more.
  mutating func failService(_ id: ServiceID) {
    report(.answered(id, .failed("Not signed in to \(account.name) any more.")))
  }

  private static let noService =
    "This server has nothing of the kind: a BotServer of today answers no Calls API."
  /// Requests of this kind at once at most.
  static let serviceLimit = 8
}

extension HistoryFilter {
  /// As the history's address takes it.
  fileprivate var query: String {
    let size = min(max(pageSize, 1), 100)
    var parts = ["limit=\(size)"]
    if page > 1 { parts.append("offset=\((min(page, 10_000) - 1) * size)") }
    for (name, value) in [
      ("status", status), ("user_id", participant), ("from", from), ("to", to), ("type", kind),
    ] {
      if let value { parts.append("\(name)=\(percentEncoded(value))") }
    }
    return "?" + parts.joined(separator: "&")
  }
}

extension CreateRoomMessage {
  fileprivate init(_ plan: RoomPlan) {
    self.init(
      name: plan.name, isPersistent: plan.isPersistent, participantLimit: plan.participantLimit,
      settings: RoomSettings(
        allowsRecording: plan.allowsRecording, isTranscribed: plan.isTranscribed,
        hasWaitingRoom: plan.hasWaitingRoom, needsPassword: plan.password != nil),
      password: plan.password)
  }
}

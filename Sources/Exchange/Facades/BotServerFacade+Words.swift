import Basics
import BotServerWire
import Formats
import SDP
import Transport

extension BotServerFacade {
  // MARK: Responses

  static func json(_ status: Int, _ value: JSONValue, fields: HTTPFields = HTTPFields())
    -> HTTPResponse
  {
    var fields = fields
    fields["Content-Type"] = "application/json"
    fields["Cache-Control"] = "no-store"
    return HTTPResponse(status: status, fields: fields, body: Array(value.text.utf8))
  }

  static func text(_ text: String, _ type: String) -> HTTPResponse {
    HTTPResponse(status: 200, fields: ["Content-Type": type], body: Array(text.utf8))
  }

  static func response(showing call: StoredCall) -> HTTPResponse {
    json(200, message(call, media: nil, on: nil).encoded())
  }

  static func response(
    listing calls: [StoredCall], total: Int, limit: Int, offset: Int, on wall: WallTime
  ) -> HTTPResponse {
    let page = calls.map { message($0, media: nil, on: wall) }
    return json(
      200, HistoryMessage(calls: page, total: total, limit: limit, offset: offset).encoded())
  }

  static func response(to refusal: ExchangeRefusal) -> HTTPResponse {
    var fields = HTTPFields()
    let (status, code, message): (Int, String, String)
    switch refusal {
    case .badRequest(let text): (status, code, message) = (400, "invalid_request", text)
    case .notSignedIn:
      fields["WWW-Authenticate"] = "Bearer"
      (status, code, message) = (401, "unauthorized", "A valid token is needed.")
    case .forbidden(let text): (status, code, message) = (403, "forbidden", text)
    case .unknownUser(let name):
      (status, code, message) =
        (404, "user_not_found", "Nobody here is called “\(HarmlessText.line(name, limit: 64))”.")
    case .unknownCall: (status, code, message) = (404, "call_not_found", "There is no such call.")
    case .callEnded: (status, code, message) = (409, "call_ended", "The call is over.")
    case .alreadyTaken:
      (status, code, message) = (409, "already_joined", "The call has been accepted already.")
    case .busy(let text): (status, code, message) = (409, "busy", text)
    case .nameTaken(let text): (status, code, message) = (409, "name_taken", text)
    case .tooMany(let text, let wait):
      if let wait { fields["Retry-After"] = String(max(1, Int(wait.seconds.rounded(.up)))) }
      (status, code, message) = (429, "rate_limited", text)
    case .nothingThere: (status, code, message) = (404, "not_found", "There is nothing here.")
    case .wrongMethod(let allowed):
      fields["Allow"] = allowed.joined(separator: ", ")
      (status, code, message) =
        (405, "method_not_allowed", "Only \(allowed.joined(separator: ", ")) is possible here.")
    case .socketOnly:
      fields["Upgrade"] = "websocket"
      (status, code, message) = (426, "upgrade_required", "This is a WebSocket's address.")
    case .storeFailed:
      (status, code, message) = (500, "storage_failed", "The exchange cannot reach its storage.")
    }
    return json(status, ErrorMessage(code: code, message: message).encoded(), fields: fields)
  }

  // MARK: Messages

  static func message(_ card: UserCard) -> UserMessage {
    UserMessage(
      userID: card.id, username: card.name, displayName: card.name, status: status(of: card),
      roles: [card.role.rawValue], about: card.about)
  }

  static func status(of card: UserCard) -> String { card.isOnline ? "online" : "offline" }

  /// - Parameters:
  ///   - media: its terms; left out of a call that is over.
  ///   - wall: by which an active call's duration is told.
  static func message(
    _ call: StoredCall, media: MediaMessage?, on wall: WallTime?
  ) -> CallMessage {
    let isOfBot = call.caller.isBot || call.callee.isBot
    var end = call.endedAt
    if call.status == .active { end = wall }
    let length = call.startedAt.flatMap { start in end.map { start.duration(to: $0) } }
    // A call of several has a row for each of its people: `call_1/alice`.
    let isOfSeveral = call.id.contains("/")
    let kind =
      call.callee.id.hasPrefix("room:") ? "conference" : isOfSeveral ? "group" : "one_to_one"
    return CallMessage(
      callID: String(call.id.prefix { $0 != "/" }), type: call.kind.rawValue,
      kind: isOfBot ? "bot" : kind,
      status: status(of: call),
      participants: [
        participant(call.caller, "host", call, joinedAt: call.createdAt),
        participant(call.callee, "participant", call, joinedAt: call.startedAt),
      ],
      createdAt: call.createdAt, startedAt: call.startedAt, endedAt: call.endedAt,
      durationSeconds: length.map { max(0, Int($0.seconds)) } ?? 0, endReason: call.endReason,
      media: call.status.isLive ? media : nil)
  }

  private static func status(of call: StoredCall) -> CallMessage.Status {
    switch call.status {
    case .ringing: .ringing
    case .active: .active
    case .ended: .ended
    case .declined: .declined
    case .missed: .missed
    case .cancelled: .cancelled
    case .failed: .failed
    }
  }

  private static func participant(
    _ party: StoredCall.Party, _ role: String, _ call: StoredCall, joinedAt: WallTime?
  ) -> ParticipantMessage {
    ParticipantMessage(
      userID: party.id, displayName: party.name, role: role, isBot: party.isBot, audio: true,
      video: call.kind == .video, joinedAt: joinedAt)
  }

  /// How a user is to bring the sound of a call: by offer and answer over the events socket.
  ///
  static func media(
    for userID: String, origin: ClientOrigin?, in exchange: Exchange, on wall: WallTime
  ) -> MediaMessage {
    MediaMessage(
      kind: "p2p", iceServers: exchange.iceServers(for: userID, on: wall).map(message),
      eventsURL: origin?.socket(BotServerPath.events))
  }

  /// A server's address as a URL (RFC 7064, RFC 7065).
  private static func message(_ server: IceServer) -> IceServerMessage {
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    switch server.kind {
    case .stun:
      return IceServerMessage(urls: ["stun:\(host):\(server.port)"])
    case .turn(let username, let credential, let transport):
      let url =
        switch transport {
        case .udp: "turn:\(host):\(server.port)?transport=udp"
        case .tcp: "turn:\(host):\(server.port)?transport=tcp"
        case .tls: "turns:\(host):\(server.port)?transport=tcp"
        }
      return IceServerMessage(urls: [url], username: username, credential: credential)
    }
  }

  // MARK: Sockets

  /// A call that comes in, with what a bot has heard of the caller.
  private static func invitation(
    _ call: CallMessage, _ briefing: CallBriefing?, on wall: WallTime
  ) -> MeetMessage {
    var call = call
    call.summary = briefing?.summary
    let caller = call.participants.first?.userID ?? ""
    return .incomingCall(
      call,
      lastWords: (briefing?.lastWords ?? []).map { words in
        TranscriptionMessage(
          callID: call.callID, participantID: caller, displayName: words.speaker, text: words.text,
          isFinal: true, at: wall)
      })
  }

  /// News as a message of `/ws/meet`.
  static func text(
    of news: ExchangeNews, for userID: String, in exchange: Exchange, on wall: WallTime
  ) -> String {
    let terms = { media(for: userID, origin: nil, in: exchange, on: wall) }
    let message: MeetMessage =
      switch news {
      case .welcome(let card): .welcome(self.message(card))
      case .incoming(let call):
        invitation(
          self.message(call, media: terms(), on: wall), exchange.calls[call.id]?.briefing, on: wall)
      case .updated(let call):
        .callUpdated(self.message(call, media: terms(), on: wall))
      case .presence(let card): .userStatus(self.message(card))
      case .ringing(let id): .callRinging(callID: id)
      case .signal(let id, .offer(let sdp)): .callOffer(callID: id, sdp: sdp)
      case .signal(let id, .answer(let sdp)): .callAnswer(callID: id, sdp: sdp)
      case .signal(let id, .candidate(let line)): .iceCandidate(callID: id, candidate: line)
      case .signal(let id, .endOfCandidates): .endOfCandidates(callID: id)
      case .agent(let id, let activity): .agentState(callID: id, state: activity.rawValue)
      case .said(let id, let party, let text, let isFinal):
        .transcription(
          TranscriptionMessage(
            callID: id, participantID: party.id, displayName: party.name, text: text,
            isFinal: isFinal, at: wall))
      case .pong: .pong
      }
    return message.encoded()
  }

  /// What a client says; `nil` when it makes no sense here.
  static func word(in message: MeetMessage, limits: ExchangeLimits) -> ClientWord? {
    switch message {
    case .callRinging(let id): return .ringing(callID: id)
    case .callOffer(let id, let sdp): return .signal(callID: id, .offer(sdp))
    case .callAnswer(let id, let sdp): return .signal(callID: id, .answer(sdp))
    case .iceCandidate(let id, let line):
      guard line.utf8.count <= limits.candidateBytes else { return nil }
      return .signal(callID: id, .candidate(line))
    case .endOfCandidates(let id): return .signal(callID: id, .endOfCandidates)
    case .transcription(let words):
      return .said(callID: words.callID, text: words.text, isFinal: words.isFinal)
    case .ping: return .ping
    case .pong: return .pong
    case .welcome, .incomingCall, .callUpdated, .userStatus, .agentState, .roomStatus, .chat,
      .callQuality, .participantUpdate, .recordingControl:
      return nil
    }
  }
}

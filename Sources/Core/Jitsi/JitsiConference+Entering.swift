import Basics
import Calling
import Formats
import Transport
import XMPP

/// From the address to the room.
extension JitsiConference {
  // MARK: The server

  mutating func discover() {
    discoveryCount += 1
    let address = settings.address
    var question = HTTPRequest(.get, address.origin + address.prefix + "/config.js")
    question.fields["Accept"] = "*/*"
    state = .discovering(request(question))
  }

  mutating func take(_ response: HTTPResponse, of id: RequestID, at now: Instant) {
    switch state {
    case .discovering(id):
      // A server without the file is taken for one with the usual settings.
      let isThere = (200..<300).contains(response.status)
      connect(config: isThere ? String(decoding: response.body, as: UTF8.self) : "", at: now)
    case .asking(.http(id)):
      takeReply(response, at: now)
    case .idle, .discovering, .connecting, .preparing, .asking, .waiting, .joining, .inLobby,
      .inside,
      .ended:
      break  // Nobody waits for it any more.
    }
  }

  mutating func take(_ failure: TransportFailure, of id: RequestID, at now: Instant) {
    switch state {
    case .discovering(id):
      guard discoveryCount < Self.discoveryLimit, failure.mayPass else {
        return end(.signalingFailed(failure.sentence))
      }
      discover()
    case .asking(.http(id)):
      askLater(failure.sentence, at: now)
    case .idle, .discovering, .connecting, .preparing, .asking, .waiting, .joining, .inLobby,
      .inside,
      .ended:
      break  // Nobody waits for it any more.
    }
  }

  private mutating func connect(config: String, at now: Instant) {
    let address = settings.address
    let server = JitsiServer(config: config, for: address)
    self.server = server
    var url = withRoom(server.webSocketURL)
    if let token = address.token { url += "&token=" + PercentCoding.encoded(token.exposed) }
    var fields = HTTPFields()
    fields["Origin"] = address.origin
    state = .connecting
    stream = XMPPStream(
      settings: XMPPSettings(
        url: url, domain: server.signInDomain, credentials: [.anonymous], fields: fields,
        disco: JitsiDisco.info,
        handledNamespaces: [XMPPNamespace.jingle, XMPPNamespace.jitsiAudio]),
      lane: settings.lane, seed: generator.next())
    perform(stream?.start(at: now) ?? [], at: now)
  }

  /// A URL that says which room is meant, so that a server of several parts knows the right one.
  private func withRoom(_ url: String) -> String {
    url + (url.contains("?") ? "&" : "?") + "room="
      + PercentCoding.encoded(settings.address.room)
  }

  // MARK: The stream

  /// Does what the stream wants.
  ///
  /// - Parameter now: `nil` after a verb that needs no time, since such a verb only sends.
  mutating func perform(_ effects: [XMPPStream.Effect], at now: Instant?) {
    for effect in effects {
      if case .transport(let effect) = effect { add(.transport(effect)) }
      guard let now, state != .ended else { continue }
      switch effect {
      case .transport: break
      case .online(let jid, let isResumed): online(as: jid, isResumed: isResumed, at: now)
      case .stanza(let stanza): take(stanza, at: now)
      case .answered(let id, let answer): take(answer, to: id, at: now)
      case .undelivered: break  // A new entry says all of it anew.
      case .offline(let reason, _): offline(reason, at: now)
      case .refused(let reason): end(.notSignedIn(refusal(reason)))
      case .note(let level, let text): note(level, text)
      }
    }
  }

  private func refusal(_ reason: String) -> String {
    settings.address.token == nil
      ? reason + " The conference may want a token (jwt)."
      : reason + " The token (jwt) may be wrong or too old."
  }

  private mutating func online(as jid: JID, isResumed: Bool, at now: Instant) {
    if isResumed {
      if state == .inside {
        timers[.givingUp] = nil
        add(.notice("The connection to the conference is back."))
        // The network may be another one, which a bridge can be told without an interruption.
        renewPath(at: now)
      }
      return
    }
    if hasJoined {
      dropSession()
      members.removeAll()
    }
    endpoint = newEndpoint(of: jid)
    retryCount = 0
    timers[.retry] = nil
    prepare(isOld: false, at: now)
  }

  /// The first eight characters of the address, which is what rooms that check it demand.
  private mutating func newEndpoint(of jid: JID) -> String {
    let letters = (jid.node ?? "").utf8.filter {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
    }.prefix(8)
    return letters.count == 8
      ? String(decoding: letters, as: UTF8.self)
      : String(Self.hexadecimal(generator.next()).prefix(8))
  }

  private mutating func offline(_ reason: String, at now: Instant) {
    guard hasJoined else {
      offlineCount += 1
      guard offlineCount < Self.offlineLimit else { return end(.signalingFailed(reason)) }
      if !state.isBeforeStream { state = .connecting }
      return
    }
    // Tries that fail after the first loss are no news.
    guard timers[.givingUp] == nil else { return }
    timers[.givingUp] = now.advanced(by: Self.absenceLimit)
    add(.notice("The connection to the conference broke; trying again."))
  }

  // MARK: The focus

  private mutating func prepare(isOld: Bool, at now: Instant) {
    guard let server else { return }
    let id = ask(
      "get", to: JID(server.signInDomain), ExternalServices.request(isOld: isOld), at: now)
    if let id { state = .preparing(request: id) }
  }

  /// Asks the focus for the conference.
  mutating func ask(at now: Instant) {
    guard let server, let room = roomAddress, let focus = JID(server.focus) else {
      return end(.signalingFailed("The server's settings cannot be used."))
    }
    let question = ConferenceRequest(
      room: room.description, machineID: machineID, sessionID: sessionID)
    guard let url = server.conferenceRequestURL else {
      let id = ask(
        "set", to: focus, question.element(), timeout: Self.focusTimeout, at: now)
      if let id, state != .ended { state = .asking(.stanza(id)) }
      return
    }
    var post = HTTPRequest(
      .post, withRoom(url), body: Array(question.json().text.utf8), timeout: Self.focusTimeout)
    post.fields["Content-Type"] = "application/json"
    if let token = settings.address.token {
      post.fields["Authorization"] = "Bearer \(token.exposed)"
    }
    state = .asking(.http(request(post)))
  }

  var roomAddress: JID? {
    server.flatMap { JID(node: settings.address.room, domain: $0.rooms) }
  }

  /// Takes in what became of a question.
  private mutating func take(_ answer: XMPPStream.Answer, to id: String, at now: Instant) {
    if id == renewal {
      renewal = nil
      // Without an answer, what was granted may still serve.
      if case .result(let stanza) = answer { takeServices(stanza) }
      return
    }
    switch state {
    case .preparing(id):
      takeServices(answer, at: now)
    case .asking(.stanza(id)):
      takeReply(answer, at: now)
    case .idle, .discovering, .connecting, .preparing, .asking, .waiting, .joining, .inLobby,
      .inside,
      .ended:
      takeSessionAnswer(answer, to: id, at: now)
    }
  }

  private mutating func takeServices(_ answer: XMPPStream.Answer, at now: Instant) {
    switch answer {
    case .result(let stanza): takeServices(stanza)
    case .refused where !hasAskedOldServices:
      hasAskedOldServices = true
      return prepare(isOld: true, at: now)
    case .refused, .timedOut: break  // The machine's own addresses must do.
    case .lost: return  // The stream says what follows.
    }
    if !hasFound {
      hasFound = true
      add(.found(iceServers: iceServers))
    }
    ask(at: now)
  }

  private mutating func takeServices(_ stanza: XMLElement) {
    guard let services = stanza.child("services") else { return }
    iceServers = ExternalServices(decoding: services).iceServers
    if hasFound { add(.servers(iceServers)) }
  }

  private mutating func takeReply(_ answer: XMPPStream.Answer, at now: Instant) {
    switch answer {
    case .result(let stanza):
      take(stanza.payload.flatMap { ConferenceReply(decoding: $0) }, at: now)
    case .refused(let error):
      switch error.condition {
      case .notAuthorized, .forbidden:
        end(.notSignedIn(needsLogin))
      case .serviceUnavailable, .itemNotFound, .remoteServerNotFound, .remoteServerTimeout,
        .internalServerError, .resourceConstraint, .recipientUnavailable, .conflict:
        askLater("The server has nobody who arranges conferences.", at: now)
      default:
        let words = error.detail?.name == "reservation-error" ? error.detail?["error-code"] : nil
        end(
          .signalingFailed(
            words == nil
              ? "The conference was refused. \(error.sentence)"
              : "The room is reserved for others. \(error.sentence)"))
      }
    case .timedOut: askLater("Nobody arranged the conference in time.", at: now)
    case .lost: break  // The stream says what follows.
    }
  }

  private mutating func takeReply(_ response: HTTPResponse, at now: Instant) {
    switch response.status {
    case 200..<300:
      take(
        (try? JSONValue(decoding: response.body)).flatMap { ConferenceReply(decoding: $0) }, at: now
      )
    case 401, 403: end(.notSignedIn(needsLogin))
    case 400: end(.signalingFailed("The server does not take that name for a room."))
    default:
      askLater("The conference was refused with status \(response.status).", at: now)
    }
  }

  private var needsLogin: String {
    settings.address.token == nil
      ? "The room opens only for those who sign in: give the account a token (jwt), or wait until "
        + "the host has opened it."
      : "The token (jwt) does not open this room; it may be wrong or too old."
  }

  private mutating func take(_ reply: ConferenceReply?, at now: Instant) {
    guard let reply else {
      return end(.signalingFailed("The server's answer about the conference cannot be read."))
    }
    sessionID = reply.sessionID ?? sessionID
    if reply.isReady {
      join(at: now)
    } else {
      askLater("The conference was not opened in time.", at: now)
    }
  }

  /// Asks again after a while: 1, 2, 4 s and so on.
  ///
  /// - Parameter words: why it ends when it has been asked often enough.
  private mutating func askLater(_ words: String, at now: Instant) {
    guard retryCount < Self.retryLimit else { return end(.signalingFailed(words)) }
    let delay = min(Duration.seconds(1 << retryCount), Self.longestRetryDelay)
    retryCount += 1
    state = .waiting
    timers[.retry] = now.advanced(by: delay.jittered(using: &generator))
  }

  // MARK: The room

  /// - Parameter password: which is to be shown instead of the account's.
  mutating func join(password: String? = nil, at now: Instant) {
    guard let address = roomAddress,
      var room = MultiUserRoom(
        room: address, nick: endpoint, password: password ?? settings.password?.exposed,
        extras: presence.elements)
    else { return end(.signalingFailed("The server's settings cannot be used.")) }
    state = .joining
    lobby = nil
    members.removeAll()
    let effects = room.join(at: now)
    self.room = room
    perform(effects, at: now)
  }

  /// The room does not let us in.
  mutating func refused(_ refusal: MultiUserRoom.Refusal, at now: Instant) {
    switch refusal {
    case .busy, .noAnswer, .nickTaken: askLater(refusal.sentence, at: now)
    case .passwordNeeded:
      end(
        .signalingFailed(
          settings.password == nil
            ? "The room has a password; give it to the account as room-password."
            : "The room has another password than the account's room-password."))
    case .membersOnly(_, let answer):
      guard let lobby = Self.lobby(in: answer) else {
        return end(
          .signalingFailed(
            "The room lets in only its members; ask its host to open it, or for a token (jwt)."))
      }
      enterLobby(lobby, at: now)
    case .banned, .notAllowed, .full, .other:
      end(.signalingFailed(refusal.sentence))
    }
  }

  /// We are in the room.
  mutating func entered(isNew: Bool, at now: Instant) {
    state = .inside
    retryCount = 0
    offlineCount = 0
    timers[.givingUp] = nil
    if isNew, let room = room?.room {
      // The focus makes rooms; one that we made ourselves stays closed until its owner has spoken.
      ask("set", to: room, Self.roomForm, at: now)
    }
    if hasJoined {
      add(.notice("The connection to the conference is back."))
    } else {
      hasJoined = true
      add(.joined)
    }
    showMembers()
    if members.isEmpty { add(.notice(Self.alone)) }
  }

  private static var roomForm: XMLElement {
    let field = { (name: String, value: String) in
      XMLElement(
        "field", XMPPNamespace.dataForms, ["var": name],
        [XMLElement("value", XMPPNamespace.dataForms, text: value)])
    }
    return XMLElement(
      "query", XMPPNamespace.mucOwner, [:],
      [
        XMLElement(
          "x", XMPPNamespace.dataForms, ["type": "submit"],
          [
            field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"),
            field("muc#roomconfig_whois", "anyone"),
          ])
      ])
  }

  /// What is told to whom enters a conference in which nobody is.
  package static let alone = "Nobody else is in the conference yet."
  /// Tries to reach the server at first.
  private static let discoveryLimit = 2
  /// Streams that fail before the room has been entered.
  private static let offlineLimit = 3
  /// Questions to the focus and the room that are put off.
  static let retryLimit = 5
  private static let longestRetryDelay: Duration = .seconds(8)
  private static let focusTimeout: Duration = .seconds(15)
}

extension JitsiConference.State {
  /// Whether the stream has not been wanted yet.
  fileprivate var isBeforeStream: Bool {
    switch self {
    case .idle, .discovering, .ended: true
    case .connecting, .preparing, .asking, .waiting, .joining, .inLobby, .inside: false
    }
  }
}

extension TransportFailure {
  /// Whether the same may succeed at once.
  fileprivate var mayPass: Bool {
    switch self {
    case .timedOut, .broken: true
    case .badURL, .unknownHost, .unreachable, .insecure, .malformed, .refused, .tooLarge: false
    }
  }
}

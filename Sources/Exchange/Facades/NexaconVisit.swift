import Basics
import Formats
import NexaconWire
import SDP
import Transport

/// One request to the Nexacon API, whose key pair was right.
struct NexaconVisit {
  let id: ExchangeRequestID
  let request: HTTPRequest
  let target: RequestTarget
  /// Who asks, by the token in `X-NX-Token`.
  let session: Session?
  /// Whether the pair is known to the owner's clients only.
  let isTrusted: Bool

  /// - Returns: `nil` when the store has been asked and the response comes later.
  func carryOut(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    let found = NexaconFacade.routes.lazy.compactMap { route in
      route.parameter(of: target.segments).map { (route.operation, parameter: $0) }
    }.first
    switch found {
    case (.token, _)?: return try issueToken(in: &exchange, &turn)
    case (.refresh, _)?: return try refresh(in: exchange)
    case (.login, _)?: return try login(in: exchange)
    case (.service(let service), let parameter)?:
      guard let user = session?.user else { throw .notSignedIn }
      return try carryOut(service, parameter, for: user, in: &exchange, &turn)
    case nil: throw session == nil ? .notSignedIn : .nothingThere
    }
  }

  /// - Parameter parameter: what the path names, as the contact that is removed.
  private func carryOut(
    _ service: NexaconFacade.Service, _ parameter: String, for user: StoredUser,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    exchange.showLife(of: user.id, at: turn.now)
    switch service {
    case .call: return try call(user, in: &exchange, &turn)
    case .peerCall: return try call(user, usual: .p2p, in: &exchange, &turn)
    case .groupCall: return try call(user, isGroup: true, in: &exchange, &turn)
    case .decline: return try decline(user, in: &exchange, &turn)
    case .callURL: return try callURL(user, in: exchange, turn)
    case .credentials:
      try require(.get)
      return credentials(of: user, in: exchange, turn)
    case .record: return try record(user, in: &exchange, &turn)
    case .history: return try history(user, in: &exchange, &turn)
    case .contacts: return try contacts(user, in: &exchange, &turn)
    case .contact:
      try require(.delete)
      return removeContact(parameter, of: user, in: &exchange, &turn)
    case .presence:
      try require(.get)
      return try presence(in: exchange)
    case .device: return try registerDevice(user)
    }
  }

  // MARK: Tokens

  private func issueToken(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let value = try body(.post)
    let name = try text("username", of: value)
    guard let userID = exchange.userID(ofNXID: name) else { throw .unknownUser(name) }
    if let user = exchange.directory.user(userID), user.role != .guest {
      guard isTrusted else {
        throw .forbidden(
          "This user has a token of its own; log in with it as password, or set a key pair.")
      }
      guard
        let issued = exchange.directory.issueToken(to: userID, using: exchange.ports, on: turn.wall)
      else { throw .unknownUser(name) }
      for operation in issued.operations { turn.store(operation) }
      return BotServerFacade.json(
        200, message(userID, issued.token, in: exchange).encoded())
    }
    let guest = try exchange.signInGuest(
      userID, isFromBrowser: request.fields["Origin"] != nil, &turn)
    return BotServerFacade.json(200, message(guest.user.id, guest.token, in: exchange).encoded())
  }

  /// Tokens of the exchange do not expire, so that one that is still good is given back.
  private func refresh(in exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    let token = try text("refresh_token", of: try body(.post))
    guard let session = exchange.session(of: request, token: token) else { throw .notSignedIn }
    return BotServerFacade.json(
      200, message(session.user.id, token, in: exchange).encoded())
  }

  /// The password is the user's token.
  private func login(in exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    let value = try body(.post)
    let name = try text("username", of: value)
    let token = try text("password", of: value)
    guard let session = exchange.session(of: request, token: token),
      session.user.id == exchange.userID(ofNXID: name)
    else { throw .notSignedIn }
    return BotServerFacade.json(
      200, message(session.user.id, token, in: exchange).encodedForLogin())
  }

  private func message(_ userID: String, _ token: String, in exchange: Exchange) -> TokenMessage {
    TokenMessage(
      token: Secret(token), refreshToken: Secret(token), nxid: exchange.nxid(of: userID),
      username: userID,
      socketURL: ClientOrigin(of: request, exchange.settings)?.socket(NexaconPath.socket),
      lifetime: 31_536_000, refreshLifetime: 604_800)
  }

  // MARK: Calls

  /// - Parameter usual: the type where none is asked for; the vendor's.
  private func call(
    _ user: StoredUser, isGroup: Bool = false, usual: NexaconCallType = .video,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let message = try decoded(try body(.post)) { (value) throws(NexaconError) in
      try CallRequestMessage(decoding: value, isGroup: isGroup, usual: usual)
    }
    let room = try room(message.room, turn)
    var placed: [String] = []
    var refusal: ExchangeRefusal?
    for participant in message.participants {
      do throws(ExchangeRefusal) {
        let callID = try NexaconFacade.place(
          room, from: user, to: participant, as: isGroup ? .group : message.type,
          isVideo: message.type == .video, in: &exchange, &turn)
        placed.append(callID)
      } catch {
        refusal = refusal ?? error
      }
    }
    // Of a group those who can be reached are rung.
    guard let first = placed.first else { throw refusal ?? .badRequest("Missing field: to") }
    return BotServerFacade.json(
      200,
      .members([
        "status": "success", "call_id": .string(first), "room": .string(room),
        "to": isGroup ? nil : .string(message.participants[0]),
        "participants": isGroup ? .array(message.participants.map { .string($0) }) : nil,
        "type": .string(message.type.rawValue), "call_status": "initiated", "fcm_sent": false,
      ]))
  }

  private func decline(
    _ user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let room = try text("room", of: try body(.post))
    let call = exchange.callIDs(of: user.id).first {
      exchange.calls[$0]?.side(of: user.id) == .callee
        && exchange.nexacon.roomName(of: $0) == room
    }
    // The message that declines may have come first, and then there is nothing left to do.
    if let call { _ = try? exchange.decline(call, by: user.id, reason: "declined", &turn) }
    return BotServerFacade.json(200, ["status": "success", "room": .string(room)])
  }

  private func callURL(
    _ user: StoredUser, in exchange: Exchange, _ turn: Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    let message = try decoded(try body(.post)) { (value) throws(NexaconError) in
      try CallRequestMessage(decoding: value, isGroup: false)
    }
    guard let to = exchange.userID(ofNXID: message.participants[0]),
      exchange.directory.party(named: to) != nil
    else { throw .unknownUser(message.participants[0]) }
    let room = NexaconPath.encoded(try room(message.room, turn))
    let caller = NexaconPath.encoded(exchange.nxid(of: user.id))
    let url = ClientOrigin.given(by: request, exchange.settings).page(
      "\(NexaconPath.callPage)?room=\(room)&caller=\(caller)&type=\(message.type.rawValue)")
    return BotServerFacade.json(200, ["call_url": .string(url)])
  }

  /// As the caller wants it, or named by the clock as the vendor's kit does.
  private func room(_ wanted: String?, _ turn: Turn) throws(ExchangeRefusal) -> String {
    guard let wanted, !wanted.isEmpty else { return "call_\(turn.wall.milliseconds)" }
    guard wanted.utf8.count <= SignalMessage.roomLimit else {
      throw .badRequest("The field room is too long")
    }
    return wanted
  }

  private func credentials(
    of user: StoredUser, in exchange: Exchange, _ turn: Turn
  ) -> HTTPResponse {
    let servers = exchange.iceServers(for: user.id, on: turn.wall).map { server in
      let host = server.host.contains(":") ? "[\(server.host)]" : server.host
      switch server.kind {
      case .stun: return CredentialsMessage.Server(urls: ["stun:\(host):\(server.port)"])
      case .turn(let username, let credential, let transport):
        let isSecure = transport == .tls
        let url =
          "\(isSecure ? "turns" : "turn"):\(host):\(server.port)"
          + "?transport=\(transport == .udp ? "udp" : "tcp")"
        return CredentialsMessage.Server(urls: [url], username: username, credential: credential)
      }
    }
    let lifetime = exchange.settings.turn?.lifetime ?? .seconds(86_400)
    return BotServerFacade.json(
      200,
      CredentialsMessage(servers: servers, lifetime: Int(lifetime.components.seconds)).encoded())
  }

  // MARK: Records and the past

  private func record(
    _ user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    guard request.body.count <= 8 << 10 else { throw .badRequest("The record is too large") }
    let message = try decoded(try body(.post)) { (value) throws(NexaconError) in
      try AnalyticsMessage(decoding: value)
    }
    let record = NexaconRecord(
      key: "\(turn.wall.milliseconds)-" + hexadecimal(exchange.ports.randomBytes(4)),
      userID: user.id, message: message, recordedAt: turn.wall)
    let collection = NexaconFacade.recordCollection
    turn.store(
      .putDocument(
        StoredDocument(collection: collection, key: record.key, body: record.body)))
    exchange.nexacon.records.append(record)
    if exchange.nexacon.records.count > NexaconState.recordLimit {
      let oldest = exchange.nexacon.records.removeFirst()
      turn.store(.removeDocument(collection: collection, key: oldest.key))
    }
    return BotServerFacade.json(200, ["status": "success"])
  }

  private func history(
    _ user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse? {
    try require(.get)
    var filter = NexaconHistoryFilter()
    filter.from = try date("start_date")
    filter.to = try date("end_date")
    if let type = target["call_type"] {
      guard let known = NexaconCallType(rawValue: type) else {
        throw .badRequest("Invalid call_type")
      }
      filter.type = known
    }
    if let status = target["status"] {
      guard let known = NexaconOutcome(rawValue: status) else {
        throw .badRequest("Invalid status")
      }
      filter.outcome = known
    }
    filter.participant = target["participant"].flatMap(exchange.userID)
    filter.page = try number("page", usual: 1, most: 10_000)
    filter.pageSize = try number("page_size", usual: 20, most: 100)
    let key = "search-\(exchange.nexacon.nextSearch)"
    exchange.nexacon.nextSearch &+= 1
    let search = NexaconSearch(request: id, userID: user.id, filter: filter)
    try NexaconFacade.look(search, key, in: &exchange, &turn)
    return nil
  }

  // MARK: People

  private func contacts(
    _ user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    if request.method == .post { return try addContact(of: user, in: &exchange, &turn) }
    try require(.get, .post)
    let own = exchange.nexacon.contacts[user.id] ?? []
    // Everybody here can be called, so that everybody is shown.
    let others = exchange.cards.filter { $0.id != user.id }
      .map { ContactMessage(nxid: exchange.nxid(of: $0.id), name: $0.name) }
      .filter { other in !own.contains { $0.nxid == other.nxid } }
    return BotServerFacade.json(
      200, ["contacts": .array((own + others.prefix(1_000)).map { $0.encoded() })])
  }

  private func addContact(
    of user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    var message = try decoded(try body(.post)) { (value) throws(NexaconError) in
      try ContactMessage(decoding: value)
    }
    guard let userID = exchange.userID(ofNXID: message.nxid) else {
      throw .unknownUser(message.nxid)
    }
    message = ContactMessage(
      nxid: exchange.nxid(of: userID), name: HarmlessText.line(message.name, limit: 100))
    var own = (exchange.nexacon.contacts[user.id] ?? []).filter { $0.nxid != message.nxid }
    guard own.count < NexaconState.contactLimit else {
      throw .tooMany("There are too many contacts.", retryAfter: nil)
    }
    own.append(message)
    keep(own, of: user, in: &exchange, &turn)
    return BotServerFacade.json(201, message.encoded())
  }

  private func removeContact(
    _ nxid: String, of user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    let address = exchange.userID(ofNXID: nxid).map(exchange.nxid) ?? nxid
    let own = (exchange.nexacon.contacts[user.id] ?? []).filter { $0.nxid != address }
    keep(own, of: user, in: &exchange, &turn)
    return HTTPResponse(status: 204)
  }

  private func keep(
    _ contacts: [ContactMessage], of user: StoredUser, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    exchange.nexacon.contacts[user.id] = contacts
    let body = JSONValue.array(contacts.map { $0.encoded() }).text
    turn.store(
      .putDocument(
        StoredDocument(collection: NexaconFacade.contactCollection, key: user.id, body: body)))
  }

  private func presence(in exchange: Exchange) throws(ExchangeRefusal) -> HTTPResponse {
    guard let name = target["user"] else { throw .badRequest("Missing field: user") }
    guard let userID = exchange.userID(ofNXID: name),
      let party = exchange.directory.party(named: userID)
    else { throw .unknownUser(name) }
    let isOnline = party.isBot || exchange.sockets.isPresent(party.id)
    let message = PresenceMessage(
      user: exchange.nxid(of: party.id), isOnline: isOnline,
      lastSeen: exchange.directory.user(party.id)?.seenAt.iso8601)
    return BotServerFacade.json(200, message.encoded())
  }

  /// There is nobody here who could wake a phone; the device is noted as the vendor's server would.
  private func registerDevice(_ user: StoredUser) throws(ExchangeRefusal) -> HTTPResponse {
    try require(.post, .delete)
    return BotServerFacade.json(
      200, ["status": "success", "registered": false, "nxid": .string(user.id)])
  }

  // MARK: Helpers

  private func require(_ methods: HTTPMethod...) throws(ExchangeRefusal) {
    guard methods.contains(request.method) else {
      throw .wrongMethod(allowed: methods.map(\.rawValue))
    }
  }

  private func body(_ method: HTTPMethod) throws(ExchangeRefusal) -> JSONValue {
    try require(method)
    guard let value = try? JSONValue(decoding: request.body), value.object != nil else {
      throw .badRequest("The body is not a JSON object")
    }
    return value
  }

  private func decoded<Message>(
    _ value: JSONValue, _ decode: (JSONValue) throws(NexaconError) -> Message
  ) throws(ExchangeRefusal) -> Message {
    do throws(NexaconError) {
      return try decode(value)
    } catch {
      switch error {
      case .missing(let name): throw .badRequest("Missing field: \(name)")
      case .invalid(let name): throw .badRequest("Invalid \(name)")
      case .malformed, .unknownType: throw .badRequest("The body is not understood")
      }
    }
  }

  private func text(_ name: String, of value: JSONValue) throws(ExchangeRefusal) -> String {
    guard let text = value[name]?.string, (1...512).contains(text.utf8.count) else {
      throw .badRequest("Missing field: \(name)")
    }
    return text
  }

  private func date(_ name: String) throws(ExchangeRefusal) -> String? {
    guard let text = target[name] else { return nil }
    guard text.utf8.count == 10, WallTime(iso8601: text) != nil else {
      throw .badRequest("Invalid \(name); write YYYY-MM-DD")
    }
    return text
  }

  private func number(
    _ name: String, usual: Int, most: Int
  ) throws(ExchangeRefusal) -> Int {
    guard let text = target[name] else { return usual }
    guard let number = Int(text), (1...most).contains(number) else {
      throw .badRequest("Invalid \(name); write 1 to \(most)")
    }
    return number
  }
}

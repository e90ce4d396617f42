import Basics
import Formats
import NexaconWire
import Transport
import XMPP

/// The exchange as a Nexacon server: the REST API of protocols.md D.1 and XMPP on WebSockets.
///
/// Calls go through the exchange's common calls, so that a Nexacon client reaches everybody and is
/// reached by everybody: messages about calls are not passed on but understood.
enum NexaconFacade: Facade {
  static let name = FacadeName.nexacon
  static let subprotocols = ["xmpp"]

  /// What a path is for.
  enum Operation: Hashable, Sendable {
    case token, refresh, login
    case service(Service)
  }

  /// What is done for those who have signed in.
  enum Service: Hashable, Sendable {
    case call, peerCall, groupCall, decline, callURL, credentials
    case record, history
    case contacts, contact, presence, device
  }

  static let routes = [
    route(.post, NexaconPath.token, .token),
    route(.post, NexaconPath.refresh, .refresh),
    route(.post, NexaconPath.login, .login),
    route(.post, NexaconPath.call, .service(.call)),
    route(.post, NexaconPath.peerCall, .service(.peerCall)),
    route(.post, NexaconPath.groupCall, .service(.groupCall)),
    route(.post, NexaconPath.decline, .service(.decline)),
    route(.post, NexaconPath.callURL, .service(.callURL)),
    route(.get, NexaconPath.credentials, .service(.credentials)),
    route(.post, NexaconPath.analytics, .service(.record)),
    route(.get, NexaconPath.history, .service(.history)),
    Route(.get, .post, at: NexaconPath.base + NexaconPath.contacts, .service(.contacts)),
    route(.delete, NexaconPath.contacts + "{nxid}/", .service(.contact)),
    route(.get, NexaconPath.presence, .service(.presence)),
    Route(.post, .delete, at: NexaconPath.base + NexaconPath.registerDevice, .service(.device)),
  ]

  private static func route(
    _ method: HTTPMethod, _ path: String, _ operation: Operation
  ) -> Route<Operation> { Route(method, at: NexaconPath.base + path, operation) }

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    switch target.segments.first {
    case "api":
      target.segments.count > 2 && target.segments[1] == "v1.0"
        && ["nexacon-auth", "nx"].contains(target.segments[2])
    case "nx-websocket", "nexacon-call.html": target.segments.count == 1
    default: false
    }
  }

  static func takesSocket(at target: RequestTarget) -> Bool {
    target.segments == ["nx-websocket"]
  }

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      let session = exchange.session(of: request, token: request.fields["X-NX-Token"])
      try exchange.spend(session, from: address, turn.now)
      if target.segments == ["nexacon-call.html"] {
        guard [.get, .head].contains(request.method) else { throw .wrongMethod(allowed: ["GET"]) }
        return exchange.answer(id, page(target), &turn)
      }
      guard target.segments != ["nx-websocket"] else { throw .socketOnly }
      let isTrusted = try checkKeys(of: request, from: address, in: exchange)
      let visit = NexaconVisit(
        id: id, request: request, target: target, session: session, isTrusted: isTrusted)
      if let response = try visit.carryOut(in: &exchange, &turn) {
        exchange.answer(id, response, &turn)
      }
    } catch {
      exchange.answer(id, response(to: error), &turn)
    }
  }

  /// - Returns: whether the pair is the owner's own, and not the one that everybody knows.
  private static func checkKeys(
    of request: HTTPRequest, from address: String, in exchange: Exchange
  ) throws(ExchangeRefusal) -> Bool {
    let own = exchange.settings.nexacon.keys
    let keys = own ?? NexaconSettings.usualKeys
    let isNear = address.hasPrefix("127.") || address == "::1"
    // Digests are compared, which tell nothing by the time that takes.
    let digest = { exchange.ports.digest($0) }
    guard own != nil || isNear,
      digest(request.fields["X-API-Key"] ?? "") == digest(keys.apiKey.exposed),
      digest(request.fields["X-Secret-Key"] ?? "") == digest(keys.secretKey.exposed)
    else { throw .forbidden(badKeys) }
    return own != nil
  }

  /// What a browser is shown at a call's URL; it has no sound.
  private static func page(_ target: RequestTarget) -> HTTPResponse {
    let caller = HarmlessText.line(target["caller"] ?? "somebody", limit: 80)
    let room = HarmlessText.line(target["room"] ?? "", limit: 80)
    return BotServerFacade.text(
      "A call from \(caller) (\(room)).\n\nTake it in Tipring: tipring\n",
      "text/plain; charset=utf-8")
  }

  // MARK: Sockets

  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      try exchange.spend(nil, from: address, turn.now)
      try exchange.admit(id, of: name, from: address, turn.now)
      exchange.nexacon.server.opened(id, at: turn.now)
    } catch {
      exchange.reject(id, response(to: error), &turn)
    }
  }

  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let effects = exchange.nexacon.server.receive(text, over: id, using: exchange.ports)
    perform(effects, in: &exchange, &turn)
  }

  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.nexacon.arrivals[id] = nil
    perform(exchange.nexacon.server.closed(id, at: turn.now), in: &exchange, &turn)
  }

  static func tell(
    _ news: ExchangeNews, over id: ExchangeSocketID, in exchange: Exchange, _ turn: inout Turn
  ) {
    // What is sent must be counted, which is not done while others are being told.
    turn.socketNews.append(SocketNews(socket: id, news: news))
  }

  static func deadline(of exchange: Exchange) -> Instant? { exchange.nexacon.server.deadline }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    perform(exchange.nexacon.server.expire(at: turn.now), in: &exchange, &turn)
  }

  // MARK: Store

  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    for document in documents {
      switch document.collection {
      case contactCollection:
        let value = (try? JSONValue(decoding: document.body)) ?? .null
        exchange.nexacon.contacts[document.key] = ContactMessage.list(decoding: value)
      case recordCollection:
        if let record = NexaconRecord(document) { exchange.nexacon.records.append(record) }
      case roomCollection:
        guard let label = NexaconLabel(document) else { continue }
        exchange.nexacon.labels[document.key] = label
        exchange.nexacon.labelledCalls.append(document.key)
      default: break
      }
    }
    exchange.nexacon.records.sort { $0.key < $1.key }
  }

  static func take(
    _ answer: StoreAnswer, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var search = exchange.nexacon.searches.removeValue(forKey: key) else { return }
    guard case .history(_, let calls, let total) = answer else {
      return exchange.answer(search.request, response(to: .storeFailed), &turn)
    }
    for call in calls {
      let entry = entry(call, for: search.userID, in: exchange, on: turn.wall)
      search.rooms.insert(entry.room)
      if search.filter.includes(entry, of: call) { search.entries.append(entry) }
    }
    search.offset += calls.count
    if !calls.isEmpty, search.offset < min(total, searchLimit) {
      do throws(ExchangeRefusal) {
        return try look(search, key, in: &exchange, &turn)
      } catch {
        return exchange.answer(search.request, response(to: error), &turn)
      }
    }
    addRecords(to: &search, in: exchange)
    let filter = search.filter
    let page = search.entries.dropFirst((filter.page - 1) * filter.pageSize).prefix(filter.pageSize)
    let message = HistoryMessage(
      entries: Array(page), count: search.entries.count, page: filter.page,
      pageSize: filter.pageSize)
    exchange.answer(search.request, BotServerFacade.json(200, message.encoded()), &turn)
  }

  /// Asks the store for the next calls of a search.
  static func look(
    _ search: NexaconSearch, _ key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) {
    exchange.nexacon.searches[key] = search
    let query = HistoryQuery(
      userID: search.userID, otherID: search.filter.participant, status: nil, limit: 100,
      offset: search.offset)
    do throws(ExchangeRefusal) {
      try exchange.askStore(for: name, key: key, &turn) { .findHistory($0, query) }
    } catch {
      exchange.nexacon.searches[key] = nil
      throw error
    }
  }

  /// Adds the calls that the exchange knows from the user's records only.
  private static func addRecords(to search: inout NexaconSearch, in exchange: Exchange) {
    var wanted: [String: NexaconRecord] = [:]
    for record in exchange.nexacon.records
    where record.userID == search.userID && !search.rooms.contains(record.message.room) {
      let room = record.message.room
      if wanted[room]?.message.outcome.isFinal != true || record.message.outcome.isFinal {
        wanted[room] = record
      }
    }
    for record in wanted.values {
      let message = record.message
      let entry = HistoryMessage.Entry(
        room: message.room, type: message.type, outcome: message.outcome,
        durationSeconds: message.durationSeconds, caller: "",
        participants: [exchange.nxid(of: record.userID)],
        startedAt: record.recordedAt.advanced(by: .seconds(-min(message.durationSeconds, 1 << 30))),
        endedAt: message.outcome.isFinal ? record.recordedAt : nil, metadata: message.metadata)
      if search.filter.includes(entry, of: nil) { search.entries.append(entry) }
    }
    search.entries.sort { left, right in
      (right.startedAt?.milliseconds ?? 0, left.room) < (
        left.startedAt?.milliseconds ?? 0, right.room
      )
    }
  }

  /// A call as the exchange saw it and, once it is over, as the user's client has told it.
  private static func entry(
    _ call: StoredCall, for userID: String, in exchange: Exchange, on wall: WallTime
  ) -> HistoryMessage.Entry {
    let room = exchange.nexacon.roomName(of: call.id)
    let record = exchange.nexacon.records.first {
      $0.userID == userID && $0.message.room == room && $0.message.outcome.isFinal
        && $0.recordedAt >= call.createdAt
    }
    let outcome: NexaconOutcome =
      switch call.status {
      case .ringing: .calling
      case .active: .answered
      case .ended: .ended
      case .declined: .declined
      case .missed: .missed
      case .cancelled: .cancelled
      case .failed: .failed
      }
    let seconds = call.startedAt.map {
      Int($0.duration(to: call.endedAt ?? wall).components.seconds)
    }
    let told = call.endedAt == nil ? nil : record?.message
    return HistoryMessage.Entry(
      room: room, type: exchange.nexacon.labels[call.id]?.type ?? call.nexaconMedium,
      outcome: told?.outcome ?? outcome,
      durationSeconds: told?.durationSeconds ?? max(0, seconds ?? 0),
      caller: exchange.nxid(of: call.caller.id),
      participants: [call.caller.id, call.callee.id].map(exchange.nxid), startedAt: call.createdAt,
      endedAt: call.endedAt, metadata: told?.metadata ?? [:])
  }

  // MARK: Words

  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    BotServerFacade.json(status, RefusalMessage(words: text).encoded())
  }

  /// The errors of protocols.md D.4.
  static func response(to refusal: ExchangeRefusal) -> HTTPResponse {
    let (status, words): (Int, String) =
      switch refusal {
      case .badRequest(let text): (400, text)
      case .notSignedIn: (401, "Invalid or expired token")
      case .forbidden(badKeys): (401, badKeys)
      case .forbidden(let text): (403, text)
      case .unknownUser: (404, "User not found")
      case .unknownCall: (404, "Call not found")
      case .callEnded, .alreadyTaken: (409, "The call is over")
      case .busy(let text), .nameTaken(let text): (409, text)
      case .tooMany: (429, "Rate limit exceeded")
      case .nothingThere: (404, "Not found")
      case .wrongMethod: (405, "Method not allowed")
      case .socketOnly: (426, "This is a WebSocket; connect with the subprotocol xmpp")
      case .storeFailed: (503, "The exchange's store failed")
      }
    var fields = HTTPFields()
    if case .tooMany(_, let wait?) = refusal {
      fields["Retry-After"] = String(max(1, wait.components.seconds))
    }
    if case .wrongMethod(let allowed) = refusal {
      fields["Allow"] = allowed.joined(separator: ", ")
    }
    return BotServerFacade.json(
      status, RefusalMessage(words: words).encoded(), fields: fields)
  }

  static let badKeys = "Invalid API key"
  static let contactCollection = "nexacon-contacts"
  static let recordCollection = "nexacon-records"
  static let roomCollection = "nexacon-rooms"
  /// Past calls looked at for one question, at most.
  private static let searchLimit = 2_000
}

extension Exchange {
  /// A user's address as Nexacon writes it.
  func nxid(of userID: String) -> String { "\(userID)@\(nexacon.server.settings.domain)" }

  /// The call that one user means by a room and the other party.
  func nexaconCall(_ room: String, of userID: String, with otherID: String) -> String? {
    calls.values.filter { $0.side(of: userID) != nil && $0.side(of: otherID) != nil }
      .map(\.id).sorted().first { nexacon.roomName(of: $0) == room }
  }

  /// The user of such an address, or of a name or number alone.
  func userID(ofNXID text: String) -> String? {
    let bare = text.prefix { $0 != "/" }.lowercased()
    let suffix = "@" + nexacon.server.settings.domain
    if bare.hasSuffix(suffix) { return String(bare.dropLast(suffix.count)) }
    return bare.isEmpty || bare.count > 64 ? nil : bare
  }
}

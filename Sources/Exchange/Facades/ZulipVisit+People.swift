import Basics
import Formats
import Transport
import ZulipWire

/// The endpoints of Zulip itself that its clients need before they can call (protocols A.5).
extension ZulipVisit {
  // MARK: Users and presence

  func users(in exchange: inout Exchange, _ turn: inout Turn) -> HTTPResponse {
    var members: [JSONValue] = []
    for user in exchange.zulipPeople(including: userID) {
      members.append(
        exchange.zulipUser(user.id, &turn).encodedAsMember(
          role: exchange.zulipRole(of: user.id)))
    }
    return ZulipFacade.success(["members": .array(members)])
  }

  /// `/users/me`, `/users/me/presence`, `/users/{id or e-mail}` and its presence.
  func user(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    if method == .post, path.count == 3, path[1] == "me", path[2] == "presence" {
      return try setPresence(in: &exchange, &turn)
    }
    guard method == .get, path.count == 2 || (path.count == 3 && path[2] == "presence") else {
      throw .nothingThere
    }
    let wanted =
      path[1] == "me"
      ? userID
      : Int(path[1]).flatMap { exchange.zulip.roster.userID($0) }
        ?? exchange.zulipUserID(ofEmail: path[1])
    guard let wanted, exchange.directory.user(wanted) != nil else {
      throw ZulipRefusal(400, "No such user")
    }
    if path.count == 3 {
      guard let presence = exchange.zulip.presences[wanted] else {
        throw ZulipRefusal(400, "No presence data for \(exchange.zulipEmail(of: wanted))")
      }
      return ZulipFacade.success(["presence": presence.message.encoded()])
    }
    let member = exchange.zulipUser(wanted, &turn).encodedAsMember(
      role: exchange.zulipRole(of: wanted))
    guard path[1] == "me", case .object(let members) = member else {
      return ZulipFacade.success(["user": member])
    }
    let own: [String: JSONValue] = ["result": "success", "msg": ""]
    return ZulipFacade.json(200, .object(own.merging(members) { first, _ in first }))
  }

  private func setPresence(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard let status = parameters["status"] else { throw .missing("status") }
    guard ["active", "idle"].contains(status) else {
      throw ZulipRefusal(400, "Invalid status: \(HarmlessText.line(status, limit: 40))")
    }
    exchange.setZulipPresence(of: userID, isActive: status == "active", &turn)
    if parameters.flag("ping_only", usual: false) { return ZulipFacade.success() }
    return presences(in: &exchange, turn)
  }

  func presences(in exchange: inout Exchange, _ turn: Turn) -> HTTPResponse {
    var all: [String: JSONValue] = [:]
    for user in exchange.zulipPeople(including: userID) {
      guard let presence = exchange.zulip.presences[user.id] else { continue }
      all[exchange.zulipEmail(of: user.id)] = presence.message.encoded()
    }
    return ZulipFacade.success([
      "presences": .object(all), "server_timestamp": .integer(turn.wall.unixSeconds),
      "presence_last_update_id": -1,
    ])
  }

  // MARK: Queues

  func register(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    var types: Set<String>?
    if let text = parameters["event_types"] {
      guard let list = (try? JSONValue(decoding: text))?.array else {
        throw ZulipRefusal(400, "event_types is not a list")
      }
      types = Set(list.prefix(64).compactMap(\.string))
    }
    let settings = exchange.settings.zulip
    for id in exchange.zulip.queues(of: userID).dropLast(settings.limits.queuesPerUser - 1) {
      exchange.dropZulipQueue(id, &turn)
    }
    let id = hexadecimal(exchange.ports.randomBytes(8))
    let wasThere = exchange.isZulipGuestThere(userID)
    exchange.zulip.queues[id] = ZulipQueue(
      id: id, userID: userID, session: session, types: types, at: turn.now)
    exchange.tellZulipGuest(userID, wasThere: wasThere, &turn)
    let answer = RegisteredQueue(
      queueID: id, lastEventID: -1, longPoll: .seconds(90),
      offlineThreshold: settings.times.presence,
      jitsiServer: settings.jitsiServer ?? base)
    return ZulipFacade.json(200, answer.encoded())
  }

  /// - Returns: `nil` when there is nothing yet and the answer comes later.
  func events(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse? {
    let id = try queueID(in: exchange)
    // A client that asks twice has given its first poll up.
    exchange.answerZulipPoll(of: id, &turn)
    if let lastID = parameters.integer("last_event_id") {
      exchange.zulip.queues[id]?.forget(through: lastID)
    }
    exchange.zulip.queues[id]?.usedAt = turn.now
    guard let queue = exchange.zulip.queues[id] else { throw ZulipRefusal.badQueue(id) }
    if !queue.events.isEmpty || parameters.flag("dont_block", usual: false) {
      return ZulipFacade.json(200, queue.answer(base: base))
    }
    exchange.zulip.queues[id]?.poll = ZulipQueue.Poll(
      request: request, base: base,
      until: turn.now.advanced(by: exchange.settings.zulip.times.eventsHeartbeat))
    return nil
  }

  func deleteQueue(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    exchange.closeZulipQueue(try queueID(in: exchange), &turn)
    return ZulipFacade.success()
  }

  /// The queue that is meant, if it is the user's.
  private func queueID(in exchange: Exchange) throws(ZulipRefusal) -> String {
    guard let id = parameters["queue_id"] else { throw .missing("queue_id") }
    guard exchange.zulip.queues[id]?.userID == userID else { throw .badQueue(id) }
    return id
  }

  // MARK: Messages

  func sendMessage(
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard let type = parameters["type"] else { throw .missing("type") }
    guard ["direct", "private"].contains(type) else {
      throw ZulipRefusal(400, "This exchange carries direct messages only")
    }
    guard let content = parameters["content"] else { throw .missing("content") }
    guard content.utf8.count <= exchange.settings.zulip.limits.messageBytes else {
      throw ZulipRefusal(400, "Message is too long")
    }
    let recipients = try recipients(in: exchange)
    var parties: [ZulipUser] = []
    for id in ([userID] + recipients) { parties.append(exchange.zulipUser(id, &turn)) }
    let id = exchange.zulip.nextMessage
    exchange.zulip.nextMessage &+= 1
    let message = DirectMessage(
      id: id, sender: parties[0], content: content, at: turn.wall, partyCount: parties.count)
    for party in [userID] + recipients {
      let event: [String: JSONValue] = [
        "type": "message", "message": message.encoded(to: parties),
        "flags": party == userID ? ["read"] : [],
      ]
      exchange.postZulip(event, to: party, &turn)
    }
    return ZulipFacade.success(["id": .integer(Int64(id))])
  }

  /// Numbers or addresses, as JSON or with commas between.
  private func recipients(in exchange: Exchange) throws(ZulipRefusal) -> [String] {
    guard let text = parameters["to"] else { throw .missing("to") }
    let list =
      (try? JSONValue(decoding: text)).map { $0.array ?? [$0] }
      ?? text.split(separator: ",").map { .string(String($0.filter { !$0.isWhitespace })) }
    guard list.count <= 20 else { throw ZulipRefusal(400, "Too many recipients") }
    var recipients: [String] = []
    for item in list {
      let id =
        item.integer.flatMap { exchange.zulip.roster.userID($0) }
        ?? item.string.flatMap { exchange.zulipUserID(ofEmail: $0) }
      guard let id, exchange.directory.user(id) != nil else {
        let name = HarmlessText.line(item.string ?? "", limit: 80)
        throw ZulipRefusal(400, "Invalid user: \(name)")
      }
      if id != userID, !recipients.contains(id) { recipients.append(id) }
    }
    return recipients
  }
}

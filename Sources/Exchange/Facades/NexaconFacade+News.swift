import Basics
import Formats
import NexaconWire
import XMPP

/// Something that a client is to be told, once the present event is dealt with.
struct SocketNews: Equatable, Sendable {
  let socket: ExchangeSocketID
  let news: ExchangeNews
}

/// What clients are told of calls and people.
extension NexaconFacade {
  /// Tells what has been noted, and forgets the rooms of calls that are over.
  static func deliver(_ item: SocketNews, in exchange: inout Exchange, _ turn: inout Turn) {
    guard let jid = exchange.nexacon.server.jid(of: item.socket),
      let userID = exchange.sockets[item.socket]?.userID
    else { return }
    switch item.news {
    case .incoming(let call): tellInvited(call, jid, in: &exchange, &turn)
    case .ringing(let callID):
      exchange.nexacon.rooms[callID]?.hasRung = true
      if let room = exchange.nexacon.rooms[callID], let call = exchange.calls[callID]?.facts {
        tellRings(room, call, in: &exchange, &turn)
      }
    case .updated(let call): tellUpdated(call, userID, jid, in: &exchange, &turn)
    case .signal(let callID, let signal):
      tell(signal, in: callID, userID, jid, in: &exchange, &turn)
    case .presence(let card): tell(card, to: jid, in: &exchange, &turn)
    case .welcome, .agent, .said, .pong: break  // Nexacon has no word for these.
    }
  }

  static func forgetEndedRooms(in exchange: inout Exchange) {
    for callID in exchange.nexacon.rooms.keys where exchange.calls[callID] == nil {
      exchange.nexacon.rooms[callID] = nil
    }
  }

  // MARK: Calls

  private static func tellInvited(
    _ call: StoredCall, _ jid: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard exchange.calls[call.id]?.isRinging == true else { return }
    makeRoom(call.id, in: &exchange)
    let invitation = CallInvitation(
      room: exchange.nexacon.roomName(of: call.id), isVideo: call.kind == .video,
      caller: exchange.nxid(of: call.caller.id),
      callerName: call.caller.name)
    // The exchange invites for the caller, so that its word alone counts.
    guard let server = JID(exchange.nexacon.server.settings.domain) else { return }
    send(
      .invitation(invitation), from: server, to: jid, id: invitationPrefix + call.id,
      in: &exchange, &turn)
  }

  /// The receipt for the caller's invitation.
  static func tellRings(
    _ room: NexaconRoom, _ call: StoredCall, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let caller = room.callerJID, let id = room.invitationID else { return }
    var receipt = XMLElement.message(
      to: caller, type: "chat", [XMLElement("received", XMPPNamespace.receipts, ["id": id])])
    receipt["from"] = exchange.nxid(of: call.callee.id)
    send(receipt, to: caller, in: &exchange, &turn)
  }

  /// The caller may offer now.
  static func tellAccepted(_ callID: String, in exchange: inout Exchange, _ turn: inout Turn) {
    guard let room = exchange.nexacon.rooms[callID], !room.isToldAccepted,
      let caller = room.callerJID, room.invitationID != nil,
      let call = exchange.calls[callID]?.facts
    else { return }
    exchange.nexacon.rooms[callID]?.isToldAccepted = true
    send(
      .response(room: room.name, isAccepted: true), from: calleeAddress(room, call, in: exchange),
      to: caller, in: &exchange, &turn)
  }

  private static func tellUpdated(
    _ call: StoredCall, _ userID: String, _ jid: JID, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    guard let room = exchange.nexacon.rooms[call.id] else { return }
    let isCaller = call.caller.id == userID
    switch (call.status, isCaller) {
    case (.ringing, _): break
    case (.active, true): tellAccepted(call.id, in: &exchange, &turn)
    case (.active, false):
      // Taken on one device, of whatever kind, it is over for the others; who comes back under
      // another name goes on.
      if let taken = room.calleeJID, taken == jid || !exchange.nexacon.server.has(taken) { break }
      send(
        .end(room: room.name, reason: SignalMessage.takenElsewhere),
        from: callerAddress(room, call, in: exchange), to: jid, in: &exchange, &turn)
    case (.declined, true), (.missed, true):
      send(
        .response(
          room: room.name, isAccepted: false,
          reason: call.endReason == "declined" ? nil : call.endReason),
        from: calleeAddress(room, call, in: exchange), to: jid, in: &exchange, &turn)
    case (_, true):
      send(
        .end(room: room.name), from: calleeAddress(room, call, in: exchange), to: jid,
        in: &exchange, &turn)
    case (_, false):
      send(
        .end(room: room.name), from: callerAddress(room, call, in: exchange), to: jid,
        in: &exchange, &turn)
    }
  }

  private static func tell(
    _ signal: Signal, in callID: String, _ userID: String, _ jid: JID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let room = exchange.nexacon.rooms[callID], let call = exchange.calls[callID] else {
      return
    }
    let isCaller = call.facts.caller.id == userID
    // What a caller of another kind offers waits for the acceptance.
    guard isCaller || !call.isRinging else { return }
    // Only the device that takes part, unless it has come back under another name.
    if let device = isCaller ? room.callerJID : room.calleeJID, device != jid,
      exchange.nexacon.server.has(device)
    {
      return
    }
    let message: SignalMessage
    switch signal {
    case .offer(let sdp): message = .offer(room: room.name, sdp: sdp)
    case .answer(let sdp): message = .answer(room: room.name, sdp: sdp)
    case .candidate(let line): message = .candidate(room: room.name, line: line, mid: "0", index: 0)
    case .endOfCandidates: return  // Nexacon has no word for it.
    }
    let other =
      isCaller
      ? calleeAddress(room, call.facts, in: exchange)
      : callerAddress(room, call.facts, in: exchange)
    send(message, from: other, to: jid, in: &exchange, &turn)
  }

  /// The device that speaks, or the one that the exchange is for somebody who has no Nexacon.
  private static func calleeAddress(
    _ room: NexaconRoom, _ call: StoredCall, in exchange: Exchange
  ) -> JID? { room.calleeJID ?? JID(exchange.nxid(of: call.callee.id) + "/exchange") }

  private static func callerAddress(
    _ room: NexaconRoom, _ call: StoredCall, in exchange: Exchange
  ) -> JID? { room.callerJID ?? JID(exchange.nxid(of: call.caller.id) + "/exchange") }

  static func send(
    _ signal: SignalMessage, from sender: JID?, to jid: JID, id: String? = nil,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let name = id ?? "x" + hexadecimal(exchange.ports.randomBytes(6))
    var message = XMLElement.message(
      to: jid, type: "chat", id: name, body: signal.encoded(at: turn.wall.milliseconds))
    if id != nil { message.append(XMLElement("request", XMPPNamespace.receipts)) }
    message["from"] = sender?.description
    send(message, to: jid, in: &exchange, &turn)
  }

  // MARK: People

  /// Who is there, told to somebody who has come.
  static func tellPresence(to jid: JID, in exchange: inout Exchange, _ turn: inout Turn) {
    for card in exchange.cards where card.isOnline && card.id != jid.node {
      tell(card, to: jid, in: &exchange, &turn)
    }
  }

  private static func tell(
    _ card: UserCard, to jid: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard JID(exchange.nxid(of: card.id)) != nil else { return }  // No address could say it.
    var presence = XMLElement.presence(to: jid, type: card.isOnline ? nil : "unavailable")
    presence["from"] = exchange.nxid(of: card.id)
    send(presence, to: jid, in: &exchange, &turn)
  }
}

import Basics
import Formats
import NexaconWire
import XMPP

/// What clients say in stanzas.
extension NexaconFacade {
  static func perform(
    _ effects: [XMPPServer.Effect], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    for effect in effects {
      switch effect {
      case .push(let socket, let text): turn.effects.append(.push(socket, text))
      case .close(let socket, let code): exchange.closeSocket(socket, code: code, &turn)
      case .check(let socket, let username, let password):
        check(socket, username, password, in: &exchange, &turn)
      case .bound(let jid): arrived(jid, in: &exchange, &turn)
      case .resumed(let jid): arrived(jid, in: &exchange, &turn)
      case .received(let sender, let stanza): take(stanza, from: sender, in: &exchange, &turn)
      case .ended: break  // The user's calls go on, as with any phone that is away.
      }
    }
  }

  static func send(
    _ stanza: XMLElement, to jid: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    perform(exchange.nexacon.server.send(stanza, to: jid), in: &exchange, &turn)
  }

  // MARK: Who is there

  /// The token is the password; the name is written short or as the whole address.
  private static func check(
    _ socket: ExchangeSocketID, _ username: String, _ password: Secret, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    let hash = exchange.ports.digest(password.exposed)
    guard password.exposed.utf8.count <= 256, let user = exchange.directory.owner(ofHash: hash),
      exchange.userID(ofNXID: username) == user.id,
      JID(node: user.id, domain: exchange.nexacon.server.settings.domain) != nil
    else {
      let effects = exchange.nexacon.server.refuse(socket, text: "Invalid or expired token")
      return perform(effects, in: &exchange, &turn)
    }
    exchange.nexacon.arrivals[socket] = Session(user: user, hash: hash)
    perform(exchange.nexacon.server.accept(socket, as: user.id), in: &exchange, &turn)
  }

  /// A device is there, for the first time or again, and hears what it has missed.
  private static func arrived(_ jid: JID, in exchange: inout Exchange, _ turn: inout Turn) {
    guard let socket = exchange.nexacon.server.sessions[jid]?.socket,
      let session = exchange.nexacon.arrivals.removeValue(forKey: socket)
    else { return }
    do throws(ExchangeRefusal) {
      try exchange.signIn(session, over: socket, &turn)
    } catch {
      perform(exchange.nexacon.server.end(jid, "policy-violation"), in: &exchange, &turn)
      return turn.effects.append(.closeSocket(socket, code: 1008))
    }
    exchange.catchUp(session.user.id, over: socket, &turn)
  }

  // MARK: Stanzas

  private static func take(
    _ stanza: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    switch stanza.name {
    case "presence":
      if stanza["type"] == nil, stanza["to"] == nil {
        tellPresence(to: sender, in: &exchange, &turn)
      }
    case "message": take(message: stanza, from: sender, in: &exchange, &turn)
    default: route(stanza, from: sender, in: &exchange, &turn)
    }
  }

  private static func take(
    message: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    if let callID = invitedCall(message), let userID = sender.node,
      let socket = exchange.nexacon.server.sessions[sender]?.socket
    {
      _ = exchange.heed(.ringing(callID: callID), of: userID, over: socket, &turn)
      return
    }
    guard message["type"] != "error", let userID = sender.node, let to = message.to,
      to.domain == exchange.nexacon.server.settings.domain, let otherID = to.node
    else { return route(message, from: sender, in: &exchange, &turn) }
    guard let body = message.child("body")?.text,
      let signal = try? SignalMessage(decoding: body), let room = signal.room
    else { return route(message, from: sender, in: &exchange, &turn) }
    if case .invitation(let invitation) = signal {
      return invite(
        invitation, message, from: sender, to: otherID, in: &exchange, &turn)
    }
    guard
      let callID = exchange.nexaconCall(room, of: userID, with: otherID),
      let socket = exchange.nexacon.server.sessions[sender]?.socket
    else {
      // A call that is over is over for this device as well.
      if case .response(_, true, _) = signal {
        tellOver(room, to: sender, by: to, in: &exchange, &turn)
      }
      return
    }
    acknowledge(message, to: sender, in: &exchange, &turn)
    obey(signal, in: callID, of: sender, over: socket, in: &exchange, &turn)
  }

  /// The call of an invitation by the exchange, in the receipt for it: that it has arrived means that
  /// it rings.
  private static func invitedCall(_ message: XMLElement) -> String? {
    guard let receipt = message.child("received", XMPPNamespace.receipts)?["id"],
      receipt.hasPrefix(invitationPrefix)
    else { return nil }
    return String(receipt.dropFirst(invitationPrefix.count))
  }

  private static func obey(
    _ signal: SignalMessage, in callID: String, of sender: JID, over socket: ExchangeSocketID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let userID = sender.node ?? ""
    makeRoom(callID, in: &exchange)
    let side = exchange.calls[callID]?.side(of: userID)
    if side == .caller, exchange.nexacon.rooms[callID]?.callerJID == nil {
      exchange.nexacon.rooms[callID]?.callerJID = sender
    }
    // After a restart whoever speaks in a call that is under way is the device that has it.
    if side == .callee, let call = exchange.calls[callID], !call.isRinging,
      call.mediaSockets[.callee] == nil, exchange.nexacon.rooms[callID]?.calleeJID == nil,
      signal.isMedia
    {
      exchange.nexacon.rooms[callID]?.calleeJID = sender
    }
    switch signal {
    case .invitation, .other: break
    case .response(let room, true, _):
      guard (try? exchange.accept(callID, by: userID, over: [socket], &turn)) != nil else {
        // The device that has it may say so again.
        guard exchange.nexacon.rooms[callID]?.calleeJID != sender else { return }
        let by = exchange.calls[callID].flatMap { JID(exchange.nxid(of: $0.facts.caller.id)) }
        return tellOver(
          room, reason: side == .callee ? SignalMessage.takenElsewhere : nil, to: sender,
          by: by ?? sender.bare, in: &exchange, &turn)
      }
      exchange.nexacon.rooms[callID]?.calleeJID = sender
      // What the caller has offered meanwhile was held back.
      for kept in exchange.calls[callID]?.catchUp(.callee) ?? [] {
        turn.socketNews.append(
          SocketNews(socket: socket, news: .signal(callID: callID, kept)))
      }
    case .response(_, false, let reason):
      _ = try? exchange.decline(callID, by: userID, reason: reason ?? "declined", &turn)
    case .end:
      _ = try? exchange.end(callID, by: userID, reason: nil, &turn)
    case .offer(_, let sdp): relay(.offer(sdp), callID, userID, socket, in: &exchange, &turn)
    case .answer(_, let sdp): relay(.answer(sdp), callID, userID, socket, in: &exchange, &turn)
    case .candidate(_, let line, _, _):
      guard line.utf8.count <= exchange.settings.limits.candidateBytes else { return }
      relay(
        line.isEmpty ? .endOfCandidates : .candidate(line), callID, userID, socket, in: &exchange,
        &turn)
    }
  }

  private static func relay(
    _ signal: Signal, _ callID: String, _ userID: String, _ socket: ExchangeSocketID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    if !exchange.relay(signal, in: callID, by: userID, over: socket, &turn) {
      exchange.refuseMessage(of: socket, &turn)
    }
  }

  // MARK: Invitations

  /// Begins a call, unless a request has begun it.
  private static func invite(
    _ invitation: CallInvitation, _ message: XMLElement, from sender: JID, to otherID: String,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let user = sender.node.flatMap({ exchange.directory.user($0) }) else { return }
    var callID = exchange.nexaconCall(invitation.room, of: user.id, with: otherID)
    if callID == nil {
      // The call that a request had begun may have ended while this was on its way.
      if let to = message.to, exchange.nexacon.hasPlaced(invitation.room, by: user.id, to: otherID)
      {
        return tellOver(invitation.room, to: sender, by: to, in: &exchange, &turn)
      }
      callID = try? place(
        invitation.room, from: user, to: otherID, as: invitation.isVideo ? .video : .audio,
        isVideo: invitation.isVideo, in: &exchange, &turn)
    }
    guard let callID, exchange.calls[callID]?.side(of: user.id) == .caller else {
      return refuse(message, .serviceUnavailable, to: sender, in: &exchange, &turn)
    }
    exchange.nexacon.rooms[callID]?.callerJID = sender
    exchange.nexacon.rooms[callID]?.invitationID = message["id"]
    guard let call = exchange.calls[callID]?.facts, let room = exchange.nexacon.rooms[callID] else {
      return
    }
    if room.hasRung || call.callee.isBot { tellRings(room, call, in: &exchange, &turn) }
    // A bot answers offers, and no Nexacon client offers before its call was taken.
    if call.callee.isBot || call.status == .active {
      tellAccepted(callID, in: &exchange, &turn)
    }
  }

  /// Places a call and remembers what its caller calls it.
  static func place(
    _ room: String, from user: StoredUser, to address: String, as type: NexaconCallType,
    isVideo: Bool, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> String {
    guard let callee = exchange.userID(ofNXID: address) else { throw .unknownUser(address) }
    if let known = exchange.nexaconCall(room, of: user.id, with: callee) {
      return known
    }
    let caller = StoredCall.Party(id: user.id, name: user.name, isBot: false)
    let call = try exchange.place(
      from: caller, to: callee, kind: isVideo ? .video : .audio, &turn)
    exchange.nexacon.rooms[call.id] = NexaconRoom(callID: call.id, name: room)
    exchange.nexacon.notePlaced(room, by: user.id, to: callee)
    let label = NexaconLabel(room: room, type: type)
    exchange.nexacon.labels[call.id] = label
    exchange.nexacon.labelledCalls.append(call.id)
    turn.store(
      .putDocument(StoredDocument(collection: roomCollection, key: call.id, body: label.body)))
    if exchange.nexacon.labelledCalls.count > NexaconState.labelLimit {
      let oldest = exchange.nexacon.labelledCalls.removeFirst()
      exchange.nexacon.labels[oldest] = nil
      turn.store(.removeDocument(collection: roomCollection, key: oldest))
    }
    return call.id
  }

  /// Sees to it that a call has a room; one from before a restart, or from elsewhere, has none.
  static func makeRoom(_ callID: String, in exchange: inout Exchange) {
    guard exchange.nexacon.rooms[callID] == nil else { return }
    exchange.nexacon.rooms[callID] = NexaconRoom(
      callID: callID, name: exchange.nexacon.roomName(of: callID))
  }

  // MARK: Other stanzas

  /// From one client to another.
  private static func route(
    _ stanza: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let to = stanza.to, to.domain == exchange.nexacon.server.settings.domain,
      let node = to.node
    else { return refuse(stanza, .serviceUnavailable, to: sender, in: &exchange, &turn) }
    let sessions = exchange.nexacon.server.sessions(of: node)
    let targets =
      to.isBare ? (stanza.name == "message" ? sessions : []) : sessions.filter { $0 == to }
    guard !targets.isEmpty else {
      return refuse(stanza, .serviceUnavailable, to: sender, in: &exchange, &turn)
    }
    for target in targets {
      var copy = stanza
      copy["to"] = target.description
      send(copy, to: target, in: &exchange, &turn)
    }
  }

  private static func refuse(
    _ stanza: XMLElement, _ condition: StanzaError.Condition, to jid: JID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    perform(exchange.nexacon.server.refuse(stanza, condition, to: jid), in: &exchange, &turn)
  }

  /// The receipt that the other phone would send, whose place the exchange takes.
  private static func acknowledge(
    _ message: XMLElement, to sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let id = message["id"], message.child("request", XMPPNamespace.receipts) != nil else {
      return
    }
    var receipt = XMLElement.message(
      to: sender, type: "chat",
      [XMLElement("received", XMPPNamespace.receipts, ["id": id])])
    receipt["from"] = message["to"]
    send(receipt, to: sender, in: &exchange, &turn)
  }

  private static func tellOver(
    _ room: String, reason: String? = nil, to jid: JID, by other: JID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    send(.end(room: room, reason: reason), from: other, to: jid, in: &exchange, &turn)
  }

  static let invitationPrefix = "invite-"
}

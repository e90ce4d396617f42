import Basics
import Formats
import SDP
import XMPP

/// What clients say in stanzas, and what rooms and focuses say to that.
extension JitsiFacade {
  // MARK: Effects

  static func perform(
    _ effects: [XMPPServer.Effect], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    for effect in effects {
      switch effect {
      case .push(let socket, let text): turn.effects.append(.push(socket, text))
      case .close(let socket, let code): exchange.closeSocket(socket, code: code, &turn)
      case .received(let sender, let stanza): take(stanza, from: sender, in: &exchange, &turn)
      case .ended(let jid):
        for node in nodes(of: jid, in: exchange) {
          let effects = exchange.jitsi.rooms[node]?.chat.leave(jid)
          perform(effects ?? [], in: node, of: &exchange, &turn)
        }
      case .check(let socket, _, _):
        // Only anonymous users are offered a way in.
        perform(exchange.jitsi.server.refuse(socket), in: &exchange, &turn)
      case .bound, .resumed: break  // Nobody is told before a room is entered.
      }
    }
  }

  static func perform(
    _ effects: [ChatRoom.Effect], in node: String, of exchange: inout Exchange, _ turn: inout Turn
  ) {
    for effect in effects {
      switch effect {
      case .send(let jid, let stanza): send(stanza, to: jid, in: &exchange, &turn)
      case .entered(let occupant):
        exchange.jitsi.rooms[node]?.emptyUntil = nil
        exchange.counters.conferenceEntries &+= 1
        if exchange.jitsi.rooms[node]?.chat.service != nil {
          let effects = exchange.jitsi.rooms[node]?.focus.entered(occupant.nick, at: turn.now)
          perform(effects ?? [], in: node, of: &exchange, &turn)
        }
        tellCount(of: node, in: &exchange, &turn)
        exchange.zulip.roomChanged(node, isEmpty: false, at: turn.now)
      case .left(let occupant):
        let effects = exchange.jitsi.rooms[node]?.focus.left(
          occupant.nick, at: turn.now, using: exchange.ports)
        perform(effects ?? [], in: node, of: &exchange, &turn)
        if exchange.jitsi.rooms[node]?.chat.occupants.isEmpty == true {
          let effects = exchange.jitsi.rooms[node]?.focus.close()
          perform(effects ?? [], in: node, of: &exchange, &turn)
          exchange.jitsi.rooms[node] = nil
          exchange.zulip.roomChanged(node, isEmpty: true, at: turn.now)
        }
        tellCount(of: node, in: &exchange, &turn)
      }
    }
  }

  static func perform(
    _ effects: [ConferenceFocus.Effect], in node: String, of exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    for effect in effects {
      switch effect {
      case .ask(let nick, let type, let id, let payload):
        guard let room = exchange.jitsi.rooms[node], let occupant = room.chat.occupant(nick) else {
          continue
        }
        var request = XMLElement.iq(type, to: occupant.jid, id: id, payload)
        request["from"] = room.focus.focusAddress
        send(request, to: occupant.jid, in: &exchange, &turn)
      case .open(let leg):
        exchange.jitsi.roomOfLeg[leg] = node
        exchange.openLeg(leg, of: name)
        let room = exchange.jitsi.rooms[node]?.chat.jid.description ?? node
        turn.effects.append(.attendant(.joinConference(leg: leg, conference: room)))
      case .order(let order): turn.effects.append(.attendant(order))
      case .close(let leg):
        exchange.jitsi.roomOfLeg[leg] = nil
        exchange.closeLeg(leg, &turn)
      }
    }
  }

  private static func send(
    _ stanza: XMLElement, to jid: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    perform(exchange.jitsi.server.send(stanza, to: jid), in: &exchange, &turn)
  }

  private static func refuse(
    _ stanza: XMLElement, _ error: StanzaError, to jid: JID, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    // Errors and answers are not answered (RFC 6120 §8.3.1).
    guard stanza["type"] != "error", stanza["type"] != "result" else { return }
    send(stanza.refusal(error), to: jid, in: &exchange, &turn)
  }

  private static func tellCount(
    of node: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let count = exchange.jitsi.rooms[node]?.chat.occupants.count ?? 0
    for facade in Exchange.facades {
      facade.conference(node, has: count, in: &exchange, &turn)
    }
  }

  private static func nodes(of jid: JID, in exchange: Exchange) -> [String] {
    exchange.jitsi.rooms.filter { $0.value.chat.occupant(of: jid) != nil }.keys.sorted()
  }

  // MARK: Stanzas

  private static func take(
    _ stanza: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let to = stanza.to else {
      // Presence without an address is for friends, whom nobody here has.
      if stanza.name != "presence" {
        takeServerStanza(stanza, from: sender, in: &exchange, &turn)
      }
      return
    }
    switch (to.domain, to.node) {
    case (JitsiDomain.rooms, let node?):
      takeRoomStanza(stanza, in: node, at: to, from: sender, in: &exchange, &turn)
    case (JitsiDomain.focus, nil), ("auth." + JitsiDomain.main, "focus"?):
      takeFocusStanza(stanza, from: sender, in: &exchange, &turn)
    case (JitsiDomain.rooms, nil) where stanza["type"] == "get":
      let info = DiscoInfo(
        identities: [.init(category: "conference", type: "text", name: "Conferences")],
        features: [XMPPNamespace.discoInfo, XMPPNamespace.muc])
      guard stanza.payload?.namespace == XMPPNamespace.discoInfo else {
        return refuse(stanza, StanzaError(.serviceUnavailable), to: sender, in: &exchange, &turn)
      }
      send(info.answer(to: stanza), to: sender, in: &exchange, &turn)
    case (JitsiDomain.main, nil):
      takeServerStanza(stanza, from: sender, in: &exchange, &turn)
    default:
      refuse(stanza, StanzaError(.serviceUnavailable), to: sender, in: &exchange, &turn)
    }
  }

  /// What the domain is asked beyond the stream: only which servers help to find a path (XEP-0215).
  private static func takeServerStanza(
    _ stanza: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard stanza.name == "iq", stanza["type"] == "get", let query = stanza.payload,
      query.name == "services",
      [XMPPNamespace.externalServices, XMPPNamespace.externalServices1].contains(query.namespace)
    else {
      return refuse(stanza, StanzaError(.serviceUnavailable), to: sender, in: &exchange, &turn)
    }
    let servers = exchange.iceServers(for: sender.node ?? "guest", on: turn.wall)
    let services = ExternalServices(iceServers: servers)
    send(
      stanza.result(services.encoded(namespace: query.namespace)), to: sender, in: &exchange, &turn)
  }

  /// The request for a conference (protocols.md B.2, step 7).
  private static func takeFocusStanza(
    _ stanza: XMLElement, from sender: JID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard stanza.isRequest, let request = stanza.payload, request.name == "conference",
      request.namespace == XMPPNamespace.jitsiFocus
    else {
      return refuse(stanza, StanzaError(.serviceUnavailable), to: sender, in: &exchange, &turn)
    }
    guard let room = request["room"].flatMap(JitsiDomain.room) else {
      let error = StanzaError(.badRequest, text: "That is no room here.")
      return refuse(stanza, error, to: sender, in: &exchange, &turn)
    }
    let muted = request.children("property").first { $0["name"] == "startAudioMuted" }
    let mutedFrom = muted?["value"].flatMap { Int($0) }
    guard prepare(room, mutedFrom: mutedFrom, in: &exchange, &turn) else {
      let error = StanzaError(
        .resourceConstraint, text: "The exchange holds no more conferences.")
      return refuse(stanza, error, to: sender, in: &exchange, &turn)
    }
    var reply = XMLElement(
      "conference", XMPPNamespace.jitsiFocus,
      ["ready": "true", "focusjid": JitsiDomain.focusUser, "room": room.description])
    reply.append(
      XMLElement(
        "property", XMPPNamespace.jitsiFocus, ["name": "authentication", "value": "false"]))
    send(stanza.result(reply), to: sender, in: &exchange, &turn)
  }

  /// Sees to it that a room is there, and the focus in it.
  ///
  /// - Returns: `false` when there is no room for another.
  static func prepare(
    _ jid: JID, mutedFrom: Int?, in exchange: inout Exchange, _ turn: inout Turn
  ) -> Bool {
    guard let node = jid.node, makeRoom(jid, in: &exchange, turn) else { return false }
    if exchange.jitsi.rooms[node]?.chat.occupants.isEmpty == true {
      exchange.jitsi.rooms[node]?.emptyUntil = turn.now.advanced(by: emptyTime)
      exchange.jitsi.rooms[node]?.focus.mutedFrom = mutedFrom.map { max(0, $0) }
    }
    guard exchange.jitsi.rooms[node]?.chat.service == nil,
      let focus = JID(JitsiDomain.focusUser)
    else { return true }
    let service = ChatRoom.Service(nick: ConferenceFocus.nick, jid: focus)
    let effects = exchange.jitsi.rooms[node]?.chat.admit(service)
    perform(effects ?? [], in: node, of: &exchange, &turn)
    for occupant in exchange.jitsi.rooms[node]?.chat.occupants ?? [] {
      let effects = exchange.jitsi.rooms[node]?.focus.entered(occupant.nick, at: turn.now)
      perform(effects ?? [], in: node, of: &exchange, &turn)
    }
    return true
  }

  static func makeRoom(_ jid: JID, in exchange: inout Exchange, _ turn: Turn) -> Bool {
    guard let node = jid.node else { return false }
    if exchange.jitsi.rooms[node] != nil { return true }
    guard exchange.jitsi.rooms.count < exchange.settings.limits.conferences else { return false }
    exchange.jitsi.rooms[node] = JitsiRoom(
      jid, occupantLimit: exchange.settings.limits.conferenceSeats)
    exchange.jitsi.rooms[node]?.emptyUntil = turn.now.advanced(by: emptyTime)
    return true
  }

  /// How long a room waits for the first to come.
  private static let emptyTime = Duration.seconds(60)

  // MARK: Rooms

  private static func takeRoomStanza(
    _ stanza: XMLElement, in node: String, at to: JID, from sender: JID,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    switch stanza.name {
    case "presence":
      let isInside = exchange.jitsi.rooms[node]?.chat.occupant(of: sender) != nil
      if !isInside, stanza["type"] == nil {
        let isFree =
          nodes(of: sender, in: exchange).count < exchange.settings.limits.conferencesPerClient
        guard isFree, makeRoom(to.bare, in: &exchange, turn) else {
          return refuse(stanza, StanzaError(.resourceConstraint), to: sender, in: &exchange, &turn)
        }
      }
      let effects = exchange.jitsi.rooms[node]?.chat.take(presence: stanza, from: sender)
      perform(effects ?? [], in: node, of: &exchange, &turn)
    case "message":
      guard let effects = exchange.jitsi.rooms[node]?.chat.take(message: stanza, from: sender)
      else { return refuse(stanza, StanzaError(.itemNotFound), to: sender, in: &exchange, &turn) }
      perform(effects, in: node, of: &exchange, &turn)
    default:
      takeRoomRequest(stanza, in: node, at: to, from: sender, in: &exchange, &turn)
    }
  }

  private static func takeRoomRequest(
    _ iq: XMLElement, in node: String, at to: JID, from sender: JID, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    guard let occupant = exchange.jitsi.rooms[node]?.chat.occupant(of: sender) else {
      return refuse(iq, StanzaError(.notAcceptable), to: sender, in: &exchange, &turn)
    }
    guard let nick = to.resource else {
      guard let effects = exchange.jitsi.rooms[node]?.chat.take(request: iq, from: sender) else {
        return refuse(iq, StanzaError(.serviceUnavailable), to: sender, in: &exchange, &turn)
      }
      return perform(effects, in: node, of: &exchange, &turn)
    }
    if nick == ConferenceFocus.nick {
      return takeFocusIQ(iq, in: node, from: occupant, in: &exchange, &turn)
    }
    // Between occupants, as for peers that connect directly.
    guard let other = exchange.jitsi.rooms[node]?.chat.occupant(nick) else {
      return refuse(iq, StanzaError(.itemNotFound), to: sender, in: &exchange, &turn)
    }
    var iq = iq
    iq["from"] = to.bare.with(resource: occupant.nick)?.description
    iq["to"] = other.jid.description
    send(iq, to: other.jid, in: &exchange, &turn)
  }

  // MARK: The focus in a room

  private static func takeFocusIQ(
    _ iq: XMLElement, in node: String, from occupant: ChatRoom.Occupant,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard iq.isRequest else {
      let effects = exchange.jitsi.rooms[node]?.focus.answered(
        iq, from: occupant.nick, at: turn.now, using: exchange.ports)
      return perform(effects ?? [], in: node, of: &exchange, &turn)
    }
    do throws(StanzaError) {
      let effects = try obey(iq, in: node, from: occupant, in: &exchange, turn)
      send(iq.result(), to: occupant.jid, in: &exchange, &turn)
      perform(effects, in: node, of: &exchange, &turn)
    } catch {
      refuse(iq, error, to: occupant.jid, in: &exchange, &turn)
    }
  }

  private static func obey(
    _ iq: XMLElement, in node: String, from occupant: ChatRoom.Occupant,
    in exchange: inout Exchange, _ turn: Turn
  ) throws(StanzaError) -> [ConferenceFocus.Effect] {
    guard let payload = iq.payload else { throw StanzaError(.badRequest) }
    switch (payload.namespace, payload.name) {
    case (XMPPNamespace.jingle, "jingle"):
      return try exchange.jitsi.rooms[node]?.focus.take(
        payload, from: occupant.nick, at: turn.now, using: exchange.ports) ?? []
    case (XMPPNamespace.jitsiAudio, "mute"):
      return try mute(payload, in: node, by: occupant, in: &exchange)
    case (XMPPNamespace.ping, "ping"): return []
    default: throw StanzaError(.serviceUnavailable)
    }
  }

  /// A moderator mutes somebody; nobody is made to speak (protocols.md B.7).
  private static func mute(
    _ request: XMLElement, in node: String, by occupant: ChatRoom.Occupant,
    in exchange: inout Exchange
  ) throws(StanzaError) -> [ConferenceFocus.Effect] {
    guard occupant.isModerator else {
      throw StanzaError(.notAllowed, text: "Only a moderator mutes others.")
    }
    guard request.text == "true" else {
      throw StanzaError(.notAllowed, text: "Nobody can be unmuted by others.")
    }
    guard let room = exchange.jitsi.rooms[node], let target = request["jid"].flatMap({ JID($0) }),
      target.bare == room.chat.jid, let nick = target.resource, room.chat.occupant(nick) != nil
    else { throw StanzaError(.itemNotFound) }
    var order = request
    order["actor"] = room.chat.jid.with(resource: occupant.nick)?.description
    let id = exchange.jitsi.rooms[node]?.focus.takeRequestID() ?? ""
    return [.ask(nick: nick, type: "set", id: id, order)]
  }
}

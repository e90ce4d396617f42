import Basics
import Calling
import Formats
import NexaconWire
import SDP
import Transport
import XMPP

/// What the call book asks.
extension NexaconClient {
  mutating func place(_ id: CallID, to address: String, kind: CallKind) {
    guard phase == .online, let me else {
      return report(.ended(id, .notSignedIn("Not signed in to \(account.name).")))
    }
    guard calls.count < Self.callLimit else {
      return report(.ended(id, .signalingFailed("There are too many calls on this account.")))
    }
    let names = address.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let isGroup = names.count > 1
    let others = names.compactMap { jid(of: $0) }
    guard let first = others.first, others.count == names.count, others.count <= Self.groupLimit,
      !others.contains(me)
    else {
      let shown = HarmlessText.line(address, limit: 80)
      let words =
        others.contains(me)
        ? "You cannot call yourself." : "“\(shown)” is no number or address of this server."
      return report(.ended(id, .unknownCallee(words)))
    }
    let party =
      isGroup
      ? Party(name: names.joined(separator: ", "), address: address) : self.party(of: first)
    // Rooms are named by the caller's clock; the count keeps two in one millisecond apart.
    let milliseconds = clock.time(at: now).milliseconds
    var room = "call_\(milliseconds)"
    if calls.contains(where: { $0.room == room }) || finished.contains(room) {
      room += "_\(id.number)"
    }
    calls.append(
      NexaconCall(
        id: id, room: room, others: others, peer: first, party: party, isVideo: kind == .video,
        isGroup: isGroup))
    requestCredentials(of: id)
  }

  /// Servers for candidates are asked for anew before each call, since what they grant expires.
  mutating func requestCredentials(of id: CallID) {
    request(
      .credentials(id), .get, NexaconPath.credentials, timeout: Self.credentialsTimeout)
  }

  mutating func takeCredentials(_ reply: NexaconReply, of id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    if case .granted(let value) = reply {
      let servers = CredentialsMessage(decoding: value).servers.flatMap { server in
        server.urls.prefix(8).compactMap {
          IceServer(url: $0, username: server.username, credential: server.credential)
        }
      }
      calls[index].iceServers = Array(servers.prefix(8))
    } else {
      note(.warning, "No servers to find a path by could be had. \(reply.sentence)")
    }
    guard calls[index].stage == .preparing else {
      if case .granted = reply { report(.servers(id, calls[index].iceServers)) }
      return
    }
    id.isIncoming ? tellInvited(index) : announce(index)
  }

  // MARK: Outgoing

  private mutating func announce(_ index: Int) {
    let call = calls[index]
    calls[index].stage = .announcing
    let message = CallRequestMessage(
      to: call.others.map(\.description), type: call.isGroup ? .group : .p2p, room: call.room)
    request(
      .announce(call.id), .post, call.isGroup ? NexaconPath.groupCall : NexaconPath.peerCall,
      message.encoded(isGroup: call.isGroup))
  }

  mutating func takeAnnounced(_ reply: NexaconReply, of id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].stage == .announcing
    else { return }
    switch reply {
    case .granted(let value):
      if let room = value["room"]?.string, (1...SignalMessage.roomLimit).contains(room.utf8.count) {
        calls[index].room = room
      }
    case .refused(let status, let words, _) where status < 500 && (status != 404 || words != nil):
      finish(id, .signalingFailed(reply.sentence))
      let reason: EndReason =
        switch status {
        case 409: .busy
        case 401: .notSignedIn(reply.sentence)
        case 404: .unknownCallee(reply.sentence)
        default: .signalingFailed(reply.sentence)
        }
      return report(.ended(id, reason))
    case .refused, .failed:
      // The invitation goes from phone to phone; the server would only have waked a sleeping one.
      note(.warning, "The server could not be told of the call. \(reply.sentence)")
    }
    invite(index)
  }

  private mutating func invite(_ index: Int) {
    let call = calls[index]
    var invitation = CallInvitation(
      room: call.room, isVideo: call.isVideo, caller: me?.description, callerName: displayName)
    invitation.milliseconds = clock.time(at: now).milliseconds
    for other in call.others {
      calls[index].invitations.insert(send(.invitation(invitation), to: other))
    }
    ring(index)
  }

  /// The others have been invited, by their phones or by the server.
  mutating func ring(_ index: Int) {
    calls[index].stage = .ringing
    let call = calls[index]
    timers[.ring(call.id)] = now.advanced(by: Self.ringTime)
    report(
      .placed(
        call.id, remoteID: call.room, party: call.party,
        terms: MediaTerms(iceServers: call.iceServers),
        browserURL: nil))
  }

  // MARK: Incoming

  private mutating func tellInvited(_ index: Int) {
    calls[index].stage = .ringing
    let call = calls[index]
    timers[.ring(call.id)] = call.ringsUntil
    report(
      .invited(
        Calling.Invitation(
          id: call.id, remoteID: call.room, from: call.party, kind: call.isVideo ? .video : .audio,
          terms: MediaTerms(iceServers: call.iceServers), browserURL: call.browserURL)))
  }

  mutating func accept(_ id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].stage == .ringing
    else { return }
    calls[index].stage = .accepted(at: now)
    timers[.ring(id)] = nil
    send(.response(room: calls[index].room, isAccepted: true), to: calls[index].peer)
    speak(index)
  }

  mutating func decline(_ id: CallID, _ reason: EndReason, word: String?) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    let messageID = send(
      .response(room: call.room, isAccepted: false, reason: word), to: call.peer)
    declines.append(NexaconDecline(room: call.room, messageID: messageID))
    // The request has no reason, so that the message goes first, which has.
    timers[.decline(room: call.room)] = now.advanced(by: Self.declineTime)
    if word == nil { postDecline(declines.count - 1) }
    if declines.count > Self.callLimit { postDecline(0) }
    finish(id, reason)
  }

  /// Tells the server of a refusal.
  mutating func postDecline(_ index: Int) {
    let decline = declines.remove(at: index)
    timers[.decline(room: decline.room)] = nil
    request(.decline, .post, NexaconPath.decline, ["room": .string(decline.room)])
  }

  /// Tells the server though nobody has acknowledged the message.
  mutating func declineDue(_ room: String) {
    if let index = declines.firstIndex(where: { $0.room == room }) { postDecline(index) }
  }

  // MARK: Both

  mutating func end(_ id: CallID, _ reason: EndReason) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    hangUp(call)
    finish(id, reason)
  }

  /// Tells the other side that the call is over, if it has heard of it.
  mutating func hangUp(_ call: NexaconCall) {
    switch call.stage {
    case .preparing: break
    case .ringing where call.id.isIncoming:
      send(.response(room: call.room, isAccepted: false), to: call.peer)
    case .announcing, .ringing:
      // The server may have told of it already.
      for other in call.others { send(.end(room: call.room), to: other) }
    case .accepted:
      send(.end(room: call.room), to: call.peer)
    }
  }

  /// Says something to the peer, or keeps it until that is possible.
  mutating func say(_ saying: NexaconCall.Saying, in id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].keep(saying)
    speak(index)
  }

  /// Sends what was kept for the peer of a call that has been taken.
  mutating func speak(_ index: Int) {
    guard calls[index].isAccepted else { return }
    let hadOffer = calls[index].offer
    let signals = calls[index].takeSignals()
    for signal in signals { send(signal, to: calls[index].peer) }
    if let offer = calls[index].offer, offer != hadOffer {
      timers[.offerUnanswered(calls[index].id)] = now.advanced(by: Self.offerTime)
    }
  }

  /// The call's first offer is made once more. One that renews what was agreed is taken back, as the
  /// session does at the same time, so that the other side may make its own.
  mutating func offerUnanswered(_ id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }), let offer = calls[index].offer
    else { return }
    if calls[index].remoteDescription == nil {
      send(.offer(room: calls[index].room, sdp: offer), to: calls[index].peer)
    } else {
      calls[index].offer = nil
    }
  }

  /// Nobody took the call in time.
  mutating func ringingOver(_ id: CallID) {
    guard let call = calls.first(where: { $0.id == id }), call.stage == .ringing else { return }
    let reason: EndReason = id.isIncoming ? .missed : .noAnswer
    if !id.isIncoming { hangUp(call) }
    finish(id, reason)
    report(.ended(id, reason))
  }

  /// Forgets a call, remembers its room as that of one that is over, and keeps a record for the server.
  mutating func finish(_ id: CallID, _ reason: EndReason) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    let call = calls.remove(at: index)
    timers[.ring(id)] = nil
    timers[.offerUnanswered(id)] = nil
    cancelRequests { $0 == .credentials(id) || $0 == .announce(id) }
    finished.append(call.room)
    if finished.count > Self.finishedLimit { finished.removeFirst() }
    record(call, reason)
  }

  /// Sends a message to a phone, or to all phones of somebody.
  ///
  /// - Returns: the message's name.
  @discardableResult
  mutating func send(_ signal: SignalMessage, to jid: JID) -> String {
    let id = stream?.nextID() ?? "m\(generator.next() >> 16)"
    let body = signal.encoded(at: clock.time(at: now).milliseconds)
    var asking = [XMLElement("request", XMPPNamespace.receipts)]
    if case .candidate = signal { asking = [] }
    transmit(.message(to: jid, type: "chat", id: id, body: body, asking))
    return id
  }

  func party(of jid: JID, name: String? = nil) -> Party {
    let known = contacts.first { self.jid(of: $0.nxid) == jid.bare }?.name
    let shown = known ?? name.flatMap { $0.isEmpty ? nil : $0 } ?? address(of: jid)
    return Party(name: String(shown.prefix(200)), address: address(of: jid))
  }

  /// Called at once, at most.
  static let groupLimit = 32
  /// Calls at once at most; more than the book has, so that the book decides.
  static let callLimit = 16
  /// Names of calls that are over, at most.
  static let finishedLimit = 64
  /// How long it rings (protocols.md D.3).
  static let ringTime: Duration = .seconds(60)
  /// How long the message that refuses a call has for its way before the server is told as well.
  static let declineTime: Duration = .seconds(2)
  /// How long an answer to an offer may take (protocols.md D.3); a session waits as long.
  static let offerTime: Duration = .seconds(10)
  /// A call waits so long for the servers to gather candidates from.
  private static let credentialsTimeout: Duration = .seconds(4)
}

import Basics
import BotServerWire
import Calling
import Formats
import Transport

/// What the call book asks.
extension BotServerClient {
  mutating func place(_ id: CallID, to address: String, kind: CallKind) {
    guard phase == .online else {
      return report(.ended(id, .notSignedIn("Not signed in to \(account.name).")))
    }
    guard calls.count < Self.callLimit else {
      return report(.ended(id, .signalingFailed("There are too many calls on this account.")))
    }
    if address.hasPrefix("room:") { return join(id, room: String(address.dropFirst(5))) }
    if address.contains(",") { return placeGroup(id, address, kind) }
    let isBot = address.hasPrefix("bot:")
    let userID = isBot ? String(address.dropFirst(4)) : address
    let isKnownBot = users.contains { $0.userID == userID && $0.roles.contains("bot") }
    calls.append(BotServerCall(id: id, remoteID: "", stage: .placing(endWanted: nil)))
    let message = InitiateMessage(
      type: kind.rawValue, kind: isBot || isKnownBot ? "bot" : "one_to_one",
      participants: [userID])
    request(.place(id), .post, BotServerPath.initiate, message.encoded())
  }

  /// Calls several at once, whose addresses stand between commas.
  private mutating func placeGroup(_ id: CallID, _ addresses: String, _ kind: CallKind) {
    var users: [String] = []
    for part in addresses.split(separator: ",") {
      let user = part.split(separator: " ").joined(separator: " ")
      if !user.isEmpty, !users.contains(user), user != me?.userID { users.append(user) }
    }
    guard (1...Self.groupLimit).contains(users.count) else {
      let words = "A group has 2 to \(Self.groupLimit + 1) members; make a room for more."
      return report(.ended(id, .signalingFailed(words)))
    }
    calls.append(BotServerCall(id: id, remoteID: "", stage: .placing(endWanted: nil)))
    let message = InitiateMessage(type: kind.rawValue, kind: "group", participants: users)
    request(.place(id), .post, BotServerPath.initiate, message.encoded())
  }

  mutating func takePlaced(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }),
      case .placing(let endWanted) = calls[index].stage
    else { return }
    defer { replayEarlyMessages(at: now) }
    guard case .granted(let value) = reply, let call = try? CallMessage(decoding: value),
      !call.callID.isEmpty, call.callID.utf8.count <= Self.idLimit
    else {
      calls.remove(at: index)
      if endWanted == nil { report(.ended(id, reason(placing: reply))) }
      return leaveIfDone()
    }
    calls[index].remoteID = call.callID
    let party = call.other(than: me?.userID ?? "")
    let placed = SignalingReport.placed(
      id, remoteID: call.callID, party: party, terms: call.terms, browserURL: nil)
    if let endWanted {
      report(placed)  // For its name: the history shall know the call for the server's.
      finish(id)
      send(.end(reason: endWanted.botServerWord), remoteID: call.callID)
      return
    }
    calls[index].stage = .ringing
    if let media = call.media, media.kind != MediaMessage.peerToPeer {
      let kind = HarmlessText.line(media.kind, limit: 40)
      let words = "The server wants the sound as “\(kind)”, which this program cannot bring."
      return giveUp(id, .mediaFailed(words))
    }
    report(placed)
    speak(index)
    update(id, with: call)
  }

  /// Why a call could not be placed.
  private func reason(placing reply: Reply) -> EndReason {
    switch reply {
    case .granted, .failed:
      return .signalingFailed(reply.sentence)
    case .refused(let refusal):
      switch refusal.status {
      case 401: return .notSignedIn(refusal.sentence)
      case 404, 405:
        // A server without the API says so without a word about calls.
        let isAboutUser = refusal.code.map { $0.contains("user") || $0.contains("participant") }
        return isAboutUser == true
          ? .unknownCallee(refusal.sentence) : .signalingFailed(Self.noCallsAPI)
      case 409 where refusal.code == "busy": return .busy
      case 429:
        let wait = refusal.retryAfter.map { " Try again in \($0.components.seconds) s." } ?? ""
        return .signalingFailed(refusal.sentence + wait)
      default: return .signalingFailed(refusal.sentence)
      }
    }
  }

  mutating func ring(_ id: CallID) {
    guard let call = calls.first(where: { $0.id == id }), call.stage == .ringing else { return }
    // A courtesy to the caller: not kept for later.
    send(.callRinging(callID: call.remoteID))
  }

  /// Says something to the peer, or keeps it until that is possible.
  mutating func say(_ saying: BotServerCall.Saying, in id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    if say(toSeat: saying, in: id, at: now) { return }
    calls[index].keep(saying)
    speak(index)
  }

  /// Sends what was kept for the peer of a call, if it can be sent.
  mutating func speak(_ index: Int) {
    guard isLinkUp, calls[index].maySpeak else { return }
    for message in calls[index].takeMessages() { send(message) }
  }

  mutating func accept(_ id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].stage == .ringing
    else { return }
    calls[index].stage = .accepting
    send(.accept(id), remoteID: calls[index].remoteID)
  }

  mutating func decline(_ id: CallID, _ kind: Errand.Kind) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    finish(id)
    send(kind, remoteID: call.remoteID)
  }

  mutating func end(_ id: CallID, _ reason: EndReason) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    let call = calls[index]
    if case .placing = call.stage {
      calls[index].stage = .placing(endWanted: reason)
      return
    }
    finish(id)
    guard id.isIncoming, call.stage == .ringing else { return sayGoodbye(to: call, reason) }
    send(.decline(reason: reason.botServerWord), remoteID: call.remoteID)
  }

  /// Forgets a call and remembers its name as that of one that is over.
  mutating func finish(_ id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    standUp(id, at: now)
    let call = calls.remove(at: index)
    let remoteID = call.remoteID
    errands.removeAll { $0.acceptedCall == id }
    guard !remoteID.isEmpty else { return }
    if let quality = call.quality { send(.callQuality(callID: remoteID, score: quality)) }
    // A room can be joined again under the same name of the call.
    guard call.roomID == nil else { return }
    finished.append(remoteID)
    if finished.count > Self.finishedLimit { finished.removeFirst() }
  }

  // MARK: Errands

  /// Sends something that must arrive.
  mutating func send(_ kind: Errand.Kind, remoteID: String) {
    if errands.count >= Errand.limit, case .sent(let id) = errands.removeFirst().state {
      cancelRequest(id)
    }
    var errand = Errand(remoteID: remoteID, kind: kind, state: .kept)
    // While the server does not answer at all, there is no use in trying before it does.
    if phase == .online || phase == .leaving {
      errand.state = .sent(requestErrand(kind, remoteID: remoteID))
    }
    errands.append(errand)
  }

  mutating func takeErrand(_ reply: Reply, of request: RequestID, at now: Instant) {
    guard let index = errands.firstIndex(where: { $0.state == .sent(request) }) else { return }
    defer { leaveIfDone() }
    let errand = errands[index]
    if let id = errand.acceptedCall { return takeAcceptance(reply, of: id, errand, at: index, now) }
    switch reply {
    case .granted: errands.remove(at: index)
    case .refused(let refusal):
      switch refusal.status {
      case 401: errands[index].state = .kept
      case 404, 409, 410: errands.remove(at: index)  // It is over already, which is as good.
      default:
        if reply.isWorthRepeating { return delayErrand(index, reply, at: now) }
        note(.warning, "The end of a call was not taken: \(refusal.sentence)")
        errands.remove(at: index)
      }
    case .failed:
      delayErrand(index, reply, at: now)
    }
  }

  private mutating func takeAcceptance(
    _ reply: Reply, of id: CallID, _ errand: Errand, at index: Int, _ now: Instant
  ) {
    if reply.isWorthRepeating, errand.nextDelay != nil {
      return delayErrand(index, reply, at: now)
    }
    errands.remove(at: index)
    guard let call = calls.firstIndex(where: { $0.id == id }) else { return }
    switch reply {
    case .granted:
      calls[call].stage = .accepted
      speak(call)
    case .refused(let refusal) where [404, 409, 410].contains(refusal.status):
      // Somebody was faster: the caller, another device, or our own first try, whose reply was lost.
      calls[call].stage = errand.repetitionCount > 0 ? .accepting : .ringing
      requestCall(id)
    case .refused, .failed:
      finish(id)
      report(.ended(id, .signalingFailed(reply.sentence)))
    }
  }

  private mutating func delayErrand(_ index: Int, _ reply: Reply, at now: Instant) {
    guard let delay = errands[index].nextDelay else {
      errands[index].state = .kept
      return
    }
    errands[index].repetitionCount += 1
    errands[index].state = .waiting(until: now.advanced(by: max(delay, reply.retryAfter ?? .zero)))
  }

  /// Sends again what has waited long enough.
  mutating func repeatErrands(at now: Instant) {
    for index in errands.indices {
      guard case .waiting(let until) = errands[index].state, now >= until else { continue }
      let id = requestErrand(errands[index].kind, remoteID: errands[index].remoteID)
      errands[index].state = .sent(id)
    }
  }

  /// Sends what was kept while the server could not be reached.
  mutating func deliverKeptErrands() {
    for index in errands.indices where errands[index].state == .kept {
      errands[index].repetitionCount = 0
      let id = requestErrand(errands[index].kind, remoteID: errands[index].remoteID)
      errands[index].state = .sent(id)
    }
  }

  private mutating func requestErrand(_ kind: Errand.Kind, remoteID: String) -> RequestID {
    let id = percentEncoded(remoteID)
    switch kind {
    case .accept: return respond(RespondMessage(response: .accept), to: id)
    case .decline(let reason):
      return respond(RespondMessage(response: .decline, reason: reason), to: id)
    case .busy: return respond(RespondMessage(response: .busy), to: id)
    case .leave: return request(.errand, .post, BotServerPath.leave(id), [:])
    case .end(let reason):
      return request(
        .errand, .post, BotServerPath.end(id), EndMessage(reason: reason).encoded())
    }
  }

  private mutating func respond(_ message: RespondMessage, to id: String) -> RequestID {
    request(.errand, .post, BotServerPath.respond(id), message.encoded())
  }

  /// Others in a group at most.
  static let groupLimit = 15
  /// Calls at once at most; more than the book has, so that the book decides.
  static let callLimit = 16
  /// Bytes of a call's name at most.
  static let idLimit = 200
  /// Names of calls that are over, at most.
  static let finishedLimit = 64
}

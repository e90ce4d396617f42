import Basics
import Transport

/// Who somebody is, as others are shown it.
struct UserCard: Equatable, Sendable {
  enum Role: String, Sendable {
    case user, guest, admin, bot
  }

  var id: String
  var name: String
  var role: Role
  var isOnline: Bool
  var about: String?
}

/// What the exchange tells a user's sockets, before a facade puts it into words.
enum ExchangeNews: Equatable, Sendable {
  case welcome(UserCard)
  case incoming(StoredCall)
  case updated(StoredCall)
  case presence(UserCard)
  /// It rings at the callee.
  case ringing(callID: String)
  case signal(callID: String, Signal)
  case agent(callID: String, AgentActivity)
  case said(callID: String, by: StoredCall.Party, text: String, isFinal: Bool)
  /// The answer to a client's `ping`.
  case pong
}

/// What a client says on its socket, freed from a facade's words.
enum ClientWord: Equatable, Sendable {
  case ringing(callID: String)
  case signal(callID: String, Signal)
  case said(callID: String, text: String, isFinal: Bool)
  case ping
  case pong
}

extension Exchange {
  // MARK: Events

  mutating func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      let session = try admitSocket(from: address, request, &turn)
      let wasPresent = sockets.isPresent(session.user.id)
      sockets.add(
        ExchangeSocket(
          userID: session.user.id, session: session.hash, address: address,
          allowance: RateBucket(burst: settings.limits.messageBurst, at: turn.now)),
        as: id)
      counters.socketsOpened &+= 1
      if !wasPresent { announce(session.user.id, &turn) }
      push(.welcome(card(of: session.user)), to: [id], &turn)
      catchUp(session.user.id, over: id, &turn)
      presenceChanged(of: session.user.id, &turn)
    } catch {
      let response = BotServerFacade.response(to: error)
      counters.responses[response.status, default: 0] += 1
      turn.effects.append(.rejectSocket(id, response))
    }
  }

  mutating func takeMessage(
    _ id: ExchangeSocketID, _ message: SocketMessage, _ turn: inout Turn
  ) {
    guard let socket = sockets[id] else { return }
    let limits = settings.limits
    var isTooFast = false
    sockets.update(id) {
      isTooFast =
        $0.allowance.take(
          perSecond: limits.messagesPerSecond, burst: limits.messageBurst, at: turn.now) != nil
    }
    counters.messagesReceived &+= 1
    guard !isTooFast else {
      closeSocket(id, code: 1008, &turn)
      return
    }
    guard let text = text(of: message) else {
      closeSocket(id, code: 1009, &turn)
      return
    }
    guard let word = BotServerFacade.word(in: text, limits: limits),
      heed(word, of: socket.userID, over: id, &turn)
    else {
      refuseMessage(of: id, &turn)
      return
    }
  }

  mutating func forgetSocket(_ id: ExchangeSocketID, _ turn: inout Turn) {
    guard let socket = sockets.remove(id) else { return }
    for callID in callIDs(of: socket.userID) { calls[callID]?.socketClosed(id) }
    guard !sockets.isPresent(socket.userID) else { return }
    announce(socket.userID, &turn)
    presenceChanged(of: socket.userID, &turn)
  }

  mutating func closeSocket(_ id: ExchangeSocketID, code: Int, _ turn: inout Turn) {
    guard sockets[id] != nil else { return }
    turn.effects.append(.closeSocket(id, code: code))
    forgetSocket(id, &turn)
  }

  // MARK: Telling

  func push(_ news: ExchangeNews, to ids: [ExchangeSocketID], _ turn: inout Turn) {
    guard !ids.isEmpty else { return }
    let text = BotServerFacade.text(of: news, settings: settings, on: turn.wall)
    for id in ids { turn.effects.append(.push(id, text)) }
  }

  /// Tells all devices of a user; bots have none.
  func tell(_ userID: String, _ news: ExchangeNews, _ turn: inout Turn) {
    push(news, to: sockets.ids(of: userID), &turn)
  }

  func tellParties(_ call: StoredCall, _ news: ExchangeNews, _ turn: inout Turn) {
    push(news, to: sockets.ids(of: call.caller.id) + sockets.ids(of: call.callee.id), &turn)
  }

  /// Tells everybody else that a user has come or gone.
  private func announce(_ userID: String, _ turn: inout Turn) {
    guard let user = directory.user(userID) else { return }
    let others = sockets.all.filter { $0.socket.userID != userID }.map(\.id)
    push(.presence(card(of: user)), to: others, &turn)
  }

  func card(of user: StoredUser) -> UserCard {
    let role: UserCard.Role =
      switch user.role {
      case .user: .user
      case .guest: .guest
      case .admin: .admin
      }
    return UserCard(
      id: user.id, name: user.name, role: role, isOnline: sockets.isPresent(user.id))
  }

  // MARK: Helpers

  private mutating func admitSocket(
    from address: String, _ request: HTTPRequest, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> Session {
    guard let target = RequestTarget(request.url) else {
      throw .badRequest("The address is malformed.")
    }
    guard Exchange.isSocketPath(request.url) else { throw .nothingThere }
    let session = session(of: request, token: target["token"])
    try spend(session, from: address, turn.now)
    let limits = settings.limits
    guard let session else { throw .notSignedIn }
    guard sockets.ids(of: session.user.id).count < limits.socketsPerUser,
      sockets.count(at: address) < limits.socketsPerAddress, sockets.count < limits.sockets
    else { throw .tooMany("There are too many open sockets.", retryAfter: .seconds(10)) }
    return session
  }

  /// Tells a new socket of its user's calls, so that none is lost that began without it.
  private mutating func catchUp(
    _ userID: String, over id: ExchangeSocketID, _ turn: inout Turn
  ) {
    for callID in callIDs(of: userID) {
      guard let call = calls[callID], let side = call.side(of: userID) else { continue }
      let isInvited = call.isRinging && side == .callee
      push(isInvited ? .incoming(call.facts) : .updated(call.facts), to: [id], &turn)
      for signal in calls[callID]?.catchUp(side) ?? [] {
        push(.signal(callID: callID, signal), to: [id], &turn)
      }
    }
  }

  private func text(of message: SocketMessage) -> String? {
    switch message {
    case .text(let text): text.utf8.count <= settings.limits.messageBytes ? text : nil
    case .binary(let bytes): bytes.count <= settings.limits.messageBytes ? "" : nil
    }
  }

  /// Does what a client says; `false` when it is out of place.
  private mutating func heed(
    _ word: ClientWord, of userID: String, over id: ExchangeSocketID, _ turn: inout Turn
  ) -> Bool {
    switch word {
    case .ping:
      push(.pong, to: [id], &turn)
      return true
    case .pong: return true
    case .ringing(let callID):
      guard let call = calls[callID], call.isRinging, call.facts.callee.id == userID else {
        return false
      }
      log(.rang, callID, by: userID, &turn)
      tell(call.facts.caller.id, .ringing(callID: callID), &turn)
      return true
    case .signal(let callID, let signal):
      return relay(signal, in: callID, by: userID, over: id, &turn)
    case .said(let callID, let text, let isFinal):
      guard let call = calls[callID], !call.isRinging, let side = call.side(of: userID) else {
        return false
      }
      tell(
        call.party(side.other).id,
        .said(callID: callID, by: call.party(side), text: text, isFinal: isFinal), &turn)
      return true
    }
  }

  private mutating func refuseMessage(of id: ExchangeSocketID, _ turn: inout Turn) {
    counters.messagesRefused &+= 1
    sockets.update(id) { $0.faultCount += 1 }
    guard let socket = sockets[id], socket.faultCount > settings.limits.faultsPerSocket else {
      return
    }
    closeSocket(id, code: 1008, &turn)
  }
}

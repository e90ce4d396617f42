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
    guard let target = RequestTarget(request.url),
      let facade = Self.facades.first(where: { $0.takesSocket(at: target) })
    else { return reject(id, BotServerFacade.response(to: .nothingThere), &turn) }
    facade.openSocket(id, from: address, request, target, in: &self, &turn)
  }

  mutating func takeMessage(
    _ id: ExchangeSocketID, _ message: SocketMessage, _ turn: inout Turn
  ) {
    guard var socket = facadeSockets[id] else { return }
    let limits = settings.limits
    let wait = socket.allowance.take(
      perSecond: limits.messagesPerSecond, burst: limits.messageBurst, at: turn.now)
    facadeSockets[id] = socket
    counters.messagesReceived &+= 1
    guard wait == nil else { return closeSocket(id, code: 1008, &turn) }
    guard let text = text(of: message) else { return closeSocket(id, code: 1009, &turn) }
    socket.facade.type.take(text, over: id, in: &self, &turn)
  }

  mutating func forgetSocket(_ id: ExchangeSocketID, _ turn: inout Turn) {
    guard let facade = facadeSockets.removeValue(forKey: id)?.facade else { return }
    signOut(over: id, &turn)
    facade.type.socketClosed(id, in: &self, &turn)
  }

  mutating func closeSocket(_ id: ExchangeSocketID, code: Int, _ turn: inout Turn) {
    guard facadeSockets[id] != nil else { return }
    turn.effects.append(.closeSocket(id, code: code))
    forgetSocket(id, &turn)
  }

  // MARK: For facades

  /// Takes a WebSocket, whose client need not have signed in yet.
  mutating func admit(
    _ id: ExchangeSocketID, of facade: FacadeName, from address: String, _ now: Instant
  ) throws(ExchangeRefusal) {
    let limits = settings.limits
    let isNear = address.hasPrefix("127.") || address == "::1"
    guard
      isNear
        || facadeSockets.values.count(where: { $0.address == address }) < limits.socketsPerAddress,
      facadeSockets.count < limits.sockets
    else { throw .tooMany("There are too many open sockets.", retryAfter: .seconds(10)) }
    facadeSockets[id] = FacadeSocket(
      facade: facade, address: address, allowance: RateBucket(burst: limits.messageBurst, at: now))
    counters.socketsOpened &+= 1
  }

  /// The client of an admitted socket is that user: it is present from now on and hears its news.
  mutating func signIn(
    _ session: Session, over id: ExchangeSocketID, _ turn: inout Turn
  ) throws(ExchangeRefusal) {
    guard let address = facadeSockets[id]?.address else { return }
    let userID = session.user.id
    guard sockets.ids(of: userID).count < settings.limits.socketsPerUser else {
      facadeSockets[id] = nil
      throw .tooMany("There are too many open sockets.", retryAfter: .seconds(10))
    }
    let wasPresent = sockets.isPresent(userID)
    let wasThere = isZulipGuestThere(userID)
    sockets.add(ExchangeSocket(userID: userID, session: session.hash, address: address), as: id)
    if !wasPresent { announce(userID, &turn) }
    tellZulipGuest(userID, wasThere: wasThere, &turn)
    presenceChanged(of: userID, &turn)
  }

  /// The client of a socket is nobody any more.
  mutating func signOut(over id: ExchangeSocketID, _ turn: inout Turn) {
    guard let socket = sockets.remove(id) else { return }
    for callID in callIDs(of: socket.userID) { calls[callID]?.socketClosed(id) }
    guard !sockets.isPresent(socket.userID) else { return }
    announce(socket.userID, &turn)
    tellZulipGuest(socket.userID, wasThere: true, &turn)
    presenceChanged(of: socket.userID, &turn)
  }

  /// Refuses a WebSocket.
  mutating func reject(
    _ id: ExchangeSocketID, _ response: HTTPResponse, _ turn: inout Turn
  ) {
    counters.responses[response.status, default: 0] += 1
    turn.effects.append(.rejectSocket(id, response))
  }

  // MARK: Telling

  func push(_ news: ExchangeNews, to ids: [ExchangeSocketID], _ turn: inout Turn) {
    for id in ids { facadeSockets[id]?.facade.type.tell(news, over: id, in: self, &turn) }
  }

  /// Tells all devices of a user; bots have none.
  func tell(_ userID: String, _ news: ExchangeNews, _ turn: inout Turn) {
    push(news, to: sockets.ids(of: userID), &turn)
    tellVisitor(userID, news, &turn)
  }

  func tellParties(_ call: StoredCall, _ news: ExchangeNews, _ turn: inout Turn) {
    push(news, to: sockets.ids(of: call.caller.id) + sockets.ids(of: call.callee.id), &turn)
    tellVisitor(call.caller.id, news, &turn)
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

  /// Tells a new socket of its user's calls, so that none is lost that began without it.
  mutating func catchUp(
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
  mutating func heed(
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

  mutating func refuseMessage(of id: ExchangeSocketID, _ turn: inout Turn) {
    counters.messagesRefused &+= 1
    facadeSockets[id]?.faultCount += 1
    guard let socket = facadeSockets[id], socket.faultCount > settings.limits.faultsPerSocket
    else { return }
    closeSocket(id, code: 1008, &turn)
  }
}

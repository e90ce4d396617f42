package import Basics
import Janus
import Transport

/// A Janus server that mixes the exchange's rooms.
package struct JanusService: Equatable, Sendable {
  /// Its WebSocket, as the exchange and all clients reach it.
  package var url: String
  /// The AudioBridge's `admin_key`, without which it makes no rooms.
  package var adminKey: Secret?
  /// The server's `api_secret`.
  package var apiSecret: Secret?

  package init(url: String, adminKey: Secret? = nil, apiSecret: Secret? = nil) {
    self.url = url
    self.adminKey = adminKey
    self.apiSecret = apiSecret
  }

  /// What is under way with it.
  struct State: Sendable {
    var keeper: JanusKeeper?
    var socket: SocketID?
    var generator = SeededGenerator(seed: 1)
    /// By the call's id.
    var plans: [String: JanusRoomPlan] = [:]
    /// What a task was for.
    var tasks: [Int: Purpose] = [:]
    var nextTask = 1

    var deadline: Instant? { keeper?.deadline }
  }

  enum Purpose: Equatable, Sendable {
    case create(callID: String)
    /// Somebody may enter: the join is answered.
    case enter(ExchangeRequestID, callID: String, userID: String, origin: ClientOrigin?)
    case other
  }
}

/// Rooms on a Janus server.
extension Exchange {
  /// Makes the room there, if it is not, and lets somebody enter; then the request is answered.
  mutating func enterJanus(
    _ callID: String, _ userID: String, for request: ExchangeRequestID, origin: ClientOrigin?,
    _ turn: inout Turn
  ) {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID) else {
      return
    }
    let plan: JanusRoomPlan
    if let known = meetings.janus.plans[callID] {
      plan = known
    } else {
      let number = ports.randomBytes(6).reduce(Int64(1)) { $0 << 8 | Int64($1) }
      plan = JanusRoomPlan(
        room: .number(number), description: meeting.name,
        pin: Secret(hexadecimal(ports.randomBytes(8))),
        secret: Secret(hexadecimal(ports.randomBytes(16))))
      meetings.janus.plans[callID] = plan
      order(.create(plan), .create(callID: callID), &turn)
    }
    let token = Secret(hexadecimal(ports.randomBytes(16)))
    meetings.meetings[callID]?.seats[index].token = token
    order(
      .allow(room: plan.room, token: token, secret: plan.secret),
      .enter(request, callID: callID, userID: userID, origin: origin), &turn)
  }

  /// Whoever had the token may not come back with it.
  mutating func revokeToken(of seat: inout MeetingSeat, _ turn: inout Turn) {
    guard let token = seat.token else { return }
    seat.token = nil
    let meeting = meetings.meetings.values.first { meeting in
      meeting.seats.contains { $0.token == token }
    }
    guard let callID = meeting?.callID, let plan = meetings.janus.plans[callID] else { return }
    order(.disallow(room: plan.room, token: token, secret: plan.secret), .other, &turn)
  }

  mutating func removeJanusRoom(of meeting: Meeting, _ turn: inout Turn) {
    guard let plan = meetings.janus.plans.removeValue(forKey: meeting.callID) else { return }
    order(.destroy(room: plan.room, secret: plan.secret), .other, &turn)
  }

  private mutating func order(
    _ task: JanusKeeper.Task, _ purpose: JanusService.Purpose, _ turn: inout Turn
  ) {
    guard let service = settings.janus else { return }
    let id = meetings.janus.nextTask
    meetings.janus.nextTask &+= 1
    meetings.janus.tasks[id] = purpose
    var keeper =
      meetings.janus.keeper
      ?? JanusKeeper(apiSecret: service.apiSecret, adminKey: service.adminKey)
    let effects = keeper.carryOut(task, id: id, at: turn.now)
    meetings.janus.keeper = keeper
    perform(effects, &turn)
  }

  /// An event of the WebSocket to the Janus server.
  mutating func takeJanus(_ event: TransportEvent, _ turn: inout Turn) {
    guard var keeper = meetings.janus.keeper else { return }
    let effects: [JanusKeeper.Effect]
    switch event {
    case .opened(let id) where id == meetings.janus.socket: effects = keeper.opened(at: turn.now)
    case .received(let id, .text(let text)) where id == meetings.janus.socket:
      effects = keeper.received(text, at: turn.now)
    case .closed(let id, let code, _) where id == meetings.janus.socket:
      effects = keeper.lost(
        "The Janus server closed the connection with code \(code).", at: turn.now,
        using: &meetings.janus.generator)
    case .failed(let id, let failure) where id == meetings.janus.socket:
      effects = keeper.lost(
        failure.sentence, at: turn.now, using: &meetings.janus.generator)
    case .opened, .received, .closed, .failed, .response, .requestFailed: return
    }
    meetings.janus.keeper = keeper
    perform(effects, &turn)
  }

  mutating func expireJanus(_ turn: inout Turn) {
    guard var keeper = meetings.janus.keeper, let due = keeper.deadline, due <= turn.now else {
      return
    }
    let effects = keeper.expire(at: turn.now, using: &meetings.janus.generator)
    meetings.janus.keeper = keeper
    perform(effects, &turn)
  }

  private mutating func perform(_ effects: [JanusKeeper.Effect], _ turn: inout Turn) {
    for effect in effects {
      switch effect {
      case .open:
        guard let service = settings.janus else { continue }
        let request = SocketRequest(service.url, subprotocols: [JanusPlace.subprotocol])
        meetings.janus.socket = connect(request, for: .botServer, key: Self.janusKey, &turn)
      case .send(let text):
        guard let socket = meetings.janus.socket else { continue }
        turn.effects.append(.transport(.send(socket, .text(text))))
      case .close:
        guard let socket = meetings.janus.socket else { continue }
        meetings.janus.socket = nil
        turn.effects.append(.transport(.close(socket, code: 1000)))
      case .note(let words): turn.note(.warning, words)
      case .done(let id): finishTask(id, nil, &turn)
      case .refused(let id, let failure): finishTask(id, failure.sentence, &turn)
      case .failed(let id, let words): finishTask(id, words, &turn)
      }
    }
  }

  private mutating func finishTask(_ id: Int, _ complaint: String?, _ turn: inout Turn) {
    guard let purpose = meetings.janus.tasks.removeValue(forKey: id) else { return }
    if let complaint { turn.note(.warning, "The Janus server: \(complaint)") }
    switch purpose {
    case .other: break
    case .create(let callID): if complaint != nil { meetings.janus.plans[callID] = nil }
    case .enter(let request, let callID, let userID, let origin):
      if let complaint {
        let refusal = MeetingRefusal(
          502, "media_unavailable", "The Janus server that mixes rooms: \(complaint)")
        answer(request, BotServerFacade.response(to: refusal), &turn)
        if let index = meetings.meetings[callID]?.seat(of: userID) {
          vacate(index, of: callID, .left, &turn)
        }
      } else {
        answer(
          request,
          BotServerFacade.joined(callID, userID, origin: origin, in: self, on: turn.wall), &turn)
      }
    }
  }

  static let janusKey = "janus"
}

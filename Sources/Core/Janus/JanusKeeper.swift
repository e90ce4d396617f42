package import Basics
import Formats
import Transport

/// A room to be kept on a Janus server.
package struct JanusRoomPlan: Equatable, Sendable {
  package var room: JanusID
  package var description: String
  package var pin: Secret
  /// Whoever knows it may change the room.
  package var secret: Secret

  package init(room: JanusID, description: String, pin: Secret, secret: Secret) {
    self.room = room
    self.description = description
    self.pin = pin
    self.secret = secret
  }
}

/// Makes and removes AudioBridge rooms on a Janus server, and says who may enter.
///
/// It connects when there is something to do and leaves when there has been nothing for ``idleTime``. A
/// Janus server handles requests to plugins side by side, in any order, so those about one room are sent
/// one after the other, each when the one before it is answered.
///
/// - Bound: ``taskLimit`` tasks at once.
package struct JanusKeeper: Equatable, Sendable {
  package enum Task: Equatable, Sendable {
    case create(JanusRoomPlan)
    /// Only who has a token that was allowed may enter.
    case allow(room: JanusID, token: Secret, secret: Secret)
    case disallow(room: JanusID, token: Secret, secret: Secret)
    case destroy(room: JanusID, secret: Secret)

    /// The room that it is about.
    fileprivate var room: JanusID {
      switch self {
      case .create(let plan): plan.room
      case .allow(let room, _, _), .disallow(let room, _, _), .destroy(let room, _): room
      }
    }

    fileprivate func isAllowance(of room: JanusID) -> Bool {
      if case .allow(room, _, _) = self { return true }
      return false
    }
  }

  package enum Effect: Equatable, Sendable {
    case open
    case send(String)
    case close
    case done(Int)
    case refused(Int, JanusFailure)
    /// The server could not be reached; in words.
    case failed(Int, String)
    case note(String)
  }

  private let adminKey: Secret?
  private var link: JanusLink
  /// In order, until they are answered.
  private var tasks: [(id: Int, task: Task, isSent: Bool)] = []
  private var idleAt: Instant?

  /// - Parameters:
  ///   - apiSecret: the server's `api_secret`, where it has one.
  ///   - adminKey: the AudioBridge's `admin_key`, where it has one.
  package init(apiSecret: Secret?, adminKey: Secret?) {
    self.adminKey = adminKey
    link = JanusLink(secret: apiSecret)
  }

  // MARK: Verbs

  /// Answered by `done`, `refused` or `failed` with that number.
  package mutating func carryOut(_ task: Task, id: Int, at now: Instant) -> [Effect] {
    guard tasks.count < Self.taskLimit else {
      return [.failed(id, "Too much waits for the media server; try again.")]
    }
    tasks.append((id, task, false))
    idleAt = nil
    switch link.state {
    case .idle, .over: return translate(link.open(at: now), at: now)
    case .ready: return sendTasks(at: now)
    case .opening, .creating, .attaching, .waiting, .claiming, .closing: return []
    }
  }

  package mutating func opened(at now: Instant) -> [Effect] {
    translate(link.opened(at: now), at: now)
  }

  package mutating func received(_ text: String, at now: Instant) -> [Effect] {
    translate(link.received(text, at: now), at: now)
  }

  package mutating func lost(
    _ words: String, at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    translate(link.lost(words, at: now, using: &generator), at: now)
  }

  package var deadline: Instant? { [link.deadline, idleAt].compactMap { $0 }.min() }

  package mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    var effects: [Effect] = []
    if let idleAt, idleAt <= now {
      self.idleAt = nil
      effects += translate(link.close(at: now), at: now)
    }
    return effects + translate(link.expire(at: now, using: &generator), at: now)
  }

  // MARK: Helpers

  private mutating func translate(_ effects: [JanusLink.Effect], at now: Instant) -> [Effect] {
    effects.flatMap { effect -> [Effect] in
      switch effect {
      case .open: return [.open]
      case .send(let text): return [.send(text)]
      case .close: return [.close]
      case .nonsense(let words): return [.note(words)]
      case .lost:
        // What was sent may have been done; doing it again does no harm.
        for index in tasks.indices { tasks[index].isSent = false }
        return []
      case .ready: return sendTasks(at: now)
      case .failed(let words): return failAll(words)
      case .closed:
        // Something may have come up while the link was being closed.
        return tasks.isEmpty ? [] : translate(link.open(at: now), at: now)
      case .refused(let id, let failure): return answer(id, failure, at: now)
      case .event(let request, let data, _):
        guard let request else { return [] }
        guard let code = data["error_code"]?.integer else { return answer(request, nil, at: now) }
        return answer(
          request, JanusFailure(code: code, reason: data["error"]?.string ?? ""), at: now)
      case .news: return []
      }
    }
  }

  private mutating func sendTasks(at now: Instant) -> [Effect] {
    guard link.state == .ready else { return [] }
    var effects: [JanusLink.Effect] = []
    for index in tasks.indices where !tasks[index].isSent {
      let room = tasks[index].task.room
      if tasks[..<index].contains(where: { $0.task.room == room }) { continue }
      tasks[index].isSent = true
      effects += link.message(body(of: tasks[index].task), request: tasks[index].id, at: now)
    }
    considerIdling(at: now)
    return translate(effects, at: now)
  }

  private mutating func answer(_ id: Int, _ failure: JanusFailure?, at now: Instant) -> [Effect] {
    guard let index = tasks.firstIndex(where: { $0.id == id }) else { return [] }
    let task = tasks.remove(at: index).task
    guard let failure, !isHarmless(failure, for: task) else {
      return [.done(id)] + sendTasks(at: now)
    }
    var effects: [Effect] = [.refused(id, failure)]
    if case .create(let plan) = task {
      // Nobody can be allowed into a room that was not made; why is what they want to know.
      for (id, waiting, _) in tasks where waiting.isAllowance(of: plan.room) {
        effects.append(.refused(id, failure))
      }
      tasks.removeAll { $0.task.isAllowance(of: plan.room) }
    }
    return effects + sendTasks(at: now)
  }

  /// A room that is there already, or gone already, is as wished.
  private func isHarmless(_ failure: JanusFailure, for task: Task) -> Bool {
    switch task {
    case .create: failure.code == 486
    case .destroy, .disallow: failure.code == 485
    case .allow: false
    }
  }

  private mutating func failAll(_ words: String) -> [Effect] {
    defer { tasks = [] }
    return tasks.map { .failed($0.id, words) }
  }

  private mutating func considerIdling(at now: Instant) {
    idleAt = tasks.isEmpty && link.state == .ready ? now.advanced(by: Self.idleTime) : nil
  }

  private func body(of task: Task) -> JSONValue {
    switch task {
    case .create(let plan):
      return .members([
        "request": "create", "room": plan.room.json, "description": .string(plan.description),
        "pin": .string(plan.pin.exposed), "secret": .string(plan.secret.exposed),
        "is_private": true, "sampling_rate": 48_000, "audiolevel_event": true,
        // 200 ms of sound above the level make somebody a speaker.
        "audio_active_packets": 10, "audio_level_average": 50,
        // Tokens are looked at once there is one; this one nobody is given.
        "allowed": [.string(plan.secret.exposed)],
        "admin_key": adminKey.map { .string($0.exposed) },
      ])
    case .allow(let room, let token, let secret): return allow("add", room, token, secret)
    case .disallow(let room, let token, let secret): return allow("remove", room, token, secret)
    case .destroy(let room, let secret):
      return ["request": "destroy", "room": room.json, "secret": .string(secret.exposed)]
    }
  }

  private func allow(
    _ action: String, _ room: JanusID, _ token: Secret, _ secret: Secret
  ) -> JSONValue {
    [
      "request": "allowed", "action": .string(action), "room": room.json,
      "allowed": [.string(token.exposed)], "secret": .string(secret.exposed),
    ]
  }

  package static func == (left: JanusKeeper, right: JanusKeeper) -> Bool {
    left.link == right.link && left.idleAt == right.idleAt
      && left.tasks.elementsEqual(right.tasks) {
        $0.id == $1.id && $0.task == $1.task && $0.isSent == $1.isSent
      }
  }

  package static let taskLimit = 128
  /// How long the server is kept on the line when there is nothing to do.
  static let idleTime: Duration = .seconds(120)
}

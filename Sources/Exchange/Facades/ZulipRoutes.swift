import Transport
import ZulipWire

extension ZulipFacade {
  /// What a path is for.
  enum Operation: Hashable, Sendable {
    case settings, key
    case users, user, presences
    case register, events, deleteQueue, messages
    case call(CallOperation)
    case createGroup, group
  }

  /// What a path below `calls` is for.
  enum CallOperation: Hashable, Sendable {
    case create, respond, end, cancel, acknowledge, heartbeat, endAll
    case status, history, active
  }

  /// The first that matches counts, so words come before ids.
  static let routes: [Route<Operation>] =
    [
      Route(.get, at: ZulipPath.settings, .settings),
      Route(.post, at: ZulipPath.fetchKey, .key),
      Route(.get, at: ZulipPath.users, .users),
      Route(.get, at: ZulipPath.me, .user),
      Route(.get, .post, at: ZulipPath.ownPresence, .user),
      Route(.get, at: ZulipPath.users + "/{user}", .user),
      Route(.get, at: ZulipPath.users + "/{user}/presence", .user),
      Route(.get, at: ZulipPath.presence, .presences),
      Route(.post, at: ZulipPath.register, .register),
      Route(.get, at: ZulipPath.events, .events),
      Route(.delete, at: ZulipPath.events, .deleteQueue),
      Route(.post, at: ZulipPath.messages, .messages),
      Route(.post, at: ZulipPath.initiate, .call(.create)),
      Route(.post, at: ZulipPath.create, .call(.create)),
      Route(.post, at: ZulipPath.calls + "/start", .call(.create)),
      Route(.post, at: ZulipPath.calls + "/create-embedded", .call(.create)),
      Route(.get, at: ZulipPath.history, .call(.history)),
      Route(.get, at: ZulipPath.active, .call(.active)),
      Route(.post, at: ZulipPath.acknowledge, .call(.acknowledge)),
      Route(.post, at: ZulipPath.heartbeat, .call(.heartbeat)),
      Route(.post, at: ZulipPath.calls + "/end-all", .call(.endAll)),
      Route(.post, at: ZulipPath.groupCreate, .createGroup),
      Route(.post, at: ZulipPath.call("{call_id}", "cancel"), .call(.cancel)),
      Route(.post, at: ZulipPath.call("{call_id}", "respond"), .call(.respond)),
      Route(.post, at: ZulipPath.call("{call_id}", "end"), .call(.end)),
      Route(.get, at: ZulipPath.call("{call_id}", "status"), .call(.status)),
    ]
    + ["status", "participants"].map {
      Route(.get, at: ZulipPath.group("{call_id}", $0), .group)
    }
    + ["end", "invite", "join", "leave", "decline"].map {
      Route(.post, at: ZulipPath.group("{call_id}", $0), .group)
    }
}

extension ZulipFacade.Operation {
  /// Whether a server of that generation knows the path.
  ///
  /// - Parameter path: below `/api/v1`.
  func isKnown(in dialect: ZulipDialect, as path: [String]) -> Bool {
    switch self {
    case .settings, .key, .users, .user, .presences, .register, .events, .deleteQueue, .messages:
      true
    case .createGroup, .group: dialect == .three
    case .call(let operation):
      switch operation {
      case .create:
        switch path.last {
        case "initiate": ![.stock, .seedB, .seedC].contains(dialect)
        case "create": ![.stock, .seedA].contains(dialect)
        default: dialect.hasCallEvents
        }
      case .history: dialect.hasHistory
      case .active, .acknowledge, .heartbeat, .endAll, .cancel: dialect.hasCallEvents
      case .respond, .end, .status: dialect.hasAnswers
      }
    }
  }
}

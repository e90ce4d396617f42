package import Basics

/// Keeps one WebSocket up: opens it, watches that it lives, and opens it anew until told to stop.
///
///              start                   opened
///     down ───────────▶ opening ─────────────────────▶ up
///      ▲                │     ▲                         │
///      │ stop           │     │ wait over               │ closed, failed,
///      │ from anywhere  ▼     │                         │ or nothing heard
///      └───────────── waiting ◀─────────────────────────┘
///
/// A link that has been quiet for ``pingInterval`` is asked for a sign of life and given up when
/// none comes within ``pongTime``. Waits grow by ``Backoff``, which starts over once a link has held
/// for ``stableTime``. What is told of earlier sockets is ignored.
package struct LinkMachine: Equatable, Sendable {
  /// Where the link stands, with what is known only there.
  package enum State: Equatable, Sendable {
    case down
    case opening(SocketID, until: Instant)
    case up(SocketID, since: Instant, watch: Watch)
    case waiting(until: Instant)
  }

  /// How a link that is up is watched.
  package enum Watch: Equatable, Sendable {
    /// Something was heard lately; a ping goes out at that instant.
    case quiet(pingAt: Instant)
    /// A ping has gone out; anything must be heard by that instant.
    case pinged(until: Instant)
  }

  /// What the owner must do, in order.
  package enum Effect: Equatable, Sendable {
    case open(SocketID)
    case ping(SocketID)
    case close(SocketID)
    /// The link is up: what waited for it can be sent.
    case up(SocketID)
    /// The link broke or could not be opened.
    case down(TransportFailure, nextTry: Instant)
  }

  package private(set) var state: State = .down
  private var backoff = Backoff()
  private var socketCount = 0

  package init() {}

  /// Begins to keep the link up.
  package mutating func start(at now: Instant) -> [Effect] {
    switch state {
    case .down: return open(at: now)
    case .opening, .up, .waiting: return []  // It is wanted already.
    }
  }

  /// The link is no longer wanted.
  package mutating func stop() -> [Effect] {
    defer { state = .down }
    backoff.reset()
    switch state {
    case .opening(let socket, _), .up(let socket, _, _): return [.close(socket)]
    case .down, .waiting: return []
    }
  }

  /// The server has been heard by another way: a waiting link is tried now.
  package mutating func hasten(at now: Instant) -> [Effect] {
    switch state {
    case .waiting: return open(at: now)
    case .down, .opening, .up: return []
    }
  }

  /// The connection is dead, or is feared to be: another is opened at once.
  package mutating func renew(
    because failure: TransportFailure, at now: Instant
  ) -> [Effect] {
    switch state {
    case .down: return []
    case .opening(let socket, _), .up(let socket, _, _):
      backoff.reset()
      return [.close(socket), .down(failure, nextTry: now)] + open(at: now)
    case .waiting:
      backoff.reset()
      return open(at: now)
    }
  }

  /// The handshake is done.
  package mutating func opened(_ socket: SocketID, at now: Instant) -> [Effect] {
    switch state {
    case .opening(socket, _):
      state = .up(socket, since: now, watch: .quiet(pingAt: now.advanced(by: Self.pingInterval)))
      return [.up(socket)]
    case .down, .opening, .up, .waiting:
      return [.close(socket)]  // It came too late and nobody waits for it.
    }
  }

  /// Anything has arrived on the socket.
  ///
  /// - Returns: whether it belongs to the link as it stands now.
  package mutating func heard(_ socket: SocketID, at now: Instant) -> Bool {
    switch state {
    case .up(socket, let since, _):
      let pingAt = now.advanced(by: Self.pingInterval)
      state = .up(socket, since: since, watch: .quiet(pingAt: pingAt))
      return true
    case .down, .opening, .up, .waiting:
      return false
    }
  }

  /// The socket was closed, broke, or could not be opened.
  package mutating func lost(
    _ socket: SocketID, _ failure: TransportFailure, at now: Instant,
    using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch state {
    case .opening(socket, _), .up(socket, _, _):
      return wait(after: failure, at: now, using: &generator)
    case .down, .opening, .up, .waiting:
      return []  // An earlier socket; its loss has been dealt with.
    }
  }

  /// When ``expire(at:using:)`` is next due; `nil` while the link is down.
  package var deadline: Instant? {
    switch state {
    case .down: return nil
    case .opening(_, let until), .waiting(let until): return until
    case .up(_, _, .quiet(let pingAt)): return pingAt
    case .up(_, _, .pinged(let until)): return until
    }
  }

  /// Acts on a deadline that has passed; does nothing before it.
  package mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    guard let deadline, now >= deadline else { return [] }
    switch state {
    case .down:
      return []
    case .opening(let socket, _), .up(let socket, _, .pinged):
      return [.close(socket)] + wait(after: .timedOut, at: now, using: &generator)
    case .up(let socket, let since, .quiet):
      state = .up(socket, since: since, watch: .pinged(until: now.advanced(by: Self.pongTime)))
      return [.ping(socket)]
    case .waiting:
      return open(at: now)
    }
  }

  private mutating func open(at now: Instant) -> [Effect] {
    socketCount += 1
    let socket = SocketID(socketCount)
    state = .opening(socket, until: now.advanced(by: Self.openingTime))
    return [.open(socket)]
  }

  private mutating func wait(
    after failure: TransportFailure, at now: Instant,
    using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    if case .up(_, let since, _) = state, since.duration(to: now) >= Self.stableTime {
      backoff.reset()
    }
    let nextTry = now.advanced(by: backoff.next(using: &generator))
    state = .waiting(until: nextTry)
    return [.down(failure, nextTry: nextTry)]
  }

  /// How long a link may be quiet before it is asked for a sign of life.
  package static let pingInterval: Duration = .seconds(10)
  /// How long the sign of life may take.
  package static let pongTime: Duration = .seconds(5)
  /// How long opening may take; a little more than what the host is told.
  package static let openingTime: Duration = .seconds(12)
  /// How long a link must hold for its loss to count as the first.
  package static let stableTime: Duration = .seconds(5)
}

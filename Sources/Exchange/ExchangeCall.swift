import Basics

/// One live call between two parties: where it stands, and what either still has to be told.
///
///     ringing ──accept──▶ active
///        │                  │
///        │ decline, cancel, │ end, or both
///        │ ring time over   │ sides away
///        └──────────────────┴──▶ forgotten; the store keeps how it ended
struct ExchangeCall: Equatable, Sendable {
  enum Side: Hashable, Sendable {
    case caller, callee

    var other: Side { self == .caller ? .callee : .caller }
  }

  enum State: Equatable, Sendable {
    case ringing(until: Instant)
    /// With the instant from which neither side has given a sign of life.
    case active(abandonedAt: Instant?)
  }

  /// What is to be done with a signal that a side has sent.
  enum Relay: Equatable, Sendable {
    /// Pass it on; a callee's further devices are told later, from ``kept``.
    case passOn(isKept: Bool)
    /// It is the callee's, and waits for the acceptance.
    case hold
    /// Out of place, too much, or from another device than the one that talks.
    case refuse
  }

  /// As the store keeps it.
  private(set) var facts: StoredCall
  private(set) var state: State
  /// The caller's offer and candidates, as long as no answer has been passed on.
  private(set) var kept: [Signal]
  private(set) var isAnswered: Bool
  /// What a bot has heard of the caller, for the callee.
  var briefing: CallBriefing?
  /// What was said last in a call with an attendant; at most ``lineLimit``.
  private(set) var lines: [AttendantUtterance] = []
  /// The sockets that have spoken for a side and are open.
  private(set) var mediaSockets: [Side: ExchangeSocketID] = [:]
  private var held: [(socket: ExchangeSocketID, signal: Signal)] = []
  private var missed: [Side: [Signal]] = [:]
  private let limits: ExchangeLimits

  /// A call that begins to ring.
  init(_ facts: StoredCall, ringingUntil end: Instant, limits: ExchangeLimits) {
    self.facts = facts
    self.limits = limits
    state = .ringing(until: end)
    kept = []
    isAnswered = false
  }

  /// A call from before a restart.
  init(restoring live: StoreSnapshot.LiveCall, state: State, limits: ExchangeLimits) {
    facts = live.call
    self.limits = limits
    self.state = state
    kept = Array(live.signals.prefix(limits.candidatesPerCall + 2))
    // What the callee had to be told is forgotten with the answer, and only then.
    isAnswered = live.call.status == .active && live.signals.isEmpty
  }

  // MARK: Queries

  var id: String { facts.id }

  func side(of userID: String) -> Side? {
    if facts.caller.id == userID { return .caller }
    return facts.callee.id == userID ? .callee : nil
  }

  func party(_ side: Side) -> StoredCall.Party {
    side == .caller ? facts.caller : facts.callee
  }

  var isRinging: Bool {
    if case .ringing = state { return true }
    return false
  }

  // MARK: Life

  /// The callee takes the call on a device that owns `sockets`.
  ///
  /// - Returns: what that device has said too early, now to be passed on.
  mutating func accept(over sockets: [ExchangeSocketID], on wall: WallTime) -> [Signal] {
    state = .active(abandonedAt: nil)
    facts.status = .active
    facts.startedAt = wall
    defer { held = [] }
    guard let socket = held.first(where: { sockets.contains($0.socket) })?.socket else { return [] }
    return held.filter { $0.socket == socket }.map(\.signal)
      .filter { take($0, from: .callee, over: socket) != .refuse }
  }

  /// How the call is to be remembered.
  func ended(_ status: CallStatus, reason: String, on wall: WallTime) -> StoredCall {
    var facts = facts
    facts.status = status
    facts.endReason = reason
    facts.endedAt = wall
    return facts
  }

  /// Notes whether anybody is there; nothing happens to a ringing call.
  mutating func abandon(since now: Instant?) {
    guard case .active(let since) = state else { return }
    state = .active(abandonedAt: now == nil ? nil : since ?? now)
  }

  /// Begins the waiting anew, after a sign of life without a socket.
  mutating func showLife(at now: Instant) {
    guard case .active(.some) = state else { return }
    state = .active(abandonedAt: now)
  }

  /// Something was said in a call with an attendant.
  mutating func said(_ line: AttendantUtterance) {
    lines.append(line)
    if lines.count > Self.lineLimit { lines.removeFirst() }
  }

  static let lineLimit = 10

  // MARK: Signals

  /// Takes in what a side says of its media; `socket` is `nil` for an attendant.
  mutating func take(
    _ signal: Signal, from side: Side, over socket: ExchangeSocketID?
  ) -> Relay {
    if let socket, let bound = mediaSockets[side], bound != socket { return .refuse }
    switch (state, side) {
    case (_, .caller) where !isAnswered:
      guard keep(signal) else { return .refuse }
      bind(socket, to: side)
      return .passOn(isKept: true)
    case (.ringing, .callee):
      return hold(signal, from: socket)
    case (.ringing, .caller), (.active, _):
      return passOn(signal, from: side, over: socket)
    }
  }

  /// Puts a signal by for a side that has no socket.
  mutating func miss(_ signal: Signal, by side: Side) {
    // A new description makes all earlier signals void.
    if signal.isDescription { missed[side] = [] }
    guard missed[side, default: []].count < limits.candidatesPerCall else { return }
    missed[side, default: []].append(signal)
  }

  /// What a new socket of that side has to be told.
  mutating func catchUp(_ side: Side) -> [Signal] {
    if side == .callee, !isAnswered { return kept }
    return missed.removeValue(forKey: side) ?? []
  }

  /// The device of a side that speaks over one of its sockets goes on over another.
  mutating func deviceMoved(_ side: Side, to socket: ExchangeSocketID) {
    if mediaSockets[side] != nil { bind(socket, to: side) }
  }

  mutating func socketClosed(_ socket: ExchangeSocketID) {
    mediaSockets = mediaSockets.filter { $0.value != socket }
    held.removeAll { $0.socket == socket }
  }

  // MARK: Helpers

  private mutating func keep(_ signal: Signal) -> Bool {
    switch signal {
    case .offer:
      kept = [signal]
      return true
    case .answer:
      return false
    case .candidate, .endOfCandidates:
      guard !kept.isEmpty, kept.count <= limits.candidatesPerCall else { return false }
      kept.append(signal)
      return true
    }
  }

  private mutating func hold(_ signal: Signal, from socket: ExchangeSocketID?) -> Relay {
    if case .offer = signal { return .refuse }
    guard let socket, held.count < limits.candidatesPerCall * 2 else { return .refuse }
    held.append((socket, signal))
    return .hold
  }

  private mutating func passOn(
    _ signal: Signal, from side: Side, over socket: ExchangeSocketID?
  ) -> Relay {
    switch signal {
    case .answer:
      bind(socket, to: side)
      isAnswered = true
      kept = []
    case .offer:
      guard isAnswered else { return .refuse }
      bind(socket, to: side)
    case .candidate, .endOfCandidates:
      break
    }
    return .passOn(isKept: false)
  }

  private mutating func bind(_ socket: ExchangeSocketID?, to side: Side) {
    if let socket { mediaSockets[side] = socket }
  }

  static func == (left: ExchangeCall, right: ExchangeCall) -> Bool {
    left.facts == right.facts && left.state == right.state && left.kept == right.kept
      && left.isAnswered == right.isAnswered && left.mediaSockets == right.mediaSockets
      && left.missed == right.missed && left.briefing == right.briefing && left.lines == right.lines
      && left.held.elementsEqual(right.held) { $0.socket == $1.socket && $0.signal == $1.signal }
  }
}

extension Signal {
  var isDescription: Bool {
    switch self {
    case .offer, .answer: true
    case .candidate, .endOfCandidates: false
    }
  }
}

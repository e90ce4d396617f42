package import Basics
package import Formats
package import Transport

/// A client's stream over one WebSocket: opens it, signs in, binds a resource, keeps it alive, and
/// resumes it or begins anew when it breaks.
///
///              start                 opened                      bound or resumed
///     down ───────────▶ connecting ────────▶ negotiating ───────────────────────▶ online
///      ▲                  │     ▲                  │                                  │
///      │ close, or        │     │ wait over        │ refused: down                    │
///      │ refused          ▼     │                  ▼                                  │
///      └──────────────── waiting ◀───────────────────── failed, closed or silent ─────┘
///
/// - Bound: ``requestLimit`` requests under way, 256 stanzas kept for resumption, 1 MiB a message.
/// - Source: RFC 6120, RFC 7395; XEP-0030, XEP-0198, XEP-0199.
package struct XMPPStream: Equatable, Sendable {
  /// What the owner must do or know, in order.
  package enum Effect: Equatable, Sendable {
    case transport(TransportEffect)
    /// The stream is up under that address. One that was resumed goes on as if nothing had happened;
    /// otherwise presence, rooms and all the server kept have to be told it anew.
    case online(JID, resumed: Bool)
    /// What the stream does not deal with itself; of requests, those of the owner's namespaces.
    case stanza(XMLElement)
    case answered(id: String, Answer)
    /// Sent before the stream was lost for good; the server may or may not have it.
    case undelivered([XMLElement])
    case offline(reason: String, nextTry: Instant)
    /// The server does not want us and no further try is made.
    case refused(reason: String)
    case note(LogEntry.Level, String)
  }

  /// What became of a request.
  package enum Answer: Equatable, Sendable {
    /// The whole `iq`.
    case result(XMLElement)
    case refused(StanzaError)
    case timedOut
    /// The stream was not up, or broke and could not be resumed.
    case lost
  }

  package enum State: Equatable, Sendable {
    case down
    case connecting(SocketID, until: Instant)
    case negotiating(SocketID, Step, until: Instant)
    case online(SocketID, since: Instant, Watch)
    case waiting(until: Instant)
  }

  /// What the server is expected to send next.
  package enum Step: Equatable, Sendable {
    case open(isSignedIn: Bool)
    case features(isSignedIn: Bool)
    case success(credential: Int)
    case resumed
    case bound(id: String)
    case session(id: String)
  }

  /// How a stream that is up is watched.
  package enum Watch: Equatable, Sendable {
    case quiet(pingAt: Instant)
    /// The last of `count` pings has gone out; anything must be heard by that instant.
    case pinged(count: Int, until: Instant)
  }

  struct Request: Equatable, Sendable {
    var to: JID?
    var until: Instant
  }

  package let settings: XMPPSettings
  package internal(set) var state: State = .down
  /// The full address, from the first binding on.
  package internal(set) var jid: JID?
  var management: StreamManagement?
  /// Until when the broken stream can be resumed.
  var resumableUntil: Instant?
  /// The features of the server after signing in.
  var features: XMLElement?
  var requests: [String: Request] = [:]
  /// Where the server sends us instead, and how often it has done so in a row.
  var redirection: String?
  var redirectionCount = 0
  var backoff = Backoff()
  var generator: SeededGenerator
  var noteCount = 0
  private var effects: [Effect] = []
  private let lane: Int
  private var socketCount = 0
  private var idCount = 0
  private let idPrefix: String

  /// - Parameters:
  ///   - lane: names the stream's sockets: a million numbers from a million times this on. The owner
  ///     gives each of its streams another, and other sockets none of these.
  ///   - seed: for waits and for names that must not be guessed.
  package init(settings: XMPPSettings, lane: Int, seed: UInt64) {
    self.settings = settings
    self.lane = lane
    generator = SeededGenerator(seed: seed)
    idPrefix = String(generator.next() >> 16, radix: 36)
  }

  // MARK: Verbs

  /// Begins to keep the stream up.
  package mutating func start(at now: Instant) -> [Effect] {
    switch state {
    case .down: connect(at: now)
    case .connecting, .negotiating, .online, .waiting: break  // It is wanted already.
    }
    return takeEffects()
  }

  /// Sends a stanza. While a broken stream may yet be resumed it is kept for that; before the first
  /// binding, and once there is nothing to resume, it is dropped.
  package mutating func send(_ stanza: XMLElement) -> [Effect] {
    transmit(stanza)
    return takeEffects()
  }

  /// Asks something; answered once, by `answered`.
  ///
  /// - Parameters:
  ///   - type: `get` or `set`.
  ///   - to: `nil` for one's own account at the server.
  package mutating func request(
    _ type: String, to: JID?, _ payload: XMLElement, timeout: Duration = Self.requestTimeout,
    at now: Instant
  ) -> (id: String, effects: [Effect]) {
    let id = nextID()
    if requests.count < Self.requestLimit, maySend {
      requests[id] = Request(to: to, until: now.advanced(by: timeout))
      transmit(.iq(type, to: to, id: id, payload))
    } else {
      add(.answered(id: id, .lost))
    }
    return (id, takeEffects())
  }

  /// Ends the stream in order; requests under way are answered as lost.
  package mutating func close() -> [Effect] {
    switch state {
    case .connecting(let socket, _): closeSocket(socket)
    case .negotiating(let socket, _, _), .online(let socket, _, _): closeStream(socket)
    case .down, .waiting: break
    }
    forget()
    state = .down
    backoff.reset()
    return takeEffects()
  }

  /// The network has changed: a stream that waits is tried now, and so is one whose connection may be
  /// dead.
  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [Effect] {
    switch state {
    case .down: break
    case .waiting:
      backoff.reset()
      connect(at: now)
    case .connecting(let socket, _), .negotiating(let socket, _, _), .online(let socket, _, _):
      guard losesConnections else { break }
      closeSocket(socket)
      lose(TransportFailure.networkChanged.sentence, at: now)
      backoff.reset()
      connect(at: now)
    }
    return takeEffects()
  }

  /// Takes in what the network brought; what belongs to other sockets is passed over.
  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [Effect] {
    switch event {
    case .opened(let socket):
      if socket == self.socket {
        opened(socket, at: now)
      } else if owns(socket) {
        closeSocket(socket)  // It came too late and nobody waits for it.
      }
    case .received(let socket, let message):
      if socket == self.socket { take(message, on: socket, at: now) }
    case .closed(let socket, let code, let reason):
      guard socket == self.socket else { break }
      let words = "closed with code \(code)" + (reason.isEmpty ? "" : ", \(reason)")
      lose(TransportFailure.broken(words).sentence, at: now)
    case .failed(let socket, let failure):
      if socket == self.socket { lose(failure.sentence, at: now) }
    case .response, .requestFailed: break  // Not a socket's.
    }
    return takeEffects()
  }

  /// When ``expire(at:)`` is next due.
  package var deadline: Instant? {
    let own: Instant? =
      switch state {
      case .down: nil
      case .connecting(_, let until), .negotiating(_, _, let until), .waiting(let until): until
      case .online(_, _, .quiet(let pingAt)): pingAt
      case .online(_, _, .pinged(_, let until)): until
      }
    return (requests.values.map(\.until) + [own].compactMap { $0 }).min()
  }

  /// Acts on a deadline that has passed; does nothing before it.
  package mutating func expire(at now: Instant) -> [Effect] {
    let overdue = requests.filter { $0.value.until <= now }.keys.sorted()
    for id in overdue {
      requests[id] = nil
      add(.answered(id: id, .timedOut))
    }
    switch state {
    case .down: break
    case .connecting(let socket, let until), .negotiating(let socket, _, let until):
      guard now >= until else { break }
      closeSocket(socket)
      lose(TransportFailure.timedOut.sentence, at: now)
    case .waiting(let until):
      if now >= until { connect(at: now) }
    case .online(let socket, let since, .quiet(let pingAt)):
      if now >= pingAt { ping(socket, since: since, count: 1, at: now) }
    case .online(let socket, let since, .pinged(let count, let until)):
      guard now >= until else { break }
      if count < settings.pingLossLimit {
        ping(socket, since: since, count: count + 1, at: now)
      } else {
        closeSocket(socket)
        lose("The server has not been heard for too long.", at: now)
      }
    }
    return takeEffects()
  }

  /// A name for a stanza that no other has and nobody can guess.
  package mutating func nextID() -> String {
    idCount += 1
    return "\(idPrefix)-\(idCount)"
  }

  // MARK: Queries

  package var isOnline: Bool {
    if case .online = state { return true }
    return false
  }

  /// Whether that socket is, or was, this stream's.
  package func owns(_ socket: SocketID) -> Bool {
    let first = lane * Self.laneWidth
    return (first..<first + Self.laneWidth).contains(socket.number)
  }

  /// Whether a stanza that is sent now has a chance to arrive.
  package var maySend: Bool { isOnline || resumableUntil != nil }

  var socket: SocketID? {
    switch state {
    case .connecting(let socket, _), .negotiating(let socket, _, _), .online(let socket, _, _):
      socket
    case .down, .waiting: nil
    }
  }

  // MARK: Inside

  mutating func add(_ effect: Effect) { effects.append(effect) }

  /// Tells of something senseless; only the first few are worth a line.
  mutating func note(_ level: LogEntry.Level, _ text: String) {
    noteCount = min(noteCount + 1, Self.noteLimit + 1)
    if noteCount <= Self.noteLimit { add(.note(level, text)) }
  }

  mutating func connect(at now: Instant) {
    socketCount += 1
    let socket = SocketID(lane * Self.laneWidth + socketCount % Self.laneWidth)
    state = .connecting(socket, until: now.advanced(by: Self.negotiationTime))
    let request = SocketRequest(
      redirection ?? settings.url, subprotocols: ["xmpp"], fields: settings.fields)
    add(.transport(.open(socket, request)))
  }

  /// The stream broke or could not be opened: tried again later.
  mutating func lose(_ reason: String, at now: Instant) {
    if case .online(_, let since, _) = state {
      if since.duration(to: now) >= Self.stableTime { backoff.reset() }
      resumableUntil = management?.resumption.map { now.advanced(by: $0.window) }
    } else if redirection != nil {
      redirection = nil  // Perhaps the other place was wrong.
    }
    if resumableUntil == nil { forget() }
    let nextTry = now.advanced(by: backoff.next(using: &generator))
    state = .waiting(until: nextTry)
    add(.offline(reason: reason, nextTry: nextTry))
  }

  /// No further try is made.
  mutating func giveUp(_ reason: String, on socket: SocketID) {
    closeStream(socket)
    forget()
    state = .down
    add(.refused(reason: reason))
  }

  /// There is no earlier stream any more.
  mutating func forget() {
    for id in requests.keys.sorted() { add(.answered(id: id, .lost)) }
    requests = [:]
    let lost = management?.unacknowledged.filter { $0.name != "iq" } ?? []
    if !lost.isEmpty { add(.undelivered(lost)) }
    management = nil
    resumableUntil = nil
  }

  private mutating func ping(_ socket: SocketID, since: Instant, count: Int, at now: Instant) {
    let until = now.advanced(by: settings.pingTimeout)
    state = .online(socket, since: since, .pinged(count: count, until: until))
    // Whatever comes back counts, so that the answer itself need not be waited for.
    transmit(
      .iq("get", to: JID(settings.domain), id: nextID(), XMLElement("ping", XMPPNamespace.ping)))
  }

  /// Ends the stream and its socket (RFC 7395 §3.6).
  mutating func closeStream(_ socket: SocketID) {
    write(XMLElement("close", XMPPNamespace.framing), to: socket)
    closeSocket(socket)
  }

  mutating func closeSocket(_ socket: SocketID) {
    add(.transport(.close(socket, code: 1000)))
  }

  mutating func write(_ element: XMLElement, to socket: SocketID) {
    add(.transport(.send(socket, .text(element.encoded()))))
  }

  /// Sends a stanza, and keeps it until the server has it.
  mutating func transmit(_ stanza: XMLElement) {
    guard maySend else { return }
    let asks = management?.sent(stanza) ?? false
    guard case .online(let socket, _, _) = state else { return }
    write(stanza, to: socket)
    if asks { write(XMLElement("r", XMPPNamespace.streamManagement), to: socket) }
  }

  private mutating func takeEffects() -> [Effect] {
    defer { effects = [] }
    return effects
  }

  /// How long a request may take where nothing else is said.
  package static let requestTimeout: Duration = .seconds(10)
  /// Requests under way at most.
  package static let requestLimit = 64
  /// How long opening, signing in and binding may take together. More than the 15 s for which ejabberd
  /// asks a session that is to be resumed before it says that it cannot be.
  package static let negotiationTime: Duration = .seconds(20)
  /// How long a stream must hold for its loss to count as the first.
  static let stableTime: Duration = .seconds(5)
  /// Notes about senseless messages at most.
  static let noteLimit = 10
  private static let laneWidth = 1_000_000
}

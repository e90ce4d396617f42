import Basics
import Formats
import Transport

/// A way to the AudioBridge of a Janus server: one WebSocket, one session on it, one handle in that.
///
///     idle ─open─▶ opening ─▶ creating ─▶ attaching ─▶ ready ─close─▶ closing ─▶ over
///                     ▲ │                                │
///                     │ └─▶ over (never came about)      │ socket lost
///                     └─ claiming ◀─ opening ◀─ waiting ◀┘
///
/// A session outlives its socket for as long as the server keeps it (`reclaim_session_timeout`) and is
/// claimed on the next one. Every request is answered within ``answerTime``, or the socket counts as lost.
struct JanusLink: Equatable, Sendable {
  enum State: Equatable, Sendable {
    case idle
    case opening
    case creating
    case attaching
    case ready
    /// The socket is gone; the next one is opened at that instant.
    case waiting(until: Instant)
    case claiming
    case closing(until: Instant)
    case over
  }

  /// What the owner must do or learns, in order.
  enum Effect: Equatable, Sendable {
    case open
    case send(String)
    case close
    /// Requests can be made; `isClaimed` after a loss, when all that was agreed still holds.
    case ready(isClaimed: Bool)
    case lost(String, nextTry: Instant)
    /// A message of the plugin; `request` names what it answers.
    case event(request: Int?, data: JSONValue, JanusMessage.Jsep?)
    case refused(request: Int, JanusFailure)
    case news(JanusMessage)
    /// It cannot be had, or not any more; in words.
    case failed(String)
    /// It was closed as the owner wished.
    case closed
    case nonsense(String)
  }

  private struct Asked: Equatable, Sendable {
    /// The owner's name of it; `nil` for the link's own.
    var request: Int?
    var isAcknowledged = false
    var until: Instant
  }

  private(set) var state = State.idle
  private let secret: Secret?
  private var session: Int64?
  private var handle: Int64?
  private var asked: [String: Asked] = [:]
  private var requestCount = 0
  private var keepAliveAt: Instant?
  private var backoff = Backoff()
  /// Since when the socket is away.
  private var lostAt: Instant?

  /// - Parameter secret: `api_secret` of the server, where it has one.
  init(secret: Secret? = nil) { self.secret = secret }

  // MARK: Verbs

  mutating func open(at now: Instant) -> [Effect] {
    guard state == .idle || state == .over else { return [] }
    self = JanusLink(secret: secret)
    state = .opening
    ask(nil, "open", at: now)
    return [.open]
  }

  mutating func opened(at now: Instant) -> [Effect] {
    guard state == .opening else { return [] }
    asked = [:]
    guard let session else {
      state = .creating
      return [send(.create, at: now)]
    }
    state = .claiming
    return [send(.claim(session: session), at: now)]
  }

  /// Sends a request of the plugin; answered by `event` or `refused` with that name.
  mutating func message(
    _ body: JSONValue, jsep: JanusMessage.Jsep? = nil, request: Int?, at now: Instant
  ) -> [Effect] {
    guard state == .ready, let session, let handle, asked.count < Self.requestLimit else {
      return request.map { [.refused(request: $0, Self.busy)] } ?? []
    }
    return [
      send(
        .message(session: session, handle: handle, body: body, jsep), named: request, at: now)
    ]
  }

  mutating func trickle(_ trickled: JanusMessage.Trickled, at now: Instant) -> [Effect] {
    guard state == .ready, let session, let handle, asked.count < Self.requestLimit else {
      return []
    }
    return [send(.trickle(session: session, handle: handle, trickled), at: now)]
  }

  /// Ends handle, session and socket.
  mutating func close(at now: Instant) -> [Effect] {
    keepAliveAt = nil
    switch state {
    case .idle, .over:
      state = .over
      return [.closed]
    case .closing: return []
    case .waiting:
      state = .over
      return [.closed]
    case .opening, .creating:
      state = .over
      return [.close, .closed]
    case .attaching, .claiming, .ready:
      guard let session else {
        state = .over
        return [.close, .closed]
      }
      state = .closing(until: now.advanced(by: Self.closingTime))
      asked = [:]
      var effects: [Effect] = []
      if let handle { effects.append(send(.detach(session: session, handle: handle), at: now)) }
      return effects + [send(.destroy(session: session), at: now)]
    }
  }

  /// The socket broke, or could not be opened.
  mutating func lost(
    _ words: String, at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    switch state {
    case .idle, .over, .waiting: return []
    case .closing:
      state = .over
      return [.closed]
    case .opening where session == nil, .creating, .attaching:
      return fail(words)
    case .opening, .claiming, .ready:
      let since = lostAt ?? now
      lostAt = since
      guard since.duration(to: now) < Self.claimTime else { return fail(words) }
      asked = [:]
      keepAliveAt = nil
      let nextTry = now.advanced(by: min(backoff.next(using: &generator), .seconds(5)))
      state = .waiting(until: nextTry)
      return [.lost(words, nextTry: nextTry)]
    }
  }

  mutating func received(_ text: String, at now: Instant) -> [Effect] {
    let message: JanusMessage
    do throws(JanusMessage.DecodingError) {
      message = try JanusMessage(decoding: text)
    } catch {
      return [.nonsense(error.words)]
    }
    switch message {
    case .success(let transaction, let id, let plugin):
      guard let answered = asked.removeValue(forKey: transaction) else { return [] }
      if let plugin { return [.event(request: answered.request, data: plugin, nil)] }
      return succeeded(id, at: now)
    case .ack(let transaction):
      // For what is answered later, the acknowledgement counts as a sign of life only.
      if asked[transaction]?.request == nil { asked[transaction] = nil }
      asked[transaction]?.isAcknowledged = true
      return []
    case .failure(let transaction, let code, let reason):
      return refused(transaction, JanusFailure(code: code, reason: reason))
    case .event(let transaction, let sender, let data, let jsep):
      guard sender == nil || sender == handle else { return [] }
      let answered = transaction.flatMap { asked.removeValue(forKey: $0) }
      return [.event(request: answered?.request, data: data, jsep)]
    case .timeout:
      return state == .over || isClosing ? [] : fail(JanusFailure(code: 458, reason: "").sentence)
    case .mediaPath, .receiving, .slowLink, .trickle, .hangUp, .detached:
      return isClosing ? [] : [.news(message)]
    }
  }

  /// When ``expire(at:using:)`` is next due.
  var deadline: Instant? {
    switch state {
    case .idle, .over: nil
    case .waiting(let until), .closing(let until): until
    case .opening, .creating, .attaching, .ready, .claiming:
      (asked.values.map(\.until) + [keepAliveAt]).compactMap { $0 }.min()
    }
  }

  mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    guard let deadline, deadline <= now else { return [] }
    switch state {
    case .idle, .over: return []
    case .waiting:
      state = .opening
      ask(nil, "open", at: now)
      return [.open]
    case .closing:
      state = .over
      return [.close, .closed]
    case .opening, .creating, .attaching, .ready, .claiming:
      if asked.values.contains(where: { $0.until <= now }) {
        return [.close] + lost("The media server does not answer.", at: now, using: &generator)
      }
      guard let session, keepAliveAt != nil else { return [] }
      keepAliveAt = now.advanced(by: Self.keepAliveInterval)
      return [send(.keepAlive(session: session), at: now)]
    }
  }

  // MARK: Helpers

  private var isClosing: Bool {
    if case .closing = state { return true }
    return false
  }

  private mutating func succeeded(_ id: Int64?, at now: Instant) -> [Effect] {
    switch state {
    case .creating:
      guard let id else { return fail("The media server named no session.") }
      session = id
      state = .attaching
      return [send(.attach(session: id), at: now)]
    case .attaching:
      guard let id else { return fail("The media server named no handle.") }
      handle = id
      return becomeReady(isClaimed: false, at: now)
    case .claiming:
      return becomeReady(isClaimed: true, at: now)
    case .closing where asked.isEmpty:
      state = .over
      return [.close, .closed]
    case .idle, .opening, .ready, .waiting, .closing, .over:
      return []
    }
  }

  private mutating func becomeReady(isClaimed: Bool, at now: Instant) -> [Effect] {
    state = .ready
    lostAt = nil
    backoff.reset()
    keepAliveAt = now.advanced(by: Self.keepAliveInterval)
    return [.ready(isClaimed: isClaimed)]
  }

  private mutating func refused(_ transaction: String?, _ failure: JanusFailure) -> [Effect] {
    guard let transaction, let answered = asked.removeValue(forKey: transaction) else { return [] }
    if let request = answered.request { return [.refused(request: request, failure)] }
    switch state {
    case .creating, .attaching, .claiming: return fail(failure.sentence)
    case .ready where failure.code == 458 || failure.code == 459: return fail(failure.sentence)
    case .closing:
      state = .over
      return [.close, .closed]
    case .idle, .opening, .ready, .waiting, .over: return []
    }
  }

  private mutating func fail(_ words: String) -> [Effect] {
    let hasSocket: Bool
    switch state {
    case .creating, .attaching, .ready, .claiming, .closing: hasSocket = true
    case .idle, .opening, .waiting, .over: hasSocket = false
    }
    state = .over
    asked = [:]
    keepAliveAt = nil
    return (hasSocket ? [.close] : []) + [.failed(words)]
  }

  private mutating func send(
    _ request: JanusRequest, named name: Int? = nil, at now: Instant
  ) -> Effect {
    requestCount &+= 1
    let transaction = "t\(requestCount)"
    ask(name, transaction, at: now)
    return .send(request.encoded(transaction: transaction, secret: secret))
  }

  private mutating func ask(_ name: Int?, _ transaction: String, at now: Instant) {
    asked[transaction] = Asked(request: name, until: now.advanced(by: Self.answerTime))
  }

  /// How long an answer may take; a little more than what the host is told for opening.
  static let answerTime: Duration = .seconds(12)
  /// The server forgets a session after 60 s of silence.
  static let keepAliveInterval: Duration = .seconds(25)
  /// How long a lost session is worth claiming.
  static let claimTime: Duration = .seconds(55)
  static let closingTime: Duration = .seconds(2)
  /// Unanswered requests at once at most.
  static let requestLimit = 128
  private static let busy = JanusFailure(code: 0, reason: "it cannot be reached just now")
}

extension JanusMessage.DecodingError {
  fileprivate var words: String {
    switch self {
    case .malformed: "The media server sent a message that is not JSON."
    case .missing(let member): "The media server sent a message without “\(member)”."
    case .unknown(let kind):
      "The media server sent a message of a kind “\(HarmlessText.line(kind, limit: 40))”."
    }
  }
}

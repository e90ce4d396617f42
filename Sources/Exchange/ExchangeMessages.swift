package import Basics
package import Transport

/// One HTTP request to the exchange, named by its host.
package struct ExchangeRequestID: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }
}

/// One WebSocket to the exchange, named by its host; never used twice.
package struct ExchangeSocketID: Hashable, Comparable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What happens to the exchange.
package enum ExchangeEvent: Equatable, Sendable {
  /// What the store remembers; the first event of a run.
  case loaded(StoreSnapshot)
  /// Another process has changed the users; these are all of them.
  case usersChanged([StoredUser])
  /// Answered once, by `respond`, within this event or after any later one; the client may be gone by
  /// then.
  case request(ExchangeRequestID, from: String, HTTPRequest)
  /// Somebody asks for a WebSocket. Refused by `rejectSocket` within this event, else accepted; pushes
  /// may come before the handshake is over.
  case socketOpened(ExchangeSocketID, from: String, HTTPRequest)
  case socketMessage(ExchangeSocketID, SocketMessage)
  /// The client said goodbye, or gave no sign of life; the host keeps watch over that.
  case socketClosed(ExchangeSocketID)
  case attendant(AttendantReport)
  case stored(StoreAnswer)
  /// What came of the exchange's own requests to other servers.
  case transport(TransportEvent)
}

/// What the exchange wants done.
package enum ExchangeEffect: Equatable, Sendable {
  case respond(ExchangeRequestID, HTTPResponse)
  /// A text message on that socket.
  case push(ExchangeSocketID, String)
  /// The exchange has forgotten the socket already; code by RFC 6455 §7.4.
  case closeSocket(ExchangeSocketID, code: Int)
  /// Answer the handshake with this instead.
  case rejectSocket(ExchangeSocketID, HTTPResponse)
  case store(StoreOperation)
  case attendant(AttendantOrder)
  /// Ask another server; answered by `transport`.
  case transport(TransportEffect)
  case note(LogEntry)
}

/// What the exchange needs computed that is neither protocol nor pure. Used on one thread.
package protocol ExchangePorts: AnyObject, Sendable {
  /// SHA-256 of the text's UTF-8, in lower-case hexadecimal.
  func digest(_ text: String) -> String
  /// HMAC (RFC 2104) of a message.
  func authenticationCode(_ hash: ExchangeHash, key: [UInt8], message: [UInt8]) -> [UInt8]
  /// Bytes nobody can guess.
  func randomBytes(_ count: Int) -> [UInt8]
}

/// The hash functions that interfaces of other systems ask for.
package enum ExchangeHash: Sendable {
  /// For time-limited credentials of TURN servers.
  case sha1
  case sha256
}

/// The instant and the date of one event, and what it causes, in order.
struct Turn {
  let now: Instant
  let wall: WallTime
  var effects: [ExchangeEffect] = []
  var visitorNews: [VisitorNews] = []
  var socketNews: [SocketNews] = []

  init(at now: Instant, wall: WallTime) {
    self.now = now
    self.wall = wall
  }

  mutating func note(_ level: LogEntry.Level, _ text: String) {
    effects.append(.note(LogEntry(level, "exchange", text)))
  }

  mutating func store(_ operation: StoreOperation) { effects.append(.store(operation)) }
}

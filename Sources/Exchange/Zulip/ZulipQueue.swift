import Basics
import Formats

/// One client's queue of events, asked by long polling.
///
/// - Bound: `ZulipLimits.eventsPerQueue`; a client that lets it fill registers anew.
struct ZulipQueue: Equatable, Sendable {
  /// A poll that has not been answered.
  struct Poll: Equatable, Sendable {
    let request: ExchangeRequestID
    let base: String
    let until: Instant
  }

  let id: String
  let userID: String
  /// The hash of the token it was registered with.
  let session: String
  /// `nil` for all.
  let types: Set<String>?
  private(set) var events: [(id: Int, members: [String: JSONValue])] = []
  var poll: Poll?
  var usedAt: Instant
  private var nextID = 0

  init(id: String, userID: String, session: String, types: Set<String>?, at now: Instant) {
    self.id = id
    self.userID = userID
    self.session = session
    self.types = types
    usedAt = now
  }

  func wants(_ type: String) -> Bool { types?.contains(type) ?? true }

  /// Adds an event, which gets the next number.
  mutating func append(_ members: [String: JSONValue]) {
    events.append((nextID, members))
    nextID += 1
  }

  /// Forgets the events that the client has.
  mutating func forget(through lastID: Int) { events.removeAll { $0.id <= lastID } }

  /// Its events as they are sent; a link into the exchange's own conferences begins with a slash and is
  /// completed by the address at which the client knows the exchange.
  func answer(base: String) -> JSONValue {
    let list = events.map { event -> JSONValue in
      var members = event.members
      if let url = members["jitsi_url"]?.string, url.hasPrefix("/") {
        members["jitsi_url"] = .string(base + url)
      }
      members["id"] = .integer(Int64(event.id))
      return .object(members)
    }
    return ["result": "success", "msg": "", "queue_id": .string(id), "events": .array(list)]
  }

  static func == (left: ZulipQueue, right: ZulipQueue) -> Bool {
    left.id == right.id && left.poll == right.poll && left.usedAt == right.usedAt
      && left.events.map(\.id) == right.events.map(\.id)
  }
}

import Basics
import Formats
import ZulipWire

/// What the exchange remembers as a Zulip server.
struct ZulipState: Sendable {
  /// A call that waits until its callee is free (generation 2).
  struct Waiting: Equatable, Sendable {
    let id: String
    let callerID: String
    let calleeID: String
    let isVideo: Bool
    let until: Instant
  }

  /// Somebody's last sign of presence.
  struct Presence: Equatable, Sendable {
    var isActive: Bool
    var at: WallTime
  }

  /// What has been counted since the start (Z21).
  struct Counters: Equatable, Sendable {
    var created = 0
    var ended: [ZulipCallState: Int] = [:]
    var refusedCalls = 0
    var groupCalls = 0
    var pushes = 0
    /// Of accepted calls that are over.
    var seconds: Int64 = 0
  }

  var roster = ZulipRoster()
  private(set) var calls: [String: ZulipCall] = [:]
  /// Names of calls, oldest first.
  private var order: [String] = []
  /// The names of calls that are not over.
  private(set) var live: Set<String> = []
  var groups: [String: ZulipGroupCall] = [:]
  var waiting: [Waiting] = []
  var queues: [String: ZulipQueue] = [:]
  var presences: [String: Presence] = [:]
  var counters = Counters()
  var nextMessage = 1
  /// The address by which a client last knew the exchange.
  var base = ""

  /// Adds a call or changes it.
  ///
  /// - Returns: the name of a call that had to be forgotten for it.
  mutating func put(_ call: ZulipCall, limit: Int) -> String? {
    if calls.updateValue(call, forKey: call.id) == nil { order.append(call.id) }
    if call.state.isOver { live.remove(call.id) } else { live.insert(call.id) }
    guard order.count > limit, let oldest = order.firstIndex(where: { !live.contains($0) }) else {
      return nil
    }
    let id = order.remove(at: oldest)
    calls[id] = nil
    return id
  }

  /// A call that is not over and has that user, oldest first.
  func liveCall(of userID: String) -> ZulipCall? {
    live.compactMap { calls[$0] }.filter { $0.includes(userID) }
      .min { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
  }

  /// The call that a user has placed last.
  func lastCall(from userID: String) -> ZulipCall? {
    order.reversed().lazy.compactMap { calls[$0] }.first { $0.callerID == userID }
  }

  /// A party has shown that it is there.
  mutating func hear(_ id: String, from userID: String, at now: Instant) {
    calls[id]?.hear(userID, at: now)
  }

  /// Somebody has entered a conference, or the last one has left it.
  mutating func roomChanged(_ name: String, isEmpty: Bool, at now: Instant) {
    guard name.hasPrefix("zulip-") else { return }
    for id in live where calls[id]?.room == name { calls[id]?.emptyAt = isEmpty ? now : nil }
    for id in groups.keys where groups[id]?.room == name {
      groups[id]?.emptyAt = isEmpty ? now : nil
    }
  }

  /// A user's calls, newest first.
  func history(of userID: String) -> [ZulipCall] {
    order.reversed().compactMap { calls[$0] }.filter { $0.includes(userID) }
  }

  /// The queues of a user, oldest first.
  func queues(of userID: String) -> [String] {
    queues.values.filter { $0.userID == userID }
      .sorted { ($0.usedAt, $0.id) < ($1.usedAt, $1.id) }.map(\.id)
  }

  func hasQueue(of userID: String) -> Bool { queues.values.contains { $0.userID == userID } }

  /// When something happens by itself next.
  func deadline(_ settings: ZulipSettings) -> Instant? {
    let times = settings.times
    var instants = live.compactMap { calls[$0]?.fate(settings)?.at }
    instants += groups.values.compactMap { $0.deadline(settings) }
    instants += waiting.map(\.until)
    instants += queues.values.map { $0.poll?.until ?? $0.usedAt.advanced(by: times.queueLife) }
    return instants.min()
  }
}

/// The numbers by which Zulip names users; each keeps its own for ever.
struct ZulipRoster: Equatable, Sendable {
  private var numbers: [String: Int] = [:]
  private var ids: [Int: String] = [:]
  private var next = 10

  /// A user's number; a new one has to be stored.
  mutating func number(of userID: String) -> (number: Int, added: StoredDocument?) {
    if let number = numbers[userID] { return (number, nil) }
    let number = next
    take(userID, number)
    let body: JSONValue = ["user_id": .integer(Int64(number))]
    return (
      number, StoredDocument(collection: Self.collection, key: userID, body: body.text)
    )
  }

  func userID(_ number: Int) -> String? { ids[number] }

  var count: Int { numbers.count }

  mutating func restore(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let number = (try? JSONValue(decoding: document.body))?["user_id"]?.integer, number > 0,
      number < 1 << 40, ids[number] == nil
    else { return }
    take(document.key, number)
  }

  /// Forgets the numbers of users who are no more.
  mutating func prune(keeping exists: (String) -> Bool) -> [String] {
    let gone = numbers.keys.filter { !exists($0) }.sorted()
    for userID in gone {
      if let number = numbers.removeValue(forKey: userID) { ids[number] = nil }
    }
    return gone
  }

  private mutating func take(_ userID: String, _ number: Int) {
    numbers[userID] = number
    ids[number] = userID
    next = max(next, number + 1)
  }

  static let collection = "zulip-users"
  /// Numbers given at most before those of vanished users are taken back.
  static let limit = 20_000
}

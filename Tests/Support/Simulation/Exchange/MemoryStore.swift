import Basics
package import Exchange

/// A store that forgets with the process; it can be told to fail.
package final class MemoryStore: ExchangeStore {
  package private(set) var users: [String: StoredUser] = [:]
  package private(set) var calls: [String: StoredCall] = [:]
  package private(set) var events: [CallEvent] = []
  package private(set) var signals: [String: [Signal]] = [:]
  package private(set) var documents: [StoredDocument] = []
  /// By path.
  package var files: [StoredFilePath: [UInt8]] = [:]
  private var order: [String] = []
  /// What every operation complains of, while set.
  package var complaint: String?

  package init() {}

  package func load() throws(StoreFailure) -> StoreSnapshot {
    if let complaint { throw StoreFailure(complaint) }
    let live = order.compactMap { calls[$0] }.filter(\.status.isLive)
    return StoreSnapshot(
      users: users.values.sorted { $0.id < $1.id },
      calls: live.map { StoreSnapshot.LiveCall(call: $0, signals: signals[$0.id] ?? []) },
      documents: documents)
  }

  package func changedUsers() -> [StoredUser]? { nil }

  package func perform(_ operation: StoreOperation) -> StoreAnswer? {
    switch operation {
    case .findCall(let id, _) where complaint != nil: return .failed(id, complaint ?? "")
    case .readFile(let id, _) where complaint != nil: return .failed(id, complaint ?? "")
    case .countCalls(let id, _, _) where complaint != nil: return .failed(id, complaint ?? "")
    case .findHistory(let id, _) where complaint != nil: return .failed(id, complaint ?? "")
    case _ where complaint != nil: return .failed(nil, complaint ?? "")
    case .putUser(var user):
      user.tokens = users[user.id]?.tokens ?? []
      users[user.id] = user
    case .removeUser(let id): users[id] = nil
    case .putToken(let token, let userID): users[userID]?.tokens.append(token)
    case .removeToken(let hash):
      for id in users.keys { users[id]?.tokens.removeAll { $0.hash == hash } }
    case .putCall(let call):
      if calls[call.id] == nil { order.append(call.id) }
      calls[call.id] = call
    case .log(let event): events.append(event)
    case .keep(let signal, let callID): signals[callID, default: []].append(signal)
    case .forgetSignals(let callID): signals[callID] = nil
    case .putDocument(let document):
      documents.removeAll { ($0.collection, $0.key) == (document.collection, document.key) }
      documents.append(document)
    case .removeDocument(let collection, let key):
      documents.removeAll { ($0.collection, $0.key) == (collection, key) }
    case .countCalls(let id, let since, let userID):
      return .counts(id, counts(since: since, userID))
    case .readFile(let id, let path): return .file(id, files[path])
    case .removeFile(let path): files[path] = nil
    case .findCall(let id, let callID): return .call(id, calls[callID])
    case .findHistory(let id, let query):
      let matching = order.reversed().compactMap { calls[$0] }.filter { call in
        call.includes(query.userID) && isRow(call, of: query.userID)
          && (query.otherID.map(call.includes) ?? true)
          && (query.status.map { $0 == call.status } ?? true)
      }
      return .history(
        id, Array(matching.dropFirst(query.offset).prefix(query.limit)), total: matching.count)
    }
    return nil
  }

  /// A call of several has a row for each of its people, `call_1/alice`.
  private func isRow(_ call: StoredCall, of userID: String) -> Bool {
    !call.id.contains("/") || call.id.hasSuffix("/" + userID)
  }

  private func counts(since: WallTime, _ userID: String?) -> [CallCount] {
    var counts: [String: CallCount] = [:]
    for call in calls.values
    where call.createdAt >= since && (userID.map(call.includes) ?? true)
      && isRow(call, of: userID ?? call.caller.id)
    {
      let day = String(call.createdAt.iso8601.prefix(10))
      let key = "\(day) \(call.status.rawValue)"
      var count =
        counts[key] ?? CallCount(day: day, status: call.status, count: 0, seconds: 0)
      count.count += 1
      if let start = call.startedAt, let end = call.endedAt {
        count.seconds += max(0, Int(start.duration(to: end).seconds))
      }
      counts[key] = count
    }
    return counts.values.sorted { ($0.day, $0.status.rawValue) > ($1.day, $1.status.rawValue) }
  }
}

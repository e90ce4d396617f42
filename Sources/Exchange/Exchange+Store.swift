import Basics
import Transport

extension Exchange {
  /// Asks the store on behalf of a request.
  mutating func ask(
    _ query: PendingQuery, _ turn: inout Turn, _ operation: (StoreQueryID) -> StoreOperation
  ) throws(ExchangeRefusal) {
    let id = try nameQuery()
    queries[id] = query
    turn.store(operation(id))
  }

  /// Asks the store on behalf of a facade, which is told the answer with that key.
  mutating func askStore(
    for facade: FacadeName, key: String, _ turn: inout Turn,
    _ operation: (StoreQueryID) -> StoreOperation
  ) throws(ExchangeRefusal) {
    let id = try nameQuery()
    facadeQueries[id] = OutgoingTable.Purpose(facade: facade, key: key)
    turn.store(operation(id))
  }

  private mutating func nameQuery() throws(ExchangeRefusal) -> StoreQueryID {
    guard queries.count + facadeQueries.count < settings.limits.pendingQueries else {
      throw .tooMany("The exchange is busy; try again.", retryAfter: .seconds(1))
    }
    defer { nextQuery &+= 1 }
    return StoreQueryID(nextQuery)
  }

  mutating func takeAnswer(_ answer: StoreAnswer, _ turn: inout Turn) {
    noteHealth(in: answer, &turn)
    if let id = answer.query, let purpose = facadeQueries.removeValue(forKey: id) {
      return purpose.facade.type.take(answer, for: purpose.key, in: &self, &turn)
    }
    switch answer {
    case .call(let id, let call):
      guard let query = queries.removeValue(forKey: id) else { return }
      answerCall(query, call, &turn)
    case .history(let id, let calls, let total):
      guard let query = queries.removeValue(forKey: id) else { return }
      answerHistory(query, calls, total: total, &turn)
    case .file, .counts: break  // Only facades ask for these.
    case .failed(let id, _):
      guard let id, let query = queries.removeValue(forKey: id) else { return }
      refuse(query.request, .storeFailed, &turn)
    }
  }

  /// Counts a failure, and tells of it once until the store answers again.
  private mutating func noteHealth(in answer: StoreAnswer, _ turn: inout Turn) {
    guard case .failed(_, let reason) = answer else {
      storeComplaint = nil
      return
    }
    counters.storeFailures &+= 1
    if storeComplaint != reason { turn.note(.error, "The store failed: \(reason)") }
    storeComplaint = reason
  }
}

extension StoreAnswer {
  /// The question that it answers; `nil` when nobody waits.
  fileprivate var query: StoreQueryID? {
    switch self {
    case .call(let id, _), .history(let id, _, _), .file(let id, _), .counts(let id, _): id
    case .failed(let id, _): id
    }
  }
}

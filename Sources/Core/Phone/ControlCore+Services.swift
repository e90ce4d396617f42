import Basics
import Calling

/// The requests beside the calls that have not been answered.
///
/// - Bound: ``limit``.
struct ServiceBook: Equatable, Sendable {
  private struct Entry: Equatable {
    var account: AccountID
    var until: Instant
  }

  private var entries: [ServiceID: Entry] = [:]

  /// - Returns: `false` when there are too many, or one of that name.
  mutating func add(_ id: ServiceID, _ account: AccountID, until: Instant) -> Bool {
    guard entries.count < Self.limit, entries[id] == nil else { return false }
    entries[id] = Entry(account: account, until: until)
    return true
  }

  /// - Returns: whether that request was open.
  mutating func remove(_ id: ServiceID) -> Bool { entries.removeValue(forKey: id) != nil }

  var deadline: Instant? { entries.values.map(\.until).min() }

  /// Removes those whose time is over, and tells them in the order in which they were made.
  mutating func takeDue(at now: Instant) -> [(id: ServiceID, account: AccountID)] {
    let due = entries.filter { $0.value.until <= now }.sorted { $0.key.number < $1.key.number }
    for (id, _) in due { entries[id] = nil }
    return due.map { ($0.key, $0.value.account) }
  }

  /// Requests that are open at most.
  static let limit = 32
}

/// Requests for something beside the calls: each is answered once, whatever its server does.
extension ControlCore {
  mutating func serve(_ id: ServiceID, _ account: AccountID, _ request: ServiceRequest) {
    guard let index = index(of: account) else {
      return answer(id, failing: "There is no such account.")
    }
    let name = HarmlessText.line(accounts[index].account.name, limit: 40)
    guard accounts[index].isUsable else {
      return answer(id, failing: "Not signed in to \(name).")
    }
    let until = now.advanced(by: request.patience)
    guard services.add(id, account, until: until) else {
      return answer(id, failing: "Too many requests are under way; wait for one of them.")
    }
    perform(accounts[index].client.carryOut(.serve(id, request), at: now), of: index)
  }

  mutating func expireServices() {
    for (id, account) in services.takeDue(at: now) {
      let name = index(of: account).map { accounts[$0].account.name } ?? "The server"
      answer(id, failing: "\(HarmlessText.line(name, limit: 40)) has not answered in time.")
    }
  }

  private mutating func answer(_ id: ServiceID, failing words: String) {
    effects.append(.event(.answered(id, .failed(words))))
  }
}

extension ServiceRequest {
  /// How long the answer may take: files take their time.
  fileprivate var patience: Duration {
    switch self {
    case .recording, .transcript: .seconds(120)
    default: .seconds(15)
    }
  }
}

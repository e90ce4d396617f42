import Basics
import Calling
import Transport

/// Requests that a server refused only because there were many lately, and that are asked again after the
/// short time that it names (RFC 9110 §10.2.3, RFC 6585 §4): several commands in a row each sign in anew.
///
/// What was refused for its rate was not done, so that nothing is done twice. Longer waits are for the
/// dialects, which tell the user of them.
///
/// - Bound: ``limit`` requests are remembered; what goes beyond is not asked again.
struct PatientRequests: Sendable {
  private struct Key: Hashable {
    var account: AccountID
    var request: RequestID
  }

  private struct Entry {
    var request: HTTPRequest
    var refusalCount = 0
    /// When it is asked again; `nil` while it is being answered.
    var dueAt: Instant?
  }

  private var entries: [Key: Entry] = [:]

  /// A dialect asks something of the network.
  ///
  /// - Returns: whether that is to be passed on; what waits here is merely forgotten.
  mutating func note(_ effect: TransportEffect, of account: AccountID) -> Bool {
    switch effect {
    case .request(let id, let request):
      guard entries.count < Self.limit else { return true }
      entries[Key(account: account, request: id)] = Entry(request: request)
      return true
    case .cancel(let id):
      return entries.removeValue(forKey: Key(account: account, request: id))?.dueAt == nil
    case .open, .send, .close: return true
    }
  }

  /// The network has answered.
  ///
  /// - Returns: whether the answer is kept from the dialect, because the request is asked again.
  mutating func isHeldBack(_ event: TransportEvent, of account: AccountID, at now: Instant) -> Bool
  {
    switch event {
    case .response(let id, let response):
      let key = Key(account: account, request: id)
      guard var entry = entries.removeValue(forKey: key), let wait = Self.wait(response),
        entry.refusalCount < Self.refusalLimit
      else { return false }
      entry.refusalCount += 1
      entry.dueAt = now.advanced(by: wait)
      entries[key] = entry
      return true
    case .requestFailed(let id, _):
      entries[Key(account: account, request: id)] = nil
      return false
    case .opened, .received, .closed, .failed: return false
    }
  }

  /// Nothing more is asked for an account that has signed out, and its answers do not matter.
  mutating func forget(_ account: AccountID) {
    entries = entries.filter { $0.key.account != account }
  }

  /// When ``takeDue(at:)`` is next due.
  var deadline: Instant? { entries.values.compactMap(\.dueAt).min() }

  /// What is to be asked again now, in the order in which it was asked.
  mutating func takeDue(at now: Instant) -> [(AccountID, TransportEffect)] {
    let due = entries.filter { $0.value.dueAt.map { $0 <= now } ?? false }
      .sorted { $0.key.request.number < $1.key.request.number }
    for (key, _) in due { entries[key]?.dueAt = nil }
    return due.map { ($0.key.account, .request($0.key.request, $0.value.request)) }
  }

  /// How long the server asks to wait, if that is short.
  private static func wait(_ response: HTTPResponse) -> Duration? {
    guard response.status == 429,
      let seconds = response.fields["Retry-After"].flatMap({ Double($0) }),
      seconds >= 0, seconds <= longestWait
    else { return nil }
    return .seconds(max(seconds, 0.1))
  }

  static let limit = 64
  /// After so many refusals the dialect is told.
  static let refusalLimit = 3
  /// In seconds.
  static let longestWait = 2.0
}

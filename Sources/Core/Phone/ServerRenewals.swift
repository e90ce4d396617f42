import Basics
import Calling
import SDP

/// When calls need their TURN servers' credentials anew, which servers grant for a while only: another
/// path may be sought at any time.
struct ServerRenewals: Sendable {
  private struct Entry {
    /// In seconds since 1970.
    var expiry: Int64
    var dueAt: Instant
  }

  private var entries: [CallID: Entry] = [:]

  /// A call has been given these servers.
  mutating func note(
    _ servers: [IceServer], of id: CallID, at now: Instant, _ wallTime: WallTime
  ) {
    guard let expiry = servers.compactMap(\.expiry).min() else { return forget(id) }
    // Nobody grants more than a year; a remote number is not to overflow.
    let remaining = max(0, min(expiry - wallTime.milliseconds / 1_000, 366 * 86_400))
    let wait = max(.seconds(remaining) - Self.margin, Self.leastWait)
    entries[id] = Entry(expiry: expiry, dueAt: now.advanced(by: wait))
  }

  mutating func forget(_ id: CallID) { entries[id] = nil }

  /// When ``takeDue(at:)`` is next due.
  var deadline: Instant? { entries.values.map(\.dueAt).min() }

  /// The calls whose credentials are about to end; those are due again if nothing is noted of them.
  mutating func takeDue(at now: Instant) -> [CallID] {
    take(at: now) { $0.dueAt <= now }
  }

  /// The calls whose credentials have ended, or are about to, by the clock on the wall: that of deadlines
  /// may have stood still while the machine slept.
  mutating func takeEnded(at now: Instant, _ wallTime: WallTime) -> [CallID] {
    let seconds = wallTime.milliseconds / 1_000 + Self.margin.components.seconds
    return take(at: now) { $0.expiry <= seconds }
  }

  private mutating func take(at now: Instant, _ isWanted: (Entry) -> Bool) -> [CallID] {
    let wanted = entries.filter { isWanted($0.value) }.keys.sorted { $0.number < $1.number }
    for id in wanted { entries[id]?.dueAt = now.advanced(by: Self.leastWait) }
    return wanted
  }

  /// How long before credentials end others are asked for.
  static let margin: Duration = .seconds(120)
  /// Between two questions about one call.
  static let leastWait: Duration = .seconds(60)
}

package import Basics

/// Events in the order of their time; those of one instant in the order in which they were added.
package struct Timeline<Event> {
  private struct Entry {
    var at: Instant
    var event: Event
  }

  /// When the last event taken was due; time never goes back.
  package private(set) var now: Instant
  /// Latest first, so that taking the next is cheap.
  private var entries: [Entry] = []

  package init(startingAt now: Instant = .zero) { self.now = now }

  package var count: Int { entries.count }

  /// When the next event is due.
  package var next: Instant? { entries.last?.at }

  /// Adds an event; one for the past is due now.
  package mutating func add(_ event: Event, at instant: Instant) {
    let instant = max(instant, now)
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].at > instant { low = middle + 1 } else { high = middle }
    }
    entries.insert(Entry(at: instant, event: event), at: low)
  }

  /// Removes and returns the next event if it is due by `limit`; else time moves on to `limit`.
  package mutating func take(by limit: Instant) -> Event? {
    guard let entry = entries.last, entry.at <= limit else {
      now = max(now, limit)
      return nil
    }
    entries.removeLast()
    now = entry.at
    return entry.event
  }
}

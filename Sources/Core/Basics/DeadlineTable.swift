/// The named timers of one machine, and the earliest of them.
///
/// Timers that are due at the same instant come in the order in which they were set, so that a run can
/// be replayed.
package struct DeadlineTable<Name: Hashable & Sendable>: Sendable {
  private var entries: [Name: Entry] = [:]
  private var setCount = 0

  private struct Entry {
    var deadline: Instant
    var order: Int
  }

  package init() {}

  /// Sets, moves or (with `nil`) removes a timer.
  package subscript(name: Name) -> Instant? {
    get { entries[name]?.deadline }
    set {
      setCount += 1
      entries[name] = newValue.map { Entry(deadline: $0, order: setCount) }
    }
  }

  /// When the next timer is due; `nil` when none is set.
  package var earliest: Instant? { entries.values.map(\.deadline).min() }

  /// Removes and returns the timers that are due, earliest first.
  package mutating func takeDue(at now: Instant) -> [Name] {
    let due = entries.filter { $0.value.deadline <= now }.sorted { left, right in
      (left.value.deadline, left.value.order) < (right.value.deadline, right.value.order)
    }
    for (name, _) in due { entries[name] = nil }
    return due.map(\.key)
  }
}

extension DeadlineTable: Equatable {
  /// Tables are equal when their timers are, in whatever order they were set.
  package static func == (left: DeadlineTable, right: DeadlineTable) -> Bool {
    left.entries.mapValues(\.deadline) == right.entries.mapValues(\.deadline)
  }
}

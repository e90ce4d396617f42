/// The named timers of one machine, and the earliest of them.
///
/// Timers that are due at the same instant come in the order in which they were set, so that a run can
/// be replayed.
package struct DeadlineTable<Name: Hashable & Sendable>: Sendable {
  /// When the next timer is due; `nil` when none is set. Known at any time, since it is asked for with
  /// every packet and timers are set rarely.
  package private(set) var earliest: Instant?

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
      findEarliest()
    }
  }

  /// Removes and returns the timers that are due, earliest first.
  package mutating func takeDue(at now: Instant) -> [Name] {
    guard let earliest, earliest <= now else { return [] }
    let due = entries.filter { $0.value.deadline <= now }.sorted { left, right in
      (left.value.deadline, left.value.order) < (right.value.deadline, right.value.order)
    }
    for (name, _) in due { entries[name] = nil }
    findEarliest()
    return due.map(\.key)
  }

  private mutating func findEarliest() {
    earliest = entries.values.map(\.deadline).min()
  }
}

extension DeadlineTable: Equatable {
  /// Tables are equal when their timers are, in whatever order they were set.
  package static func == (left: DeadlineTable, right: DeadlineTable) -> Bool {
    left.entries.mapValues(\.deadline) == right.entries.mapValues(\.deadline)
  }
}

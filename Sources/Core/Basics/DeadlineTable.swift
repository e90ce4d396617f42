/// The named timers of one machine, and the earliest of them.
package struct DeadlineTable<Name: Hashable & Sendable>: Sendable {
  private var deadlines: [Name: Instant] = [:]

  package init() {}

  /// Sets, moves or (with `nil`) removes a timer.
  package subscript(name: Name) -> Instant? {
    get { deadlines[name] }
    set { deadlines[name] = newValue }
  }

  /// When the next timer is due; `nil` when none is set.
  package var earliest: Instant? { deadlines.values.min() }

  /// Removes and returns the timers that are due, earliest first.
  package mutating func takeDue(at now: Instant) -> [Name] {
    let due = deadlines.filter { $0.value <= now }.sorted { $0.value < $1.value }
    for (name, _) in due { deadlines[name] = nil }
    return due.map(\.key)
  }
}

extension DeadlineTable: Equatable {}

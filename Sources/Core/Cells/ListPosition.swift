/// Where one stands in a list that may be longer than its pane.
package struct ListPosition: Equatable, Sendable {
  /// The row that keys act upon.
  package private(set) var index = 0
  /// The first row shown.
  package private(set) var offset = 0

  package init() {}

  /// Moves by that many rows; the ends hold.
  package mutating func move(by rows: Int, count: Int) {
    move(to: index.addingReportingOverflow(rows).partialValue, count: count)
  }

  /// Moves to that row, or the nearest there is.
  package mutating func move(to row: Int, count: Int) {
    index = max(0, min(row, count - 1))
  }

  /// Brings the position back into a list of `count` rows, and the row into a window of `height`.
  package mutating func settle(count: Int, height: Int) {
    move(to: index, count: count)
    guard height > 0 else { return }
    offset = min(max(offset, index - height + 1), index)
    offset = max(0, min(offset, count - height))
  }

  /// The rows that show in a window of `height`.
  package func visible(count: Int, height: Int) -> Range<Int> {
    let first = min(offset, max(0, count))
    return first..<min(count, first + max(height, 0))
  }
}

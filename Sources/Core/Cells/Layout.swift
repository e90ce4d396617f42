/// How much of a rectangle one part of it takes.
package enum Extent: Equatable, Sendable {
  /// That many rows or columns, fewer only when there are no more.
  case fixed(Int)
  /// That share of what the fixed parts leave, in proportion to the other shares.
  case share(Int)
}

extension Rect {
  /// Cuts the rectangle from top to bottom. The parts cover it without gaps.
  package func splitRows(_ extents: Extent...) -> [Rect] {
    var next = row
    return Rect.lengths(extents, of: rows).map { length in
      defer { next += length }
      return Rect(row: next, column: column, rows: length, columns: columns)
    }
  }

  /// Cuts the rectangle from left to right. The parts cover it without gaps.
  package func splitColumns(_ extents: Extent...) -> [Rect] {
    var next = column
    return Rect.lengths(extents, of: columns).map { length in
      defer { next += length }
      return Rect(row: row, column: next, rows: rows, columns: length)
    }
  }

  private static func lengths(_ extents: [Extent], of total: Int) -> [Int] {
    var rest = total
    var lengths = extents.map { extent in
      guard case .fixed(let wanted) = extent else { return 0 }
      let length = min(max(wanted, 0), rest)
      rest -= length
      return length
    }
    var shares = extents.reduce(0) { sum, extent in
      if case .share(let share) = extent { return sum + share }
      return sum
    }
    for (index, extent) in extents.enumerated() {
      guard case .share(let share) = extent, shares > 0 else { continue }
      // Each share is taken of what is left, so that the last gets the remainder.
      lengths[index] = rest * share / shares
      rest -= lengths[index]
      shares -= share
    }
    return lengths
  }
}

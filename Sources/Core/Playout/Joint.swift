/// Joins sound to what was played before it, which it does not continue.
///
/// What was played goes on for 5 ms by repeating its last pitch period, and is cross-faded into what
/// follows, so that a voice keeps its pitch over the joint. Where it has none, the step at the joint is
/// spread over the same time.
package enum Joint {
  /// What follows, with its beginning bent so that it joins what is before it.
  ///
  /// - Parameter tail: what was played before, ``tailCount`` samples if there were so many.
  package static func join(_ added: [Int16], to tail: [Int16]) -> [Int16] {
    let count = min(added.count, longest)
    guard let first = added.first, let last = tail.last else { return added }
    var result = added
    if let going = continuation(of: tail, count: count) {
      for index in 0..<count {
        let mixed = Int(going[index]) * (count - index) + Int(added[index]) * index
        result[index] = Int16(mixed / count)
      }
    } else {
      let step = Int(last) - Int(first)
      for index in 0..<count {
        result[index] = Int16(clamping: Int(added[index]) + step * (count - index) / count)
      }
    }
    return result
  }

  /// How the sound would go on; `nil` when it does not repeat itself.
  private static func continuation(of tail: [Int16], count: Int) -> [Int16]? {
    guard tail.count >= tailCount else { return nil }
    let tail = tail.suffix(tailCount)
    guard let period = TimeStretch.period(atEndOf: Array(tail)) else { return nil }
    let last = Int(tail[tail.endIndex - 1])
    // The period's beginning meets the end with a small step as a rule, which is spread.
    let step = last - Int(tail[tail.endIndex - 1 - period])
    return (0..<count).map { index in
      let repeated = Int(tail[tail.endIndex - period + index % period])
      return Int16(clamping: repeated + step * (count - index) / count)
    }
  }

  /// How much must be known of what was played.
  package static let tailCount = TimeStretch.longestLag
  /// 5 ms.
  private static let longest = 240
}

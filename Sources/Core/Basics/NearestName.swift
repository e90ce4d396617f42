/// The candidate that somebody who wrote `name` most likely meant: few letters differ, or one of the two
/// begins with the other, as `username` does with `user`.
///
/// - Returns: `nil` when none is near enough to be worth suggesting; the first of equally near ones.
package func nearestName(to name: String, among candidates: some Collection<String>) -> String? {
  let written = Array(name.lowercased().prefix(64))
  let tolerance = written.count < 4 ? 1 : max(2, written.count / 3)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(written, Array(candidate.lowercased().prefix(64)))
    if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  guard written.count >= 2 else { return nil }
  let name = String(written)
  // A name of one or two letters begins too many words by chance.
  let beginnings = candidates.filter { $0.count >= 3 && name.hasPrefix($0.lowercased()) }
  return candidates.first { $0.lowercased().hasPrefix(name) }
    ?? beginnings.max { $0.count < $1.count }
}

/// How many letters must be added, removed, replaced or swapped with their neighbour.
package func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      let cost = left[row] == right[column] ? 0 : 1
      var distance = min(previous[column] + cost, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        distance = min(distance, beforePrevious[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}

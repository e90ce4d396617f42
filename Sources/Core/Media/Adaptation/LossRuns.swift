import RTP

/// How losses on the way there stand together, which decides what copies of earlier packets would bring
/// back: what is lost returns unless all packets are lost, too, that carry it (RFC 2198).
///
/// - Bound: ``depth`` packets wait for their fate to be settled, and those of one feedback.
struct LossRuns {
  private enum Fate { case untold, lost, arrived }

  /// What feedback told of the last packets. One that was overtaken is told of as lost at first.
  private var fates: [Fate] = []
  /// The number of the first of them.
  private var first: Int64 = 0
  /// Those before it, as far as they wait for the packets that would have carried copies of them.
  private var carried: [Fate] = []
  // Both fade, by each packet.
  private var packetCount = 0.0
  /// What would have been missing with one of ``patterns``.
  private var missing = [Double](repeating: 0, count: LossRuns.patterns.count)

  /// All that copies may be chosen from, and none.
  private static let patterns =
    [CopyPattern.none] + CopyPattern.choices(mostDistance: 1)
    + CopyPattern.choices(mostDistance: 3).dropFirst()

  /// Takes in what feedback tells.
  ///
  /// - Parameter base: the number of its first packet.
  mutating func told(_ feedback: TransportFeedback, from base: Int64) {
    if base - first > Int64(fates.count + TransportFeedback.statusLimit) {
      // Much has gone untold: what follows is another story.
      settle(leaving: 0)
      while !carried.isEmpty { judgeFirst() }
      first = base
    }
    for (offset, arrival) in feedback.arrivals.enumerated() {
      let index = Int(base - first) + offset
      guard index >= 0 else { continue }
      while fates.count <= index { fates.append(.untold) }
      if fates[index] != .arrived { fates[index] = arrival == nil ? .lost : .arrived }
    }
    settle(leaving: Self.depth)
  }

  /// The share of packets, 0–1, that would be missing with such copies; `nil` while too little is known.
  func missingShare(_ pattern: CopyPattern) -> Double? {
    guard packetCount >= Self.leastCount, let index = Self.patterns.firstIndex(of: pattern) else {
      return nil
    }
    return missing[index] / packetCount
  }

  /// The share of packets, 0–1, that were lost while the next one came: what the encoder's own redundancy
  /// restores, which comes with that one; `nil` while too little is known.
  var restorableShare: Double? {
    guard let lost = missingShare(.none), let left = missingShare(CopyPattern(count: 1)) else {
      return nil
    }
    return lost - left
  }

  private mutating func settle(leaving depth: Int) {
    let count = max(0, fates.count - depth)
    for fate in fates.prefix(count) {
      carried.append(fate)
      if carried.count > CopyPattern.mostReach { judgeFirst() }
    }
    fates.removeFirst(count)
    first += Int64(count)
  }

  /// Judges the oldest of those whose copies would have come by now.
  private mutating func judgeFirst() {
    let fate = carried.removeFirst()
    guard fate != .untold else { return }
    packetCount = packetCount * Self.fading + 1
    for (index, pattern) in Self.patterns.enumerated() {
      missing[index] *= Self.fading
      if fate == .lost, !isRestored(by: pattern) { missing[index] += 1 }
    }
  }

  /// Whether a packet right before ``carried`` would have come with one of those.
  private func isRestored(by pattern: CopyPattern) -> Bool {
    (0..<pattern.count).contains { number in
      let index = (number + 1) * pattern.distance - 1
      return index >= carried.count || carried[index] != .lost
    }
  }

  /// By how many packets another may be overtaken.
  static let depth = 64
  /// A thousand packets, twenty seconds, are remembered.
  private static let fading = 0.999
  private static let leastCount = 150.0
}

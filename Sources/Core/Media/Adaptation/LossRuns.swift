import RTP

/// How losses on the way there stand together, which decides what copies of earlier packets would bring
/// back: of so many packets lost one after the other, the last `k` return with `k` copies (RFC 2198).
///
/// - Bound: ``depth`` packets wait for their fate to be settled, and those of one feedback.
struct LossRuns {
  private enum Fate { case untold, lost, arrived }

  /// What feedback told of the last packets. One that was overtaken is told of as lost at first.
  private var fates: [Fate] = []
  /// The number of the first of them.
  private var first: Int64 = 0
  /// How many were lost just before it.
  private var run = 0
  // Both fade, by each packet.
  private var packetCount = 0.0
  /// By how many copies there are: how many packets they would not have brought back.
  private var missing = [Double](repeating: 0, count: SendingPlan.mostCopies + 1)

  /// Takes in what feedback tells.
  ///
  /// - Parameter base: the number of its first packet.
  mutating func told(_ feedback: TransportFeedback, from base: Int64) {
    if base - first > Int64(fates.count + TransportFeedback.statusLimit) {
      // Much has gone untold: what follows is another story.
      settle(leaving: 0)
      endRun()
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

  /// The share of packets, 0–1, that would be missing with so many copies; `nil` while too little is
  /// known.
  func missingShare(copyCount: Int) -> Double? {
    packetCount < Self.leastCount ? nil : missing[copyCount] / packetCount
  }

  private mutating func settle(leaving depth: Int) {
    let count = max(0, fates.count - depth)
    for fate in fates.prefix(count) {
      if fate == .lost { run += 1 } else { endRun() }
      guard fate != .untold else { continue }
      packetCount = packetCount * Self.fading + 1
      for index in missing.indices { missing[index] *= Self.fading }
    }
    fates.removeFirst(count)
    first += Int64(count)
  }

  private mutating func endRun() {
    for (copies, count) in missing.enumerated() where run > copies {
      missing[copies] = count + Double(run - copies)
    }
    run = 0
  }

  /// By how many packets another may be overtaken.
  static let depth = 64
  /// A thousand packets, twenty seconds, are remembered.
  private static let fading = 0.999
  private static let leastCount = 150.0
}

import Basics

/// Samples on their way out, with where they came from, so that what is played can be counted exactly.
///
/// - Bound: its user fills it only up to what is asked for next and one packet more.
struct SampleQueue: Equatable {
  enum Origin: Equatable {
    case packet(arrival: Instant)
    case concealment(isSilent: Bool)
    /// A pause, or nothing yet.
    case nothing
  }

  private var samples: [Int16] = []
  private var runs: [Run] = []
  /// What was played last.
  private var played: [Int16] = []
  private var wasConcealing = false

  private struct Run: Equatable {
    var count: Int
    var origin: Origin
  }

  var count: Int { samples.count }

  /// - Parameter smoothly: bend the beginning so that it joins what is before it.
  mutating func append(_ added: [Int16], from origin: Origin, smoothly: Bool = false) {
    guard !added.isEmpty else { return }
    let joined = smoothly ? Joint.join(added, to: tail) : added
    // As a rule nothing is left, and what comes need not be copied.
    if samples.isEmpty { samples = joined } else { samples += joined }
    runs.append(Run(count: added.count, origin: origin))
  }

  /// Takes out samples, which are now being played, and counts them.
  ///
  /// - Parameter count: at most as many as there are.
  mutating func take(
    _ count: Int, at now: Instant, counting statistics: inout PlayoutStatistics
  ) -> [Int16] {
    var left = count
    while left > 0 {
      let taken = min(left, runs[0].count)
      note(taken, from: runs[0].origin, at: now, in: &statistics)
      runs[0].count -= taken
      if runs[0].count == 0 { runs.removeFirst() }
      left -= taken
    }
    let result = takeFirst(count)
    played += result
    played.removeFirst(max(0, played.count - TimeStretch.longestLag))
    return result
  }

  private mutating func takeFirst(_ count: Int) -> [Int16] {
    guard count < samples.count else {
      defer { samples = [] }
      return samples
    }
    defer { samples.removeFirst(count) }
    return Array(samples.prefix(count))
  }

  /// Makes what is left last longer, where it comes from a packet.
  ///
  /// - Returns: by how many samples.
  mutating func lengthen(byAbout wantedCount: Int) -> Int {
    guard let run = runs.last, case .packet = run.origin,
      let longer = TimeStretch.lengthen(samples, after: played, byAbout: wantedCount)
    else { return 0 }
    let added = longer.count - samples.count
    samples = longer
    runs[runs.count - 1].count += added
    return added
  }

  /// What comes right before the next sound.
  private var tail: [Int16] {
    let queued = samples.suffix(Joint.tailCount)
    return played.suffix(Joint.tailCount - queued.count) + queued
  }

  private mutating func note(
    _ count: Int, from origin: Origin, at now: Instant, in statistics: inout PlayoutStatistics
  ) {
    statistics.totalSamplesReceived += count
    switch origin {
    case .packet(let arrival):
      statistics.jitterBufferDelay += arrival.duration(to: now).seconds * Double(count)
      statistics.jitterBufferEmittedCount += count
      wasConcealing = false
    case .concealment(let isSilent):
      statistics.concealedSamples += count
      if isSilent { statistics.silentConcealedSamples += count }
      if !wasConcealing { statistics.concealmentEvents += 1 }
      wasConcealing = true
    case .nothing:
      wasConcealing = false
    }
  }
}
